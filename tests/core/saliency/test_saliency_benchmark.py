"""Plans, units and runs of the benchmark, measured in this process."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from core.errors import ArtifactError, InputError, SuiteError
from core.saliency.benchmark import figures, measure
from core.saliency.benchmark.case import Case, Remembered
from core.saliency.benchmark.images import (
    CELLS,
    Picture,
    parts_of,
    phantom_label,
    phantom_names,
    scene_of,
)
from core.saliency.benchmark.plan import (
    Group,
    Plan,
    Source,
    film_plan,
    phantom_plan,
    quick_plan,
)
from core.saliency.benchmark.run import PARTS, run, shards
from core.saliency.benchmark.table import (
    COLUMNS,
    NAME,
    Row,
    Shard,
    read_shard,
    read_table,
    rounded,
    write_shard,
    write_table,
)
from core.saliency.methods import METHODS
from core.saliency.metrics import METRICS
from core.saliency.metrics.curves import insertion
from core.saliency.metrics.fills import named
from core.saliency.metrics.score import probability
from core.saliency.schema import Attribution
from tests.core.saliency.pooled import Pooled

NETWORK = "cnn-decoy-0"
PLANS = (phantom_plan(n=3), quick_plan(), film_plan({"a/1.jpg": 0, "b/2.jpg": 3}))


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> Pooled:
    network = Pooled()
    monkeypatch.setattr(measure, "opened", lambda _: network)
    return network


@pytest.fixture
def small() -> Plan:
    return dataclasses.replace(
        quick_plan((NETWORK,), 3),
        methods=("gradcam", "saliency", "random", "causal-oracle"),
        groups=(Group.SHAPE, Group.CURVES, Group.CAUSE),
    )


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.profile)
def test_plan_goes_through_json(plan: Plan) -> None:
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert hash(again) == hash(plan)
    assert again.digest == plan.digest


def test_plans_differ_by_every_field() -> None:
    plan = quick_plan()
    changed = [dataclasses.replace(plan, seed=1), dataclasses.replace(plan, fills=("mean",))]
    assert len({plan.digest, *(one.digest for one in changed)}) == 3


def test_seeds_depend_on_the_parts_alone() -> None:
    plan = quick_plan()
    assert plan.seed_of("a", "b") == dataclasses.replace(plan, fills=("mean",)).seed_of("a", "b")
    seeds = {plan.seed_of(*parts) for parts in (("a", "b"), ("ab",), ("b", "a"), ())}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**32 for seed in seeds)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": ()}, r"images: the plan has none\. Name at least one"),
        ({"methods": ("random", "random")}, "methods: one is named twice"),
        ({"labels": (1,)}, "labels: there are 1 for 6 phantoms"),
        (
            {"source": Source.FILMS, "labels": (0,) * 6},
            "a film has no counterfactual render",
        ),
    ],
)
def test_plan_refuses(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        dataclasses.replace(quick_plan(), **changes)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_plan_refuses_other_json(text: str) -> None:
    with pytest.raises(InputError, match="plan: it is not in format 1"):
        Plan.from_json(text)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.profile)
def test_every_metric_has_a_card_and_a_direction(plan: Plan) -> None:
    found = figures.cells(plan)
    assert len(set(found)) == len(found)
    assert {metric for metric, _ in found} <= set(METRICS)
    assert set(plan.methods) <= set(METHODS)


def test_phantoms_are_stratified_and_named() -> None:
    names = phantom_names(len(CELLS))
    assert len(set(names)) == len(CELLS)
    drawn = [scene_of(name, "decoy", 48) for name in names[:4]]
    assert [(one.label, one.carries) for one in drawn] == list(CELLS[:4])
    assert [phantom_label(name) for name in names[:4]] == [one.label for one in drawn]
    with pytest.raises(InputError, match="'x' names no phantom"):
        phantom_label("x")


def test_keys_of_networks() -> None:
    assert parts_of("cnn-decoy-2") == ("cnn", "decoy", 2)
    assert parts_of("vit-marker90-0") == ("vit", "marker90", 0)
    assert parts_of("vgg16") == ("vgg16", "", -1)


def test_remembered_asks_once() -> None:
    network = Pooled()
    asked = Remembered(network)
    images = np.random.default_rng(0).random((5, 96, 96)).astype(np.float32)
    twice = asked.logits(np.concatenate([images, images[::-1]]))
    assert asked.forwards == 5
    np.testing.assert_allclose(twice[:5], network.logits(images), atol=1e-12)
    np.testing.assert_array_equal(twice[5:], twice[4::-1])


def test_insertion_is_deletion_from_the_other_end() -> None:
    network, rng = Pooled(), np.random.default_rng(0)
    image, heat = rng.random((96, 96)).astype(np.float32), rng.random((96, 96))
    score, fill = probability(network, 1), named("blur")
    restored = insertion(score, image, heat, fill, steps=10, block=8)
    plan = dataclasses.replace(quick_plan((NETWORK,)), fills=("blur",), steps=10)
    case = Case(
        plan,
        Picture("4000000-1-0", 1, image, {}),
        network,
        Remembered(network),
        1,
    )
    case.__dict__["made"] = {
        "gradcam": Attribution("gradcam", NETWORK, 1, heat, heat, signed=False, forwards=1)
    }
    found = {figure[1]: figure[3].value for figure in figures.curves(case)}
    expected = np.trapezoid(restored.values, restored.fractions)
    assert found["insertion-auc"] == pytest.approx(expected, abs=1e-12)


def test_unit_measures_every_cell(pooled: Pooled) -> None:
    plan = dataclasses.replace(
        phantom_plan((NETWORK,), 1),
        methods=("gradcam", "eigencam", "lime", "random", "causal-oracle", "rollout"),
        fills=("mean", "blur", "counterfactual"),
        samples=(("lime", 40),),
        draws=5,
        noises=2,
        shuffles=2,
        randoms=2,
        steps=4,
        block=16,
    )
    shard = measure.measured(plan, NETWORK, 0)
    methods = list(dict.fromkeys(row.method for row in shard.rows))
    assert methods == ["gradcam", "eigencam", "lime", "random", "causal-oracle"]
    assert len(shard.rows) == len(methods) * len(figures.cells(plan))
    assert all(row.reason for row in shard.rows if math.isnan(row.value))
    assert not any(row.reason for row in shard.rows if not math.isnan(row.value))
    assert not any("failed" in row.reason for row in shard.rows)
    at = {row[:3]: row for row in shard.rows}
    assert at["random", "spearman", "random"].reason == figures.SELF
    assert at["lime", "robustness", ""].reason == figures.DEAR
    assert at["eigencam", "contrastivity", ""].reason == figures.CLASSLESS
    assert 0 <= at["gradcam", "naopc", "mean"].value <= 1
    image = scene_of(shard.image, "decoy", 96).image
    assert shard.target == int(pooled.logits(image[None]).argmax())


def test_order_does_not_change_a_value(pooled: Pooled, small: Plan) -> None:
    forward = [measure.measured(small, NETWORK, i) for i in range(3)]
    backward = [measure.measured(small, NETWORK, i) for i in reversed(range(3))]
    assert [_plain(one) for one in forward] == [_plain(one) for one in backward[::-1]]


def _plain(shard: Shard) -> list[tuple[object, ...]]:
    return [shard[:5], *((*row[:3], rounded(row.value), row.reason) for row in shard.rows)]


def test_run_resumes_and_repeats(pooled: Pooled, small: Plan, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(SuiteError, match="stopped after 2 of 3 parts"):
        run(small, tmp_path / "a", 0, lambda *x: told.append(x), lambda: len(told) == 2)
    assert told == [(1, 3), (2, 3)]
    first = _times(tmp_path / "a")
    path = run(small, tmp_path / "a", 0, lambda *x: told.append(x))
    assert told[2:] == [(1, 3), (2, 3), (3, 3)]
    assert first.items() <= _times(tmp_path / "a").items()
    assert len(first) == 2
    assert run(small, tmp_path / "b", 0).read_bytes() == path.read_bytes()
    assert len(list(shards(small, tmp_path / "a"))) == 3
    assert {one.name for one in (tmp_path / "a").iterdir()} == {PARTS, NAME}


def _times(folder: Path) -> dict[str, int]:
    parts = [path for path in folder.rglob("*.json") if path.stem.isdigit()]
    return {path.name: path.stat().st_mtime_ns for path in parts}


def test_table_is_that_of_units_measured_one_after_the_other(
    pooled: Pooled, small: Plan, tmp_path: Path
) -> None:
    plain = [measure.measured(small, NETWORK, i) for i in range(3)]
    write_table(tmp_path / NAME, small, plain)
    assert run(small, tmp_path / "a", 0).read_bytes() == (tmp_path / NAME).read_bytes()


def test_damaged_shard_is_measured_again(pooled: Pooled, small: Plan, tmp_path: Path) -> None:
    path = run(small, tmp_path, 0)
    whole = path.read_bytes()
    shard = sorted(tmp_path.rglob("00001.json"))[0]
    shard.write_text(shard.read_text()[:100])
    assert run(small, tmp_path, 0).read_bytes() == whole


def test_failures_are_rows(small: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Pooled):
        def logits(self, images: np.ndarray) -> np.ndarray:
            if len(images) > 1:
                message = "no more memory"
                raise MemoryError(message)
            return super().logits(images)

    monkeypatch.setattr(measure, "opened", lambda _: Broken())
    plan = dataclasses.replace(small, images=(small.images[0], "4000001-9-1"))
    table = read_table(run(plan, tmp_path, 0))
    parts = dict(iter(table.groupby("image", observed=True)))
    lost = parts["4000001-9-1"]
    assert lost["value"].isna().all()
    assert lost["reason"].iloc[0].startswith("label: there is no class 9")
    assert (lost["target"] == -1).all()
    kept = parts[small.images[0]].set_index(["method", "metric", "fill"])
    assert kept.loc[("random", "gini", ""), "value"] > 0
    reason = "The calculation failed (MemoryError: no more memory)."
    assert kept.loc[("random", "abpc", "mean"), "reason"] == reason
    assert kept.loc[("causal-oracle", "gini", ""), "reason"] == f"There is no map. {reason}"


def test_unknown_network_ends_a_run_before_it_starts(small: Plan, tmp_path: Path) -> None:
    plan = dataclasses.replace(small, networks=("cnn-nothing-0",))
    with pytest.raises(SuiteError, match=r"cnn-nothing-0|model fol|model file|manifest"):
        run(plan, tmp_path / "a", 0)
    assert not (tmp_path / "a").exists()


def test_folder_of_another_plan_is_refused(pooled: Pooled, small: Plan, tmp_path: Path) -> None:
    path = run(small, tmp_path / "a", 0)
    before = path.read_bytes()
    other = dataclasses.replace(small, seed=1)
    with pytest.raises(InputError, match=f"parts of other work .benchmark {small.digest}"):
        run(other, tmp_path / "a", 0)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["letter.txt", "plan.json"])
def test_folder_of_other_files_is_refused(
    pooled: Pooled, small: Plan, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(InputError, match="holds other files, or a benchmark of an earlier version"):
        run(small, tmp_path, 0)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_films_need_their_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="films: there is no folder given"):
        run(PLANS[2], tmp_path, 0)


def test_missing_film_is_a_row(tmp_path: Path) -> None:
    plan = film_plan({"a.jpg": 2}, ("cnn",))
    shard = measure.measured(plan, "cnn", 0, tmp_path)
    assert "there is no film a.jpg" in shard.rows[0].reason
    assert (shard.label, shard.target) == (2, -1)


def test_table_is_tidy(pooled: Pooled, small: Plan, tmp_path: Path) -> None:
    table = read_table(run(small, tmp_path, 0))
    assert tuple(table.columns) == COLUMNS
    assert not table.duplicated(["network", "image", "method", "metric", "fill"]).any()
    assert Plan.from_json(table.attrs["plan"]) == small
    assert table.attrs["digest"] == small.digest
    assert "numpy" in json.loads(table.attrs["environment"])
    assert set(table["architecture"]) == {"cnn"}
    assert set(table["regime"]) == {"decoy"}
    assert table["reason"].isna().sum() == 0


def test_shard_comes_back(tmp_path: Path) -> None:
    rows = (Row("gradcam", "abpc", "mean", 0.123456789, ""), Row("a", "b", "", math.nan, "why"))
    shard = Shard("cnn-decoy-0", "4000000-1-0", 1, 2, 7, rows)
    write_shard(tmp_path / "x.json", shard)
    found = read_shard(tmp_path / "x.json")
    assert found.rows[0].value == 0.12346
    assert math.isnan(found.rows[1].value)
    assert found[:5] == shard[:5]
    write_table(tmp_path / NAME, quick_plan(), [shard])
    write_table(tmp_path / "again.parquet", quick_plan(), [found])
    assert (tmp_path / NAME).read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_other_files_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"x\.parquet is missing"):
        read_table(tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ArtifactError, match="is not a table of a benchmark"):
        read_table(tmp_path / "x.parquet")

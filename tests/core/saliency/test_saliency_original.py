"""The original protocol: its formulas by hand, the printed numbers checked, a run on toys."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from scipy import stats

from core.errors import ArtifactError, InputError
from core.saliency.original import (
    PLOTTED,
    PUBLISHED,
    SIX,
    NetworkStudy,
    Study,
    Unread,
    audit,
    compare,
    reproduce,
)
from core.saliency.original.dimensions import of_one_map, scaled
from tests.core.saliency import toys

RUN = 6


@pytest.fixture(scope="module")
def study() -> Study:
    images = np.random.default_rng(0).random((RUN, 16, 16)).astype(np.float32)
    first, second = toys.conv(seed=1, key="one"), toys.conv(seed=5, key="two", title="Second")
    return reproduce((first, images), (second, images), seed=3)


def network(key: str, seed: int, **changes: object) -> NetworkStudy:
    """A network with made-up figures on eight images."""
    rng = np.random.default_rng(seed)
    keys = [one.key for one in SIX] + ["inter-method-ruled", "auc", "aopc", "first", "last"]
    keys += ["aopc-random", "aopc-sobel", "entropy-printed", "robustness-grey", "ties"]
    values = {name: tuple(rng.random(8)) for name in keys} | {"flipped": (0.0,) * 8}
    first, last = np.array(values["first"]), np.array(values["last"])
    values["aopc"] = tuple(first + (first - last) / 20 - np.array(values["auc"]))
    values |= changes.pop("values", {})
    return NetworkStudy(
        key, key.upper(), ("a", "b"), (4, 4), (0, 1) * 4, values, (0.3, 0.7), (), **changes
    )


def made(first: NetworkStudy, second: NetworkStudy) -> Study:
    return Study((first, second), compare(first, second), 8, 10, 0)


def check(study: Study, key: str):
    return next(one for one in audit(study) if one.key == key)


# --- formulas


def test_the_formulas_by_hand() -> None:
    heat = np.array([[0.0, 1.0], [2.0, 4.0]])  # 0, .25, .5, 1 when scaled
    found = {key: value.value for key, value in of_one_map(heat, heat).items()}
    p = np.array([0.25, 0.5, 1]) / 1.75
    assert found["entropy"] == pytest.approx(-(p * np.log(p)).sum())
    assert found["entropy-printed"] == pytest.approx(0.25 * math.log(4) + 0.5 * math.log(2), 1e-6)
    assert found["activation-sd"] == pytest.approx(np.std([0, 0.25, 0.5, 1]))
    assert found["sparsity"] == 0.25
    assert found["top-mass"] == pytest.approx(100 * 0.4 * 1 / 1.75)


def test_a_constant_map_has_none_of_them() -> None:
    assert scaled(np.ones((3, 3))) is None
    found = of_one_map(np.zeros((3, 3)), np.zeros((6, 6)))
    assert all(not value.defined and "constant" in value.reason for value in found.values())


# --- the printed numbers


def test_the_printed_tables_contradict_the_plotted_curves(study) -> None:
    found = check(study, "identity")
    assert not found.holds
    assert found.figures["sum-vgg16"] == pytest.approx(0.816)
    assert found.figures["sum-vit"] == pytest.approx(0.787)
    assert found.figures["due-vgg16"] == pytest.approx(0.4445)
    assert found.figures["due-vit"] == pytest.approx(1.019)
    assert found.figures["own-gap"] < 1e-12
    assert "VGG16 0.816 against 0.444 and ViT 0.787 against 1.019" in found.sentence.replace(
        "0.445", "0.444"
    )
    assert set(PLOTTED) == {"vgg16", "vit"}


def test_the_printed_means_and_deviations_give_other_verdicts(study) -> None:
    zero = check(study, "zero")
    assert not zero.holds
    assert zero.figures["p"] == pytest.approx(
        2 * stats.t.sf(0.012 / (0.140 / math.sqrt(32)), 31), rel=1e-9
    )
    assert zero.figures["p"] == pytest.approx(0.63, abs=0.005)
    mass = check(study, "top-mass")
    assert not mass.holds
    assert mass.figures["p"] == pytest.approx(0.48, abs=0.005)
    assert mass.figures["d"] == pytest.approx(0.176, abs=0.001)
    entropy = check(study, "entropy")
    assert entropy.figures["published"] / entropy.figures["most"] == pytest.approx(0.977, abs=1e-3)


def test_32_images_have_little_power() -> None:
    first, second = network("one", 0), network("two", 1)
    small = dataclasses.replace(made(first, second), n=32)
    found = check(small, "power")
    assert not found.holds
    assert found.figures["power"] == pytest.approx(0.13, abs=0.03)
    assert check(dataclasses.replace(small, n=400), "power").holds


# --- a run


def test_a_run_has_every_figure_for_every_image(study) -> None:
    assert study.n == RUN
    assert len(PUBLISHED) == 8
    for one in study.networks:
        assert len(one.targets) == RUN
        assert one.grid == (8, 8)
        assert sum(one.fill) == pytest.approx(1)
        for dimension in SIX:
            assert np.isfinite(one.of(dimension.key)).all()
        for values in one.values.values():
            assert len(values) == RUN
        assert (one.of("auc") + one.of("aopc")).tolist() == pytest.approx(
            (one.of("first") + (one.of("first") - one.of("last")) / 20).tolist(), abs=1e-12
        )
        assert np.abs(one.of("inter-method")) == pytest.approx(np.abs(one.of("inter-method-ruled")))


def test_a_run_repeats_and_survives_storage(study) -> None:
    images = np.random.default_rng(0).random((RUN, 16, 16)).astype(np.float32)
    first, second = toys.conv(seed=1, key="one"), toys.conv(seed=5, key="two", title="Second")
    again = reproduce((first, images), (second, images), seed=3)
    stored = json.loads(json.dumps(study.to_dict(), allow_nan=False))
    assert json.loads(json.dumps(again.to_dict())) == stored
    restored = Study.from_dict(stored)
    assert restored.to_dict() == study.to_dict()
    assert [one.sentence for one in audit(restored)] == [one.sentence for one in audit(study)]


def test_a_damaged_record_is_refused() -> None:
    for record in ({}, {"networks": [{}, {}]}, {"networks": 3}):
        with pytest.raises(ArtifactError, match="A stored Study cannot be read"):
            Study.from_dict(record)


def test_different_images_are_refused() -> None:
    images = np.zeros((3, 16, 16), dtype=np.float32)
    with pytest.raises(InputError, match="images: 3 for Toy and 2 for Toy"):
        reproduce((toys.conv(), images), (toys.conv(), images[:2]))
    with pytest.raises(InputError, match="at least 2"):
        reproduce((toys.conv(), images[:1]), (toys.conv(), images[:1]))


# --- comparisons


def test_comparisons_equal_scipy() -> None:
    first, second = network("one", 0), network("two", 1)
    for found in compare(first, second):
        a, b = first.of(found.key), second.of(found.key)
        expected = stats.mannwhitneyu(a, b)
        assert (found.u, found.p) == (expected.statistic, expected.pvalue)
        assert found.p_bonferroni == min(1, 6 * found.p)
        assert found.rank_biserial == pytest.approx(2 * found.u / 64 - 1)
        assert found.p_paired == pytest.approx(stats.wilcoxon(a, b, method="exact").pvalue)
        assert found.pairs == 8


def test_images_without_a_figure_are_left_out_and_counted() -> None:
    gap = network("one", 0, values={"sparsity": (math.nan, *[0.5, 0.4, 0.3, 0.2, 0.1, 0.6, 0.7])})
    blank = network("two", 1, values={"robustness": (math.nan,) * 8})
    found = {one.key: one for one in compare(gap, blank)}
    assert found["sparsity"].n == (7, 8)
    assert found["sparsity"].pairs == 7
    assert found["robustness"].n == (8, 0)
    assert math.isnan(found["robustness"].p)
    assert math.isnan(found["robustness"].p_paired_bonferroni)
    assert found["entropy"].p_bonferroni == min(1, 6 * found["entropy"].p)


# --- checks of the protocol


def test_a_fill_that_is_a_class_is_told() -> None:
    found = check(made(network("one", 0), network("two", 1)), "prior")
    assert not found.holds
    assert found.figures["share-one"] == 0.5  # class b, seven tenths, on every other image
    assert "ONE calls plain grey b with a probability of 0.70" in found.sentence


def test_layers_that_cannot_be_read_are_told() -> None:
    fine = network("one", 0)
    refused = dataclasses.replace(
        network("two", 1), unread=(Unread("last block", "Its gradient is zero."),)
    )
    assert check(made(fine, fine), "gradient").holds
    found = check(made(fine, refused), "gradient")
    assert not found.holds
    assert "TWO: last block" in found.sentence


def test_flipped_signs_are_counted() -> None:
    raw = (-0.9, -0.8, 0.9, 0.7, -0.2, 0.1, 0.3, 0.4)
    ruled = (0.9, 0.8, 0.9, 0.7, -0.2, 0.1, 0.3, 0.4)
    turned = network(
        "one",
        0,
        values={
            "inter-method": raw,
            "inter-method-ruled": ruled,
            "flipped": (1.0, 1.0, *(0.0,) * 6),
        },
    )
    same = network("two", 1, values={"inter-method": ruled, "inter-method-ruled": ruled})
    found = check(made(turned, same), "sign")
    assert not found.holds
    assert found.figures["turned-one"] == 0.25
    assert found.figures["changed-one"] == 2
    assert found.figures["changed-two"] == 0
    assert check(made(same, same), "sign").holds


def test_controls_that_pass_are_counted() -> None:
    values = {
        "aopc": (0.5, 0.5, 0.5, -0.1, math.nan, 0.2, 0.2, 0.2),
        "aopc-random": (0.6, 0.1, 0.5, 0.1, 0.1, -0.1, -0.1, -0.1),
        "aopc-sobel": (0.0, 0.2, -0.5, 0.1, 0.1, 0.1, 0.3, 0.1),
    }
    found = check(made(network("one", 0, values=values), network("two", 1)), "controls")
    assert found.figures["map-one"] == 6
    assert found.figures["n-one"] == 7
    assert found.figures["random-one"] == 5
    assert found.figures["sobel-one"] == 6
    assert found.figures["flips-one"] == 3  # images 0, 2 (a tie) and 6
    assert not found.holds


def test_the_level_of_random_maps_is_compared_between_networks() -> None:
    low = network("one", 0, values={"aopc-random": tuple(np.linspace(0.1, 0.2, 8))})
    high = network("two", 1, values={"aopc-random": tuple(np.linspace(0.5, 0.7, 8))})
    found = check(made(low, high), "levels")
    assert not found.holds
    assert found.figures["gap"] == pytest.approx(0.45)
    assert found.figures["published-gap"] == pytest.approx(0.211)
    assert check(made(low, dataclasses.replace(low, key="two")), "levels").holds


def test_pairing_can_change_the_verdict() -> None:
    base = np.linspace(0, 1, 8)
    values = {one.key: tuple(base) for one in SIX}
    shifted = {key: tuple(base + 0.05) for key in values}
    first, second = network("one", 0, values=values), network("two", 1, values=shifted)
    found = check(made(first, second), "pairs")
    assert not found.holds
    assert found.figures == {"apart": 0, "paired": 6, "differ": 6}


def test_every_check_says_what_it_found(study) -> None:
    found = audit(study)
    assert len({one.key for one in found}) == len(found) == 11
    for one in found:
        assert one.title.endswith("?")
        assert one.sentence.endswith(".")
        json.dumps(one.to_dict(), allow_nan=False)

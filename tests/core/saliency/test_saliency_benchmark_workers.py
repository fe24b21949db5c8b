"""The benchmark in worker processes, on drawn films before a network of the chest X-ray system."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import SuiteError
from core.phantoms import draw, render
from core.saliency.benchmark.plan import Group, Plan, film_plan
from core.saliency.benchmark.run import run
from core.saliency.benchmark.table import read_table
from core.scale.parts import LOCK


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for seed in range(3):
        grey = (255 * render(draw(seed), 224)).astype(np.uint8)
        Image.fromarray(grey).save(folder / f"{seed}.png")
    return folder


@pytest.fixture
def plan() -> Plan:
    return dataclasses.replace(
        film_plan({f"{seed}.png": seed for seed in range(3)}, ("cnn",)),
        methods=("gradcam", "saliency", "random", "lung-prior"),
        groups=(Group.SHAPE, Group.CURVES, Group.LOCALISATION),
        fills=("mean",),
        steps=3,
        block=32,
        randoms=2,
    )


def test_number_of_workers_changes_nothing(plan: Plan, films: Path, tmp_path: Path) -> None:
    one = run(plan, tmp_path / "one", 1, films=films)
    two = run(plan, tmp_path / "two", 2, films=films)
    assert one.read_bytes() == two.read_bytes()
    table = read_table(two)
    assert list(table["image"].unique()) == list(plan.images)
    assert table["value"].notna().all()


def test_a_cluster_measures_the_same_bytes(
    plan: Plan, films: Path, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders are given as on the command line; the workers started in another one."""
    here = run(plan, tmp_path / "here", 0, films=films)
    monkeypatch.chdir(tmp_path)
    told: list[int] = []
    there = run(
        plan,
        Path("there"),
        on_progress=lambda done, _: told.append(done),
        films=Path(films.name),
        scheduler=scheduler,
    )
    assert told == [1, 2, 3]
    assert read_table(here)["value"].notna().all()
    assert there.read_bytes() == here.read_bytes()
    assert _written(there.parent) == _written(here.parent)


def _written(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != LOCK)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_stopped_run_keeps_what_is_done(plan: Plan, films: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    with pytest.raises(SuiteError, match="They are kept; run it again"):
        run(plan, tmp_path / "a", 1, lambda *_: stop.set(), stop.is_set, films)
    done = sum(path.stem.isdigit() for path in (tmp_path / "a").rglob("*.json"))
    assert 1 <= done < 3
    told: list[int] = []
    run(plan, tmp_path / "a", 1, lambda i, _: told.append(i), films=films)
    assert told == [1, 2, 3]


def test_interrupted_run_records_no_failure(plan: Plan, films: Path, tmp_path: Path) -> None:
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path / "a", 2, interrupt, films=films)
    table = read_table(run(plan, tmp_path / "a", 2, films=films))
    assert table["value"].notna().all()

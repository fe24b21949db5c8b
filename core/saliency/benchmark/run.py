"""Runs a plan: one part for each network and image, then one table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from core import respiratory
from core.errors import InputError
from core.saliency.benchmark import measure
from core.saliency.benchmark.plan import Plan
from core.saliency.benchmark.table import NAME, Shard, read_shard, write_table
from core.saliency.networks import stored
from core.scale.run import Unit, Work
from core.scale.run import run as make_parts

PARTS = "parts"
SUFFIX = ".json"

Progress = Callable[[int, int], None]


def run(
    plan: Plan,
    folder: Path,
    workers: int = 2,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    films: Path | None = None,
    scheduler: str | None = None,
) -> Path:
    """Run a plan or the rest of it, and return the path of its table.

    Every finished unit is on disk at once, so an interrupted run loses those in flight and the
    next call goes on from there. Neither the number of workers nor the order of the units changes
    a value.

    Parameters
    ----------
    plan : Plan
        What to measure.
    folder : Path
        Where parts and table are kept; new, or one of this plan.
    workers, should_stop, scheduler
        As in :func:`core.scale.run.run`.
    on_progress : callable, optional
        Told how many units are done, and of how many.
    films : Path, optional
        Folder that the names of films start from.

    Raises
    ------
    InputError
        If the folder holds other files, another plan or parts made with other networks or films,
        films are planned and their folder is not given, or a network does not exist.
    ArtifactError
        If a network cannot be opened.
    SuiteError
        If the run was stopped before the table could be written, or as in
        :func:`core.scale.run.run`.
    """
    _check(plan, films)
    _check_folder(folder)
    if scheduler is not None:  # its workers started in folders of their own
        folder, films = folder.absolute(), films and films.absolute()
    units = _units(plan, films)
    total = len(plan.networks) * len(plan.images)
    name = f"benchmark {plan.digest} ({plan.profile})"
    work = Work(name, _digest(plan, films), measure.write_part, units, SUFFIX, total)
    make_parts(
        work,
        folder / PARTS,
        workers=workers,
        scheduler=scheduler,
        on_progress=None if on_progress is None else lambda done, _: on_progress(done, total),
        should_stop=should_stop,
    )
    path = folder / NAME
    write_table(path, plan, shards(plan, folder))
    return path


def shards(plan: Plan, folder: Path) -> Iterator[Shard]:
    """Yield the units of a finished run in the order of the plan."""
    for unit in _units(plan, None):
        yield read_shard(folder / PARTS / f"{unit.key}{SUFFIX}")


def _check(plan: Plan, films: Path | None) -> None:
    if plan.source == "films" and (films is None or not films.is_dir()):
        raise InputError(f"films: there is no folder {films or 'given'}. Name the folder of films.")
    for key in plan.networks:  # a network that is not there would fail every one of its units
        network = measure.opened(key)
        network.logits(np.zeros((1, network.size, network.size), dtype=np.float32))


def _check_folder(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PARTS).is_dir():
        raise InputError(
            f"folder: {folder} holds other files, or a benchmark of an earlier version of the "
            "suite. Choose a new folder."
        )


def _digest(plan: Plan, films: Path | None) -> str:
    """Return the hash of what decides the table: plan, networks, films."""
    own = stored.artifact().manifest["files"]
    decisive = {
        "plan": plan.to_dict(),
        "films": respiratory.artifact().sha256,
        # The tables of earlier benchmarks lie beside the networks and decide nothing
        "phantoms": {name: own[name] for name in own if not name.endswith(".parquet")},
        "images": [_sha256(films / name) for name in plan.images] if films else [],
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _units(plan: Plan, films: Path | None) -> Iterator[Unit]:
    for turn, network in enumerate(plan.networks):
        for place in range(len(plan.images)):
            yield Unit(f"{turn:03d}-{network}/{place:05d}", (plan, network, place, films))

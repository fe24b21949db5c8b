"""Runs a plan: one shard for each network and image, made by worker processes, then one table."""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.errors import InputError, SuiteError
from core.runtime.jobs import JobPool
from core.saliency.benchmark import measure
from core.saliency.benchmark.measure import failed, measured
from core.saliency.benchmark.plan import Plan
from core.saliency.benchmark.table import (
    NAME,
    Shard,
    read_shard,
    write_shard,
    write_table,
)

PLAN = "plan.json"
PATIENCE = 1_800.0
"""Seconds that one unit may take."""

Progress = Callable[[int, int], None]


class Unit(NamedTuple):
    """One image before one network, and where its shard lies."""

    network: str
    place: int
    path: Path


def run(
    plan: Plan,
    folder: Path,
    workers: int = 2,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    films: Path | None = None,
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
        Where shards and table are kept; new, or one of this plan.
    workers : int, default 2
        Worker processes; 0 measures in this process.
    on_progress : callable, optional
        Told how many units are done, and of how many.
    should_stop : callable, optional
        Asked between units; what is in flight is finished, then the run ends.
    films : Path, optional
        Folder that the names of films start from.

    Raises
    ------
    InputError
        If the folder holds another plan, films are planned and their folder is not given, or a
        network does not exist.
    ArtifactError
        If a network cannot be opened.
    SuiteError
        If the run was stopped before the table could be written.
    """
    _check(plan, films)
    claim(plan, folder)
    units = list(_units(plan, folder))
    waiting = [unit for unit in units if read_shard(unit.path, plan.digest) is None]
    done = len(units) - len(waiting)
    stop = should_stop or (lambda: False)
    with contextlib.closing(_finished(plan, waiting, workers, stop, films)) as finished:
        for _ in finished:
            done += 1
            if on_progress is not None:
                on_progress(done, len(units))
    if done < len(units):
        raise SuiteError(
            f"The benchmark was stopped after {done} of {len(units)} units. "
            "They are kept; run it again to go on."
        )
    path = folder / NAME
    write_table(path, plan, shards(plan, folder))
    return path


def _check(plan: Plan, films: Path | None) -> None:
    if plan.source == "films" and (films is None or not films.is_dir()):
        raise InputError(f"films: there is no folder {films or 'given'}. Name the folder of films.")
    for key in plan.networks:  # a network that is not there would fail every one of its units
        network = measure.opened(key)
        network.logits(np.zeros((1, network.size, network.size), dtype=np.float32))


def claim(plan: Plan, folder: Path) -> None:
    """Make the folder this plan's; raises InputError if it is another's."""
    path = folder / PLAN
    if path.is_file():
        found = Plan.from_json(path.read_text(encoding="utf-8"))
        if found != plan:
            raise InputError(
                f"folder: {folder} holds the benchmark of another plan ({found.profile}, "
                f"{found.digest}; this one is {plan.digest}). Choose another folder."
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"folder: {folder} holds other files. Choose a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(plan.to_json(), encoding="utf-8")
    unfinished.replace(path)


def shards(plan: Plan, folder: Path) -> Iterator[Shard]:
    """Yield the finished units in the order of the plan."""
    for unit in _units(plan, folder):
        shard = read_shard(unit.path, plan.digest)
        if shard is not None:
            yield shard


def _units(plan: Plan, folder: Path) -> Iterator[Unit]:
    for network in plan.networks:
        for place in range(len(plan.images)):
            yield Unit(network, place, folder / "units" / network / f"{place:05d}.json")


def _finished(
    plan: Plan,
    waiting: list[Unit],
    workers: int,
    should_stop: Callable[[], bool],
    films: Path | None,
) -> Generator[Unit]:
    if workers == 0:
        return _in_process(plan, waiting, should_stop, films)
    return _in_workers(plan, waiting, workers, should_stop, films)


def _in_process(
    plan: Plan, waiting: list[Unit], should_stop: Callable[[], bool], films: Path | None
) -> Generator[Unit]:
    """Yield each unit as soon as its shard is on disk."""
    for unit in waiting:
        if should_stop():
            return
        write_shard(unit.path, measured(plan, unit.network, unit.place, films), plan.digest)
        yield unit


def _in_workers(
    plan: Plan,
    waiting: list[Unit],
    workers: int,
    should_stop: Callable[[], bool],
    films: Path | None,
) -> Generator[Unit]:
    """Yield each unit as soon as its shard is on disk, in the order in which they end."""
    pool, stopped = JobPool(workers), threading.Event()

    def work(unit: Unit) -> Unit | None:
        if stopped.is_set():
            return None
        try:
            shard = pool.run(measured, plan, unit.network, unit.place, films, timeout=PATIENCE)
        except SuiteError as error:
            if stopped.is_set():  # its worker was ended from here
                return None
            shard = failed(plan, unit.network, unit.place, error.message)
        write_shard(unit.path, shard, plan.digest)
        return unit

    with concurrent.futures.ThreadPoolExecutor(workers) as threads:
        try:
            futures = [threads.submit(work, unit) for unit in waiting]
            for future in concurrent.futures.as_completed(futures):
                unit = future.result()
                if unit is not None:
                    yield unit
                if should_stop():
                    stopped.set()
        finally:
            stopped.set()
            pool.shutdown()

"""Work in parts: here, in worker processes, or on a Dask cluster; each part whole or not there.

A part is made by one function at module level, given a path to write to and what its unit holds.
The same function runs wherever the part is made, so that the bytes do not depend on the place. A
part counts as done when its receipt lies beside it; both are written under another name, flushed to
the disk and renamed. A run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import SuiteError
from core.scale import parts
from core.scale.workers import Crew, crew, disk_sentence

Make = Callable[..., Mapping[str, Any]]
"""``make(path, *arguments)`` writes one part to ``path`` and returns its summary, JSON-safe."""

Progress = Callable[[int, int | None], None]
"""Told how many parts are done, and of how many where that is known."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work.

    Attributes
    ----------
    key : str
        Name of its part: lower-case letters, digits, dashes and slashes; keys in the order of the
        units are sorted.
    arguments : tuple
        What the function is given after the path; plain data, pickled on its way to a worker.
    """

    key: str
    arguments: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Work:
    """What is to be made.

    Attributes
    ----------
    name : str
        How the messages call it, such as ``"scoring of patients.csv"``.
    digest : str
        Hash of everything that decides the result: input, models, options. A folder holds the
        parts of one digest only.
    make : callable
        A function at module level of ``core``.
    units : iterable of Unit
        May be lazy: no more units are drawn than the workers can take.
    suffix : str
        Of the parts, such as ``".parquet"``: a dot, letters and digits.
    total : int, optional
        Number of units, where known.
    intact : callable, optional
        Given key and summary of a part whose receipt holds, says whether what its function wrote
        beside it is still there; if not, the part is made again.
    """

    name: str
    digest: str
    make: Make
    units: Iterable[Unit]
    suffix: str
    total: int | None = None
    intact: Callable[[str, Mapping[str, Any]], bool] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A finished part: where it lies, and what its function said of it."""

    key: str
    path: Path
    summary: Mapping[str, Any]


def run(
    work: Work,
    folder: Path,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Part]:
    """Make all parts that are not there yet, and return them all in the order of the units.

    Parameters
    ----------
    work : Work
        What to make.
    folder : Path
        Where the parts are kept: new, empty, or one of the same digest.
    workers : int, default 0
        Worker processes on this machine; 0 makes the parts in this process.
    scheduler : str, optional
        Address of a running Dask scheduler (``tcp://host:8786``, ``tls://...``); its workers must
        see ``folder`` and the input under the same paths. Takes the place of ``workers``.
    on_progress, should_stop : callable, optional
        Told after each part; asked between parts. What is in flight is finished, then the run ends.

    Raises
    ------
    InputError
        If the folder holds parts of another digest or other files, or another run is at work in it;
        if a key or the suffix cannot be used.
    SuiteError
        If the scheduler cannot be reached, a worker has other versions of the code, the libraries
        or the models than this process, a part failed, or the run was stopped.
    """
    try:
        with parts.held(folder) as token:
            parts.claim(folder, work.digest, work.name, work.suffix)
            with crew(workers, scheduler) as hands:
                job = _Job(work, folder, token, hands, on_progress or _untold)
                job.work_off(should_stop or _never)
                return job.parts()
    except OSError as error:
        raise SuiteError(disk_sentence(error, f"The {work.name}")) from error


def _never() -> bool:
    return False


def _untold(done: int, total: int | None) -> None:
    """Nobody asked."""


class _Job:
    """One call of :func:`run`: the units drawn so far and what is known of them."""

    def __init__(
        self, work: Work, folder: Path, token: str, hands: Crew, on_progress: Progress
    ) -> None:
        self._work, self._folder, self._token = work, folder, token
        self._hands, self._on_progress = hands, on_progress
        self._keys: list[str] = []
        self._summaries: dict[str, Mapping[str, Any]] = {}

    def work_off(self, should_stop: Callable[[], bool]) -> None:
        units = iter(self._work.units)
        while True:
            while self._hands.busy >= self._hands.room:
                self._gather()
            if should_stop():
                break
            unit = next(units, None)
            if unit is None:
                self._gather_all()
                return
            self._take(unit)
        self._gather_all()
        if next(units, None) is not None:
            raise self._stopped()

    def parts(self) -> list[Part]:
        """Return the finished parts in the order of their units."""
        suffix = self._work.suffix
        return [
            Part(key, parts.part_path(self._folder, key, suffix), self._summaries[key])
            for key in self._keys
        ]

    def _take(self, unit: Unit) -> None:
        parts.require_key(unit.key, self._keys[-1] if self._keys else "")
        self._keys.append(unit.key)
        work, folder = self._work, self._folder
        summary = parts.finished(folder, unit.key, work.suffix, work.digest)
        if summary is not None and (work.intact is None or work.intact(unit.key, summary)):
            self._note(unit.key, summary)
            return
        given = (work.make, unit.arguments, folder, unit.key, work.suffix, work.digest)
        label = f"Part {unit.key} of the {work.name}"
        self._hands.start(label, parts.make_part, *given, self._token)

    def _gather_all(self) -> None:
        while self._hands.busy:
            self._gather()

    def _gather(self) -> None:
        for key, summary in self._hands.done():
            self._note(key, summary)

    def _note(self, key: str, summary: Mapping[str, Any]) -> None:
        self._summaries[key] = summary
        self._on_progress(len(self._summaries), self._work.total)

    def _stopped(self) -> SuiteError:
        of = "" if self._work.total is None else f" of {self._work.total}"
        return SuiteError(
            f"The {self._work.name} was stopped after {len(self._summaries)}{of} parts. "
            "They are kept; run it again to go on."
        )

"""Streams that survive a restart: scored rows in an append-only, hash-chained log of their own.

Kept of a row are its integrity score and the column that fits least; never a patient's value. A
monitor is rebuilt by replaying them and is then the same to the bit. Writers need no lock: a block
is logged under the position of its first row, which only one of them can take; the other scores
nothing anew, it takes the next position.

A monitor needs every row from the first on. A stream that lost blocks, to a purge of the database
or because it was forgotten on demand, is neither replayed nor continued.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from core.audit.chain import Entry
from core.audit.log import AuditLog
from core.audit.retention import Redaction, redact_event
from core.breast_cancer.integrity import IntegrityReference
from core.breast_cancer.monitor import (
    TARGET_ARL,
    DriftMonitor,
    ScoredRows,
    require_model,
    score_rows,
)
from core.errors import InputError, SuiteError

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,23}")
_PREFIX = "drift_"
_SETTINGS = ("target_arl", "seed", "model")


class DriftTimeline:
    """The streams kept in one database.

    Parameters
    ----------
    url : str
        ``sqlite:////path/drift.sqlite`` or a PostgreSQL URL; nothing is created before the first
        block is appended.
    reference : IntegrityReference, optional
        What rows are held against; by default the training cases.

    Raises
    ------
    SuiteError
        If the database is of another kind, or its driver is not installed.
    """

    def __init__(self, url: str, reference: IntegrityReference | None = None) -> None:
        self._log = AuditLog(url)
        self._reference = reference
        self._ends: dict[tuple[object, ...], int] = {}

    @property
    def place(self) -> str:
        """Where the streams are, without a password."""
        return self._log.place

    def close(self) -> None:
        """Close the idle connections."""
        self._log.close()

    def append(
        self,
        stream: str,
        rows: ArrayLike | pd.DataFrame,
        *,
        at: str,
        target_arl: float = TARGET_ARL,
        seed: int = 0,
    ) -> int:
        """Score rows, add them to the end of a stream and return the position of the first one.

        Parameters
        ----------
        stream : str
            Name: up to 24 lower-case letters, digits and underscores.
        rows : DataFrame or array_like, shape (30,) or (n, 30)
            Values in the order of ``FEATURES``, or columns of these names; NaN for missing cells.
        at : str
            UTC time, ISO 8601.
        target_arl, seed : float, int
            As in :class:`DriftMonitor`; fixed by the first block of a stream.

        Raises
        ------
        InputError
            If the name or a row cannot be used, or the stream was begun with another target or
            seed.
        SuiteError
            If another model scored the stream, or the database cannot be written.
        """
        event = _event(stream)
        monitor = DriftMonitor(target_arl, seed, self._reference)
        settings = {name: getattr(monitor, name) for name in _SETTINGS}
        scored = score_rows(monitor.reference, rows)
        key = (stream, *settings.values())
        if key not in self._ends:
            self._ends[key] = self._end(event, settings)
        while len(scored.scores):
            start = self._ends[key]
            block = {"stream": stream, "start": start, **settings, **scored.to_dict()}
            try:
                after = (event, "0") if start else None
                self._log.append(event, block, request_id=str(start), at=at, after=after)
            except InputError:
                taken = next(self._log.entries(event=event, request_id=str(start)), None)
                end = start + _length(taken, settings) if taken else self._end(event, settings)
                if end == start:  # neither has another writer gone on, nor have rows gone
                    raise
                self._ends[key] = end
                continue
            self._ends[key] = start + len(scored.scores)
            return start
        return self._ends[key]

    def monitor(self, stream: str) -> DriftMonitor:
        """Rebuild a stream's monitor from the log, once the whole chain has been checked.

        Raises
        ------
        InputError
            If there is no such stream.
        SuiteError
            If the log does not stand, or another model scored the stream.
        """
        blocks = [entry.data() for entry in self._log.sound_entries(_event(stream))]
        if not blocks:
            _require_kept(next(self._log.entries(event=_event(stream)), None))
            raise InputError(f"There is no stream {stream!r} yet. Append rows to begin it.")
        first = blocks[0]
        monitor = DriftMonitor(first["target_arl"], first["seed"], self._reference)
        require_model(first["model"], monitor.model)
        for block in blocks:
            if block["start"] != monitor.n:
                raise SuiteError(_gap(stream, block["start"], monitor.n))
            monitor.take(ScoredRows.from_dict(block))
        return monitor

    def streams(self) -> dict[str, int]:
        """Return the name of every stream and its number of rows, without those forgotten."""
        lengths: dict[str, int] = {}
        for entry in self._log.entries():
            if entry.event.startswith(_PREFIX) and not entry.is_redacted:
                name = entry.event.removeprefix(_PREFIX)
                lengths[name] = lengths.get(name, 0) + len(entry.data()["scores"])
        return lengths

    def forget(self, stream: str, *, at: str) -> Redaction:
        """Erase every block of a stream for good; the chain keeps their places.

        The name stays taken: a stream that goes on under it would pass for the whole one.

        Parameters
        ----------
        stream : str
            Name of the stream.
        at : str
            UTC time, ISO 8601.

        Raises
        ------
        InputError
            If there is no such stream, or it is forgotten already.
        SuiteError
            If the log does not stand, or holds blocks of an earlier release.
        """
        self._ends.clear()
        return redact_event(self._log, event=_event(stream), at=at)

    def _end(self, event: str, settings: Mapping[str, Any]) -> int:
        end = 0
        # Read to the end first: a refusal must not leave the query open.
        for entry in list(self._log.entries(event=event)):
            length = _length(entry, settings)
            start = entry.data()["start"]
            if start != end:
                raise SuiteError(_gap(event.removeprefix(_PREFIX), start, end))
            end += length
        return end


def _gap(stream: str, start: int, end: int) -> str:
    return (
        f"Stream {stream!r} has a block for row {start} where row {end} belongs. "
        "It cannot be replayed: start a new stream."
    )


def _require_kept(entry: Entry | None) -> None:
    if entry is not None and entry.is_redacted:
        raise SuiteError(
            f"Stream {entry.event.removeprefix(_PREFIX)!r} was forgotten: its rows were erased. "
            "Start a new stream under another name."
        )


def _length(entry: Entry, settings: Mapping[str, Any]) -> int:
    """Return the rows of a block that was made with these settings."""
    _require_kept(entry)
    block = entry.data()
    require_model(block["model"], settings["model"])
    for name in ("target_arl", "seed"):
        if block[name] != settings[name]:
            raise InputError(
                f"Stream {block['stream']!r} was begun with {name} {block[name]:g}, not "
                f"{settings[name]:g}. Keep it, or start a stream under another name."
            )
    return len(block["scores"])


def _event(stream: str) -> str:
    if not _NAME.fullmatch(stream):
        raise InputError(
            f"The stream name {stream[:40]!r} cannot be used. "
            "Use up to 24 lower-case letters, digits and underscores."
        )
    return _PREFIX + stream

"""A log, or its front, as a file of one entry a line, and the check of such a file."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.audit.chain import FORMAT, GENESIS, REDACTION, Entry, Walk, utc_time
from core.audit.log import AuditLog, checkpoint, rows, verified
from core.audit.retention import front
from core.audit.store import Snapshot
from core.audit.tables import LOG, PURGED
from core.errors import InputError, SuiteError

MAX_LINE = 16 * 1024 * 1024
_KINDS: dict[str, type] = {
    field.name: int if field.type == "int" else str for field in dataclasses.fields(Entry)
}


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """What was written to a file.

    Attributes
    ----------
    n : int
        Entries in the file.
    first, last : int
        Numbers of the first and the last.
    head : str
        Hash of the last.
    """

    n: int
    first: int
    last: int
    head: str

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class FileCheck:
    """What a check of an exported file found.

    Attributes
    ----------
    ok : bool
        Whether every entry of the file stands and the file joins the chain of the log.
    n, first, last : int
        Entries of the file that stand, and the numbers of the first and the last.
    head : str
        Hash of the last entry that stands.
    redacted : int
        Entries whose content was erased.
    outlived : int
        Entries whose content was erased in the log later and is still in the file.
    joins : {"checkpoint", "purged", "kept", "no"}
        How the file meets the log: it ends where the log now begins; within what was purged; among
        the entries that are kept; or not at all.
    reason : str
        The finding as a sentence.
    """

    ok: bool
    n: int
    first: int
    last: int
    head: str
    redacted: int
    outlived: int
    joins: str
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)


def export(log: AuditLog, out: Path, before: str | None = None) -> Export:
    """Write the log to a file that is complete or not there.

    Parameters
    ----------
    log : AuditLog
        The log. It must stand as far as it is written.
    out : Path
        The file; one of that name is replaced.
    before : str, optional
        UTC time; only the front that a purge of the same time would remove.

    Raises
    ------
    InputError
        If there is no entry to write.
    SuiteError
        If an entry does not stand, or the log cannot be read. No file is left then.
    OSError
        If the file cannot be written.
    """
    cutoff = None if before is None else utc_time(before)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="ascii", newline="\n") as file:
            found = None
            for line, found in _lines(log, cutoff):  # noqa: B007 - the last one is the result
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if found is None:
            raise InputError("The log holds no such entry, so no file was written.")
        part.replace(out)
        return found
    finally:
        part.unlink(missing_ok=True)


def verify_file(source: Path, log: AuditLog) -> FileCheck:
    """Check a file by itself, and whether it joins the chain of the log.

    Raises
    ------
    InputError
        If the file does not hold entries.
    SuiteError
        If the log cannot be read.
    OSError
        If the file cannot be read.
    """
    walk: Walk | None = None
    erased: set[int] = set()
    for entry in read(source):
        walk = walk or Walk(entry.seq - 1, entry.previous if entry.seq > 1 else GENESIS)
        fault = walk.take(entry)
        if entry.is_redacted:
            erased.add(entry.seq)
        if fault:
            return _checked(walk, "no", f"{source.name}: entry {entry.seq} {fault}.", ok=False)
    if walk is None:
        raise InputError(f"{source.name}: is empty. Give a file that audit export wrote.")
    return _joined(source, walk, erased, log)


def read(source: Path) -> Iterator[Entry]:
    """Yield the entries of a file, as they stand there.

    Raises
    ------
    InputError
        If a line is no entry.
    """
    with source.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), 1):
            yield _entry(line, f"{source.name}, line {number}")


def _lines(log: AuditLog, cutoff: str | None) -> Iterator[tuple[str, Export]]:
    walk: Walk | None = None
    with log.store.reading() as snapshot:
        if snapshot is None:
            return
        start = checkpoint(snapshot)
        walk = Walk(start.seq, start.hash) if start else Walk()
        through = front(snapshot, cutoff).through
        for entry in rows(snapshot, through=through):
            fault = walk.take(entry)
            if fault:
                raise SuiteError(
                    f"Nothing was exported, because the log does not stand. {entry.seq} {fault}."
                )
            text = json.dumps(dataclasses.asdict(entry), separators=(",", ":"))
            yield f"{text}\n", Export(walk.n, walk.start + 1, walk.seq, walk.previous)


def _entry(line: bytes, place: str) -> Entry:
    if len(line) > MAX_LINE or not line.endswith(b"\n"):
        raise InputError(f"{place}: was cut off, or is no line of an exported log.")
    try:
        content: Any = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or set(content) != set(_KINDS):
        raise InputError(f"{place}: is not an entry. Give a file that audit export wrote.")
    for name, kind in _KINDS.items():
        if type(content[name]) is not kind:
            raise InputError(f"{place}: {name} is not of type {kind.__name__}.")
    return Entry(**content)


def _joined(source: Path, walk: Walk, erased: set[int], log: AuditLog) -> FileCheck:
    with log.store.reading() as snapshot:
        if snapshot is None:
            reason = f"{source.name}: stands by itself, but there is no log at {log.place}."
            return _checked(walk, "no", reason, ok=False)
        joins, said = _meets(walk, snapshot)
        standing = verified(snapshot)
        recorded = _recorded(walk, snapshot) if standing.ok else set()
    if not standing.ok:
        return _checked(walk, joins, f"The log itself does not stand. {standing.reason}", ok=False)
    lost = walk.erased.keys() - recorded
    if lost:
        reason = f"{source.name}: the content of entry {min(lost)} is gone without a record."
        return _checked(walk, joins, reason, ok=False)
    reason = f"{source.name}: entries {walk.start + 1} to {walk.seq} stand; the file {said}."
    outlived = len(recorded - erased)
    if outlived:
        reason += f" It still holds the content of {outlived} erased in the log: delete it."
    return _checked(walk, joins, reason, ok=joins != "no", outlived=outlived)


def _meets(walk: Walk, snapshot: Snapshot) -> tuple[str, str]:
    start = checkpoint(snapshot)
    if start is not None and (walk.seq, walk.previous) == (start.seq, start.hash):
        return "checkpoint", "ends where the log now begins"
    if start is not None and _has(snapshot, PURGED, walk):
        return "purged", "ends among the entries that were purged, and later ones are not in it"
    if _has(snapshot, LOG, walk):
        return "kept", "ends among the entries that are still in the log"
    return "no", "does not join the chain of the log: it is of another log, or was rewritten"


def _has(snapshot: Snapshot, table: sa.Table, walk: Walk) -> bool:
    query = sa.select(table.c.hash).where(table.c.seq == walk.seq)
    return snapshot.connection.execute(query).scalar() == walk.previous


def _recorded(walk: Walk, snapshot: Snapshot) -> set[int]:
    """Return the entries of the file whose content the log erased."""
    return {
        one["seq"]
        for entry in rows(snapshot, event=REDACTION)
        if entry.version == FORMAT  # an earlier release had no erasure: its own event by that name
        for one in entry.data()["entries"]
        if walk.start < one["seq"] <= walk.seq
    }


def _checked(walk: Walk, joins: str, reason: str, *, ok: bool, outlived: int = 0) -> FileCheck:
    last, head = walk.seq, walk.previous
    return FileCheck(ok, walk.n, walk.start + 1, last, head, walk.redacted, outlived, joins, reason)

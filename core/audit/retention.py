"""Taking out of the log what may no longer be kept, so that the rest can still be proved.

A purge removes entries from the front only and notes where the log now begins; erasing removes
the content of single entries and leaves their place. Either is recorded in the chain itself, in the
same transaction.
"""

from __future__ import annotations

import dataclasses
import datetime

import sqlalchemy as sa

from core.audit.chain import (
    FORMAT,
    PURGE,
    REDACTED,
    REDACTION,
    RESERVED,
    Checkpoint,
    Entry,
    Verification,
    canonical_json,
    fold,
    utc_time,
)
from core.audit.log import AuditLog, add, checkpoint, column, rows
from core.audit.store import Snapshot
from core.audit.tables import CHECKPOINTS, CURRENT, LOG, PURGED
from core.errors import InputError, SuiteError

RECORDED = 10_000
"""Erased entries that one record names, so that it stays a line that every reader takes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Front:
    """The entries at the front that are all older than a time.

    Attributes
    ----------
    n : int
        How many there are.
    through : int
        Number of the last of them.
    stays : tuple of (int, str) or None
        Number and time of the first entry that is not older; ``None`` if all are.
    """

    n: int
    through: int
    stays: tuple[int, str] | None


@dataclasses.dataclass(frozen=True, slots=True)
class Purge:
    """What a purge removed, or would remove.

    Attributes
    ----------
    before : str
        Entries of an earlier time were to go.
    removed : int
        Entries removed.
    through : int
        Number of the last entry removed so far, in this purge or an earlier one.
    stays : tuple of (int, str) or None
        Number and time of the first entry that stayed.
    done : bool
        False for a trial.
    overwritten : bool
        Whether the bytes on the disk are known to be overwritten already.
    """

    before: str
    removed: int
    through: int
    stays: tuple[int, str] | None
    done: bool
    overwritten: bool

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)

    def sentence(self) -> str:
        """Return the finding as a sentence."""
        verb = "were removed" if self.done else "would be removed"
        if self.removed == 0:
            said = f"No entry at the front is older than {self.before}: nothing to remove."
        else:
            first = self.through - self.removed + 1
            said = f"Entries {first} to {self.through} {verb} ({self.removed})."
        if self.stays is not None:
            said += f" The first that stays is entry {self.stays[0]} of {self.stays[1]}."
        return said


@dataclasses.dataclass(frozen=True, slots=True)
class Redaction:
    """The entries whose content was erased.

    Attributes
    ----------
    entries : tuple of int
        Their numbers.
    overwritten : bool
        Whether the bytes on the disk are known to be overwritten already.
    """

    entries: tuple[int, ...]
    overwritten: bool

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return {"entries": list(self.entries), "overwritten": self.overwritten}


def days_ago(days: int, now: str) -> str:
    """Return the time this many days before another."""
    moment = datetime.datetime.fromisoformat(utc_time(now))
    try:
        return utc_time((moment - datetime.timedelta(days=days)).isoformat())
    except OverflowError:
        raise InputError(f"{days} days ago is before all calendars. Give fewer.") from None


def front(snapshot: Snapshot, before: str | None) -> Front:
    """Find the longest front of the log whose entries are all older than a time.

    An entry dated later by a clock that was wrong keeps what comes after it: a purge never removes
    from the middle.

    Parameters
    ----------
    snapshot : Snapshot
        The log.
    before : str or None
        The time, UTC; ``None`` for the whole log.
    """
    stays = None
    if before is not None:
        at = LOG.c.at.collate("C") if snapshot.connection.dialect.name == "postgresql" else LOG.c.at
        later = sa.select(LOG.c.seq, LOG.c.at).where(at >= before).order_by(LOG.c.seq).limit(1)
        stays = snapshot.connection.execute(later).first()
    counted = sa.select(sa.func.count(), sa.func.max(LOG.c.seq))
    if stays is not None:
        counted = counted.where(LOG.c.seq < stays.seq)
    n, through = snapshot.connection.execute(counted).one()
    return Front(n, through or 0, (stays.seq, stays.at) if stays is not None else None)


def purge(log: AuditLog, *, before: str, at: str, trial: bool = False) -> Purge:
    """Remove the longest front whose entries are all older than a time.

    Parameters
    ----------
    log : AuditLog
        The log.
    before : str
        UTC time; entries of an earlier one go.
    at : str
        UTC time now.
    trial : bool, default False
        Only say what would be removed.

    Raises
    ------
    InputError
        If a time cannot be used or lies ahead.
    SuiteError
        If the log does not stand as it is: a purge would hide that for good. Nothing is removed.
    """
    cutoff, now = utc_time(before), utc_time(at)
    if cutoff > now:
        raise InputError(f"The time {cutoff} lies ahead. Purge entries before a time that is past.")
    found = _standing(log, "purged")
    if trial:
        with log.store.reading() as seen:
            old = front(seen, cutoff) if seen else Front(0, 0, None)
        return Purge(cutoff, old.n, old.through, old.stays, False, False)
    with log.store.writing() as connection:
        snapshot = Snapshot(connection, CURRENT)
        _require_same(snapshot, found)
        old = front(snapshot, cutoff)
        if old.n:
            _remove(snapshot, old, cutoff, now)
    return Purge(cutoff, old.n, old.through, old.stays, True, bool(old.n) and _settled(log))


def redact(log: AuditLog, *, request_id: str, at: str) -> Redaction:
    """Erase the content of every entry of one request; the entries keep their place.

    Raises
    ------
    InputError
        If there is nothing to erase.
    SuiteError
        If an entry is of an earlier release, or the log does not stand. Nothing is erased.
    """
    return _erase(log, at, f"request {request_id}", request_id=request_id)


def redact_event(log: AuditLog, *, event: str, at: str) -> Redaction:
    """Erase the content of every entry of one event; otherwise as :func:`redact`."""
    return _erase(log, at, f"event {event}", event=event)


def _erase(
    log: AuditLog, at: str, named: str, *, event: str | None = None, request_id: str | None = None
) -> Redaction:
    now = utc_time(at)
    found = _standing(log, "erased")
    with log.store.writing() as connection:
        snapshot = Snapshot(connection, CURRENT)
        _require_same(snapshot, found)
        chosen = [
            entry
            for entry in rows(snapshot, event=event, request_id=request_id)
            if entry.event not in RESERVED and not entry.is_redacted
        ]
        _require_erasable(chosen, named)
        marked = {"payload": REDACTED, "salt": ""}
        for entry in chosen:
            connection.execute(LOG.update().where(LOG.c.seq == entry.seq).values(marked))
        for first in range(0, len(chosen), RECORDED):
            names = [{"seq": e.seq, "hash": e.hash} for e in chosen[first : first + RECORDED]]
            _record(connection, REDACTION, {"entries": names}, chosen[first].seq, now)
    return Redaction(tuple(entry.seq for entry in chosen), _settled(log))


def _require_erasable(chosen: list[Entry], named: str) -> None:
    if not chosen:
        raise InputError(
            f"The log holds no content of {named}. Check the name; what was erased or purged "
            "before cannot be erased again."
        )
    old = [entry.seq for entry in chosen if entry.version != FORMAT]
    if old:
        raise SuiteError(
            f"Entry {old[0]} of {named} was written by an earlier release, whose chain covers the "
            "content itself. It can only be removed by a purge, with all entries before it."
        )


def _standing(log: AuditLog, verb: str) -> Verification:
    found = log.verify()
    if not found.ok:
        raise SuiteError(f"Nothing was {verb}, because the log does not stand. {found.reason}")
    return found


def _require_same(snapshot: Snapshot, found: Verification) -> None:
    """Require what was checked outside the lock, so that writers need not wait for the check."""
    start = checkpoint(snapshot)
    seq = found.purged + found.n
    query = sa.select(LOG.c.hash).where(LOG.c.seq == seq)
    purged = start.seq if start else 0
    known = purged == found.purged and (
        found.n == 0 or snapshot.connection.execute(query).scalar() == found.head
    )
    if not known:
        raise SuiteError("The log was changed by another program meanwhile. Try again.")


def _remove(snapshot: Snapshot, old: Front, cutoff: str, now: str) -> None:
    connection, last = snapshot.connection, checkpoint(snapshot)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout TO 0")
    gone = LOG.c.seq <= old.through
    newest = sa.select(LOG.c.hash).where(LOG.c.seq == old.through)
    digest = fold(
        last.digest if last else "",
        column(snapshot, sa.select(LOG.c.hash).where(gone).order_by(LOG.c.seq)),
    )
    made = Checkpoint(old.through, connection.execute(newest).scalar_one(), old.n, now, digest)
    connection.execute(
        PURGED.insert().from_select(["seq", "hash"], sa.select(LOG.c.seq, LOG.c.hash).where(gone))
    )
    _record(connection, PURGE, made.record() | {"before": cutoff}, old.through, now)
    connection.execute(LOG.delete().where(gone))
    connection.execute(CHECKPOINTS.insert().values(dataclasses.asdict(made)))


def _record(
    connection: sa.Connection, event: str, payload: dict[str, object], seq: int, now: str
) -> None:
    fields = {"at": now, "event": event, "request_id": f"{event}-{seq}"}
    add(connection, fields | {"payload": canonical_json(payload)})


def _settled(log: AuditLog) -> bool:
    try:
        return log.store.settle()
    except SuiteError:
        return False  # the entries are gone all the same

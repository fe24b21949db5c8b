"""What a log is: place, revision, extent, what was taken out of it."""

from __future__ import annotations

import dataclasses

import sqlalchemy as sa

from core.audit.chain import GENESIS, REDACTED
from core.audit.log import AuditLog, checkpoints
from core.audit.store import Snapshot
from core.audit.tables import CURRENT, LOG, upgrade


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """State of a log, read without a check of its chain.

    Attributes
    ----------
    place : str
        Where it is, without a password.
    revision : str or None
        Revision of its tables; ``None`` if there is no log.
    current : str
        Revision that this release writes.
    entries, redacted : int
        Entries kept, and those of them whose content was erased.
    first_at, last_at : str or None
        Times of the first and the last entry kept.
    head : str
        Hash of the last entry.
    size : int
        Bytes on the disk.
    purged : int
        Entries purged so far.
    purged_at : str or None
        Time of the last purge.
    """

    place: str
    revision: str | None
    current: str
    entries: int
    redacted: int
    first_at: str | None
    last_at: str | None
    head: str
    size: int
    purged: int
    purged_at: str | None

    def to_dict(self) -> dict[str, object]:
        """Return the state as plain data."""
        return dataclasses.asdict(self)


def status(log: AuditLog) -> Status:
    """Return the state of a log.

    Raises
    ------
    SuiteError
        If the database cannot be read, or was made by a newer release.
    """
    with log.store.reading() as snapshot:
        if snapshot is None:
            return Status(log.place, None, CURRENT, 0, 0, None, None, GENESIS, 0, 0, None)
        read = snapshot.connection.execute
        erased = sa.select(sa.func.count()).where(LOG.c.payload == REDACTED)
        ends = (
            sa.select(LOG.c.at, LOG.c.hash).order_by(by) for by in (LOG.c.seq, LOG.c.seq.desc())
        )
        first, last = (read(end.limit(1)).first() for end in ends)
        purges = checkpoints(snapshot)
        return Status(
            place=log.place,
            revision=snapshot.revision,
            current=CURRENT,
            entries=read(sa.select(sa.func.count()).select_from(LOG)).scalar_one(),
            redacted=read(erased).scalar_one(),
            first_at=first.at if first else None,
            last_at=last.at if last else None,
            head=last.hash if last else purges[-1].hash if purges else GENESIS,
            size=_size(log, snapshot),
            purged=purges[-1].seq if purges else 0,
            purged_at=purges[-1].at if purges else None,
        )


def migrate(log: AuditLog) -> tuple[str | None, str]:
    """Bring a log to the revision of this release, and return the revisions before and after.

    Raises
    ------
    SuiteError
        If the database cannot be written, or was made by a newer release.
    """
    with log.store.writing(upgrading=False) as connection:
        return upgrade(connection)


def _size(log: AuditLog, snapshot: Snapshot) -> int:
    if not log.store.is_sqlite:
        query = sa.text("SELECT pg_total_relation_size(to_regclass('audit_log'))")
        return int(snapshot.connection.execute(query).scalar_one())
    file = log.store.file
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())

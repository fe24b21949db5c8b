"""The log in a database: SQLite by default, PostgreSQL by its URL."""

from __future__ import annotations

import dataclasses
import itertools
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.audit.chain import (
    REDACTED,
    RESERVED,
    Checkpoint,
    Entry,
    Verification,
    canonical_json,
    fold,
    link,
    utc_time,
    verify,
)
from core.audit.store import Snapshot, Store
from core.audit.tables import CHECKPOINTS, LOG, PURGED, REVISIONS, columns_of
from core.errors import InputError, SuiteError
from core.runtime.logs import check_request_id

PAGE_ROWS = 1_000
SALT_BYTES = 16

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,31}")


class AuditLog:
    """An append-only log. Threads may share one instance, processes one database.

    Parameters
    ----------
    url : str
        ``sqlite:////path/file`` or ``postgresql+driver://...``. Nothing is opened or created before
        the first use; the first append creates folder, file and tables, and brings those of an
        earlier release up to date. A SQLite log in use has two companion files (``-wal``,
        ``-shm``): copy it with SQLite's own backup command.

    Attributes
    ----------
    store : Store
        The database, for what takes entries out again.

    Raises
    ------
    SuiteError
        If the database is of another kind, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.store = Store(url)

    @property
    def place(self) -> str:
        """Where the log is, without a password."""
        return self.store.place

    def close(self) -> None:
        """Close the idle connections; the log can be used again afterwards."""
        self.store.close()

    def append(
        self,
        event: str,
        payload: Mapping[str, object],
        *,
        request_id: str,
        at: str,
        after: tuple[str, str] | None = None,
    ) -> Entry:
        """Add one entry at the end and return it once it is on disk.

        Parameters
        ----------
        event : str
            Lower-case name of what happened.
        payload : mapping
            JSON-safe data, stored as :func:`core.audit.canonical_json` writes it.
        request_id : str
            Id of the request; each event may have it once.
        at : str
            UTC time, ISO 8601 with its offset. It may lie before that of the entry before: order
            is by number, and a clock may be wrong.
        after : tuple of (str, str), optional
            Event and request id of an earlier entry that must still be there with its content. No
            erasure or purge comes between this check and the new entry.

        Raises
        ------
        InputError
            If an argument cannot be used, the event of this request is already logged, or the
            earlier entry or its content is gone.
        SuiteError
            If the database cannot be written; nothing was logged then. Only if a server's
            connection broke during the last step may the entry be there: the same call again is
            then refused as already logged.
        """
        fields = _fields(event, payload, request_id, at)
        try:
            with self.store.writing() as connection:
                if after is not None:
                    _require_kept(connection, *after)
                return add(connection, fields)
        except IntegrityError as error:
            raise InputError(
                f"The event {event!r} of request {request_id} is already logged. "
                "Send each request under an id of its own."
            ) from error

    def entries(
        self, *, event: str | None = None, request_id: str | None = None
    ) -> Iterator[Entry]:
        """Yield the entries in order, all or those of one event or request; none if no log exists.

        Those whose content was erased are among them (``Entry.is_redacted``).

        Raises
        ------
        SuiteError
            If the database cannot be read.
        """
        with self.store.reading() as snapshot:
            if snapshot is not None:
                yield from rows(snapshot, event=event, request_id=request_id)

    def verify(self, head: str | None = None) -> Verification:
        """Check every entry against the chain.

        Parameters
        ----------
        head : str, optional
            A hash noted earlier. It must still be in the chain, or be among those that a recorded
            purge removed; this finds a log that was cut off or rewritten as a whole, which the
            chain alone cannot show.

        Returns
        -------
        Verification
            A log that does not exist or cannot be read does not pass.
        """
        try:
            with self.store.reading() as snapshot:
                if snapshot is None:
                    reason = f"There is no audit log at {self.place}."
                    return Verification(False, 0, None, reason, "")
                return verified(snapshot, head)
        except SuiteError as error:
            return Verification(False, 0, None, error.message, "")

    def sound_entries(self, *events: str) -> list[Entry]:
        """Return the entries of these events once the whole chain has been checked.

        Entries whose content was erased are left out; :meth:`verify` counts them.

        Raises
        ------
        SuiteError
            If an entry does not stand, or the database cannot be read.
        """
        kept: list[Entry] = []

        def watched(entries: Iterator[Entry]) -> Iterator[Entry]:
            for entry in entries:
                if entry.event in events and not entry.is_redacted:
                    kept.append(entry)
                yield entry

        with self.store.reading() as snapshot:
            if snapshot is None:
                return kept
            found = verify(watched(rows(snapshot)), start=checkpoint(snapshot))
        if not found.ok:
            raise SuiteError(f"The audit log cannot be relied on. {found.reason}")
        return kept


def _fields(event: str, payload: Mapping[str, object], request_id: str, at: str) -> dict[str, str]:
    if not _EVENT.fullmatch(event) or event in RESERVED:
        raise InputError(
            f"The event name {event!r} cannot be used. Use up to 32 lower-case letters, digits "
            f"and underscores, but not {' or '.join(RESERVED)}."
        )
    fields = {
        "at": utc_time(at),
        "event": event,
        "request_id": check_request_id(request_id),
        "payload": canonical_json(payload),
    }
    if fields["payload"] == REDACTED:
        raise InputError(
            f"The payload {REDACTED} marks erased content and cannot be logged. Add a field."
        )
    return fields


def add(connection: sa.Connection, fields: Mapping[str, str]) -> Entry:
    """Add one entry inside a writer's transaction; the chain goes on after a purge, too."""
    last = None
    for table in (LOG, CHECKPOINTS):
        columns = (table.c.seq, table.c.hash)
        newest = sa.select(*columns).order_by(table.c.seq.desc()).limit(1)
        last = connection.execute(newest).first()
        if last is not None:
            break
    salt = secrets.token_hex(SALT_BYTES)
    entry = link((last.seq, last.hash) if last else None, **fields, salt=salt)
    connection.execute(LOG.insert().values(dataclasses.asdict(entry)))
    return entry


def _require_kept(connection: sa.Connection, event: str, request_id: str) -> None:
    found = sa.select(LOG.c.payload).where(LOG.c.event == event, LOG.c.request_id == request_id)
    if connection.execute(found).scalar() in (None, REDACTED):
        raise InputError(
            f"The event {event!r} of request {request_id} is not in the log any more, and what "
            "belongs to it cannot be logged. Leave it out."
        )


def rows(
    snapshot: Snapshot,
    *,
    event: str | None = None,
    request_id: str | None = None,
    through: int | None = None,
) -> Iterator[Entry]:
    """Yield entries of one state of the database, page by page."""
    query: sa.Select[*tuple[Any, ...]] = sa.select(*columns_of(snapshot.revision)).order_by(
        LOG.c.seq
    )
    if event is not None:
        query = query.where(LOG.c.event == event)
    if request_id is not None:
        query = query.where(LOG.c.request_id == request_id)
    if through is not None:
        query = query.where(LOG.c.seq <= through)
    for row in _paged(snapshot, query):
        yield Entry(*row)


def column(snapshot: Snapshot, query: sa.Select[str]) -> Iterator[str]:
    """Yield a query's only column, page by page."""
    for row in _paged(snapshot, query):
        yield row[0]


def checkpoint(snapshot: Snapshot) -> Checkpoint | None:
    """Return where the log begins, if its front was purged."""
    found = checkpoints(snapshot)
    return found[-1] if found else None


def checkpoints(snapshot: Snapshot) -> list[Checkpoint]:
    """Return every purge, oldest first."""
    if snapshot.revision == REVISIONS[0]:
        return []
    query = sa.select(CHECKPOINTS).order_by(CHECKPOINTS.c.seq)
    return [Checkpoint(*row) for row in snapshot.connection.execute(query)]


def _paged(snapshot: Snapshot, query: sa.Select[*tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    options = {"yield_per": PAGE_ROWS}
    with snapshot.connection.execute(query, execution_options=options) as found:
        for row in found:
            yield tuple(row)


def verified(snapshot: Snapshot, head: str | None = None) -> Verification:
    """Check one state of the database as :meth:`AuditLog.verify` does."""
    purges = checkpoints(snapshot)
    start = purges[-1] if purges else None
    gone = None if start is None or head is None else _purged(snapshot, head)
    if gone is None or start is None:
        return verify(rows(snapshot), head, start)
    found = verify(rows(snapshot), None, start)
    if not found.ok:
        return found
    if not _list_stands(snapshot, purges):
        reason = "The list of purged entries was altered, so the anchored head proves nothing."
        return dataclasses.replace(found, ok=False, reason=reason)
    day = next(one.at[:10] for one in purges if one.seq >= gone)
    reason = f"{found.reason} The anchored head is entry {gone}, which was purged on {day}."
    return dataclasses.replace(found, reason=reason)


def _purged(snapshot: Snapshot, head: str) -> int | None:
    query = sa.select(PURGED.c.seq).where(PURGED.c.hash == head)
    return snapshot.connection.execute(query).scalar()


def _list_stands(snapshot: Snapshot, purges: list[Checkpoint]) -> bool:
    """Whether the hashes of what was purged are those that the chain has a record of."""
    hashes = column(snapshot, sa.select(PURGED.c.hash).order_by(PURGED.c.seq))
    digest = ""
    for one in purges:
        digest = fold(digest, itertools.islice(hashes, one.removed))
    return digest == purges[-1].digest and next(hashes, None) is None

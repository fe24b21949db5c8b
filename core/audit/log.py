"""The log in a database: SQLite by default, PostgreSQL by its URL."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from core.audit.chain import Entry, Verification, canonical_json, link, utc_time, verify
from core.errors import InputError, SuiteError
from core.runtime.logs import check_request_id

BUSY_SECONDS = 30
BUSY_RETRY_SECONDS = 0.01
PAGE_ROWS = 1_000

# Serialises writers, also while the table does not exist yet. On PostgreSQL a row lock could not
# do that for an empty table, and a waiter on it would not see the row its predecessor added.
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(740121)"}

# SQLite's own errors pass unwrapped while a connection is prepared; text may be unreadable too.
_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError)

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,31}")
_TABLE = sa.Table(
    "audit_log",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("event", "request_id", name="audit_log_once"),
)


class AuditLog:
    """An append-only log. Threads may share one instance, processes one database.

    Parameters
    ----------
    url : str
        ``sqlite:////path/file`` or ``postgresql+driver://...``. Nothing is opened or created before
        the first use; the first append creates folder, file and table. A SQLite log in use has
        two companion files (``-wal``, ``-shm``): copy it with SQLite's own backup command.

    Raises
    ------
    SuiteError
        If the database is of another kind, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(sa.make_url(url))
        except (SQLAlchemyError, ImportError) as error:
            raise SuiteError(
                f"The audit database cannot be used ({type(error).__name__}). Check the URL in "
                "SUITE_AUDIT_URL and that the database's Python driver is installed."
            ) from error

    @property
    def place(self) -> str:
        """Where the log is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close the idle connections; the log can be used again afterwards."""
        self._engine.dispose()

    def append(
        self, event: str, payload: Mapping[str, object], *, request_id: str, at: str
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
            UTC time, ISO 8601 with its offset.

        Raises
        ------
        InputError
            If an argument cannot be used, or the event of this request is already logged.
        SuiteError
            If the database cannot be written; nothing was logged then.
        """
        if not _EVENT.fullmatch(event):
            raise InputError(
                f"The event name {event!r} cannot be used. "
                "Use up to 32 lower-case letters, digits and underscores."
            )
        fields = {
            "at": utc_time(at),
            "event": event,
            "request_id": check_request_id(request_id),
            "payload": canonical_json(payload),
        }
        try:
            with self._speaking("written"):
                return self._append(fields)
        except IntegrityError as error:
            raise InputError(
                f"The event {event!r} of request {request_id} is already logged. "
                "Send each request under an id of its own."
            ) from error

    def entries(
        self, *, event: str | None = None, request_id: str | None = None
    ) -> Iterator[Entry]:
        """Yield the entries in order, all or those of one event or request; none if no log exists.

        Raises
        ------
        SuiteError
            If the database cannot be read.
        """
        query = sa.select(_TABLE).order_by(_TABLE.c.seq)
        if event is not None:
            query = query.where(_TABLE.c.event == event)
        if request_id is not None:
            query = query.where(_TABLE.c.request_id == request_id)
        with self._speaking("read"):
            if not self._exists():
                return
            with self._engine.connect() as connection:
                rows = connection.execution_options(yield_per=PAGE_ROWS).execute(query)
                for row in rows:
                    yield Entry(*row)

    def verify(self, head: str | None = None) -> Verification:
        """Check every entry against the chain.

        Parameters
        ----------
        head : str, optional
            A hash noted earlier. It must still be in the chain; this finds a log that was cut off
            or rewritten as a whole, which the chain alone cannot show.

        Returns
        -------
        Verification
            A log that does not exist or cannot be read does not pass.
        """
        try:
            with self._speaking("read"):
                if not self._exists():
                    reason = f"There is no audit log at {self.place}."
                    return Verification(False, 0, None, reason, "")
            return verify(self.entries(), head)
        except SuiteError as error:
            return Verification(False, 0, None, error.message, "")

    def sound_entries(self, *events: str) -> list[Entry]:
        """Return the entries of these events once the whole chain has been checked.

        Raises
        ------
        SuiteError
            If an entry does not stand, or the database cannot be read.
        """
        kept: list[Entry] = []

        def watched() -> Iterator[Entry]:
            for entry in self.entries():
                if entry.event in events:
                    kept.append(entry)
                yield entry

        found = verify(watched())
        if not found.ok:
            raise SuiteError(f"The audit log cannot be relied on. {found.reason}")
        return kept

    def _append(self, fields: dict[str, str]) -> Entry:
        if self._engine.dialect.name == "sqlite":
            self._file().parent.mkdir(parents=True, exist_ok=True)
        with self._engine.connect() as connection:
            connection.exec_driver_sql(_LOCKS[connection.dialect.name])
            _TABLE.create(connection, checkfirst=True)
            columns = (_TABLE.c.seq, _TABLE.c.hash)
            last = connection.execute(
                sa.select(*columns).order_by(_TABLE.c.seq.desc()).limit(1)
            ).first()
            entry = link((last.seq, last.hash) if last else None, **fields)
            connection.execute(_TABLE.insert().values(dataclasses.asdict(entry)))
            connection.commit()
        return entry

    def _exists(self) -> bool:
        if self._engine.dialect.name == "sqlite" and not self._file().is_file():
            return False  # asking the database would create the file
        return sa.inspect(self._engine).has_table(_TABLE.name)

    def _file(self) -> Path:
        return Path(str(self._engine.url.database))

    @contextlib.contextmanager
    def _speaking(self, verb: str) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except _FAILURES as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise SuiteError(
                f"The audit log at {self.place} could not be {verb} ({cause}). Check that it "
                "exists, is undamaged, is writable and is not locked by another program."
            ) from error


def _engine(url: sa.URL) -> sa.Engine:
    name = url.get_backend_name()
    if name not in _LOCKS or url.database in (None, "", ":memory:"):
        raise SuiteError(
            f"The audit log cannot be kept in {url.render_as_string(hide_password=True)}. "
            "Use a SQLite file or a PostgreSQL database."
        )
    if name == "postgresql":
        return sa.create_engine(url, pool_pre_ping=True)
    # A pooled connection would go on writing to a file that was moved away or deleted.
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    sa_event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would otherwise begin transactions by itself, too late and without the lock.
    connection.isolation_level = None
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}").close()
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL").close()
    except Exception:
        connection.close()
        raise


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a database to write-ahead logging, once in its life.

    While another connection does the same, SQLite refuses at once whatever the busy timeout says,
    so the wait is made here.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            primary = error.sqlite_errorcode & 0xFF  # the rest of the code is detail
            if primary != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(BUSY_RETRY_SECONDS)

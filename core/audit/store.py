"""The database under the log: connections, the lock of writers, failures as sentences."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, SQLAlchemyError

from core.audit import tables
from core.errors import SuiteError

BUSY_SECONDS = 30
BUSY_RETRY_SECONDS = 0.01
STATEMENT_SECONDS = 120
CONNECT_SECONDS = 10
SETTLE_SECONDS = 2

# Serialises writers, also while the table does not exist yet. On PostgreSQL a row lock could not
# do that for an empty table, and a waiter on it would not see the row its predecessor added.
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(740121)"}

# SQLite's own errors pass unwrapped while a connection is prepared; text may be unreadable too.
_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError)


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the database, however long it is read.

    Attributes
    ----------
    connection : Connection
        Where to read.
    revision : str
        Revision of its tables.
    """

    connection: sa.Connection
    revision: str


class Store:
    """One database. Threads may share one instance, processes one database.

    Parameters
    ----------
    url : str
        As for :class:`core.audit.log.AuditLog`.
    """

    def __init__(self, url: str) -> None:
        try:
            made = sa.make_url(url)
            self._readers, self._writers = _engines(made)
        except (SQLAlchemyError, ImportError) as error:
            raise SuiteError(
                f"The audit database cannot be used ({type(error).__name__}). Check the URL in "
                "SUITE_AUDIT_URL and that the database's Python driver is installed: "
                "python -m pip install -r requirements-server.txt"
            ) from error
        given = (made.password, made.query.get("password"), made.query.get("sslpassword"))
        self._secrets = [str(one) for one in given if one]
        self._checked: int | None = None
        # A log that nobody closed must not leave its connections to the garbage collector.
        weakref.finalize(self, _dispose, self._readers, self._writers)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of SQLite."""
        return self._writers.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where the database is, without a password."""
        return _shown(self._writers.url)

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(str(self._writers.url.database))

    def close(self) -> None:
        """Close the idle connections; the store can be used again afterwards."""
        _dispose(self._readers, self._writers)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Snapshot | None]:
        """Give one state of the database to read; ``None`` if there is no log."""
        with self.speaking("read"):
            if self.is_sqlite and not self.file.is_file():
                yield None  # asking the database would create the file
                return
            with self._readers.connect() as connection:
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN")
                known = self._checked is not None and self._checked == self._layout(connection)
                revision = tables.CURRENT if known else tables.revision_of(connection)
                yield None if revision is None else Snapshot(connection, revision)

    @contextlib.contextmanager
    def writing(self, *, upgrading: bool = True) -> Iterator[sa.Connection]:
        """Give the connection of the one writer, its tables up to date; commit at the end."""
        with self.speaking("written"):
            if self.is_sqlite:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            with self._writers.connect() as connection:
                connection.exec_driver_sql(_LOCKS[connection.dialect.name])
                if upgrading and self._checked != self._layout(connection):
                    tables.upgrade(connection)
                yield connection
                layout = self._layout(connection)
                connection.commit()
                self._checked = layout if upgrading else None

    def settle(self) -> bool:
        """Overwrite what was deleted, as far as the database can, and return whether it did.

        Other connections may hold SQLite's log of changes open; it is then emptied later. What
        PostgreSQL freed is overwritten by later rows.
        """
        with self.speaking("written"), self._writers.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # nobody else gets it with the limits set here
            if not self.is_sqlite:
                connection.exec_driver_sql("SET statement_timeout TO 0")
                connection.exec_driver_sql(f"VACUUM {tables.LOG.name}")
                return False
            connection.exec_driver_sql(f"PRAGMA busy_timeout={SETTLE_SECONDS * 1000}")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            return not busy

    @contextlib.contextmanager
    def speaking(self, verb: str) -> Iterator[None]:
        """Turn a failure of the database into a sentence."""
        try:
            yield
        except IntegrityError:
            raise
        except _FAILURES as error:
            self._checked = None
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise SuiteError(
                f"The audit log at {self.place} could not be {verb} ({self._told(cause)}). Check "
                "that it exists, is undamaged, is writable, has space left and is not locked by "
                "another program."
            ) from error

    def _layout(self, connection: sa.Connection) -> int:
        """Return a number that differs once the tables differ from those that were checked."""
        if not self.is_sqlite:
            return 0  # a round trip; a table that is gone fails by itself and is then made anew
        return int(connection.exec_driver_sql("PRAGMA schema_version").scalar_one())

    def _told(self, cause: object) -> str:
        text = " ".join(str(cause).split())
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _dispose(*engines: sa.Engine) -> None:
    for engine in engines:
        engine.dispose()


def _shown(url: sa.URL) -> str:
    # The query part may hold a password too.
    return url.set(query={}).render_as_string(hide_password=True)


def _engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    """Return the engine of readers and that of writers."""
    name = url.get_backend_name()
    if name not in _LOCKS or url.database in (None, "", ":memory:"):
        raise SuiteError(
            f"The audit log cannot be kept in {_shown(url)}. "
            "Use a SQLite file or a PostgreSQL database."
        )
    return _postgresql(url) if name == "postgresql" else _sqlite(url)


def _postgresql(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    # A writer must see what its predecessor committed while it waited for the lock.
    writers = sa.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    sa_event.listen(writers, "do_connect", _hurry)
    sa_event.listen(writers, "connect", _limit)
    return writers.execution_options(isolation_level="REPEATABLE READ"), writers


def _hurry(_dialect: object, _record: object, _args: object, options: dict[str, object]) -> None:
    options.setdefault("connect_timeout", CONNECT_SECONDS)


def _limit(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout TO '{BUSY_SECONDS}s'")
    cursor.execute(f"SET statement_timeout TO '{STATEMENT_SECONDS}s'")
    cursor.close()
    connection.commit()


def _sqlite(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    """Readers open the file anew and so see what is on the disk; a writer stays connected.

    Closing the last connection makes SQLite move all changes into the file, which costs more than
    the append.
    """
    readers = sa.create_engine(url, poolclass=sa.NullPool)
    writers = sa.create_engine(url)
    file = Path(str(url.database))
    for engine in (readers, writers):
        sa_event.listen(engine, "connect", _prepare_sqlite)

    def remember(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(file)

    def compare(
        connection: sqlite3.Connection, record: sa.pool.ConnectionPoolEntry, _proxy: object
    ) -> None:
        # It would go on writing to a file that was moved away or deleted.
        if record.info["file"] != _identity(file):
            with contextlib.suppress(sqlite3.Error):  # to the moved file belongs what it committed
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
            raise DisconnectionError("the file is another one")

    sa_event.listen(writers, "connect", remember)
    sa_event.listen(writers, "checkout", compare)
    return readers, writers


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would otherwise begin transactions by itself, too late and without the lock.
    connection.isolation_level = None
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}").close()
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL").close()
        connection.execute("PRAGMA secure_delete=ON").close()
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

"""What the tests of the log share, importable by the processes they start."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path

import sqlalchemy as sa

from core.audit import Entry
from core.audit.log import AuditLog

AT = "2026-03-01T12:00:00+00:00"
NOW = "2026-06-01T00:00:00+00:00"
OLD_TABLE = (
    "CREATE TABLE audit_log (seq {whole} NOT NULL PRIMARY KEY, at TEXT NOT NULL, "
    "event TEXT NOT NULL, request_id TEXT NOT NULL, payload TEXT NOT NULL, "
    "previous TEXT NOT NULL, hash TEXT NOT NULL, "
    "CONSTRAINT audit_log_once UNIQUE (event, request_id))"
)
"""The table as the first release made it."""


def day(number: int) -> str:
    return f"2026-04-{number:02d}T00:00:00.000000+00:00"


def fill(log: AuditLog, n: int, first: int = 0) -> list[Entry]:
    """Append one entry a day, from the day after the first."""
    return [
        log.append(
            "inference", {"p": i / 7, "name": f"secret-{i}"}, request_id=f"r{i}", at=day(i + 1)
        )
        for i in range(first, first + n)
    ]


def execute(url: str, *statements: str) -> None:
    """Change a database behind the log's back."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def scalar(url: str, query: str) -> object:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar()


def old_database(url: str, entries: list[Entry]) -> None:
    """Make a database as the first release left it."""
    whole = "BIGINT" if url.startswith("postgresql") else "INTEGER"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD_TABLE.format(whole=whole))
        for e in entries:
            values = (e.seq, e.at, e.event, e.request_id, e.payload, e.previous, e.hash)
            names = [f":v{i}" for i in range(7)]
            connection.execute(
                sa.text(f"INSERT INTO audit_log VALUES ({', '.join(names)})"),
                {f"v{i}": value for i, value in enumerate(values)},
            )


def processes() -> ForkServerContext | SpawnContext:
    """Return how other processes are started: quickly where the system can."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.audit.log", "tests.core.audit.cases"])
    return context


def append_many(url: str, name: str, n: int) -> None:
    log = AuditLog(url)
    for i in range(n):
        log.append("inference", {"i": i}, request_id=f"{name}-{i}", at=AT)
    log.close()


def append_and_acknowledge(url: str, name: str, acknowledged: str) -> None:
    """Append until killed, and note every entry once it is said to be on the disk."""
    log = AuditLog(url)
    note = os.open(acknowledged, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for i in range(1_000_000):
        log.append("inference", {"i": i}, request_id=f"{name}-{i}", at=AT)
        os.write(note, f"{name}-{i}\n".encode())


def create_at_once(url: str, name: str, go: str) -> None:
    """Append the first entry as soon as a file appears."""
    log = AuditLog(url)
    while not Path(go).exists():
        pass
    log.append("inference", {}, request_id=name, at=AT)
    log.close()


def fill_until_refused(folder: str, limit: int, said: str) -> None:
    """Append until the file may not grow any more, and note what was said."""
    import resource
    import signal

    from core.errors import SuiteError

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    log = AuditLog(f"sqlite:///{folder}/audit.sqlite")
    done = 0
    try:
        while True:
            log.append("inference", {"x": "y" * 4000}, request_id=f"r{done}", at=AT)
            done += 1
    except SuiteError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        Path(said).write_text(f"{done}\n{error.message}")


def bytes_of(path: Path) -> bytes:
    """Return all that SQLite keeps of a database on the disk."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def rows_of(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT * FROM audit_log ORDER BY seq").fetchall()
    connection.close()
    return found

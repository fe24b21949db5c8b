"""How fast the log is written and checked, on SQLite and PostgreSQL, and that nothing is lost.

``.ci/postgres --durable python -m benchmarks.database --rows 10000`` prints one JSON document.
Without a server (``TEST_POSTGRES_URL``) PostgreSQL is left out. An append counts once the database
has said that it is on the disk.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from core.audit.chain import Entry, canonical_json, link
from core.audit.log import AuditLog
from core.audit.retention import purge, redact
from core.audit.status import migrate
from core.audit.tables import LOG

AT = "2026-03-01T12:00:00.000000+00:00"
LATER = "2026-03-02T12:00:00+00:00"
PAYLOAD = {
    "mode": "hashes",
    "model": "cardiosense/1 sha256:0123456789ab logistic-13",
    "input_hash": "ab" * 32,
    "output": {"p": 0.25, "decision": "no disease"},
}
VERIFIED = (10_000, 100_000)
BLOCK = 10_000


def write(url: str, name: str, n: int) -> None:
    log = AuditLog(url)
    for i in range(n):
        log.append("inference", PAYLOAD, request_id=f"{name}-{i}", at=AT)
    log.close()


def appends(url: str, rows: int, processes: int) -> dict[str, float | int]:
    """Time rows appended by processes of their own, and count what is there afterwards."""
    context = multiprocessing.get_context("spawn")
    log = AuditLog(url)
    migrate(log)
    before = log.verify().n
    each = rows // processes
    writers = [
        context.Process(target=write, args=(url, f"p{processes}{i}", each))
        for i in range(processes)
    ]
    seconds = timed(lambda: run(writers))
    found = log.verify()
    ids = {entry.request_id for entry in log.entries()}
    log.close()
    return {
        "rows": each * processes,
        "appends_per_second": round(each * processes / seconds),
        "lost": before + each * processes - found.n,
        "distinct": len(ids) - before,
        "chain_stands": found.ok,
    }


def run(writers: list[multiprocessing.context.SpawnProcess]) -> None:
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        if writer.exitcode:
            raise SystemExit(f"A writer failed with status {writer.exitcode}.")


def chain(n: int) -> Iterator[Entry]:
    last: tuple[int, str] | None = None
    payload = canonical_json(PAYLOAD)
    for i in range(n):
        one = link(last, at=AT, event="inference", request_id=f"r{i}", payload=payload, salt="5a")
        last = (one.seq, one.hash)
        yield one


def stored(url: str, n: int) -> AuditLog:
    """Return a log of so many entries, written in bulk."""
    log = AuditLog(url)
    names = [column.name for column in LOG.c]
    with log.store.writing() as connection:
        block: list[dict[str, object]] = []
        for entry in chain(n):
            block.append({name: getattr(entry, name) for name in names})
            if len(block) == BLOCK or entry.seq == n:
                connection.execute(LOG.insert(), block)
                block = []
    return log


def checks(url: str, n: int) -> dict[str, float | int]:
    """Time what is done with a log of so many entries."""
    log = stored(url, n)
    result: dict[str, float | int] = {"entries": n, "verify_s": timed(log.verify)}
    result["verified_per_second"] = round(n / result["verify_s"])
    result["append_to_it_ms"] = 1000 * timed(
        lambda: log.append("outcome", {"outcome": 1}, request_id="late", at=LATER)
    )
    result["redact_s"] = timed(lambda: redact(log, request_id="r5", at=LATER))
    result["purge_s"] = timed(lambda: purge(log, before=LATER, at=LATER))
    log.close()
    return {name: round(value, 3) for name, value in result.items()}


def timed(verb: Callable[[], object]) -> float:
    start = time.perf_counter()
    verb()
    return time.perf_counter() - start


def opening(url: str) -> dict[str, float]:
    """Time the first append, which makes the tables, the next, and one by a new instance."""
    log = AuditLog(url)
    first = timed(lambda: log.append("inference", PAYLOAD, request_id="first", at=AT))
    second = timed(lambda: log.append("inference", PAYLOAD, request_id="second", at=AT))
    log.close()
    again = AuditLog(url)
    third = timed(lambda: again.append("inference", PAYLOAD, request_id="third", at=AT))
    again.close()
    names = ("first_append_ms", "second_append_ms", "first_append_of_a_restart_ms")
    return {name: round(1000 * s, 1) for name, s in zip(names, (first, second, third), strict=True)}


def measure(fresh: Callable[[str], str], rows: int) -> dict[str, object]:
    shared = fresh("appends")
    return {
        "opening": opening(fresh("opening")),
        "one_process": appends(shared, rows, 1),
        "two_processes": appends(shared, rows, 2),
        "stored": [checks(fresh(f"stored_{n}"), n) for n in VERIFIED],
    }


def on_sqlite(rows: int, folder: Path) -> dict[str, object]:
    made = Path(tempfile.mkdtemp(dir=folder))
    try:
        return measure(lambda name: f"sqlite:///{made}/{name}.sqlite", rows)
    finally:
        shutil.rmtree(made)


def on_postgresql(rows: int, server: str) -> dict[str, object]:
    made = sa.make_url(server)
    engine = sa.create_engine(made, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    prefix = f"bench_{os.getpid()}"
    names: list[str] = []

    def fresh(name: str) -> str:
        names.append(f"{prefix}_{name}")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {names[-1]}")
        own = made.update_query_dict({"options": f"-csearch_path={names[-1]}"})
        return own.render_as_string(hide_password=False)

    try:
        with engine.connect() as connection:
            said = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("server_version", "fsync", "synchronous_commit")
            }
        return {"server": said, **measure(fresh, rows)}
    finally:
        with engine.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


def disk(folder: Path, n: int = 200) -> float:
    """Return the milliseconds this disk needs to have a page written for good."""
    file = folder / f"fsync_{os.getpid()}"
    try:
        with file.open("wb") as out:

            def flush() -> None:
                for _ in range(n):
                    out.write(b"x" * 4096)
                    out.flush()
                    os.fsync(out.fileno())

            return round(1000 * timed(flush) / n, 3)
    finally:
        file.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    server = os.environ.get("TEST_POSTGRES_URL")
    result: dict[str, object] = {
        "fsync_ms": disk(arguments.folder),
        "sqlite": on_sqlite(arguments.rows, arguments.folder),
        "postgresql": on_postgresql(arguments.rows, server) if server else None,
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

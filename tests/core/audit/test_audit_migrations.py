"""The tables of the log: made and brought up to date, under the lock, by whoever comes first."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.audit import GENESIS, Entry
from core.audit.chain import _digest
from core.audit.log import AuditLog
from core.audit.status import migrate, status
from core.audit.tables import LOG, REVISIONS
from core.errors import SuiteError
from tests.core.audit.cases import (
    AT,
    create_at_once,
    execute,
    fill,
    old_database,
    processes,
    scalar,
)

MIGRATIONS = Path(__file__).resolve().parents[3] / "core" / "audit" / "migrations"


def old_entries(n: int) -> list[Entry]:
    """Return a chain as the first release wrote it: the hash covers the payload itself."""
    chain: list[Entry] = []
    for i in range(n):
        seq, previous = (i + 1, chain[-1].hash) if chain else (1, GENESIS)
        named = (seq, "2026-01-01T00:00:00.000000+00:00", "inference", f"old{i}", f'{{"p":{i}}}')
        chain.append(Entry(*named, previous, _digest(*named, previous)))
    return chain


def test_the_hash_of_the_first_format_is_the_documented_one():
    import hashlib

    text = (
        '[1,"2026-01-01T00:00:00.000000+00:00","inference","old0","{\\"p\\":0}","' + GENESIS + '"]'
    )
    assert old_entries(1)[0].hash == hashlib.sha256(text.encode()).hexdigest()


def test_the_revisions_named_are_those_there_are():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == REVISIONS


def test_the_steps_make_the_table_that_is_used(log: AuditLog, url: str):
    fill(log, 1)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        made = sa.inspect(connection).get_columns("audit_log")
        unique = sa.inspect(connection).get_unique_constraints("audit_log")
    assert [column["name"] for column in made] == [column.name for column in LOG.c]
    assert not any(column["nullable"] for column in made)
    assert [one["column_names"] for one in unique] == [["event", "request_id"]]


def test_a_log_of_the_first_release_is_adopted(log: AuditLog, url: str):
    old = old_entries(5)
    old_database(url, old)
    assert list(log.entries()) == old  # read as it is: reading changes nothing
    assert log.verify(head=old[2].hash).ok
    assert status(log).revision == "0001"
    new = fill(log, 2)
    assert list(log.entries()) == [*old, *new]
    assert new[0].previous == old[-1].hash
    assert [e.version for e in log.entries()] == [1] * 5 + [2] * 2
    found = log.verify(head=old[0].hash)
    assert (found.ok, found.n) == (True, 7)
    assert status(log).revision == "0002"


def test_a_change_of_an_adopted_entry_is_found(log: AuditLog, url: str):
    old_database(url, old_entries(5))
    assert migrate(log) == ("0001", "0002")
    execute(url, "UPDATE audit_log SET payload = '{\"p\":9}' WHERE seq = 2")
    assert log.verify().first_bad_seq == 2
    execute(url, "UPDATE audit_log SET payload = '{\"p\":1}' WHERE seq = 2")
    assert log.verify().ok
    execute(url, "UPDATE audit_log SET version = 2 WHERE seq = 2")
    assert log.verify().first_bad_seq == 2


def test_migrate_makes_the_tables_and_says_when_there_is_nothing_to_do(log: AuditLog):
    assert status(log).revision is None
    assert migrate(log) == (None, "0002")
    assert migrate(log) == ("0002", "0002")
    assert (log.verify().ok, log.verify().n) == (True, 0)
    assert status(log).entries == 0
    fill(log, 2)
    assert log.verify().n == 2


def test_a_newer_database_is_refused(log: AuditLog, url: str):
    fill(log, 2)
    execute(url, "UPDATE audit_version SET version_num = '0099'")
    fresh = AuditLog(url)
    refusal = r"revision 0099, made by a newer release.* Update the suite"
    for verb in (lambda: list(fresh.entries()), lambda: migrate(fresh), lambda: fill(fresh, 1, 2)):
        with pytest.raises(SuiteError, match=refusal):
            verb()
    assert "made by a newer release" in fresh.verify().reason
    assert scalar(url, "SELECT count(*) FROM audit_log") == 2
    fresh.close()


def test_a_table_of_somebody_else_is_left_alone(log: AuditLog, url: str):
    execute(url, "CREATE TABLE audit_log (id INTEGER, who TEXT)")
    with pytest.raises(SuiteError, match="table audit_log that the suite did not make"):
        fill(log, 1)
    assert scalar(url, "SELECT count(*) FROM audit_log") == 0


def test_another_program_with_alembic_in_the_same_database_is_not_disturbed(
    log: AuditLog, url: str
):
    execute(
        url,
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('abc')",
    )
    fill(log, 2)
    assert log.verify().n == 2
    assert scalar(url, "SELECT version_num FROM alembic_version") == "abc"


@pytest.mark.parametrize("old", [0, 3])
def test_two_processes_that_start_at_once_make_or_adopt_one_database(
    log: AuditLog, url: str, folder: Path, old: int
):
    if old:
        old_database(url, old_entries(old))
    go, start = folder / "go", processes()
    names = [f"w{i}" for i in range(4)]
    writers = [start.Process(target=create_at_once, args=(url, name, str(go))) for name in names]
    for writer in writers:
        writer.start()
    go.touch()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert (log.verify().ok, log.verify().n) == (True, old + 4)
    assert {e.request_id for e in log.entries()} >= set(names)


def test_two_databases_may_be_made_by_two_threads_of_one_process(folder: Path):
    logs = [AuditLog(f"sqlite:///{folder}/{i}.sqlite") for i in range(6)]
    together = threading.Barrier(len(logs))

    def first(log: AuditLog) -> None:
        together.wait()
        log.append("inference", {}, request_id="r", at=AT)

    threads = [threading.Thread(target=first, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [log.verify().n for log in logs] == [1] * 6
    for log in logs:
        log.close()


def test_an_append_looks_for_the_revision_only_once(log: AuditLog, monkeypatch):
    from core.audit import tables

    calls: list[object] = []
    real = tables.upgrade
    monkeypatch.setattr(tables, "upgrade", lambda c: calls.append(c) or real(c))
    fill(log, 10)
    assert len(calls) == 1


def test_an_older_database_put_in_place_of_a_checked_one_is_adopted(
    file_log: AuditLog, path: Path, folder: Path
):
    fill(file_log, 3)
    old_database(f"sqlite:///{folder}/old.sqlite", old_entries(2))
    for file in path.parent.iterdir():
        file.unlink()
    (folder / "old.sqlite").rename(path)
    fill(file_log, 1)
    assert file_log.verify().n == 3


def test_a_table_that_was_dropped_is_said_and_made_again(postgres_url: str):
    log = AuditLog(postgres_url)
    head = fill(log, 1)[-1].hash
    execute(
        postgres_url,
        "DROP TABLE audit_log",
        "DROP TABLE audit_version",
        "DROP TABLE audit_checkpoint",
        "DROP TABLE audit_purged",
    )
    with pytest.raises(SuiteError, match="could not be written"):
        fill(log, 1)
    fill(log, 1)
    assert log.verify().n == 1
    assert not log.verify(head).ok
    log.close()

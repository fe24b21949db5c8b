"""The log on either database: SQLite files and a real PostgreSQL server."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.audit import GENESIS
from core.audit.log import AuditLog
from core.audit.retention import purge, redact
from core.errors import InputError, SuiteError
from tests.core.audit.cases import (
    AT,
    NOW,
    append_and_acknowledge,
    append_many,
    day,
    execute,
    fill,
    fill_until_refused,
    processes,
    scalar,
)


def test_entries_come_back_from_either_database(log: AuditLog):
    written = fill(log, 5)
    assert list(log.entries()) == written
    assert (written[0].previous, written[4].seq) == (GENESIS, 5)
    assert [e.seq for e in log.entries(request_id="r3")] == [4]
    assert len(list(log.entries(event="outcome"))) == 0
    found = log.verify(head=written[2].hash)
    assert (found.ok, found.n, found.head) == (True, 5, written[4].hash)
    assert json.dumps(found.to_dict())


def test_the_same_event_of_a_request_is_refused(log: AuditLog):
    fill(log, 2)
    with pytest.raises(InputError, match="'inference' of request r1 is already logged"):
        log.append("inference", {}, request_id="r1", at=AT)
    log.append("outcome", {}, request_id="r1", at=AT)
    assert log.verify().n == 3


def test_a_refused_first_append_leaves_a_log_that_works(log: AuditLog, monkeypatch):
    """The tables of a transaction that was undone are undone too; the next append makes them."""
    from core.audit import log as module

    def fail(*_: object) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(module, "add", fail)
        with pytest.raises(SuiteError, match="could not be written"):
            log.append("inference", {}, request_id="r", at=AT)
    log.append("inference", {}, request_id="r", at=AT)
    assert log.verify().n == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_log SET payload = '{}' WHERE seq = 3",
        "UPDATE audit_log SET salt = '' WHERE seq = 3",
        "UPDATE audit_log SET payload_hash = hash WHERE seq = 3",
        "UPDATE audit_log SET version = 1 WHERE seq = 3",
        "UPDATE audit_log SET at = '2020' WHERE seq = 3",
        "DELETE FROM audit_log WHERE seq = 3",
        "UPDATE audit_log SET previous = hash WHERE seq = 3",
    ],
)
def test_a_change_behind_its_back_is_found(log: AuditLog, url: str, change: str):
    fill(log, 5)
    execute(url, change)
    found = log.verify()
    assert not found.ok
    assert found.n == 2
    with pytest.raises(SuiteError, match="cannot be relied on"):
        log.sound_entries("inference")


def test_order_is_by_number_when_the_clock_jumps_back(log: AuditLog):
    for number in (5, 2, 9, 1):
        log.append("inference", {}, request_id=f"d{number}", at=day(number))
    assert [e.at[:10] for e in log.entries()] == [day(n)[:10] for n in (5, 2, 9, 1)]
    assert log.verify().ok


@pytest.mark.parametrize("name", ["redacted", "purged"])
def test_what_the_log_says_of_itself_cannot_be_logged_by_others(log: AuditLog, name: str):
    with pytest.raises(InputError, match="cannot be used"):
        log.append(name, {}, request_id="r", at=AT)
    with pytest.raises(InputError, match="marks erased content"):
        log.append("inference", {"redacted": True}, request_id="r", at=AT)


def two_processes_write(log: AuditLog, url: str, each: int) -> None:
    start = processes()
    writers = [start.Process(target=append_many, args=(url, name, each)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = log.verify()
    assert (found.ok, found.n) == (True, 2 * each)
    ids = [entry.request_id for entry in log.entries()]
    for name in ("a", "b"):
        assert [i for i in ids if i.startswith(name)] == [f"{name}-{i}" for i in range(each)]


def test_two_processes_lose_none_of_a_thousand_rows(log: AuditLog, url: str):
    two_processes_write(log, url, 500)


def test_two_processes_lose_none_of_ten_thousand_rows(tmp_path: Path):
    """On SQLite; ``python -m benchmarks.database`` does it on PostgreSQL too, and on a disk."""
    memory = Path("/dev/shm")  # what is asked is whether a row is lost, not how fast a disk is
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        url = f"sqlite:///{folder}/audit.sqlite"
        log = AuditLog(url)
        two_processes_write(log, url, 5_000)
        log.close()


def wait_for(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.001)


def test_a_writer_killed_in_mid_write_loses_no_entry_it_acknowledged(
    log: AuditLog, url: str, folder: Path
):
    rng, start = random.Random(10), processes()
    for attempt in range(10):
        said = folder / f"said-{attempt}"
        arguments = (url, f"w{attempt}", str(said))
        writer = start.Process(target=append_and_acknowledge, args=arguments)
        writer.start()
        least = rng.randrange(1, 60) * 6
        wait_for(lambda said=said, least=least: said.exists() and said.stat().st_size > least)
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        acknowledged = said.read_text().split()
        kept = [e.request_id for e in log.entries() if e.request_id.startswith(f"w{attempt}-")]
        assert kept[: len(acknowledged)] == acknowledged
        assert len(kept) <= len(acknowledged) + 1  # the last may be there, and not yet be said
    assert log.verify().ok
    log.append("inference", {}, request_id="after", at=AT)
    assert log.verify().ok


def test_a_password_is_in_no_message(postgres_url: str):
    made = sa.make_url(postgres_url)
    wrong = made.set(password="hunter2hunter2")
    in_query = made.set(password=None).update_query_dict({"password": "hunter2hunter2"})
    for address in (wrong, in_query, wrong.set(port=1), wrong.set(host="no.such.host.invalid")):
        log = AuditLog(address.render_as_string(hide_password=False))
        with pytest.raises(SuiteError, match="could not be written") as caught:
            log.append("inference", {}, request_id="r", at=AT)
        said = [caught.value.message, log.verify().reason, log.place]
        assert not [text for text in said if "hunter2" in text]
        assert all(made.host in text or "invalid" in text for text in said)
        log.close()


def test_a_password_that_a_driver_repeats_is_taken_out():
    log = AuditLog("postgresql+psycopg://u:hunter2hunter2@127.0.0.1:1/d")
    with (
        pytest.raises(SuiteError, match=r"cannot read password=\*\*\*") as caught,
        log.store.speaking("read"),
    ):
        raise OSError("cannot read\n password=hunter2hunter2")
    assert "hunter2" not in caught.value.message


def test_a_lost_connection_is_replaced(postgres_url: str):
    log = AuditLog(postgres_url)
    fill(log, 2)
    execute(
        postgres_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    fill(log, 2, first=2)
    assert log.verify().n == 4
    log.close()


def test_a_server_that_crashed_and_came_back_has_every_entry(postgres_url: str):
    data = os.environ.get("TEST_POSTGRES_DIR")
    if not data:
        pytest.skip("TEST_POSTGRES_DIR is not set, so the server cannot be restarted")
    log = AuditLog(postgres_url)
    written = fill(log, 20)
    tool = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
    owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    control = [*owner, str(tool), "-D", data, "-w", "-t", "60", "-m", "immediate"]
    quiet = {"check": True, "cwd": "/", "stdout": subprocess.DEVNULL}
    try:
        subprocess.run([*control, "stop"], **quiet)
        with pytest.raises(SuiteError, match="could not be written"):
            fill(log, 1, first=20)
        assert not log.verify().ok
    finally:
        subprocess.run([*control, "-l", f"{data}/server.log", "start"], **quiet)
    fill(log, 1, first=20)
    assert list(log.entries())[:20] == written
    assert log.verify().n == 21
    log.close()


def test_a_writer_that_waits_too_long_says_so(postgres_url: str, monkeypatch):
    from core.audit import store

    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    log = AuditLog(postgres_url)
    fill(log, 1)
    with hold_the_lock(postgres_url), pytest.raises(SuiteError, match="lock timeout"):
        fill(log, 1, first=1)
    fill(log, 1, first=1)
    assert log.verify().n == 2
    log.close()


@contextlib.contextmanager
def hold_the_lock(url: str):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(740121)")
        yield


def test_a_statement_does_not_run_for_ever(postgres_url: str, monkeypatch):
    from core.audit import store

    monkeypatch.setattr(store, "STATEMENT_SECONDS", 0.1)
    log = AuditLog(postgres_url)
    with (
        log.store.speaking("read"),
        log.store._readers.connect() as connection,
        pytest.raises(sa.exc.OperationalError, match="statement timeout"),
    ):
        connection.exec_driver_sql("SELECT pg_sleep(30)")
    log.close()


def test_a_server_that_prefers_other_isolation_changes_nothing(postgres_url: str):
    strict = sa.make_url(postgres_url)
    options = f"{strict.query['options']} -cdefault_transaction_isolation=serializable"
    address = strict.update_query_dict({"options": options}).render_as_string(hide_password=False)
    log = AuditLog(address)
    fill(log, 1)
    together = threading.Barrier(4)

    def write(name: str) -> None:
        together.wait()
        for i in range(10):
            log.append("inference", {}, request_id=f"{name}-{i}", at=AT)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify().n == 41
    log.close()


def test_a_database_that_may_only_be_read_says_so(postgres_url: str):
    log = AuditLog(postgres_url)
    fill(log, 2)
    log.close()
    made = sa.make_url(postgres_url)
    options = f"{made.query['options']} -cdefault_transaction_read_only=on"
    address = made.update_query_dict({"options": options}).render_as_string(hide_password=False)
    log = AuditLog(address)
    assert log.verify().n == 2
    with pytest.raises(SuiteError, match="read-only transaction"):
        fill(log, 1, first=2)
    log.close()


def test_a_role_that_may_only_append_can_append_and_verify(postgres_url: str):
    owner = AuditLog(postgres_url)
    fill(owner, 3)
    made = sa.make_url(postgres_url)
    schema = str(made.query["options"]).partition("=")[2]
    role, password = f"role_{schema}", "a-password-of-its-own"
    execute(
        postgres_url,
        f"CREATE ROLE {role} LOGIN PASSWORD '{password}'",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT ON audit_log TO {role}",
        f"GRANT SELECT ON audit_checkpoint, audit_purged, audit_version TO {role}",
    )
    address = made.set(username=role, password=password)
    service = AuditLog(address.render_as_string(hide_password=False))
    try:
        fill(service, 2, first=3)
        assert service.verify().n == 5
        for verb in (
            lambda: purge(service, before=day(3), at=NOW),
            lambda: redact(service, request_id="r1", at=NOW),
        ):
            with pytest.raises(SuiteError, match="permission denied"):
                verb()
        assert owner.verify().n == 5
    finally:
        service.close()
        owner.close()
        execute(postgres_url, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_file_moved_away_keeps_its_entries_and_a_new_one_is_begun(
    file_log: AuditLog, path: Path, folder: Path
):
    fill(file_log, 3)
    moved = path.rename(folder / "moved.sqlite")
    fill(file_log, 2)
    assert file_log.verify().n == 2
    file_log.close()
    assert AuditLog(f"sqlite:///{moved}").verify().n == 3


def mounted(folder: Path, size: str) -> bool:
    if os.getuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "400k"):
    folder.mkdir()
    if not mounted(folder, size):
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_sentence_and_the_log_goes_on_when_there_is_space(folder: Path):
    with small_disk(folder / "disk") as disk:
        log = AuditLog(f"sqlite:///{disk}/audit.sqlite")
        fill(log, 1)
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 100_000)
        with pytest.raises(SuiteError, match="database or disk is full"):
            append_for_ever(log)
        done = log.verify()
        assert done.ok
        assert done.n > 5
        ballast.unlink()
        fill(log, 1, first=1)
        assert log.verify().n == done.n + 1
        log.close()


def append_for_ever(log: AuditLog) -> None:
    for i in range(10_000):
        log.append("inference", {"x": "y" * 2000}, request_id=f"f{i}", at=AT)


def test_a_read_only_file_system_is_a_sentence(folder: Path):
    with small_disk(folder / "disk", "4m") as disk:
        log = AuditLog(f"sqlite:///{disk}/audit.sqlite")
        fill(log, 2)
        log.close()
        remount = ["mount", "-o", "remount,ro", str(disk)]
        subprocess.run(remount, check=True)
        with pytest.raises(SuiteError, match="could not be written"):
            fill(log, 1, first=2)
        assert "could not be read" in log.verify().reason
        copy = shutil.copy(disk / "audit.sqlite", folder / "copy.sqlite")
        assert AuditLog(f"sqlite:///{copy}").verify().n == 2


def test_a_file_that_may_not_grow_leaves_a_log_that_stands(folder: Path):
    said = folder / "said"
    child = processes().Process(target=fill_until_refused, args=(str(folder), 200_000, str(said)))
    child.start()
    child.join()
    done, message = said.read_text().split("\n")
    assert "could not be written" in message
    found = AuditLog(f"sqlite:///{folder}/audit.sqlite").verify()
    assert (found.ok, found.n) == (True, int(done))
    assert int(done) > 5


def test_what_is_acknowledged_waits_for_the_disk(file_log: AuditLog):
    fill(file_log, 1)
    with file_log.store.writing() as connection:
        pragma = connection.exec_driver_sql
        assert pragma("PRAGMA synchronous").scalar() == 2
        assert pragma("PRAGMA journal_mode").scalar() == "wal"


def test_nothing_else_is_in_the_database(log: AuditLog, url: str):
    fill(log, 1)
    assert scalar(url, "SELECT version_num FROM audit_version") == "0002"

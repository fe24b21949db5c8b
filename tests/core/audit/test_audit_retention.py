"""Purge and erasure: what is taken out is gone, what stays is proved, and neither is hidden."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.audit.chain import REDACTED
from core.audit.log import AuditLog
from core.audit.retention import days_ago, purge, redact, redact_event
from core.audit.status import status
from core.errors import InputError, SuiteError
from tests.core.audit.cases import NOW, bytes_of, day, execute, fill, old_database, scalar
from tests.core.audit.test_audit_migrations import old_entries


def test_a_purge_removes_the_front_and_the_rest_is_proved(log: AuditLog):
    written = fill(log, 10)
    trial = purge(log, before=day(5), at=NOW, trial=True)
    assert (trial.removed, trial.through, trial.done) == (4, 4, False)
    assert trial.sentence().startswith("Entries 1 to 4 would be removed (4).")
    assert log.verify().n == 10
    done = purge(log, before=day(5), at=NOW)
    assert (done.removed, done.through, done.stays) == (4, 4, (5, day(5)))
    kept = list(log.entries())
    assert kept[:-1] == written[4:]
    assert (kept[-1].event, kept[-1].data()["through"]) == ("purged", 4)
    found = log.verify()
    assert (found.ok, found.n, found.purged) == (True, 7, 4)
    assert found.reason == (
        "All 7 entries stand. Entries 1 to 4 were purged, the last on 2026-06-01, as recorded."
    )
    assert log.verify(head=written[7].hash).ok


def test_the_chain_goes_on_after_purges_and_further_ones(log: AuditLog):
    written = fill(log, 6)
    purge(log, before=day(3), at=NOW)
    fill(log, 4, first=6)
    again = purge(log, before=day(6), at="2026-06-02T00:00:00+00:00")
    assert again.removed == 3
    everything = purge(log, before="2026-06-03T00:00:00+00:00", at="2026-06-03T00:00:00+00:00")
    assert everything.stays is None
    left = list(log.entries())
    assert [e.event for e in left] == ["purged"]
    assert left[0].seq == 13
    fill(log, 2, first=10)
    found = log.verify()
    assert (found.ok, found.n, found.purged) == (True, 3, 12)
    assert purge(log, before=day(1), at=NOW).sentence().startswith("No entry at the front is older")
    state = status(log)
    assert (state.entries, state.purged, state.purged_at[:10]) == (3, 12, "2026-06-03")
    said = log.verify(head=written[3].hash)
    assert said.ok
    assert said.reason.endswith("The anchored head is entry 4, which was purged on 2026-06-02.")


def test_a_head_that_was_purged_is_told_from_one_that_never_was(log: AuditLog, url: str):
    written = fill(log, 8)
    purge(log, before=day(5), at=NOW)
    for entry in written[:4]:
        found = log.verify(head=entry.hash)
        assert found.ok
        assert f"entry {entry.seq}, which was purged on 2026-06-01" in found.reason
    never = log.verify(head="f" * 64)
    assert (never.ok, "cut off or rewritten" in never.reason) == (False, True)
    execute(url, f"UPDATE audit_purged SET hash = '{'f' * 64}' WHERE seq = 2")
    forged = log.verify(head="f" * 64)
    assert (forged.ok, "list of purged entries was altered" in forged.reason) == (False, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["DELETE FROM audit_log WHERE seq <= 3"], "where entry 1 belongs"),
        (["DELETE FROM audit_checkpoint"], "where entry 1 belongs"),
        (
            ["UPDATE audit_checkpoint SET digest = 'x'"],
            "Entries 1 to 2 are gone, and no entry records",
        ),
        (["DELETE FROM audit_log WHERE event = 'purged'"], "no entry records"),
        (
            [
                "UPDATE audit_checkpoint SET seq = 4, hash = "
                "(SELECT hash FROM audit_log WHERE seq = 4)",
                "DELETE FROM audit_log WHERE seq <= 4",
            ],
            "Entries 1 to 4 are gone, and no entry records",
        ),
    ],
)
def test_a_purge_without_its_record_is_found(
    log: AuditLog, url: str, changes: list[str], said: str
):
    fill(log, 6)
    if len(changes) == 2 or "checkpoint" in changes[0] or "purged" in changes[0]:
        purge(log, before=day(3), at=NOW)
    execute(url, *changes)
    found = log.verify()
    assert not found.ok
    assert said in found.reason


def test_a_log_that_does_not_stand_is_neither_purged_nor_erased(log: AuditLog, url: str):
    fill(log, 6)
    execute(url, "UPDATE audit_log SET payload = '{}' WHERE seq = 2")
    with pytest.raises(SuiteError, match=r"Nothing was purged.* Entry 2 was altered"):
        purge(log, before=day(5), at=NOW)
    with pytest.raises(SuiteError, match=r"Nothing was erased.* Entry 2 was altered"):
        redact(log, request_id="r4", at=NOW)
    assert scalar(url, "SELECT count(*) FROM audit_log") == 6


def test_no_log_is_not_purged(log: AuditLog):
    with pytest.raises(SuiteError, match="There is no audit log"):
        purge(log, before=day(5), at=NOW)


def test_an_entry_dated_ahead_by_a_wrong_clock_keeps_what_follows(log: AuditLog):
    for i, number in enumerate((1, 2, 20, 3, 4)):
        log.append("inference", {}, request_id=f"r{i}", at=day(number))
    found = purge(log, before=day(10), at=NOW)
    assert (found.removed, found.stays) == (2, (3, day(20)))
    assert [e.at for e in log.entries()][:3] == [day(20), day(3), day(4)]


@pytest.mark.parametrize("before", ["2026-06-02T00:00:00+00:00", "2026-04-01", "soon"])
def test_a_time_that_cannot_be_used_removes_nothing(log: AuditLog, before: str):
    fill(log, 2)
    with pytest.raises(InputError):
        purge(log, before=before, at=NOW)
    assert log.verify().n == 2


def test_days_are_counted_back_from_now():
    assert days_ago(31, NOW) == "2026-05-01T00:00:00.000000+00:00"
    with pytest.raises(InputError, match="before all calendars"):
        days_ago(10**9, NOW)


def test_a_log_of_the_first_release_is_purged_too(log: AuditLog, url: str):
    old = old_entries(4)
    old_database(url, old)
    fill(log, 2)
    assert purge(log, before=day(1), at=NOW).removed == 4
    found = log.verify(head=old[1].hash)
    assert (found.ok, found.n, found.purged) == (True, 3, 4)


def test_what_is_purged_or_erased_is_not_left_on_the_disk(file_log: AuditLog, path):
    fill(file_log, 6)
    assert b"secret-1" in bytes_of(path)
    assert redact(file_log, request_id="r4", at=NOW).overwritten
    assert purge(file_log, before=day(4), at=NOW).overwritten
    kept = bytes_of(path)
    assert [b"secret-%d" % i in kept for i in range(6)] == [False] * 3 + [True, False, True]


def test_somebody_reading_meanwhile_delays_only_the_overwriting(file_log: AuditLog, monkeypatch):
    from core.audit import store

    monkeypatch.setattr(store, "SETTLE_SECONDS", 0)
    fill(file_log, 6)
    reader = file_log.entries()
    next(reader)
    assert not purge(file_log, before=day(4), at=NOW).overwritten
    reader.close()
    assert file_log.verify().n == 4


def test_the_content_of_a_request_is_erased_and_the_chain_stands(log: AuditLog):
    written = fill(log, 5)
    log.append("outcome", {"outcome": 1}, request_id="r2", at=NOW)
    done = redact(log, request_id="r2", at=NOW)
    assert done.entries == (3, 6)
    found = log.verify(head=written[2].hash)
    assert (found.ok, found.n, found.redacted) == (True, 7, 2)
    assert "The content of 2 was erased, as recorded." in found.reason
    entry = next(log.entries(event="inference", request_id="r2"))
    assert (entry.payload, entry.salt, entry.is_redacted) == (REDACTED, "", True)
    assert entry.hash == written[2].hash
    assert entry.payload_hash == written[2].payload_hash
    assert [e.seq for e in log.entries() if "secret-2" in e.payload] == []
    kept = log.sound_entries("inference", "outcome")
    assert [e.seq for e in kept] == [1, 2, 4, 5]
    with pytest.raises(InputError, match="no content of request r2"):
        redact(log, request_id="r2", at=NOW)
    assert status(log).redacted == 2


def test_nothing_is_added_to_an_entry_that_was_erased_or_purged(log: AuditLog):
    fill(log, 4)
    log.append("outcome", {"outcome": 1}, request_id="r1", at=NOW, after=("inference", "r1"))
    redact(log, request_id="r3", at=NOW)
    purge(log, before=day(2), at=NOW)
    for gone in ("r0", "r3", "never"):
        with pytest.raises(InputError, match=f"'inference' of request {gone} is not in the log"):
            log.append(
                "outcome", {"outcome": 1}, request_id=gone, at=NOW, after=("inference", gone)
            )
    assert [entry.request_id for entry in log.entries(event="outcome")] == ["r1"]
    assert log.verify().ok


def test_more_of_an_erased_request_can_be_erased_later(log: AuditLog):
    fill(log, 2)
    redact(log, request_id="r1", at=NOW)
    log.append("outcome", {"outcome": 1}, request_id="r1", at=NOW)
    assert redact(log, request_id="r1", at=NOW).entries == (4,)
    assert log.verify().redacted == 2


def test_an_erased_entry_may_be_purged_while_its_record_stays(log: AuditLog):
    fill(log, 5)
    redact(log, request_id="r0", at=NOW)
    redact(log, request_id="r3", at=NOW)
    purge(log, before=day(3), at=NOW)
    found = log.verify()
    assert (found.ok, found.redacted, found.purged) == (True, 1, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            f"UPDATE audit_log SET payload = '{REDACTED}', salt = '' WHERE seq = 2",
            "The content of entry 2 is gone, and no entry records that it was erased.",
        ),
        (f"UPDATE audit_log SET payload = '{REDACTED}' WHERE seq = 2", "Entry 2 was altered"),
    ],
)
def test_an_erasure_without_its_record_is_found(log: AuditLog, url: str, change: str, said: str):
    fill(log, 4)
    redact(log, request_id="r2", at=NOW)
    execute(url, change)
    found = log.verify()
    assert (found.ok, found.first_bad_seq) == (False, 2)
    assert said in found.reason


def test_content_that_came_back_is_found(log: AuditLog, url: str):
    old = fill(log, 3)[1]
    redact(log, request_id="r1", at=NOW)
    execute(
        url,
        f"UPDATE audit_log SET payload = '{old.payload}', salt = '{old.salt}' WHERE seq = 2",
    )
    found = log.verify()
    assert (found.ok, found.first_bad_seq) == (False, 4)
    assert "records that entry 2 was erased, but its content is there" in found.reason


def test_an_entry_of_the_first_format_cannot_be_erased_alone(log: AuditLog, url: str):
    old_database(url, old_entries(2))
    log.append("outcome", {"outcome": 1}, request_id="old1", at=NOW)
    with pytest.raises(
        SuiteError, match=r"Entry 2 .* earlier release.* only be removed by a purge"
    ):
        redact(log, request_id="old1", at=NOW)
    assert (log.verify().ok, log.verify().n, log.verify().redacted) == (True, 3, 0)


def test_all_entries_of_an_event_can_be_erased(log: AuditLog):
    fill(log, 3)
    log.append("outcome", {"outcome": 1}, request_id="r2", at=NOW)
    assert redact_event(log, event="inference", at=NOW).entries == (1, 2, 3)
    assert [e.event for e in log.entries() if not e.is_redacted] == ["outcome", "redacted"]


def test_an_erasure_of_very_many_entries_is_recorded_in_several(log: AuditLog, monkeypatch):
    from core.audit import retention

    monkeypatch.setattr(retention, "RECORDED", 2)
    fill(log, 5)
    assert redact_event(log, event="inference", at=NOW).entries == (1, 2, 3, 4, 5)
    records = [entry.data()["entries"] for entry in log.entries(event="redacted")]
    assert [[one["seq"] for one in record] for record in records] == [[1, 2], [3, 4], [5]]
    assert (log.verify().ok, log.verify().redacted) == (True, 5)


def test_an_overwriting_that_failed_leaves_no_writer_without_limits(postgres_url, monkeypatch):
    from core.audit import store

    log = AuditLog(postgres_url)
    fill(log, 1)
    with monkeypatch.context() as patch:
        patch.setattr(store.tables, "LOG", sa.table("absent"))
        with pytest.raises(SuiteError, match='"absent" does not exist'):
            log.store.settle()
    with log.store.writing() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "2min"
    log.close()


def test_a_log_changed_between_check_and_purge_is_left_alone(log: AuditLog, url, monkeypatch):
    from core.audit import retention

    fill(log, 6)
    checked = log.verify()
    execute(url, "DELETE FROM audit_log WHERE seq = 6")
    monkeypatch.setattr(retention, "_standing", lambda *_: checked)
    with pytest.raises(SuiteError, match="changed by another program"):
        purge(log, before=day(3), at=NOW)
    assert log.verify().n == 5


def test_entries_appended_during_the_check_are_no_obstacle(log: AuditLog, monkeypatch):
    from core.audit import retention

    fill(log, 6)
    checked = log.verify()
    fill(log, 1, first=6)
    monkeypatch.setattr(retention, "_standing", lambda *_: checked)
    assert purge(log, before=day(3), at=NOW).removed == 2
    assert log.verify().ok

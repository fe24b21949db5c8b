"""The audit log's verbs on the command line."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apps import cli
from core.audit.log import AuditLog
from core.breast_cancer import DriftTimeline
from core.breast_cancer.data import wdbc
from core.runtime.settings import settings
from tests.core.audit.cases import AT, day, fill, old_database
from tests.core.audit.test_audit_migrations import old_entries

ROWS = wdbc().X[:3]


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    made = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    monkeypatch.setenv("SUITE_AUDIT_URL", made)
    monkeypatch.setenv("SUITE_DRIFT_URL", f"sqlite:///{tmp_path / 'drift.sqlite'}")
    settings.cache_clear()
    yield made
    settings.cache_clear()


@pytest.fixture
def log(url: str):
    opened = AuditLog(url)
    yield opened
    opened.close()


def run(*words: object):
    return CliRunner().invoke(cli.app, ["audit", *map(str, words)])


def told(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(*words: object):
    return json.loads(told(*words, "--json"))


def refused(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    return result.stderr


def test_status_and_migrate(url: str, log: AuditLog, monkeypatch: pytest.MonkeyPatch):
    assert "There is no log at" in told("status")
    old_database(url, old_entries(3))
    assert "Revision 0001; this release writes 0002" in told("status")
    assert read("migrate") == {"place": url, "before": "0001", "after": "0002"}
    assert "at revision 0002 already" in told("migrate")
    entry = fill(log, 1)[0]
    monkeypatch.setenv("SUITE_AUDIT_RETENTION_DAYS", "90")
    settings.cache_clear()
    found = read("status")
    assert (found["entries"], found["head"], found["retention_days"]) == (4, entry.hash, 90)
    assert found["size"] > 4096
    text = told("status")
    assert "Kept for 90 days" in text
    assert "Entries 4, from 2026-01-01" in text


def test_export_purge_and_verify(log: AuditLog, tmp_path: Path):
    fill(log, 6)
    out = tmp_path / "out.jsonl"
    assert "Entries 1 to 3 (3)" in told("export", out, "--before", "2026-04-04")
    assert "would be removed" in told("purge", "--before", "2026-04-04", "--dry-run")
    kept = refused("purge", "--before", "2026-04-04")
    assert "Entries 1 to 3 would be removed (3)" in kept
    assert "say --yes" in kept
    assert log.verify().n == 6
    done = read("purge", "--before", "2026-04-04", "--yes")
    assert (done["removed"], done["through"], done["done"]) == (3, 3, True)
    assert "Purged: entries 1 to 3" in told("status")
    assert "ends where the log now begins" in told("verify", "--file", out)
    assert read("verify", "--file", out)["joins"] == "checkpoint"
    assert "were purged" in told("verify")
    assert "nothing to remove" in told("purge", "--before", "2026-04-04", "--yes")
    out.write_text(out.read_text().replace("secret-1", "secret-9"))
    assert "entry 2 was altered" in refused("verify", "--file", out)
    assert "not both" in refused("verify", "--file", out, "--head", "0" * 64)


def test_the_age_comes_from_the_option_or_the_setting(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
):
    now = datetime.datetime.now(datetime.UTC)
    for age in (40, 20, 1):
        at = (now - datetime.timedelta(days=age)).isoformat()
        log.append("inference", {}, request_id=f"d{age}", at=at)
    assert "SUITE_AUDIT_RETENTION_DAYS is 0" in refused("purge", "--yes")
    assert "not both" in refused("purge", "--before", "2026-04-04", "--older-than", "3")
    assert read("purge", "--older-than", "30", "--dry-run")["removed"] == 1
    monkeypatch.setenv("SUITE_AUDIT_RETENTION_DAYS", "10")
    settings.cache_clear()
    assert read("purge", "--yes")["removed"] == 2
    assert log.verify().n == 2


def test_redact(log: AuditLog):
    fill(log, 3)
    assert "The content of entry 2 was erased." in told("redact", "r1")
    assert "no content of request r1" in refused("redact", "r1")
    assert "Erased content: 1 of them" in told("status")
    assert read("verify")["redacted"] == 1


def test_forget_a_drift_stream(url: str):
    timeline = DriftTimeline(settings().drift_url)
    for stream in ("a", "b", "a"):
        timeline.append(stream, ROWS, at=AT)
    assert read("status", "--database", "drift")["entries"] == 3
    assert "2 blocks were erased" in told("forget", "a")
    assert "no content" in refused("forget", "a")
    assert timeline.streams() == {"b": 3}
    assert read("verify", "--database", "drift")["redacted"] == 2
    assert "There is no audit log" in refused("verify")
    assert "at revision" in told("migrate", "--database", "drift")
    timeline.close()


def test_a_damaged_log_is_not_purged(url: str, log: AuditLog):
    from tests.core.audit.cases import execute

    fill(log, 3)
    execute(url, "UPDATE audit_log SET at = '2020' WHERE seq = 1")
    assert "does not stand" in refused("purge", "--before", day(3)[:10], "--yes")

"""A log as a file: complete or not there, checked by itself and against the log it came from."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from core.audit import GENESIS, Entry, chain
from core.audit.export import export, read, verify_file
from core.audit.log import AuditLog
from core.audit.retention import purge, redact
from core.errors import InputError, SuiteError
from tests.core.audit.cases import NOW, day, execute, fill, old_database
from tests.core.audit.test_audit_migrations import old_entries


@pytest.fixture
def out(folder: Path) -> Path:
    return folder / "out.jsonl"


def test_a_file_holds_the_entries_to_the_byte(log: AuditLog, out: Path):
    written = fill(log, 5)
    found = export(log, out)
    assert (found.n, found.first, found.last, found.head) == (5, 1, 5, written[4].hash)
    assert list(read(out)) == written
    first = out.read_bytes()
    export(log, out)
    assert out.read_bytes() == first
    assert [path.name for path in out.parent.glob("*.part")] == []


def test_an_export_before_a_purge_ends_where_the_log_then_begins(log: AuditLog, out: Path):
    fill(log, 8)
    export(log, out, day(5))
    assert verify_file(out, log).joins == "kept"
    purge(log, before=day(5), at=NOW)
    found = verify_file(out, log)
    assert (found.ok, found.joins, found.n, found.first, found.last) == (
        True,
        "checkpoint",
        4,
        1,
        4,
    )
    assert (
        found.reason == "out.jsonl: entries 1 to 4 stand; the file ends where the log now begins."
    )
    purge(log, before=day(7), at=NOW)
    assert verify_file(out, log).joins == "purged"
    second = out.with_name("second.jsonl")
    assert export(log, second).first == 7
    assert verify_file(second, log).ok


def test_an_adopted_log_can_be_exported_before_anything_is_written(
    log: AuditLog, url: str, out: Path
):
    old = old_entries(3)
    old_database(url, old)
    export(log, out)
    assert list(read(out)) == old
    assert verify_file(out, log).joins == "kept"


def test_a_changed_file_is_found(log: AuditLog, out: Path):
    fill(log, 6)
    export(log, out)
    lines, rng = out.read_text().splitlines(keepends=True), random.Random(3)
    for kind in ("payload", "at", "hash", "salt", "delete", "swap", "double"):
        changed, i = list(lines), rng.randrange(1, 5)
        if kind == "delete":
            del changed[i]
        elif kind == "swap":
            changed[i], changed[i - 1] = changed[i - 1], changed[i]
        elif kind == "double":
            changed.insert(i, changed[i])
        else:
            content = json.loads(changed[i])
            changed[i] = json.dumps(content | {kind: content[kind] + " "}) + "\n"
        out.write_text("".join(changed))
        found = verify_file(out, log)
        assert not found.ok, kind
        assert found.joins == "no"
    out.write_text("".join(lines[2:4]))  # a part of the file is a part of the chain, and says so
    assert verify_file(out, log).reason.startswith("out.jsonl: entries 3 to 4 stand")


def test_a_file_of_another_log_does_not_join(log: AuditLog, out: Path, folder: Path):
    fill(log, 3)
    other = AuditLog(f"sqlite:///{folder}/other.sqlite")
    fill(other, 3)
    export(other, out)
    other.close()
    found = verify_file(out, log)
    assert (found.ok, found.n, found.joins) == (False, 3, "no")
    assert "does not join the chain of the log" in found.reason


def test_erased_content_is_told_in_a_file(log: AuditLog, out: Path):
    fill(log, 4)
    export(log, out)
    before = verify_file(out, log)
    redact(log, request_id="r1", at=NOW)
    late = verify_file(out, log)
    assert (before.outlived, late.ok, late.outlived) == (0, True, 1)
    assert "still holds the content of 1 erased in the log: delete it" in late.reason
    export(log, out, day(9))
    found = verify_file(out, log)
    assert (found.ok, found.redacted, found.outlived) == (True, 1, 0)
    assert "secret-1" not in out.read_text()


def test_an_erasure_that_nobody_recorded_is_found_in_a_file(log: AuditLog, out: Path):
    fill(log, 4)
    export(log, out)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    lines[1] |= {"payload": '{"redacted":true}', "salt": ""}
    out.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = verify_file(out, log)
    assert (found.ok, "entry 2 is gone without a record" in found.reason) == (False, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{}\n", "line 1: is not an entry"),
        (b"[1]\n", "line 1: is not an entry"),
        (b"not json\n", "line 1: is not an entry"),
        (b"\xff\xfe\n", "line 1: is not an entry"),
        (b"[" * 100_000 + b"\n", "line 1: is not an entry"),
        (b'{"seq": 1}', "line 1: was cut off"),
    ],
)
def test_a_file_that_is_no_export_is_a_sentence(
    log: AuditLog, out: Path, content: bytes, said: str
):
    out.write_bytes(content)
    with pytest.raises(InputError, match=rf"out.jsonl.*{said}"):
        verify_file(out, log)


def test_a_cut_off_file_and_a_wrong_type_are_sentences(log: AuditLog, out: Path):
    fill(log, 2)
    export(log, out)
    whole = out.read_bytes()
    out.write_bytes(whole[:-5])
    with pytest.raises(InputError, match="line 2: was cut off"):
        verify_file(out, log)
    out.write_bytes(whole.replace(b'"seq":2', b'"seq":"2"'))
    with pytest.raises(InputError, match="line 2: seq is not of type int"):
        verify_file(out, log)
    with pytest.raises(FileNotFoundError):
        verify_file(out.with_name("none"), log)


def test_nothing_to_export_leaves_no_file(log: AuditLog, out: Path, url: str):
    with pytest.raises(InputError, match="no such entry"):
        export(log, out)
    fill(log, 3)
    with pytest.raises(InputError, match="no such entry"):
        export(log, out, day(1))
    execute(url, "UPDATE audit_log SET at = '2020' WHERE seq = 2")
    with pytest.raises(SuiteError, match="Nothing was exported"):
        export(log, out)
    assert list(out.parent.glob("*out.jsonl*")) == []


def test_an_event_of_the_first_release_by_the_name_of_an_erasure_is_none(
    log: AuditLog, url: str, out: Path
):
    named = (1, day(1), "redacted", "r", '{"by":"hand"}')
    old_database(url, [Entry(*named, GENESIS, chain._digest(*named, GENESIS))])
    fill(log, 2)
    export(log, out)
    assert verify_file(out, log).ok


def test_a_log_whose_record_of_an_erasure_was_altered_is_a_sentence(
    log: AuditLog, url: str, out: Path
):
    fill(log, 3)
    redact(log, request_id="r1", at=NOW)
    export(log, out)
    execute(url, "UPDATE audit_log SET payload = '{}' WHERE event = 'redacted'")
    found = verify_file(out, log)
    assert (found.ok, "The log itself does not stand" in found.reason) == (False, True)


def test_a_file_needs_its_log(log: AuditLog, url: str, out: Path, folder: Path):
    fill(log, 2)
    export(log, out)
    absent = verify_file(out, AuditLog(f"sqlite:///{folder}/absent.sqlite"))
    assert (absent.ok, "there is no log at" in absent.reason) == (False, True)
    execute(url, "UPDATE audit_log SET at = '2020' WHERE seq = 1")
    spoilt = verify_file(out, log)
    assert (spoilt.ok, "The log itself does not stand" in spoilt.reason) == (False, True)

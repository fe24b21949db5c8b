from __future__ import annotations

import dataclasses
import json
import math
import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit import GENESIS, INFERENCE, Entry, canonical_json, record_inference
from core.audit.chain import link, verify
from core.audit.log import AuditLog
from core.errors import InputError, SuiteError
from core.runtime.settings import Settings
from tests.core.audit.cases import append_many, processes

AT = "2026-03-01T12:00:00+00:00"


def fill(log: AuditLog, n: int) -> list[Entry]:
    return [log.append("inference", {"p": i / n}, request_id=f"r{i}", at=AT) for i in range(n)]


def test_nothing_is_created_before_the_first_append(file_log: AuditLog, path: Path):
    assert list(file_log.entries()) == []
    assert not file_log.verify().ok
    assert "There is no audit log" in file_log.verify().reason
    assert not path.parent.exists()


def test_entries_come_back_as_appended(log: AuditLog):
    written = fill(log, 5)
    assert list(log.entries()) == written
    assert [e.seq for e in written] == [1, 2, 3, 4, 5]
    assert written[0].previous == GENESIS
    assert [e.previous for e in written[1:]] == [e.hash for e in written[:-1]]
    assert written[0].at == "2026-03-01T12:00:00.000000+00:00"
    assert written[1].to_dict()["payload"] == {"p": 0.2}


def test_the_hash_is_the_documented_one(log: AuditLog):
    import hashlib

    entry = log.append("outcome", {"b": 1, "a": [None, "é"]}, request_id="x", at=AT)
    payload = '{"a":[null,"\\u00e9"],"b":1}'
    assert entry.payload == payload
    assert len(entry.salt) == 32
    covered = hashlib.sha256((entry.salt + payload).encode()).hexdigest()
    text = f'[2,1,"2026-03-01T12:00:00.000000+00:00","outcome","x","{covered}","{"0" * 64}"]'
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


def test_entries_can_be_filtered(log: AuditLog):
    fill(log, 3)
    log.append("outcome", {"outcome": 1}, request_id="r1", at=AT)
    assert [e.event for e in log.entries(request_id="r1")] == ["inference", "outcome"]
    assert len(list(log.entries(event="outcome"))) == 1
    assert list(log.entries(event="outcome", request_id="r2")) == []


def test_a_sound_log_verifies_and_names_its_head(log: AuditLog):
    entries = fill(log, 4)
    found = log.verify()
    assert (found.ok, found.n, found.first_bad_seq) == (True, 4, None)
    assert found.head == entries[-1].hash
    assert json.dumps(found.to_dict())
    log.append("outcome", {}, request_id="later", at=AT)
    assert log.verify(head=entries[-1].hash).ok  # an older anchor still holds after growth
    assert log.verify(head=GENESIS).ok


def test_a_second_process_continues_the_chain(path: Path):
    for i in range(3):
        log = AuditLog(f"sqlite:///{path}")
        log.append("inference", {}, request_id=f"r{i}", at=AT)
        log.close()
    assert log.verify().n == 3


def test_a_deleted_file_starts_a_new_log_that_the_anchor_unmasks(file_log: AuditLog, path: Path):
    head = fill(file_log, 3)[-1].hash
    for file in path.parent.iterdir():
        file.unlink()
    file_log.append("inference", {}, request_id="new", at=AT)
    assert file_log.verify().ok
    assert not file_log.verify(head=head).ok


@pytest.mark.parametrize("keep", [0, 1, 4])
def test_truncation_is_found_with_an_anchor(file_log: AuditLog, path: Path, keep: int):
    head = fill(file_log, 5)[-1].hash
    execute(path, f"DELETE FROM audit_log WHERE seq > {keep}")
    assert file_log.verify().ok
    found = file_log.verify(head=head)
    assert not found.ok
    assert found.n == keep
    assert "cut off or rewritten" in found.reason


def test_a_rewritten_log_is_found_with_an_anchor(file_log: AuditLog, path: Path):
    head = fill(file_log, 5)[-1].hash
    path.unlink()
    for i in range(5):
        file_log.append("inference", {"p": 0.5}, request_id=f"r{i}", at=AT)
    assert file_log.verify().ok
    assert not file_log.verify(head=head).ok


def test_the_first_bad_entry_is_named(file_log: AuditLog, path: Path):
    fill(file_log, 6)
    execute(path, "UPDATE audit_log SET payload = '{}' WHERE seq = 4")
    found = file_log.verify()
    assert (found.ok, found.n, found.first_bad_seq) == (False, 3, 4)
    assert found.reason == "Entry 4 was altered: its content does not have its hash."


def execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement).close()
    connection.close()


def mutate(rows: list[tuple[object, ...]], rng: random.Random) -> list[tuple[object, ...]]:
    """Return the rows after one random edit, deletion, insertion or exchange of contents."""
    rows = [tuple(row) for row in rows]
    kind = rng.choice(("edit", "edit", "edit", "delete", "swap", "insert", "copy", "type"))
    i = rng.randrange(len(rows) - (kind == "delete"))  # deleting the last needs an anchor
    if kind == "delete":
        return rows[:i] + rows[i + 1 :]
    if kind == "swap":
        j = rng.choice([k for k in range(len(rows)) if k != i])
        rows[i], rows[j] = (rows[i][0], *rows[j][1:]), (rows[j][0], *rows[i][1:])
        return rows
    if kind == "copy":
        return [*rows, rows[i]]
    if kind == "insert":
        extra = (
            len(rows) + rng.randint(1, 3),
            AT,
            "inference",
            "forged",
            "{}",
            rows[i][6],
            "f" * 64,
            2,
            "f" * 64,
            "00" * 16,
        )
        return [*rows, extra]
    column = rng.randrange(10)
    old = rows[i][column]
    if column == 0:
        new: object = int(str(old)) + rng.choice((100, 1000, -1000))
    elif column == 7:
        new = rng.choice((1, 3, 0, b"2", None))
    elif kind == "type":
        new = rng.choice((b"\x00\xff", str(old).encode(), None, 7))
    else:
        text = str(old)
        at = rng.randrange(len(text))
        letter = rng.choice([c for c in "0123456789abcdef{}:., " if c != text[at]])
        new = rng.choice((text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:]))
    rows[i] = (*rows[i][:column], new, *rows[i][column + 1 :])
    return rows


def test_a_thousand_mutations_of_the_stored_rows_are_all_found(file_log: AuditLog, path: Path):
    fill(file_log, 12)
    rng = random.Random(20260301)
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous=OFF").close()
    # Without keys and types the database itself refuses nothing: only the chain can tell.
    store.execute("CREATE TABLE bare AS SELECT * FROM audit_log").close()
    store.execute("DROP TABLE audit_log").close()
    store.execute("ALTER TABLE bare RENAME TO audit_log").close()
    sound = store.execute("SELECT * FROM audit_log ORDER BY seq").fetchall()
    missed = []
    for _ in range(1000):
        forged = mutate(sound, rng)
        store.execute("BEGIN").close()
        store.execute("DELETE FROM audit_log").close()
        store.executemany("INSERT INTO audit_log VALUES (?,?,?,?,?,?,?,?,?,?)", forged).close()
        store.execute("COMMIT").close()
        if file_log.verify().ok:
            missed.append(forged)
    store.close()
    assert missed == []


def test_garbage_in_the_file_never_passes_as_another_log(file_log: AuditLog, path: Path):
    head = fill(file_log, 12)[-1].hash
    file_log.close()
    execute(path, "PRAGMA journal_mode=DELETE")
    sound, rng = path.read_bytes(), random.Random(7)
    for _ in range(60):
        at, length = rng.randrange(len(sound)), rng.randint(1, 64)
        path.write_bytes(sound[:at] + rng.randbytes(length) + sound[at + length :])
        found = file_log.verify(head=head)
        if found.ok:  # the bytes fell into unused space: every entry must still be there
            assert (found.n, found.head) == (12, head)
        else:
            assert found.reason.endswith(".")


def test_a_file_that_is_no_database_is_refused_with_a_sentence(file_log: AuditLog, path: Path):
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to be read as a header" * 20)
    assert not file_log.verify().ok
    with pytest.raises(SuiteError, match="could not be read"):
        list(file_log.entries())
    with pytest.raises(SuiteError, match="could not be written"):
        file_log.append("inference", {}, request_id="r", at=AT)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    log = AuditLog(f"sqlite:///{tmp_path}/file/audit.sqlite")
    with pytest.raises(SuiteError, match="could not be written"):
        log.append("inference", {}, request_id="r", at=AT)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "oracle://h/d", "nonsense", ""])
def test_other_databases_are_refused(url: str):
    with pytest.raises(SuiteError, match="audit"):
        AuditLog(url)


def test_a_password_is_never_shown():
    with pytest.raises(SuiteError) as caught:
        AuditLog("mssql://u:hunter2@h/d")
    assert "hunter2" not in caught.value.message


def test_the_event_of_a_request_is_logged_once(log: AuditLog):
    fill(log, 2)
    with pytest.raises(InputError, match="'inference' of request r1 is already logged"):
        log.append("inference", {"p": 0.9}, request_id="r1", at=AT)
    log.append("outcome", {}, request_id="r1", at=AT)
    assert (log.verify().ok, log.verify().n) == (True, 3)


@pytest.mark.parametrize(
    "bad",
    [
        {"at": "2026-03-01T12:00:00"},
        {"at": "2026-03-01T12:00:00+01:00"},
        {"at": "yesterday"},
        {"at": None},
        {"request_id": "a b"},
        {"request_id": ""},
        {"request_id": "x'; DROP TABLE audit_log; --"},
        {"event": "Inference"},
        {"event": ""},
        {"payload": {"p": math.inf}},
        {"payload": {"p": -math.inf}},
        {"payload": {"p": np.int64(1)}},
        {"payload": {"when": object()}},
        {"payload": {1: "key"}},
    ],
)
def test_bad_arguments_are_refused_and_nothing_is_logged(file_log: AuditLog, path: Path, bad: dict):
    call = {"event": "inference", "payload": {}, "request_id": "r", "at": AT} | bad
    with pytest.raises(InputError):
        file_log.append(call.pop("event"), call.pop("payload"), **call)
    assert not path.exists()


def test_deep_nesting_is_refused():
    nested: dict[str, object] = {}
    for _ in range(50):
        nested = {"a": nested}
    with pytest.raises(InputError, match="nested too deeply"):
        canonical_json(nested)


def test_nan_is_stored_as_null(log: AuditLog):
    entry = log.append("inference", {"ca": math.nan, "p": np.float64(0.5)}, request_id="r", at=AT)
    assert entry.payload == '{"ca":null,"p":0.5}'
    assert next(iter(log.entries())).data() == {"ca": None, "p": 0.5}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON))
def test_canonical_json_does_not_depend_on_order_and_is_a_fixed_point(content: dict):
    text = canonical_json(content)
    assert canonical_json(dict(reversed(content.items()))) == text
    assert canonical_json(json.loads(text)) == text
    assert text.isascii()


@given(st.lists(st.integers(), min_size=1, max_size=8), st.data())
@settings(max_examples=50)
def test_any_exchange_or_deletion_in_a_chain_is_found(payloads: list[int], data: st.DataObject):
    chain: list[Entry] = []
    for i, payload in enumerate(payloads):
        last = (chain[-1].seq, chain[-1].hash) if chain else None
        text = canonical_json({"p": payload})
        chain.append(link(last, at=AT, event="e", request_id=str(i), payload=text))
    assert verify(chain).ok
    order = data.draw(st.permutations(chain))
    assert verify(order).ok == (order == chain)
    kept = data.draw(st.lists(st.sampled_from(chain), unique=True, max_size=len(chain)))
    kept.sort(key=lambda entry: entry.seq)
    assert verify(kept).ok == (kept == chain[: len(kept)])
    i = data.draw(st.integers(0, len(chain) - 1))
    changed = dataclasses.replace(chain[i], payload=chain[i].payload + " ")
    assert verify([*chain[:i], changed, *chain[i + 1 :]]).first_bad_seq == i + 1


def test_two_processes_and_two_threads_lose_nothing(file_log: AuditLog, path: Path):
    start = processes()
    writers = [
        start.Process(target=append_many, args=(f"sqlite:///{path}", name, 150))
        for name in ("a", "b")
    ]
    for writer in writers:
        writer.start()
    with ThreadPoolExecutor(2) as threads:
        started = [
            threads.submit(append_many, f"sqlite:///{path}", name, 25) for name in ("c", "d")
        ]
    for thread in started:
        thread.result()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = file_log.verify()
    assert (found.ok, found.n) == (True, 350)
    ids = [entry.request_id for entry in file_log.entries()]
    for name, n in (("a", 150), ("b", 150), ("c", 25), ("d", 25)):
        assert [i for i in ids if i.startswith(name)] == [f"{name}-{i}" for i in range(n)]


def test_many_writers_may_create_the_same_log_at_once(tmp_path: Path):
    writers = 8
    for attempt in range(8):
        url = f"sqlite:///{tmp_path}/{attempt}/audit.sqlite"
        together = threading.Barrier(writers)

        def write(name: int, url: str = url, together: threading.Barrier = together) -> None:
            log = AuditLog(url)
            together.wait()
            log.append("inference", {}, request_id=f"r{name}", at=AT)

        with ThreadPoolExecutor(writers) as threads:
            for done in [threads.submit(write, name) for name in range(writers)]:
                done.result()
        assert AuditLog(url).verify().n == writers


@dataclasses.dataclass(frozen=True)
class Answer:
    p: float = 0.25
    model: str = "cardiosense/1 sha256:0123456789ab logistic-13"
    input_hash: str = "ab" * 32
    reasons: tuple[str, ...] = ("resting pressure 187 mmHg raises the estimate",)

    def to_dict(self) -> dict[str, object]:
        return dataclasses.asdict(self) | {"decision": "no disease", "reasons": list(self.reasons)}


PATIENT = {"age": 63.0, "trestbps": 187.0, "ca": math.nan}


def record(log: AuditLog | None, mode: str) -> Entry | None:
    return record_inference(
        log, Settings(audit_mode=mode), request_id="r", at=AT, patient=PATIENT, result=Answer()
    )


def test_off_writes_nothing(file_log: AuditLog, path: Path):
    assert record(file_log, "off") is None
    assert record(None, "off") is None
    assert not path.parent.exists()


def test_hashes_mode_keeps_no_patient_value(log: AuditLog):
    entry = record(log, "hashes")
    assert entry.event == INFERENCE
    assert entry.data() == {
        "mode": "hashes",
        "model": Answer.model,
        "input_hash": Answer.input_hash,
        "output": {"p": 0.25, "decision": "no disease"},
    }
    assert "187" not in entry.payload


def test_full_mode_keeps_input_and_whole_result(log: AuditLog):
    entry = record(log, "full")
    assert entry.data()["input"] == {"age": 63.0, "trestbps": 187.0, "ca": None}
    assert entry.data()["output"] == Answer().to_dict()


def test_a_mode_that_logs_needs_a_log():
    with pytest.raises(ValueError, match="needs a log"):
        record(None, "hashes")

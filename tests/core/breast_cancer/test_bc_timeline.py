"""Streams in a database: replayed to the bit, shared by writers, closed to another model."""

from __future__ import annotations

import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.audit.log import AuditLog
from core.audit.retention import purge
from core.breast_cancer import monitor as monitor_module
from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import fault
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.monitor import DriftMonitor
from core.breast_cancer.timeline import DriftTimeline
from core.errors import InputError, SuiteError
from tests.core.audit.cases import processes
from tests.core.breast_cancer.timeline_writers import wait_for, write_all, write_until_forgotten

AT = "2026-03-01T12:00:00+00:00"
HELD = wdbc().X[wdbc().held]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/drift.sqlite"


def write(url: str) -> None:
    """Append rows one by one through a connection of one's own."""
    timeline = DriftTimeline(url)
    for row in HELD:
        timeline.append("shared", row, at=AT)


def test_a_stream_survives_a_restart_to_the_bit(url: str):
    spoilt = fault("unit").apply(HELD, 0.1, columns=["worst_area"]).X
    spoilt[3, 3] = math.nan
    direct = DriftMonitor(5_000, 2)
    starts = []
    for part in (HELD[:20], HELD[20:], spoilt[:10], spoilt[10:11], spoilt[11:]):
        direct.update(part)
        timeline = DriftTimeline(url)
        starts.append(timeline.append("site_a", part, at=AT, target_arl=5_000, seed=2))
        timeline.close()
    assert starts == [0, 20, 57, 67, 68]
    rebuilt = DriftTimeline(url).monitor("site_a")
    assert rebuilt.to_dict() == direct.to_dict()
    assert rebuilt.alarm == direct.alarm
    assert rebuilt.alarm.column == "worst_area"
    assert rebuilt.trace().statistic.tobytes() == direct.trace().statistic.tobytes()


def test_streams_are_apart(url: str):
    timeline = DriftTimeline(url)
    assert timeline.streams() == {}
    timeline.append("a", HELD[:3], at=AT)
    timeline.append("b", HELD[:5], at=AT, target_arl=500)
    timeline.append("a", HELD[3:4], at=AT)
    assert timeline.streams() == {"a": 4, "b": 5}
    assert timeline.monitor("b").target_arl == 500
    assert timeline.append("a", HELD[:0], at=AT) == 4
    assert timeline.place.endswith("drift.sqlite")


def test_two_writers_lose_nothing(url: str):
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, url) for _ in range(2)]:
            done.result()
    scores = DriftTimeline(url).monitor("shared").trace().scores
    expected = np.repeat(DriftMonitor().reference.score(HELD), 2)
    np.testing.assert_allclose(np.sort(scores), np.sort(expected), atol=1e-8)


def test_a_writer_that_lost_its_place_takes_the_next(url: str):
    first, second = DriftTimeline(url), DriftTimeline(url)
    assert first.append("s", HELD[:2], at=AT) == 0
    assert second.append("s", HELD[2:4], at=AT) == 2
    assert first.append("s", HELD[4:7], at=AT) == 4
    assert second.append("s", HELD[7:8], at=AT) == 7
    direct = DriftMonitor()
    direct.update(HELD[:8])
    assert first.monitor("s").to_dict() == direct.to_dict()


def test_no_value_of_a_patient_is_stored(url: str, tmp_path: Path):
    DriftTimeline(url).append("s", HELD[:5], at=AT)
    store = sqlite3.connect(tmp_path / "drift.sqlite")
    kept = "".join(row[0] for row in store.execute("SELECT payload FROM audit_log"))
    store.close()
    assert not any(repr(float(value)) in kept for value in HELD[:5, 3])


def test_another_model_may_not_continue_a_stream(url: str, monkeypatch):
    DriftTimeline(url).append("s", HELD[:5], at=AT)
    newer = SimpleNamespace(reference=monitor_module.models().reference, tag="breast_cancer/2")
    monkeypatch.setattr(monitor_module, "models", lambda: newer)
    with pytest.raises(SuiteError, match=r"scored by breast_cancer/1 .*start a new stream"):
        DriftTimeline(url).append("s", HELD[5:6], at=AT)
    with pytest.raises(SuiteError, match="start a new stream"):
        DriftTimeline(url).monitor("s")


def test_an_own_reference_has_its_own_streams(url: str):
    own = fit_reference(wdbc().X[:300])
    DriftTimeline(url, own).append("s", HELD[:5], at=AT)
    assert DriftTimeline(url, own).monitor("s").model.startswith("own reference")
    with pytest.raises(SuiteError, match="start a new stream"):
        DriftTimeline(url).monitor("s")


def test_the_settings_of_a_stream_stay(url: str):
    timeline = DriftTimeline(url)
    timeline.append("s", HELD[:2], at=AT, target_arl=1_000, seed=1)
    for other in (timeline, DriftTimeline(url)):
        with pytest.raises(InputError, match="begun with target_arl 1000, not 10000"):
            other.append("s", HELD[2:3], at=AT, seed=1)
    with pytest.raises(InputError, match="begun with seed 1, not 0"):
        DriftTimeline(url).append("s", HELD[2:3], at=AT, target_arl=1_000)


def test_what_cannot_be_used_is_a_sentence(url: str):
    timeline = DriftTimeline(url)
    for name in ("", "Site A", "x" * 25, "_a"):
        with pytest.raises(InputError, match="lower-case letters"):
            timeline.append(name, HELD[:1], at=AT)
    with pytest.raises(InputError, match="no stream 'none'"):
        timeline.monitor("none")
    with pytest.raises(InputError, match="Give UTC"):
        timeline.append("s", HELD[:1], at="yesterday")
    assert timeline.streams() == {}


def test_a_changed_log_is_not_replayed(url: str, tmp_path: Path):
    timeline = DriftTimeline(url)
    timeline.append("s", HELD[:2], at=AT)
    store = sqlite3.connect(tmp_path / "drift.sqlite", isolation_level=None)
    store.execute("UPDATE audit_log SET payload = replace(payload, '\"start\":0', '\"start\":1')")
    store.close()
    with pytest.raises(SuiteError, match="cannot be relied on"):
        timeline.monitor("s")


def test_a_forgotten_stream_is_gone_and_its_name_stays_taken(url: str):
    timeline = DriftTimeline(url)
    timeline.append("a", HELD[:3], at=AT)
    timeline.append("b", HELD[:2], at=AT)
    timeline.append("a", HELD[3:5], at=AT)
    assert timeline.forget("a", at=AT).entries == (1, 3)
    for same in (timeline, DriftTimeline(url)):
        with pytest.raises(SuiteError, match=r"'a' was forgotten.*under another name"):
            same.monitor("a")
        with pytest.raises(SuiteError, match=r"'a' was forgotten.*under another name"):
            same.append("a", HELD[5:6], at=AT)
    assert timeline.streams() == {"b": 2}
    assert timeline.monitor("b").n == 2
    with pytest.raises(InputError, match="no content of event drift_a"):
        timeline.forget("a", at=AT)


def test_a_writer_that_knew_the_stream_does_not_continue_it_once_it_is_forgotten(url: str):
    writer = DriftTimeline(url)
    writer.append("a", HELD[:3], at=AT)
    DriftTimeline(url).forget("a", at=AT)
    with pytest.raises(SuiteError, match="'a' was forgotten"):
        writer.append("a", HELD[3:5], at=AT)


@pytest.mark.parametrize(
    ("lost", "said"),
    [("forgotten", "'a' was forgotten"), ("purged", "block for row 3 where row 0 belongs")],
)
def test_a_block_on_its_way_is_refused_when_the_stream_loses_its_rows(
    url: str, monkeypatch, lost: str, said: str
):
    writer = DriftTimeline(url)
    writer.append("a", HELD[:3], at="2026-01-01T00:00:00+00:00")
    writer.append("a", HELD[3:4], at=AT)
    append = AuditLog.append

    def late(log: AuditLog, *args: object, **named: object) -> object:
        monkeypatch.undo()
        if lost == "forgotten":
            DriftTimeline(url).forget("a", at=AT)
        else:
            purge(AuditLog(url), before="2026-02-01T00:00:00+00:00", at=AT)
        return append(log, *args, **named)

    monkeypatch.setattr(AuditLog, "append", late)
    with pytest.raises(SuiteError, match=said):
        writer.append("a", HELD[4:6], at=AT)
    assert [e.request_id for e in AuditLog(url).entries(event="drift_a")][-1] == "3"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_forgetting_and_purging_beside_writers_and_readers(kind: str, url: str, tmp_path, request):
    """Two processes write while this one replays, purges and forgets."""
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
    timeline, log = DriftTimeline(url), AuditLog(url)
    for i in range(3):
        timeline.append("old", HELD[i], at="2026-01-01T00:00:00+00:00")
    said, start = tmp_path / "said", processes()
    writers = [
        start.Process(target=write_all, args=(url, "kept", AT), daemon=True),
        start.Process(target=write_until_forgotten, args=(url, "gone", AT, said), daemon=True),
    ]
    for writer in writers:
        writer.start()
    wait_for(lambda: {"kept", "gone"} <= timeline.streams().keys())
    wait_for(lambda: timeline.monitor("kept").n > 5)
    removed = purge(log, before="2026-02-01T00:00:00+00:00", at=AT).removed
    wait_for(lambda: timeline.monitor("kept").n > 10)
    forgotten = len(timeline.forget("gone", at=AT).entries)
    wait_for(lambda: timeline.monitor("kept").n == len(HELD))
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = log.verify()
    assert (found.ok, found.purged, found.redacted) == (True, removed, forgotten)
    assert removed == 3
    direct = DriftMonitor()
    direct.update(HELD)
    assert timeline.monitor("kept").to_dict() == direct.to_dict()
    taken = int(said.read_text())
    assert [e.is_redacted for e in log.entries(event="drift_gone")] == [True] * taken
    timeline.close()
    log.close()


def test_a_stream_that_lost_its_front_is_neither_replayed_nor_continued(url: str):
    timeline = DriftTimeline(url)
    timeline.append("a", HELD[:3], at="2026-01-01T00:00:00+00:00")
    timeline.append("a", HELD[3:5], at=AT)
    timeline.close()
    log = AuditLog(url)
    purge(log, before="2026-02-01T00:00:00+00:00", at=AT)
    log.close()
    timeline = DriftTimeline(url)
    with pytest.raises(SuiteError, match="block for row 3 where row 0 belongs"):
        timeline.monitor("a")
    with pytest.raises(SuiteError, match="block for row 3 where row 0 belongs"):
        timeline.append("a", HELD[5:6], at=AT)


def test_streams_live_in_postgresql_as_well(postgres_url: str):
    direct = DriftMonitor()
    direct.update(HELD[:6])
    timeline = DriftTimeline(postgres_url)
    timeline.append("a", HELD[:4], at=AT)
    timeline.append("a", HELD[4:6], at=AT)
    assert timeline.monitor("a").to_dict() == direct.to_dict()
    timeline.forget("a", at=AT)
    with pytest.raises(SuiteError, match="was forgotten"):
        timeline.monitor("a")
    timeline.close()

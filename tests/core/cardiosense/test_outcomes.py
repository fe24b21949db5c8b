from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from core.audit import record_inference
from core.audit.log import AuditLog
from core.audit.retention import redact
from core.cardiosense.outcomes import Baseline, cases_needed, performance, record_outcome
from core.errors import InputError, SuiteError
from core.runtime.settings import Settings

AT = "2026-03-01T12:00:00+00:00"
MODEL = "cardiosense/1 sha256:0123456789ab logistic-13"
CARD = Baseline(MODEL, sensitivity=0.80, specificity=0.90)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = AuditLog(f"sqlite:///{tmp_path}/audit.sqlite")
    yield opened
    opened.close()


def score(log: AuditLog, request_id: str, p: float, model: str = MODEL) -> None:
    result = SimpleNamespace(model=model, input_hash=request_id, to_dict=lambda: {"p": p})
    record_inference(
        log,
        Settings(audit_mode="hashes"),
        request_id=request_id,
        at=AT,
        patient={"age": 60.0},
        result=result,
    )


def feed(log: AuditLog, outcome: int, hits: int, misses: int) -> None:
    """Log cases with this outcome, predicted positive (``hits``) or negative (``misses``)."""
    for i in range(hits + misses):
        request_id = f"o{outcome}-{i}"
        score(log, request_id, 0.9 if i < hits else 0.1)
        record_outcome(log, request_id, outcome, AT)


def test_an_outcome_is_logged_beside_its_estimate(log: AuditLog):
    score(log, "r1", 0.7)
    entry = record_outcome(log, "r1", 1, AT)
    assert (entry.event, entry.request_id, entry.data()) == ("outcome", "r1", {"outcome": 1})
    assert log.verify().ok


def test_the_same_outcome_again_changes_nothing(log: AuditLog):
    score(log, "r1", 0.7)
    first = record_outcome(log, "r1", 1, AT)
    assert record_outcome(log, "r1", 1, "2027-01-01T00:00:00+00:00") == first
    assert log.verify().n == 2


def test_another_outcome_is_refused(log: AuditLog):
    score(log, "r1", 0.7)
    record_outcome(log, "r1", 1, AT)
    with pytest.raises(InputError, match="Request r1 already has the outcome 1"):
        record_outcome(log, "r1", 0, AT)


def test_an_estimate_erased_at_this_very_moment_gets_no_outcome(log: AuditLog, monkeypatch):
    score(log, "r1", 0.7)
    append = AuditLog.append

    def late(*args: object, **named: object) -> object:
        redact(log, request_id="r1", at=AT)
        return append(*args, **named)

    monkeypatch.setattr(AuditLog, "append", late)
    with pytest.raises(InputError, match="'inference' of request r1 is not in the log any more"):
        record_outcome(log, "r1", 1, AT)
    assert list(log.entries(event="outcome")) == []


def test_an_unknown_request_is_refused(log: AuditLog):
    with pytest.raises(InputError, match="No estimate with the request id r9"):
        record_outcome(log, "r9", 1, AT)
    score(log, "r1", 0.7)
    with pytest.raises(InputError, match="No estimate with the request id r9"):
        record_outcome(log, "r9", 1, AT)
    assert log.verify().n == 1


@pytest.mark.parametrize("bad", [2, -1, 0.5, 1.0, True, False, None, "1", [1]])
def test_only_0_and_1_are_outcomes(log: AuditLog, bad: object):
    score(log, "r1", 0.7)
    with pytest.raises(InputError, match="cannot be used"):
        record_outcome(log, "r1", bad, AT)
    assert log.verify().n == 1


@pytest.mark.parametrize(("request_id", "at"), [("a b\x00", AT), ("", AT), ("r1", "today")])
def test_unusable_ids_and_times_are_refused(log: AuditLog, request_id: str, at: str):
    score(log, "r1", 0.7)
    with pytest.raises(InputError, match=r"cannot be (used|logged)"):
        record_outcome(log, request_id, 1, at)


def test_of_two_racing_outcomes_one_stands(log: AuditLog):
    score(log, "r1", 0.7)
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(record_outcome, log, "r1", i % 2, AT) for i in range(8)]
    refused = sum(isinstance(job.exception(), InputError) for job in jobs)
    assert (refused, log.verify().n) == (4, 2)


def test_nothing_fed_back_is_not_enough(log: AuditLog):
    report = performance(log, CARD)
    assert report.verdict == "not enough data"
    assert report.sensitivity.observed is None
    assert report.sensitivity.needed == cases_needed(0.80)
    assert (report.n_scored, report.n_outcomes) == (0, 0)
    assert json.dumps(report.to_dict(), allow_nan=False)


def test_few_cases_near_the_card_are_not_enough(log: AuditLog):
    feed(log, 1, hits=8, misses=2)
    feed(log, 0, hits=1, misses=9)
    report = performance(log, CARD)
    expected = scipy.stats.binomtest(8, 10).proportion_ci(method="exact")
    observed = report.sensitivity.observed
    assert (observed.low, observed.high) == pytest.approx((expected.low, expected.high))
    assert (observed.estimate, observed.n) == (0.8, 10)
    assert report.specificity.observed.estimate == 0.9
    assert report.verdict == "not enough data"


def test_a_fall_is_shown_even_by_few_cases(log: AuditLog):
    feed(log, 1, hits=2, misses=10)
    report = performance(log, CARD)
    assert report.sensitivity.verdict == "change shown"
    assert report.specificity.verdict == "not enough data"
    assert report.verdict == "change shown"


def test_a_rise_is_a_change_too(log: AuditLog):
    feed(log, 1, hits=40, misses=0)
    assert performance(log, CARD).sensitivity.verdict == "change shown"


def test_enough_cases_near_the_card_show_no_change(log: AuditLog):
    needed = cases_needed(0.97)
    feed(log, 1, hits=needed - 1, misses=1)
    feed(log, 0, hits=1, misses=needed - 1)
    report = performance(log, Baseline(MODEL, 0.97, 0.97))
    assert report.verdict == "no change shown"
    assert report.n_outcomes == 2 * needed
    assert report.to_dict()["verdict"] == "no change shown"


def test_the_threshold_is_the_cards(log: AuditLog):
    for i, p in enumerate((0.30, 0.29)):
        score(log, f"r{i}", p)
        record_outcome(log, f"r{i}", 1, AT)
    report = performance(log, Baseline(MODEL, 0.8, 0.9, threshold=0.30))
    assert report.sensitivity.observed.estimate == 0.5


def test_other_models_and_missing_outcomes_are_counted_apart(log: AuditLog):
    score(log, "mine", 0.9)
    score(log, "open", 0.9)
    score(log, "ten", 0.9, model="cardiosense/1 sha256:0123456789ab logistic-10")
    score(log, "breast", 0.9, model="breast-cancer/1 sha256:0 tree")
    for request_id in ("mine", "ten", "breast"):
        record_outcome(log, request_id, 1, AT)
    report = performance(log, CARD)
    assert (report.n_scored, report.n_outcomes, report.n_other_models) == (2, 1, 1)


def test_a_tampered_log_gives_no_figures(log: AuditLog, tmp_path: Path):
    feed(log, 1, hits=3, misses=1)
    store = sqlite3.connect(tmp_path / "audit.sqlite", isolation_level=None)
    store.execute("""UPDATE audit_log SET payload = '{"outcome":0}' WHERE seq = 2""").close()
    store.close()
    with pytest.raises(SuiteError, match="cannot be relied on"):
        performance(log, CARD)


@given(st.integers(0, 100).map(lambda percent: percent / 100))
def test_the_number_needed_gives_the_promised_width(card: float):
    n = cases_needed(card)
    interval = scipy.stats.binomtest(round(card * n), n).proportion_ci(method="exact")
    assert interval.high - interval.low <= 0.20
    assert n <= 105

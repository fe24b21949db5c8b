"""Batch drift: two lamps, what they name, what they leave to others, and what they refuse."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.breast_cancer import drift_reference
from core.breast_cancer.data import wdbc
from core.breast_cancer.drift import CASE_ROWS, drift
from core.breast_cancer.drift_lamps import COLUMNS, FAR, FLAGGED, GAPS, MIN_CASES, SCORE, WHOLE
from core.breast_cancer.drift_outcomes import MIN_OUTCOMES
from core.breast_cancer.drift_reference import DriftReference, own_reference, training_reference
from core.breast_cancer.drift_result import VERDICTS
from core.breast_cancer.drift_rows import judge_rows, worst
from core.breast_cancer.faults import fault
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.linear import fit_linear
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError

COHORT = wdbc()
HELD, HELD_Y = COHORT.X[COHORT.held], COHORT.y[COHORT.held]
AREA = FEATURES.names.index("worst_area")


def split(seed: int) -> tuple[DriftReference, np.ndarray, np.ndarray]:
    """Half of the cases as reference, with everything refitted, and the others."""
    order = np.random.default_rng(seed).permutation(COHORT.n)
    own, rest = order[:285], order[285:]
    X, y = COHORT.X[own], COHORT.y[own]
    log_odds = np.empty(len(own))
    for fold in range(5):
        out = np.arange(len(own)) % 5 == fold
        log_odds[out] = fit_linear(X[~out], y[~out], 1.0).log_odds(X[out])
    champion = fit_linear(X, y, 1.0)
    reference = DriftReference(
        X, fit_reference(X), log_odds, champion.log_odds, float(y.mean()), "refitted"
    )
    return reference, COHORT.X[rest], COHORT.y[rest]


@pytest.fixture(scope="module")
def splits():
    return [split(seed) for seed in range(25)]


def spoil(key: str, severity: float, X: np.ndarray = HELD, rng: int = 0, **options) -> np.ndarray:
    return fault(key).apply(X, severity, rng, **options).X


def test_a_report_has_the_agreed_keys_and_is_json():
    report = drift(HELD, y=HELD_Y)
    plain = report.to_dict()
    assert list(plain)[:4] == ["integrity", "case_mix", "n", "tests"]
    assert {"alarm", "p", "top_columns"} <= plain["integrity"].keys()
    assert {"alarm", "p"} <= plain["case_mix"].keys()
    assert json.dumps(plain, allow_nan=False) == json.dumps(drift(HELD, y=HELD_Y).to_dict())
    assert (plain["n"], plain["n_complete"], plain["n_reference"]) == (57, 57, 512)
    assert plain["model"].startswith("breast_cancer/")
    assert all(test["meaning"].endswith(".") for test in plain["tests"])


def test_held_out_cases_show_no_drift():
    report = drift(HELD, extra=False)
    assert (report.integrity.alarm, report.case_mix.alarm) == (False, False)
    assert report.verdict == VERDICTS[False, False]
    assert report.top_columns == ()
    assert report.prevalence.low < HELD_Y.mean() < report.prevalence.high
    assert report.reference_prevalence.estimate == pytest.approx(191 / 512, abs=0.01)


def test_other_patients_are_no_instrument_fault(splits):
    reference, X, y = splits[0]
    report = drift(X[y == 1], reference=reference, extra=False)
    assert (report.integrity.alarm, report.case_mix.alarm) == (False, True)
    assert report.verdict.startswith("Different population")
    assert report.prevalence.estimate > 0.9
    assert report.score_shift > 0


def test_lost_correlation_is_an_instrument_fault():
    report = drift(spoil("shuffle", 3, columns=["mean_radius", "worst_area", "mean_concavity"]),
                   extra=False)  # fmt: skip
    assert (report.integrity.alarm, report.case_mix.alarm) == (True, False)
    assert report.verdict.startswith("Instrument or transfer fault")
    assert {c.column for c in report.top_columns[:2]} == {"mean_radius", "worst_area"}
    assert report.top_columns[0].direction == "both ways"


def test_a_wrong_unit_lights_both_lamps_and_names_the_column():
    report = drift(spoil("unit", 0.1, columns=["worst_area"]), extra=False)
    assert (report.integrity.alarm, report.case_mix.alarm) == (True, True)
    assert report.verdict.startswith("Mend integrity first")
    top = report.top_columns[0]
    assert (top.column, top.direction, top.rows) == ("worst_area", "low", 57)
    assert top.weight > 0.95
    assert top.shift < -10
    assert report.to_dict()["integrity"]["top_columns"][0]["label"] == FEATURES["worst_area"].label


@pytest.mark.parametrize(
    ("key", "severity", "options"),
    [
        ("bias", 1, {}),
        ("bias", 0.5, {"columns": 3}),
        ("unit", 0.1, {}),
        ("unit", 1 / 2.54, {}),
        ("shuffle", 3, {}),
        ("swap", 1, {"columns": ["mean_radius", "worst_radius"]}),
        ("noise", 0.25, {}),
        ("noise_share", 0.1, {}),
        ("impute", 3, {}),
    ],
)
def test_a_fault_of_all_of_25_rows_is_seen(splits, key, severity, options):
    seen = [
        drift(spoil(key, severity, X[:25], i, **options), reference=reference, extra=False)
        for i, (reference, X, _) in enumerate(splits[:12])
    ]
    assert all(report.integrity.alarm for report in seen)


def test_false_alarms_and_another_mix_of_cases(splits):
    """Up to 4 of 25 splits may alarm by chance at a level of 0.05 (binomial, 0.97)."""
    null, sick = [], []
    for i, (reference, X, y) in enumerate(splits):
        null.append(drift(X[:100], reference=reference, extra=False))
        others = spoil("prevalence", 0.8, X, i, y=y, size=25)
        sick.append(drift(others, reference=reference, extra=False))
    assert sum(report.integrity.alarm for report in null) <= 4
    assert sum(report.case_mix.alarm for report in null) <= 4
    assert sum(report.integrity.alarm for report in sick) <= 0.3 * 25
    assert sum(report.case_mix.alarm for report in sick) >= 0.95 * 25


def test_the_shares_of_a_lamp_add_up_to_its_level():
    assert math.isclose(WHOLE + FLAGGED + FAR + GAPS, 1)
    assert SCORE + COLUMNS == 1
    report = drift(spoil("unit", 0.5, columns=["mean_area"], share=0.1), extra=False)
    integrity = report.tests_of("integrity")
    assert report.integrity.p == min(1.0, *(t.p / t.share for t in integrity))
    assert report.integrity.alarm == any(t.alarm for t in integrity)


def test_a_gap_is_never_healthy():
    report = drift(np.full((1, 30), np.nan))
    assert report.integrity.alarm is True
    assert "None of the 1 rows is complete" in report.integrity.reason
    assert report.case_mix.alarm is None
    assert report.verdict == VERDICTS[True, None]
    assert report.prevalence is None
    json.dumps(report.to_dict(), allow_nan=False)


@given(st.integers(0, 56), st.integers(0, 29), st.integers(3, 57))
@settings(max_examples=25)
def test_a_gap_never_makes_a_batch_look_better(row, column, n):
    X = HELD[:n].copy()
    before = drift(X, extra=False).integrity.p
    X[row % n, column] = math.nan
    assert drift(X, extra=False).integrity.p <= before + 1e-12


def test_missing_cells_are_counted_by_column():
    X = HELD.copy()
    X[:12, AREA] = math.nan
    report = drift(X, extra=False)
    gaps = report.tests_of("integrity")[-1]
    assert gaps.alarm
    assert gaps.statistic == pytest.approx(12 / 57)
    assert "Worst area" in gaps.meaning
    top = report.top_columns[0]
    assert (top.column, top.direction) == ("worst_area", "missing")
    assert report.n_complete == 45
    assert "12 of 57 rows miss a value" in report.notes[0]


def test_impossible_cells_count_as_missing():
    X = HELD.copy()
    X[:3, 0], X[3, 1], X[4, 2] = -1.0, math.inf, 0.0
    report = drift(X, extra=False)
    assert report.n_complete == 52
    assert "5 cells are impossible and count as missing." in report.notes


@pytest.mark.parametrize("n", [1, 2, 4])
def test_few_rows_judge_integrity_only(n):
    report = drift(spoil("unit", 0.1, HELD[:n], columns=["worst_area"]))
    assert report.case_mix.alarm is None
    assert str(MIN_CASES) in report.case_mix.reason
    assert report.integrity.alarm is True
    assert report.verdict == VERDICTS[True, None]
    assert drift(HELD[1:2], extra=False).verdict == VERDICTS[False, None]


def test_copies_of_the_reference_are_judged_out_of_sample():
    X = COHORT.X[COHORT.train]
    rows = judge_rows(X, training_reference())
    assert rows.copies == 512
    np.testing.assert_array_equal(rows.log_odds, training_reference().log_odds)
    np.testing.assert_array_equal(np.sort(rows.scores), training_reference().integrity.calibration)
    report = drift(X, extra=False)
    assert "512 rows are copies of reference cases" in report.notes[0]
    assert report.integrity.p > 0.5
    almost = X * (1 + 1e-12)
    assert judge_rows(almost, training_reference()).copies == 0


def test_repeated_rows_are_named():
    assert judge_rows(HELD, training_reference()).repeats == 0
    report = drift(np.concatenate([HELD, HELD[:7]]), extra=False)
    assert report.notes == (
        "7 rows repeat an earlier row of the batch: they are no further evidence.",
    )


def test_the_order_of_rows_does_not_matter():
    X = spoil("noise", 0.1)
    report = drift(X, extra=False)
    again = drift(X[::-1], extra=False)
    assert report.integrity.p == pytest.approx(again.integrity.p)
    assert report.case_mix.p == pytest.approx(again.case_mix.p)


def test_a_table_may_have_its_columns_in_any_order():
    frame = pd.DataFrame(HELD, columns=list(FEATURES.names))
    shuffled = frame[list(reversed(FEATURES.names))].assign(note="kept")
    assert drift(shuffled, extra=False).to_dict() == drift(HELD, extra=False).to_dict()


def test_large_batches_are_judged_in_chunks_and_say_what_was_compared():
    rng = np.random.default_rng(0)
    rows = COHORT.X[rng.integers(COHORT.n, size=CASE_ROWS + 5000)]
    X = rows * np.exp(0.001 * rng.normal(size=rows.shape))
    report = drift(X, extra=False)
    assert report.tests_of("integrity")[0].n_batch == CASE_ROWS + 5000
    assert report.tests_of("case mix")[0].n_batch == CASE_ROWS
    assert "20,000 rows drawn from 25,000" in report.notes[0]
    small = judge_rows(X[9_990:10_010], training_reference())
    whole = judge_rows(X, training_reference())
    np.testing.assert_allclose(whole.scores[9_990:10_010], small.scores, rtol=1e-9)


def test_an_own_reference_is_fitted_anew():
    report = drift(HELD, reference=COHORT.X[COHORT.train][:300], extra=False)
    assert report.n_reference == 300
    assert "own reference of 300 complete cases" in report.notes[-1]
    assert not report.integrity.alarm
    with pytest.raises(NotEnoughDataError, match="200 are needed"):
        drift(HELD, reference=COHORT.X[:150])


def test_gaps_as_usual_are_no_fault():
    rng = np.random.default_rng(1)
    table = COHORT.X[COHORT.train].copy()
    table[rng.random(512) < 0.15, 4] = math.nan
    batch = HELD.copy()
    batch[rng.random(57) < 0.15, 4] = math.nan
    report = drift(batch, reference=pd.DataFrame(table, columns=list(FEATURES.names)), extra=False)
    assert not report.integrity.alarm
    assert any("reference cases are incomplete" in note for note in report.notes)
    assert drift(batch, extra=False).integrity.alarm


def test_zeros_that_the_reference_never_had_are_gaps():
    positive = COHORT.X[(COHORT.X > 0).all(axis=1)]
    assert (HELD == 0).any()
    report = drift(HELD, reference=positive[:300], extra=False)
    assert report.n_complete == int((HELD > 0).all(axis=1).sum())


def test_the_tests_beside_change_nothing_and_say_what_they_miss():
    X = spoil("shuffle", 30)
    with_them, without = drift(X), drift(X, extra=False)
    assert with_them.integrity == without.integrity
    assert with_them.case_mix == without.case_mix
    assert without.psi is None
    found = {test.name: test for test in with_them.tests_of("beside")}
    assert len(found) == 8
    assert not found["Predecessor: is_drifting"].alarm  # blind to every column shuffled
    assert found["Stability index of 0.25 or more in any column"].alarm
    assert with_them.psi.folklore_false_alarm > 0.5
    assert with_them.integrity.alarm


def test_outcomes_add_the_calibration_part():
    right = drift(HELD, y=HELD_Y, extra=False).calibration
    assert (right.alarm, right.n, right.positives) == (False, 57, 21)
    wrong = drift(HELD, y=1 - HELD_Y, extra=False)
    assert wrong.calibration.alarm is True
    assert [t.alarm for t in wrong.tests_of("calibration")] == [True, True]
    some = HELD_Y.astype(float)
    some[10:] = math.nan
    few = drift(HELD, y=some, extra=False).calibration
    assert (few.alarm, few.p, few.n) == (None, None, 10)
    assert str(MIN_OUTCOMES) in few.reason
    assert few.to_dict()["slope"] is None
    with pytest.raises(InputError, match="57 rows and outcomes of shape"):
        drift(HELD, y=[1, 0])
    with pytest.raises(InputError, match="neither 1"):
        drift(HELD, y=np.full(57, 2))


def test_what_cannot_be_compared_is_a_sentence():
    with pytest.raises(NotEnoughDataError, match="no row"):
        drift(HELD[:0])
    with pytest.raises(InputError, match="lacks the columns mean_radius"):
        drift(pd.DataFrame(HELD[:, 1:], columns=list(FEATURES.names[1:])))
    with pytest.raises(InputError, match="rows of 30 values"):
        drift(HELD[:, :5])
    with pytest.raises(InputError, match="not a number"):
        drift([["a"] * 30])
    with pytest.raises(InputError, match="level 1"):
        drift(HELD, level=1)


def test_the_worst_cell_of_a_row():
    residuals = np.array([[1.0, -3.0, 2.0], [np.nan, np.nan, np.nan]])
    scores, columns, own = worst(residuals, np.array([[False] * 3, [False, True, True]]))
    assert scores.tolist() == [3.0, math.inf]
    assert columns.tolist() == [1, 1]
    assert own[0] == -3.0
    assert math.isnan(own[1])


def test_the_reference_holds_together():
    reference = training_reference()
    assert len(reference.table) == len(reference.log_odds) == reference.integrity.n
    assert np.array_equal(reference.scores, reference.integrity.calibration)
    assert (drift_reference.LOW < drift_reference.HIGH).all()
    incomplete = COHORT.X[COHORT.train].copy()
    incomplete[5, 5] = math.nan
    own = own_reference(incomplete)
    assert len(own.complete) == 511
    assert own.scores[-1] == math.inf

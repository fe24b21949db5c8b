"""The tests behind the two lamps, and how they share a lamp's level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.drift_reference import DriftReference
from core.breast_cancer.drift_result import DriftTest, Lamp, Part
from core.breast_cancer.drift_rows import Rows
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.schema import FEATURES
from core.stats.shift import Shift, judge, missing_shift, value_shift
from core.stats.two_sample import Comparison, ks_greater, many_small_p
from core.viz.text import percent

Floats = NDArray[np.float64]

FAR_LEVEL = 0.01
WHOLE, FLAGGED, FAR, GAPS = 0.2, 0.5, 0.2, 0.1
"""How the integrity tests divide the level: a shift of all rows, flagged rows, far rows, gaps.

A fault of all rows is plain to each test, so most is spent on faults of a few rows.
"""

SCORE, COLUMNS = 0.5, 0.5
"""How the case-mix tests divide the level: the log-odds, and all columns together."""

MIN_CASES = 5
"""Complete rows needed to judge the case mix."""


def integrity_tests(rows: Rows, reference: DriftReference, level: float) -> tuple[DriftTest, ...]:
    """Test whether scores are larger, flagged rows more frequent, or gaps more frequent."""
    whole = ks_greater(reference.scores, rows.scores, level * WHOLE)
    flagged = many_small_p(reference.scores, rows.scores, FLAG_LEVEL, level * FLAGGED)
    far = many_small_p(reference.scores, rows.scores, FAR_LEVEL, level * FAR)
    return (
        _of(whole, "integrity", "Integrity scores are larger (Kolmogorov-Smirnov)", WHOLE,
            "Largest excess of the reference's distribution function, 0 to 1."),
        _of(flagged, "integrity", "Flagged rows are more frequent (beta-binomial)", FLAGGED,
            f"Rows that fit together worse than {percent(1 - FLAG_LEVEL)} of the reference."),
        _of(far, "integrity", "Far rows are more frequent (beta-binomial)", FAR,
            f"Rows that fit together worse than {percent(1 - FAR_LEVEL)} of the reference."),
        _gaps_test(rows, reference, level * GAPS),
    )  # fmt: skip


def integrity_lamp(rows: Rows, tests: tuple[DriftTest, ...], level: float) -> Lamp:
    """Read the integrity tests together; a batch without a complete row always alarms."""
    p = shared_p(tests)
    incomplete, n = int(rows.incomplete.sum()), len(rows.scores)
    if incomplete == n:
        reason = f"None of the {n:,} rows is complete, so none can be called healthy."
        return Lamp(True, p, reason)
    expected = FLAG_LEVEL * n
    chance = f"about {expected:,.{0 if expected >= 10 else 1}f} would be by chance"
    flagged = f"{tests[1].statistic:,.0f} of {n:,} rows are flagged; {chance}."
    gaps = f" {incomplete:,} rows are incomplete." if incomplete else ""
    return Lamp(p <= level, p, flagged + gaps)


def feature_shifts(
    table: Floats, reference: DriftReference, level: float
) -> tuple[tuple[Shift, ...], tuple[str, ...]]:
    """Compare every column's values; return the comparisons, and what could not be compared."""
    known = np.sum(~np.isnan(table), axis=0) >= MIN_CASES
    shifts = [
        value_shift(name, reference.complete[:, j], table[:, j])
        for j, name in enumerate(FEATURES.names)
        if known[j]
    ]
    untested = [FEATURES[name].label for j, name in enumerate(FEATURES.names) if not known[j]]
    if not untested:
        return judge(shifts, level * COLUMNS), ()
    note = f"Fewer than {MIN_CASES} known values, so not compared: {', '.join(untested)}."
    return judge(shifts, level * COLUMNS), (note,)


def mix_tests(
    log_odds: Floats, shifts: tuple[Shift, ...], reference: DriftReference, level: float
) -> tuple[DriftTest, ...]:
    """Test whether the log-odds of complete rows, or any column, are distributed otherwise."""
    if len(log_odds) < MIN_CASES:
        return ()
    score = value_shift("log-odds", reference.log_odds, log_odds)
    tests = [
        DriftTest("Log-odds of malignancy (Kolmogorov-Smirnov)", "case mix", score.n_reference,
                  score.n_window, score.effect, score.p, score.p <= level * SCORE,
                  "Largest distance of the distribution functions, 0 to 1.", SCORE)
    ]  # fmt: skip
    worst = min(shifts, key=lambda shift: (shift.p, -shift.effect))
    p = min(shift.p_adjusted or 0.0 for shift in shifts)
    label = FEATURES[worst.feature].label
    meaning = f"Distance of the most different column, {label}; p adjusted for all by Holm's rule."
    tests.append(
        DriftTest("Values of the columns (Kolmogorov-Smirnov)", "case mix", worst.n_reference,
                  worst.n_window, worst.effect, p, p <= level * COLUMNS, meaning, COLUMNS)
    )  # fmt: skip
    return tuple(tests)


def mix_lamp(tests: tuple[DriftTest, ...], complete: int, level: float) -> Lamp:
    """Read the case-mix tests together."""
    if not tests:
        return Lamp(None, None, f"{complete} complete rows; {MIN_CASES} are needed.")
    p = shared_p(tests)
    alarm = p <= level
    found = [test.name for test in tests if test.alarm]
    reason = f"Differs: {'; '.join(found)}." if found else "No difference from the reference shown."
    return Lamp(alarm, p, reason)


def shared_p(tests: tuple[DriftTest, ...]) -> float:
    """Return the p value of tests that divide a level between them (weighted Bonferroni)."""
    return min(1.0, *(test.p / test.share for test in tests if test.share and test.p is not None))


def _gaps_test(rows: Rows, reference: DriftReference, level: float) -> DriftTest:
    """Compare the shares of missing cells, column by column and of rows with any, exactly."""
    old = np.isnan(reference.table)
    absent = {name: (old[:, j], rows.missing[:, j]) for j, name in enumerate(FEATURES.names)}
    absent["any column"] = (np.asarray(old.any(axis=1)), rows.incomplete)
    # Where nothing is missing on either side the exact test cannot alarm and need not be counted.
    shifts = judge(
        [
            missing_shift(name, np.where(before, np.nan, 0), np.where(now, np.nan, 0))
            for name, (before, now) in absent.items()
            if before.any() or now.any()
        ],
        level,
    )
    p = min((shift.p_adjusted or 0.0 for shift in shifts), default=1.0)
    largest = max(shifts, key=lambda shift: abs(shift.effect), default=None)
    meaning = "Share of rows with a missing or refused cell minus that of the reference"
    if largest is not None and largest.feature != "any column":
        meaning += f"; p over every column, {FEATURES[largest.feature].label} above all"
    return DriftTest(
        name="Missing or refused cells (Fisher exact)",
        part="integrity",
        n_reference=len(reference.table),
        n_batch=len(rows.scores),
        statistic=float(rows.incomplete.mean() - old.any(axis=1).mean()),
        p=p,
        alarm=p <= level,
        meaning=f"{meaning}.",
        share=GAPS,
    )


def _of(found: Comparison, part: Part, name: str, share: float, meaning: str) -> DriftTest:
    return DriftTest(
        name, part, found.n_reference, found.n_batch, found.statistic, found.p, found.alarm,
        meaning, share,
    )  # fmt: skip

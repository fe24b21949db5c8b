"""Tests in common use, shown beside the lamps with what each of them misses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.drift_reference import DriftReference
from core.breast_cancer.drift_result import DriftTest
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.zscore import zmonitor
from core.stats.psi import LARGE, PsiReport, psi_report
from core.stats.shift import Shift
from core.stats.two_sample import MIN_ROWS, Comparison, classifier_test, mmd
from core.viz.text import percent

Floats = NDArray[np.float64]

HALF = 0.5


def beside(
    table: Floats,
    shifts: tuple[Shift, ...],
    reference: DriftReference,
    level: float,
    seed: int,
) -> tuple[tuple[DriftTest, ...], PsiReport | None]:
    """Run the tests that tools and the predecessor use; large batches enter as a subsample.

    Parameters
    ----------
    table : ndarray, shape (n, 30)
        The batch, NaN where a cell is missing or refused.
    shifts : tuple of Shift
        The comparison of every column.
    reference : DriftReference
        What the batch is held against.
    level : float
        Level of each test on its own.
    seed : int
        Seed of subsamples, permutations and forest.
    """
    tests = [*_predecessor(table, reference), *_column_rules(shifts, level)]
    complete = table[~np.isnan(table).any(axis=1)]
    if len(complete) < MIN_ROWS:
        return tuple(tests), None
    found = psi_report(reference.complete, complete, FEATURES.names, seed, level)
    return (*tests, *_psi_tests(found), *_whole_records(reference, complete, level, seed)), found


def _predecessor(table: Floats, reference: DriftReference) -> tuple[DriftTest, ...]:
    verdicts = zmonitor().assess(table)
    n = len(reference.complete)
    return (
        DriftTest("Predecessor: any |z| of 3 or more", "beside", n, len(table),
                  float(verdicts.critical.mean()), None, bool(verdicts.critical.any()),
                  "Share of rows. Flags sick patients, misses whatever keeps a value in its usual "
                  "range, and takes missing values for healthy."),
        DriftTest("Predecessor: is_drifting", "beside", n, len(table),
                  float(verdicts.drifting.mean()), None, bool(verdicts.drifting.any()),
                  "Share of rows with more than 3 points. Needs several columns far out at once: "
                  "in effect it detects large malignant nuclei."),
    )  # fmt: skip


def _column_rules(shifts: tuple[Shift, ...], level: float) -> tuple[DriftTest, ...]:
    if not shifts:
        return ()
    hits = np.array([shift.p <= level for shift in shifts])
    n, m = shifts[0].n_reference, shifts[0].n_window
    return (
        DriftTest("Any column's Kolmogorov-Smirnov test, unadjusted", "beside", n, m,
                  float(hits.sum()), None, bool(hits.any()),
                  "Columns at or below the level. With thirty columns it alarms for nothing about "
                  "half the time, and it cannot see columns that no longer belong together."),
        DriftTest("Half of the columns drifted", "beside", n, m, float(hits.mean()), None,
                  bool(hits.mean() >= HALF),
                  "Share of columns. A fault of one column never reaches it."),
    )  # fmt: skip


def _psi_tests(found: PsiReport) -> tuple[DriftTest, ...]:
    return (
        DriftTest(f"Stability index of {LARGE:g} or more in any column", "beside",
                  found.n_reference, found.n_batch, found.statistic, None, found.folklore_alarm,
                  "Largest index. In samples of this size the cut-off alarms with a probability of "
                  f"{percent(found.folklore_false_alarm)} when nothing has changed."),
        DriftTest("Stability index, threshold from permutations", "beside", found.n_reference,
                  found.n_batch, found.statistic, found.p, found.alarm,
                  f"Largest index; chance alone stays below {found.threshold:.2f}. Sees columns "
                  "one by one only, and needs about 100 rows."),
    )  # fmt: skip


def _whole_records(
    reference: DriftReference, complete: Floats, level: float, seed: int
) -> tuple[DriftTest, ...]:
    kernel = mmd(reference.complete, complete, seed, level)
    forest = classifier_test(reference.complete, complete, seed, level)
    return (
        _of(kernel, "Squared discrepancy. Slow to see lost correlation; alarms for a fault and for "
            "another mix of cases alike."),
        _of(forest, "Area under the ROC curve of telling batch from reference, on unseen rows. "
            "Needs rows to learn from; alarms for a fault and for another mix of cases alike."),
    )  # fmt: skip


def _of(found: Comparison, meaning: str) -> DriftTest:
    return DriftTest(
        found.test, "beside", found.n_reference, found.n_batch, found.statistic, found.p,
        found.alarm, meaning,
    )  # fmt: skip

"""Whether a batch has drifted, and whether by the instrument or by the patients.

Two lamps, each with a false-alarm rate of at most the level. *Integrity* asks whether the values of
each row fit together, whatever patient they come from: it sees wrong units, exchanged, shuffled or
imputed columns and noise. *Case mix* asks whether other patients come: it compares the log-odds of
malignancy and every column with the reference.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from core.breast_cancer import drift_lamps as lamps
from core.breast_cancer.drift_beside import beside
from core.breast_cancer.drift_outcomes import calibration_drift
from core.breast_cancer.drift_reference import (
    DriftReference,
    as_table,
    own_reference,
    training_reference,
)
from core.breast_cancer.drift_result import DriftReport
from core.breast_cancer.drift_rows import Rows, judge_rows, suspects
from core.errors import InputError, NotEnoughDataError
from core.stats.prevalence import estimate_prevalence

Floats = NDArray[np.float64]

LEVEL = 0.05
CASE_ROWS = 20_000
"""Rows that enter the comparison of the case mix; more would not help beside the reference."""

SEED = 0


def drift(
    batch: ArrayLike | pd.DataFrame,
    *,
    reference: DriftReference | ArrayLike | pd.DataFrame | None = None,
    level: float = LEVEL,
    extra: bool = True,
    y: ArrayLike | None = None,
) -> DriftReport:
    """Compare a batch with the reference.

    Parameters
    ----------
    batch : DataFrame or array_like, shape (n, 30)
        Rows in the order of ``FEATURES``, or a table with columns of these names; NaN for cells
        that are missing or refused. Such rows are never taken for healthy: no row of the training
        cases surpasses them.
    reference : DataFrame or array_like, shape (m, 30), or DriftReference, optional
        Own reference cases, at least 200 of them complete; by default the training cases.
    level : float
        Largest false-alarm probability of each lamp.
    extra : bool
        Whether to run the tests that are shown beside the lamps; they change nothing about them.
    y : array_like, shape (n,), optional
        Outcomes, 1 = malignant, 0 = benign, NaN = not known: adds the calibration part.

    Raises
    ------
    NotEnoughDataError
        If the batch has no row, or the reference too few.
    InputError
        If columns are missing, values are not numbers, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"The level {level:g} is not between 0 and 1. Give one such as 0.05.")
    table, refused = as_table(batch)
    if not len(table):
        raise NotEnoughDataError("The batch has no row. Give at least one.")
    against = _resolved(reference)
    rows = judge_rows(table, against)
    report = _lamps(table, rows, refused, against, level)
    if y is not None:
        calibration, tests = calibration_drift(y, rows.log_odds, level, SEED)
        report = report.with_tests(tests, calibration=calibration)
    if extra:
        tests, psi = beside(table, report.features, against, level, SEED)
        report = report.with_tests(tests, psi=psi)
    return report


def _lamps(
    table: Floats, rows: Rows, refused: int, against: DriftReference, level: float
) -> DriftReport:
    chosen = _chosen(len(table))
    log_odds = rows.log_odds[chosen][~rows.incomplete[chosen]]
    shifts, untested = lamps.feature_shifts(table[chosen], against, level)
    integrity = lamps.integrity_tests(rows, against, level)
    mix = lamps.mix_tests(log_odds, shifts, against, level)
    lamp, enough = lamps.integrity_lamp(rows, integrity, level), len(mix) > 0
    return DriftReport(
        integrity=lamp,
        case_mix=lamps.mix_lamp(mix, len(log_odds), level),
        top_columns=suspects(rows, against) if lamp.alarm else (),
        prevalence=estimate_prevalence(expit(log_odds), against.prior) if enough else None,
        reference_prevalence=against.prevalence,
        score_shift=float(np.median(log_odds) - np.median(against.log_odds)) if enough else None,
        n=len(table),
        n_complete=int(np.sum(~rows.incomplete)),
        n_reference=len(against.complete),
        level=level,
        tests=(*integrity, *mix),
        features=shifts,
        notes=(*_notes(rows, refused, len(chosen)), *untested, *against.notes),
        model=against.model,
    )


def _resolved(reference: DriftReference | ArrayLike | pd.DataFrame | None) -> DriftReference:
    if reference is None:
        return training_reference()
    return reference if isinstance(reference, DriftReference) else own_reference(reference)


def _chosen(n: int) -> NDArray[np.intp]:
    if n <= CASE_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, CASE_ROWS, replace=False))


def _notes(rows: Rows, refused: int, chosen: int) -> tuple[str, ...]:
    n, incomplete = len(rows.scores), int(rows.incomplete.sum())
    notes = []
    if incomplete:
        notes.append(
            f"{incomplete:,} of {n:,} rows miss a value or hold a refused one. They count as "
            "evidence against integrity and are left out of the case mix."
        )
    if refused:
        notes.append(f"{refused:,} cells are impossible and count as missing.")
    if rows.copies:
        notes.append(
            f"{rows.copies:,} rows are copies of reference cases, so the batch is not an "
            "independent sample and the p values do not hold. They were judged as the reference "
            "cases were, out of sample."
        )
    if rows.repeats:
        notes.append(
            f"{rows.repeats:,} rows repeat an earlier row of the batch: they are no further "
            "evidence."
        )
    if chosen < n:
        notes.append(f"The case mix was compared on {chosen:,} rows drawn from {n:,}.")
    return tuple(notes)

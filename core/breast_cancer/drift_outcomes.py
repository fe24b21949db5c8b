"""Whether the probabilities still mean what they say, by outcomes that came back with a batch."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from core.breast_cancer.drift_result import CalibrationDrift, DriftTest
from core.errors import InputError
from core.stats.calibration import slope_intercept
from core.stats.calibration_tests import in_the_large_p, slope_p
from core.stats.shift import holm

Floats = NDArray[np.float64]

MIN_OUTCOMES = 20
MAX_OUTCOMES = 20_000


def calibration_drift(
    y: ArrayLike, log_odds: Floats, level: float, seed: int
) -> tuple[CalibrationDrift, tuple[DriftTest, ...]]:
    """Test mean risk and slope on the rows with log-odds and an outcome.

    Parameters
    ----------
    y : array_like, shape (n,)
        1 = malignant, 0 = benign, NaN = not known.
    log_odds : ndarray, shape (n,)
        NaN for incomplete rows. Beyond ``MAX_OUTCOMES`` rows, as many drawn with the seed enter.

    Raises
    ------
    InputError
        If there are not as many outcomes as rows, or one is neither 0, 1 nor NaN.
    """
    outcomes = np.asarray(y, dtype=np.float64)
    if outcomes.shape != log_odds.shape:
        raise InputError(f"There are {len(log_odds)} rows and outcomes of shape {outcomes.shape}.")
    known = ~np.isnan(outcomes)
    if not np.isin(outcomes[known], (0, 1)).all():
        raise InputError("An outcome is neither 1 (malignant), 0 (benign) nor missing. Mend it.")
    rows = np.nonzero(known & ~np.isnan(log_odds))[0]
    if len(rows) > MAX_OUTCOMES:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MAX_OUTCOMES, replace=False))
    labels, score = outcomes[rows].astype(np.int64), log_odds[rows]
    n, positives = len(labels), int(labels.sum())
    if n < MIN_OUTCOMES:
        reason = f"{n} complete rows with an outcome; {MIN_OUTCOMES} are needed."
        return CalibrationDrift(None, None, n, positives, math.nan, math.nan, reason), ()
    slope, offset = slope_intercept(labels, expit(score))
    adjusted = holm([in_the_large_p(labels, score, seed), slope_p(labels, score, seed)])
    p = float(adjusted.min())
    found = "A change of calibration is shown" if p <= level else "No change of calibration shown"
    reason = f"{found} by {n} outcomes, {positives} of them malignant."
    names = ("Calibration in the large (score test)", "Calibration slope (score test)")
    meanings = (
        "Shift of the log-odds that would make the mean risk right; 0 is perfect.",
        "Slope of the outcomes on the log-odds; 1 is perfect. No number where no fit exists.",
    )
    tests = tuple(
        DriftTest(name, "calibration", 0, n, value, float(p_i), bool(p_i <= level), meaning)
        for name, value, p_i, meaning in zip(
            names, (offset, slope), adjusted, meanings, strict=True
        )
    )
    return CalibrationDrift(p <= level, p, n, positives, offset, slope, reason), tests

"""Do the probabilities fit the outcomes as they stand? A likelihood-ratio test, exact for few."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from core.stats.calibration import log_odds
from core.stats.calibration_null import Tally
from core.stats.profile_likelihood import RatioTest

Floats = NDArray[np.float64]

FEW = 100.0
"""Variance of the number of events below which the null distribution is simulated."""
_STEPS = 60
_CONVERGED = 1e-10
_CONVERGED_SIMULATED = 1e-3
_LONGEST_STEP = 4.0
_RIDGE = 1e-12
_TINY = float(np.finfo(float).tiny)


def recalibration_test(table: Tally, null: Tally, drawn: Floats) -> RatioTest | None:
    """Test intercept 0 and slope 1 together; ``None`` if no probability leaves room for doubt.

    Where the variance of the number of events is below :data:`FEW` the null distribution is
    simulated, because the chi-square law is only approached as outcomes accumulate.

    Parameters
    ----------
    table : Tally
        All rows.
    null, drawn : Tally and ndarray, shape (n_sims, g)
        The merged table and events simulated for it, as from
        :func:`core.stats.calibration_null.draw`.

    References
    ----------
    Cox, Biometrika 45 (1958) 562-565; Miller, Hui and Tierney, Statistics in Medicine 10 (1991)
    1213-1226.
    """
    if table.variance == 0:
        return None
    df = 1 if len(table.p) == 1 else 2
    statistic = float(_gain(table, table.events[None, :], _CONVERGED)[0])
    if table.variance >= FEW:
        return RatioTest(statistic, df, float(chdtrc(df, statistic)), f"chi-square, {df} df")
    # Tables as extreme as the observed one count, however their fit was rounded.
    chance = _gain(null, drawn, _CONVERGED_SIMULATED)
    beyond = int(np.sum(chance >= statistic - _CONVERGED_SIMULATED))
    p = (1 + beyond) / (1 + len(drawn))
    return RatioTest(statistic, df, p, f"{len(drawn)} simulated tables")


def spiegelhalter_test(table: Tally, null: Tally, drawn: Floats) -> tuple[float, float]:
    """Return Spiegelhalter's z and its two-sided p value, simulated as above where rows are few.

    Both are NaN if every probability is 0, 1/2 or 1: the Brier score is then the same whatever
    happens, or certain.

    References
    ----------
    Spiegelhalter, Statistics in Medicine 5 (1986) 421-433.
    """
    weight = 1 - 2 * table.p
    spread = math.sqrt(float(np.sum(weight**2 * table.trials * table.p * (1 - table.p))))
    if spread == 0:
        return math.nan, math.nan
    z = float((table.events - table.trials * table.p) @ weight) / spread
    if table.variance >= FEW:
        return z, float(2 * ndtr(-abs(z)))
    chance = (drawn - null.trials * null.p) @ (1 - 2 * null.p) / spread
    beyond = int(np.sum(np.abs(chance) >= abs(z) * (1 - 1e-9)))
    return z, (1 + beyond) / (1 + len(drawn))


def _gain(table: Tally, events: Floats, tolerance: float) -> Floats:
    """Return twice the log-likelihood gained by the best line, for each row of events.

    Under separation the coefficients have no limit but the likelihood has; it is approached.
    """
    score = log_odds(table.p)
    weight = table.trials * table.p * (1 - table.p)
    centre = float(weight @ score / max(weight.sum(), _TINY))
    width = math.sqrt(float(weight @ (score - centre) ** 2 / max(weight.sum(), _TINY)))
    x = (score - centre) / width if width > 0 else score - centre
    start = np.array([centre, width])
    flat, result = 0.0 if width > 0 else 1.0, np.empty(len(events))
    coef = np.tile(start, (len(events), 1))
    step, last = np.zeros_like(coef), np.full(len(events), -np.inf)
    first, rows = np.empty(0), np.arange(len(events))
    sums = events @ np.column_stack([np.ones_like(x), x])
    for turn in range(_STEPS):
        height, force, info = _heights(coef, x, table.trials, sums)
        if turn == 0:
            first = height
        worse = height < last - 1e-9 * np.abs(last)
        step[worse] /= 2
        info[:, 1, 1] += flat + _RIDGE
        info[:, 0, 0] += _RIDGE
        full = np.linalg.solve(info[~worse], force[~worse][:, :, None])[:, :, 0]
        # Where the likelihood is flat a full step would overshoot by far.
        longest = np.abs(full).max(axis=1, initial=_LONGEST_STEP)[:, None]
        step[~worse] = full * (_LONGEST_STEP / longest)
        last = np.where(worse, last, height)
        promise = np.sum(force * step, axis=1)
        result[rows] = height + promise / 2
        going = worse | (promise > tolerance)
        coef = np.where(worse[:, None], coef - step, coef + step)
        if not going.any():
            break
        rows, coef, step = rows[going], coef[going], step[going]
        last, sums = last[going], sums[going]
    return np.maximum(2 * (result - first), 0.0)


def _heights(
    coef: Floats, x: Floats, trials: Floats, sums: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return log-likelihood, score and information of many lines at once.

    Only the sums of the events, and of the events times x, enter beside the lines.
    """
    eta = coef[:, :1] + coef[:, 1:] * x
    small = np.exp(-np.abs(eta))
    share = 1 / (1 + small)
    rare = small * share
    risk = np.where(eta >= 0, share, rare)
    powers = trials[:, None] * np.column_stack([np.ones_like(x), x, x**2])
    height = np.sum(sums * coef, axis=1) - (np.maximum(eta, 0) - np.log(share)) @ trials
    force = sums - risk @ powers[:, :2]
    info = ((rare * share) @ powers)[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    return height, force, info

"""How predicted log-odds would have to be bent to fit the outcomes: slope and intercept.

Likelihoods are those of logistic regressions of the outcome on the predicted log-odds. A parameter
that the outcomes do not bound, such as the slope under perfect separation, is undefined.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.stats.calibration import log_odds
from core.stats.calibration_null import Tally
from core.stats.profile_likelihood import Point, Profile, no_profile

Floats = NDArray[np.float64]

ONE_CLASS = "all outcomes are equal"
ONE_PROBABILITY = "all probabilities are equal"
SEPARATED = "the probabilities separate the outcomes without error, so that it has no finite value"

_STEPS = 60
_CONVERGED = 1e-14
_ON_RIDGE = 1e-10
_TINY = float(np.finfo(float).tiny)


def slope_profile(table: Tally) -> Profile:
    """Return the profile of the calibration slope; 1 is perfect, below 1 is overconfident.

    The intercept is free. It is undefined with one outcome class, equal probabilities, or perfect
    separation.
    """
    score = log_odds(table.p)
    why = _line_trouble(table, score)
    return _profile(score, np.ones_like(score), np.zeros_like(score), table, why)


def line_intercept_profile(table: Tally) -> Profile:
    """Return the profile of the intercept that goes with the slope; 0 is perfect."""
    score = log_odds(table.p)
    why = _line_trouble(table, score)
    return _profile(np.ones_like(score), score, np.zeros_like(score), table, why)


def intercept_profile(table: Tally) -> Profile:
    """Return the profile of the intercept with the slope held at 1; above 0, risks are too low."""
    why = ONE_CLASS if 0 in _classes(table) else ""
    score = log_odds(table.p)
    return _profile(np.ones_like(score), None, score, table, why)


def fit_line(table: Tally) -> tuple[float, float] | None:
    """Return intercept and slope of the recalibration line; ``None`` where it has no finite fit."""
    score = log_odds(table.p)
    if _line_trouble(table, score):
        return None
    columns = np.column_stack([np.ones_like(score), score])
    intercept, slope = _fit(columns, np.zeros_like(score), table)[0]
    return float(intercept), float(slope)


def fit_factor(table: Tally) -> float | None:
    """Return the factor of the log-odds (inverse temperature); ``None`` if it has no finite fit."""
    score = log_odds(table.p)
    hit, missed = score[table.events > 0], score[table.events < table.trials]
    lean = np.concatenate([hit, -missed])
    if not (lean.min() < 0 < lean.max()):
        return None
    return float(_fit(score[:, None], np.zeros_like(score), table)[0][0])


def _classes(table: Tally) -> tuple[float, float]:
    events = float(table.events.sum())
    return events, float(table.trials.sum()) - events


def _line_trouble(table: Tally, score: Floats) -> str:
    """Say why the regression line has no finite fit; empty if it has one."""
    if 0 in _classes(table):
        return ONE_CLASS
    if len(table.p) == 1 or score[0] == score[-1]:
        return ONE_PROBABILITY
    hit, missed = score[table.events > 0], score[table.events < table.trials]
    return SEPARATED if missed[-1] <= hit[0] or hit[-1] <= missed[0] else ""


def _likelihood(eta: Floats, table: Tally) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, residual events and information at log-odds ``eta``."""
    small = np.exp(-np.abs(eta))
    share = 1 / (1 + small)
    risk = np.where(eta >= 0, share, small * share)
    height = table.events @ eta - table.trials @ (np.maximum(eta, 0) - np.log(share))
    return float(height), table.events - table.trials * risk, table.trials * small * share**2


def _profile(
    main: Floats, nuisance: Floats | None, offset: Floats, table: Tally, why: str
) -> Profile:
    """Return the profile of the coefficient of ``main`` beside one of ``nuisance`` or none."""
    if why:
        return no_profile(table.n, why)
    columns = main[:, None] if nuisance is None else np.column_stack([main, nuisance])
    best, peak, information = _fit(columns, offset, table)
    spread = math.sqrt(np.linalg.inv(information)[0, 0])

    def alone(value: float) -> Point:
        height, residual, _ = _likelihood(offset + value * main, table)
        return Point(height, float(main @ residual))

    def beside(value: float) -> Point:
        # Along the ridge of the likelihood the other coefficient moves nearly in proportion.
        other = best[1] - information[0, 1] / information[1, 1] * (value - best[0])
        return _ridge(value, float(other), main, columns[:, 1], table)

    curve = alone if nuisance is None else beside
    size = float(np.linalg.det(information))
    return Profile(float(best[0]), peak, spread, size, table.n, curve)


def _ridge(value: float, other: float, main: Floats, nuisance: Floats, table: Tally) -> Point:
    """Return the likelihood at ``value``, the other coefficient being set to suit it."""
    known = value * main
    step, before = 0.0, -math.inf
    height, pull, stiffness = before, 0.0, 0.0
    for _ in range(_STEPS):
        height, residual, weight = _likelihood(known + other * nuisance, table)
        if height < before - 1e-9 * abs(before):
            step /= 2
            other -= step
            continue
        pull = float(main @ residual)
        force, stiffness = float(nuisance @ residual), float(nuisance**2 @ weight)
        if force**2 <= _ON_RIDGE * stiffness or stiffness < _TINY:
            break
        step, before = force / stiffness, height
        other += step
    return Point(height, pull, stiffness)


def _fit(columns: Floats, offset: Floats, table: Tally) -> tuple[Floats, float, Floats]:
    """Return coefficients, log-likelihood and information of a fit that is known to exist."""
    beta: Floats = np.zeros(columns.shape[1])
    step, before, peak = beta, -math.inf, -math.inf
    information: Floats = np.eye(len(beta))
    for _ in range(_STEPS):
        peak, residual, weight = _likelihood(offset + columns @ beta, table)
        if peak < before - 1e-9 * abs(before):
            step = step / 2
            beta = beta - step
            continue
        information = (columns * weight[:, None]).T @ columns
        force = columns.T @ residual
        step = np.asarray(np.linalg.lstsq(information, force)[0], dtype=np.float64)
        if float(force @ step) <= _CONVERGED:
            break
        beta, before = beta + step, peak
    return beta, peak, information

"""Would bending the probabilities help? Three recalibrations, judged on rows they did not see."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.stats.calibration import ece, log_odds
from core.stats.calibration_fit import fit_factor, fit_line
from core.stats.calibration_null import Tally, tally
from core.stats.intervals import Interval
from core.stats.mean_loss import log_losses
from core.stats.reliability import isotonic
from core.stats.resample import assign_folds
from core.stats.temperature import temperature_profile

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Method = Literal["temperature", "logistic", "isotonic"]

FEWEST = 20
"""Rows of either outcome below which nothing is fitted."""
MANY = 20_000
"""Rows from which two folds do instead of five."""
_FOLDS = 5
_Z = 1.959963984540054


@dataclasses.dataclass(frozen=True, slots=True)
class Scores:
    """How good probabilities are, each row judged by a fit that did not see it.

    Attributes
    ----------
    brier : float
        Mean squared error; over several classes, summed over them (0 to 2).
    log_loss : float
        Mean negative log-probability of what happened.
    ece : float
        Expected calibration error over ten bins of equal width; with several classes that of the
        called class.
    """

    brier: float
    log_loss: float
    ece: float


@dataclasses.dataclass(frozen=True, slots=True)
class Recalibration:
    """One way to bend the probabilities, with its honest effect.

    Attributes
    ----------
    method : {"temperature", "logistic", "isotonic"}
        Log-odds times a factor; a line in the log-odds; any rising curve.
    parameters : mapping of str to float
        What it would be with all rows: ``slope``, and ``intercept`` if logistic; the number of
        ``steps`` if isotonic.
    folds : int
        Parts of the cross-fit.
    before, after : Scores
        Scores of the rows as predicted, and as recalibrated by the other parts' rows.
    brier_change : Interval
        Brier score after minus before, paired by row. It does not count the chance in the fits.
    effect : {"helps", "does not help", "makes it worse"}
        Where the interval lies: below 0, around it, above it.
    """

    method: Method
    parameters: dict[str, float]
    folds: int
    before: Scores
    after: Scores
    brier_change: Interval
    effect: Literal["helps", "does not help", "makes it worse"]


def recalibrations(table: Tally, seed: int = 0) -> tuple[Recalibration, ...]:
    """Return the recalibrations of binary probabilities, cross-fitted.

    One that has no finite fit, because the probabilities separate the outcomes, is left out.

    Parameters
    ----------
    table : Tally
        Rows by probability, with at least :data:`FEWEST` events and non-events.
    seed : int
        Seed of the folds; rows with equal outcome and probability are alike, so that the order of
        the rows does not matter.
    """
    y, p = table.rows()
    fold = _folds(y, seed)
    parts = range(int(fold.max()) + 1)
    others = [tally(y[fold != k], p[fold != k]) for k in parts]
    before = _scores(y, p)
    result = []
    for method, fit in _FITS.items():
        whole, pieces = fit(table), [fit(other) for other in others]
        if whole is None or None in pieces:
            continue
        bent = np.empty_like(p)
        for k, piece in zip(parts, pieces, strict=True):
            if piece is not None:
                bent[fold == k] = piece.bend(p[fold == k])
        change = (bent - y) ** 2 - (p - y) ** 2
        result.append(_judge(method, whole.parameters, fold, before, _scores(y, bent), change))
    return tuple(result)


def class_temperature(y: Labels, proba: Floats, called: Labels, seed: int = 0) -> Recalibration:
    """Return the temperature of several classes, cross-fitted.

    Parameters
    ----------
    y, called : ndarray of int, shape (n,)
        What happened and what was called; at least :data:`FEWEST` calls are right, and wrong.
    proba : ndarray, shape (n, k)
        Probability of each class.
    seed : int
        Seed of the folds.
    """
    order = np.lexsort((*proba.T, y, called))
    y, proba, called = y[order], proba[order], called[order]
    fold = _folds((y == called).astype(np.int64), seed)
    bent = np.empty_like(proba)
    for k in range(int(fold.max()) + 1):
        found = temperature_profile(y[fold != k], proba[fold != k])
        bent[fold == k] = tempered(proba[fold == k], found.estimate)
    actual = np.eye(proba.shape[1])[y]
    change = np.sum((bent - actual) ** 2 - (proba - actual) ** 2, axis=1)
    before, after = (_class_scores(y, q, called, actual) for q in (proba, bent))
    slope = {"slope": temperature_profile(y, proba).estimate}
    return _judge("temperature", slope, fold, before, after, change)


def tempered(proba: Floats, slope: float) -> Floats:
    """Return the probabilities with their logarithms times ``slope``, summing to one again."""
    score = slope * np.log(np.clip(proba, 1e-12, 1.0))
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    scaled: Floats = weight / weight.sum(axis=1, keepdims=True)
    return scaled


def _folds(y: Labels, seed: int) -> Labels:
    return assign_folds(y, 2 if len(y) >= MANY else _FOLDS, seed)


def _judge(
    method: Method,
    parameters: dict[str, float],
    fold: Labels,
    before: Scores,
    after: Scores,
    change: Floats,
) -> Recalibration:
    n, mean = len(change), float(change.mean())
    half = _Z * float(change.std(ddof=1)) / math.sqrt(n)
    interval = Interval(mean, mean - half, mean + half, n, 0.95, "paired rows, normal")
    worse, better = interval.low > 0, interval.high < 0
    effect: Literal["helps", "does not help", "makes it worse"] = (
        "makes it worse" if worse else "helps" if better else "does not help"
    )
    folds = int(fold.max()) + 1
    return Recalibration(method, parameters, folds, before, after, interval, effect)


def _scores(y: Labels, p: Floats) -> Scores:
    loss = log_losses(y, np.column_stack([1 - p, p]))
    return Scores(float(np.mean((p - y) ** 2)), float(loss.mean()), ece(y, p))


def _class_scores(y: Labels, proba: Floats, called: Labels, actual: Floats) -> Scores:
    brier = float(np.mean(np.sum((proba - actual) ** 2, axis=1)))
    confidence = proba[np.arange(len(y)), called]
    right = (y == called).astype(np.int64)
    return Scores(brier, float(log_losses(y, proba).mean()), ece(right, confidence))


@dataclasses.dataclass(frozen=True, slots=True)
class _Fit:
    """A fitted recalibration: how it bends probabilities, and its parameters."""

    bend: Callable[[Floats], Floats]
    parameters: dict[str, float]


def _temperature(table: Tally) -> _Fit | None:
    slope = fit_factor(table)
    return None if slope is None else _Fit(lambda p: expit(slope * log_odds(p)), {"slope": slope})


def _logistic(table: Tally) -> _Fit | None:
    line = fit_line(table)
    if line is None:
        return None
    intercept, slope = line
    found = {"intercept": intercept, "slope": slope}
    return _Fit(lambda p: expit(intercept + slope * log_odds(p)), found)


def _isotonic(table: Tally) -> _Fit:
    """Fit the isotonic curve; it stays away from certainty, which no sample can show."""
    edge = 1.5 / (table.n + 3)
    level = np.clip(isotonic(table), edge, 1 - edge)
    return _Fit(lambda p: np.interp(p, table.p, level), {"steps": float(len(np.unique(level)))})


_FITS: dict[Method, Callable[[Tally], _Fit | None]] = {
    "temperature": _temperature,
    "logistic": _logistic,
    "isotonic": _isotonic,
}

"""Whether a probability means the same in every group: calibration and discrimination by group."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from core.plain import finite
from core.stats.binary import auc_interval
from core.stats.calibration import log_odds
from core.stats.intervals import Interval, undefined, wilson
from core.trust.groups.gap_result import FEW, SMALLEST, Exclusion
from core.trust.predictions import Grouping

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_STEPS = 60
_CONVERGED = 1e-9
_LONGEST_STEP = 4.0
_NO_FINITE_FIT = 50.0


@dataclasses.dataclass(frozen=True, slots=True)
class LevelCalibration:
    """Calibration in one level.

    Attributes
    ----------
    level : str
        The level.
    n, events : int
        Rows, and those with the outcome.
    observed_expected : Interval
        Number with the outcome over the sum of the probabilities; 1 is perfect. Wilson limits of
        the share, with the probabilities taken as fixed.
    slope : Interval
        Calibration slope, 1 is perfect; NaN below :data:`SMALLEST` events or non-events.
    auc : Interval
        Area under the ROC curve; NaN with one class only.
    brier : Interval
        Mean squared error of the probabilities; without limits below :data:`SMALLEST` rows.
    """

    level: str
    n: int
    events: int
    observed_expected: Interval
    slope: Interval
    auc: Interval
    brier: Interval

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; a level of fewer than :data:`FEW` people is withheld where asked."""
        if suppress and self.n < FEW:
            return {"level": self.level, "suppressed": f"fewer than {FEW} people"}
        figures = ("observed_expected", "slope", "auc", "brier")
        return {
            "level": self.level,
            "n": self.n,
            "events": self.events,
            **{name: getattr(self, name).to_dict() for name in figures},
        }


@dataclasses.dataclass(frozen=True, slots=True)
class GroupCalibration:
    """Calibration by the levels of one attribute.

    Attributes
    ----------
    attribute : str
        The attribute.
    levels : tuple of LevelCalibration
        Every level.
    excluded : tuple of Exclusion
        Levels that are too small for the test, with the smaller of their events and non-events.
    statistic, p : float
        Likelihood-ratio statistic and p value of "no level needs an intercept of its own", given a
        common slope; NaN where fewer than two levels are compared or no fit exists.
    freedom : int
        Its degrees of freedom.
    p_adjusted : float
        ``p`` adjusted by Holm's rule over the attributes.
    """

    attribute: str
    levels: tuple[LevelCalibration, ...]
    excluded: tuple[Exclusion, ...]
    statistic: float
    freedom: int
    p: float
    p_adjusted: float

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; what is undefined is ``None``."""
        return {
            "attribute": self.attribute,
            "levels": [level.to_dict(suppress=suppress) for level in self.levels],
            "excluded": [one.to_dict(suppress=suppress) for one in self.excluded],
            "statistic": finite(self.statistic),
            "freedom": self.freedom,
            "p": finite(self.p),
            "p_adjusted": finite(self.p_adjusted),
        }


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Outcomes and probabilities in an order that does not depend on that of the rows.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Rows by probability, then outcome.
    y, p, score : ndarray, shape (n,)
        Outcomes, probabilities and their log-odds in that order.
    """

    order: NDArray[np.intp]
    y: Labels
    p: Floats
    score: Floats


def in_order(y: Labels, p: Floats) -> Sorted:
    """Sort rows by probability and outcome, once for all attributes."""
    order = np.lexsort((y, p))
    return Sorted(order, y[order], p[order], log_odds(p[order]))


def group_calibration(rows: Sorted, grouping: Grouping, level: float = 0.95) -> GroupCalibration:
    """Measure calibration in every level of an attribute, and test whether it is the same.

    Parameters
    ----------
    rows : Sorted
        Outcomes and probabilities.
    grouping : Grouping
        The attribute, in the order of the rows as they were given.
    level : float
        Confidence level of the intervals.

    References
    ----------
    Van Calster et al., J. Clin. Epidemiol. 74 (2016) 167-176.
    """
    index, size = grouping.index[rows.order], len(grouping.levels)
    n = np.bincount(index, minlength=size)
    events = np.bincount(index, rows.y, size).astype(np.int64)
    rarer = np.minimum(events, n - events)
    tested = rarer >= SMALLEST
    renumbered = np.cumsum(tested) - 1
    kept = tested[index]
    y, score = rows.y[kept].astype(np.float64), rows.score[kept]
    group = renumbered[index[kept]]
    slopes = iter(_slopes(y, score, group, int(tested.sum()), level))
    parts = np.split(np.argsort(index, kind="stable"), np.cumsum(n)[:-1])
    levels = tuple(
        _level(name, rows.y[part], rows.p[part], next(slopes) if ok else None, level)
        for name, part, ok in zip(grouping.levels, parts, tested, strict=True)
    )
    excluded = tuple(
        Exclusion(name, int(few))
        for name, few, ok in zip(grouping.levels, rarer, tested, strict=True)
        if not ok
    )
    statistic, freedom, p = _heterogeneity(y, score, group, int(tested.sum()))
    return GroupCalibration(grouping.name, levels, excluded, statistic, freedom, p, math.nan)


def _level(
    name: str, y: Labels, p: Floats, slope: Interval | None, level: float
) -> LevelCalibration:
    n, events = len(y), int(y.sum())
    few = f"needs {SMALLEST} events and {SMALLEST} non-events; has {events} and {n - events}"
    one_class = undefined(n, "one class only among the outcomes", level)
    return LevelCalibration(
        level=name,
        n=n,
        events=events,
        observed_expected=_observed_expected(n, events, float(p.sum()), level),
        slope=slope or undefined(n, few, level),
        auc=auc_interval(y, p, level) if 0 < events < n else one_class,
        brier=_brier(y, p, level),
    )


def _observed_expected(n: int, events: int, expected: float, level: float) -> Interval:
    if expected <= 0:
        return undefined(n, "no event is expected", level)
    share = wilson(events, n, level)
    scale = n / expected
    method = "Wilson, over the expected share"
    return Interval(events / expected, share.low * scale, share.high * scale, n, level, method)


def _brier(y: Labels, p: Floats, level: float) -> Interval:
    if len(y) == 0:
        return undefined(0, "no row", level)
    errors = (p - y) ** 2
    mean = float(errors.mean())
    if len(y) < SMALLEST:
        return Interval(mean, math.nan, math.nan, len(y), level, f"fewer than {SMALLEST} rows")
    half = float(ndtri(0.5 + level / 2)) * float(errors.std(ddof=1)) / math.sqrt(len(y))
    return Interval(mean, max(mean - half, 0.0), min(mean + half, 1.0), len(y), level, "normal")


def _slopes(
    y: Floats, score: Floats, group: NDArray[np.intp], size: int, level: float
) -> list[Interval]:
    """Fit a logistic regression on the score in every group at once."""
    if size == 0:
        return []
    n, z = np.bincount(group, minlength=size), float(ndtri(0.5 + level / 2))
    a, b, error, fitted = np.zeros(size), np.ones(size), np.full(size, math.nan), np.zeros(size)
    going = np.ones(size, dtype=bool)
    for _ in range(_STEPS):
        gradient, curvature = _derivatives(y, score, group, a[group] + b[group] * score, size)
        (g_a, g_b), (h_aa, h_ab, h_bb) = gradient, curvature
        determinant = h_aa * h_bb - h_ab**2
        safe = np.where(determinant > 0, determinant, 1.0)
        step = np.stack([h_bb * g_a - h_ab * g_b, h_aa * g_b - h_ab * g_a]) / safe
        largest = np.abs(step).max(axis=0)
        going &= (determinant > 0) & (np.abs(b) < _NO_FINITE_FIT)
        fitted[going & (largest < _CONVERGED)] = 1
        error = np.where(determinant > 0, np.sqrt(np.maximum(h_aa, 0) / safe), math.nan)
        going &= largest >= _CONVERGED
        if not going.any():
            break
        step *= going * np.minimum(1.0, _LONGEST_STEP / np.maximum(largest, _CONVERGED))
        a, b = a + step[0], b + step[1]
    why = "no finite slope: outcomes are separated by the probability"
    return [
        Interval(float(b[i]), float(b[i] - z * error[i]), float(b[i] + z * error[i]), int(n[i]),
                 level, "Wald")
        if fitted[i] else undefined(int(n[i]), why, level)
        for i in range(size)
    ]  # fmt: skip


def _heterogeneity(
    y: Floats, score: Floats, group: NDArray[np.intp], size: int
) -> tuple[float, int, float]:
    """Return statistic, degrees of freedom and p value of intercepts by group against one."""
    from scipy.special import chdtrc

    if size < 2:
        return math.nan, max(size - 1, 0), math.nan
    together = _common_slope(y, score, np.zeros(len(y), dtype=np.intp), 1)
    apart = _common_slope(y, score, group, size)
    statistic = max(2 * (apart - together), 0.0)
    return statistic, size - 1, float(chdtrc(size - 1, statistic))


def _common_slope(y: Floats, score: Floats, group: NDArray[np.intp], size: int) -> float:
    """Return the largest log-likelihood of intercepts by group and one slope; NaN without a fit."""
    a, b = np.zeros(size), 1.0
    for _ in range(_STEPS):
        linear = a[group] + b * score
        (g_a, g_b), (h_aa, h_ab, h_bb) = _derivatives(y, score, group, linear, size)
        if not (h_aa > 0).all():
            break
        left = float(h_bb.sum() - (h_ab**2 / h_aa).sum())
        if left <= 0 or abs(b) > _NO_FINITE_FIT:
            break
        step_b = float(g_b.sum() - (h_ab * g_a / h_aa).sum()) / left
        step_a = (g_a - h_ab * step_b) / h_aa
        largest = max(abs(step_b), float(np.abs(step_a).max()))
        if largest < _CONVERGED:
            terms = y * linear - np.logaddexp(0.0, linear)
            return float(np.bincount(group, terms, size).sum())
        scale = min(1.0, _LONGEST_STEP / largest)
        a, b = a + scale * step_a, b + scale * step_b
    return math.nan


def _derivatives(
    y: Floats, score: Floats, group: NDArray[np.intp], linear: Floats, size: int
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Return gradient and curvature by group, with respect to intercept and slope."""
    risk = expit(linear)
    residual, weight = y - risk, risk * (1 - risk)
    weighted = weight * score
    sums = [
        np.asarray(np.bincount(group, values, size), dtype=np.float64)
        for values in (residual, residual * score, weight, weighted, weighted * score)
    ]
    return (sums[0], sums[1]), (sums[2], sums[3], sums[4])

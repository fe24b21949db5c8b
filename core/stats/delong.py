"""The area under the ROC curve with DeLong's variance: one score, several classes, two scores."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.binary import auc_interval
from core.stats.intervals import Interval, undefined
from core.stats.score_table import ScoreTable, score_table

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve and what its tests need.

    Attributes
    ----------
    interval : Interval
        The area. Its limits are symmetric on the logit, with DeLong's variance and Student's t at
        the degrees of freedom of Brunner and Munzel. Where that variance is zero or cannot be
        computed (perfect separation, equal scores, one case of a class) they are Newcombe's.
    variance : float
        DeLong's variance of the area; NaN with one case of a class.
    freedom : float
        Degrees of freedom; NaN where the limits are Newcombe's.
    positives, negatives : int
        Cases of either kind, both at least 1; over several classes, of the smallest class and of
        the others.
    """

    interval: Interval
    variance: float
    freedom: float
    positives: int
    negatives: int

    def p_values(self, limit: float) -> tuple[float, float]:
        """Return the one-sided p values of "at most the limit" and of "at least the limit".

        Each is the larger of DeLong's and Newcombe's: near 1, DeLong's variance alone rejects too
        often (0.09 instead of 0.05 with 20 positives at an area of 0.97).

        Parameters
        ----------
        limit : float
            Strictly between 0 and 1.
        """
        from scipy.special import logit, ndtr, stdtr

        area = self.interval.estimate
        z = (area - limit) / math.sqrt(_newcombe(limit, self.positives, self.negatives))
        above, below = float(ndtr(-z)), float(ndtr(z))
        if not math.isnan(self.freedom):
            t = float(logit(area) - logit(limit)) / _logit_se(area, self.variance)
            above = max(above, float(stdtr(self.freedom, -t)))
            below = max(below, float(stdtr(self.freedom, t)))
        return above, below


@dataclasses.dataclass(frozen=True, slots=True)
class AreaDifference:
    """The area of one score minus that of another on the same cases.

    Attributes
    ----------
    interval : Interval
        The difference; without limits where no case tells the two apart.
    p : float
        Two-sided p value of "the areas are equal"; NaN where no case tells the two apart.
    """

    interval: Interval
    p: float


def auc_area(table: ScoreTable, level: float = 0.95) -> Area | None:
    """Return the area under the ROC curve of one score, in one pass over its sorted table.

    Parameters
    ----------
    table : ScoreTable
        Positives and negatives by score; ties count half.
    level : float
        Confidence level.

    Returns
    -------
    Area or None
        ``None`` if there is no positive or no negative.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845; Sun and Xu, IEEE Signal
    Processing Letters 21 (2014) 1389-1393 (by ranks); Brunner and Munzel, Biometrical Journal 42
    (2000) 17-25 (degrees of freedom); Newcombe, Statistics in Medicine 25 (2006) 559-573.
    """
    m, n = table.n_positive, table.n_negative
    if m == 0 or n == 0:
        return None
    above, below = _placements(table)
    area = float(above @ table.positives) / m
    parts = (
        _spread(above, table.positives, area) / m,
        _spread(below, table.negatives, area) / n,
    )
    variance = sum(parts)
    if not (0 < area < 1 and variance > 0):
        return Area(_fallback(table, level), variance, math.nan, m, n)
    freedom = variance**2 / (parts[0] ** 2 / (m - 1) + parts[1] ** 2 / (n - 1))
    return Area(_interval(area, variance, freedom, m + n, level), variance, freedom, m, n)


def macro_area(y: Labels, proba: Floats, level: float = 0.95) -> Area | None:
    """Return the mean over the classes of the area of one class against the rest.

    Classes without a case take no part. The variance is that of the mean of all classes' placements
    together, because one case enters the area of every class.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes as positions among the classes.
    proba : ndarray, shape (n, k)
        Score of each class.
    level : float
        Confidence level.

    Returns
    -------
    Area or None
        ``None`` if fewer than two classes occur.
    """
    counts = np.bincount(y, minlength=proba.shape[1])
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return None
    pull, areas, freedoms = np.zeros(len(y)), [], []
    for one in present:
        own = y == one
        placed = row_placements(own, proba[:, one])
        areas.append(math.fsum(placed[own]) / counts[one])
        share = np.where(own, counts[one], len(y) - counts[one])
        pull += (placed - areas[-1]) / share
        part = auc_area(score_table(own, proba[:, one]))
        freedoms.append(part.freedom if part is not None else math.nan)
    area = math.fsum(areas) / len(present)
    variance = math.fsum((pull / len(present)) ** 2)
    fewest = present[np.argmin(counts[present])]
    m, n = int(counts[fewest]), int(len(y) - counts[fewest])
    if not (0 < area < 1 and variance > 0):
        own = y == fewest
        score = own.astype(np.float64) if area == 1 else -own.astype(np.float64)
        score = score if area in (0, 1) else np.zeros(len(y))
        return Area(_fallback(score_table(own, score), level), variance, math.nan, m, n)
    freedom = min((f for f in freedoms if not math.isnan(f)), default=1.0)
    return Area(_interval(area, variance, freedom, len(y), level), variance, freedom, m, n)


def auc_difference(
    y: Labels, first: Floats, second: Floats, level: float = 0.95
) -> AreaDifference | None:
    """Return the area of the first score minus that of the second, both given to the same cases.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes, 0 or 1.
    first, second : ndarray, shape (n,)
        The two scores.
    level : float
        Confidence level.

    Returns
    -------
    AreaDifference or None
        ``None`` with fewer than two positives or two negatives.

    Raises
    ------
    InputError
        If the lengths differ.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845.
    """
    from scipy.special import ndtr, ndtri

    if not len(y) == len(first) == len(second):
        raise InputError(
            f"y, first and second hold {len(y)}, {len(first)} and {len(second)} values. "
            "Give one of each for every case."
        )
    own = np.asarray(y) == 1
    m, n = int(own.sum()), int((~own).sum())
    if min(m, n) < 2:
        return None
    gaps = row_placements(own, first) - row_placements(own, second)
    gap = float(gaps[own].mean())
    se = math.sqrt(gaps[own].var(ddof=1) / m + gaps[~own].var(ddof=1) / n)
    if se < _NOTHING:
        nothing = undefined(m + n, "no case tells the two scores apart", level)
        return AreaDifference(dataclasses.replace(nothing, estimate=gap), math.nan)
    half = float(ndtri(0.5 + level / 2)) * se
    interval = Interval(
        gap, max(-1.0, gap - half), min(1.0, gap + half), m + n, level, "DeLong, paired"
    )
    return AreaDifference(interval, float(2 * ndtr(-abs(gap) / se)))


_NOTHING = 1e-12
"""Standard error of a difference that is zero but for rounding."""


def row_placements(positive: NDArray[np.bool_], score: Floats) -> Floats:
    """Return each case's placement: the share of cases of the other kind that it is right about.

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        Whether the case is a positive; both kinds occur.
    score : ndarray, shape (n,)
        Larger means more likely positive; ties count half.

    Returns
    -------
    ndarray, shape (n,)
        For a positive, the share of negatives that score lower; for a negative, that of positives
        that score higher. The mean over either kind is the area under the ROC curve.
    """
    table = score_table(positive, score)
    above, below = _placements(table)
    at = np.searchsorted(table.scores, score)
    return np.where(positive, above[at], below[at])


def _placements(table: ScoreTable) -> tuple[Floats, Floats]:
    """Return, at each score, the share of negatives below and of positives above, ties half."""
    m, n = table.n_positive, table.n_negative
    above = (np.cumsum(table.negatives) - table.negatives / 2) / n
    below = 1 - (np.cumsum(table.positives) - table.positives / 2) / m
    return above, below


def _spread(values: Floats, counts: Labels, mean: float) -> float:
    total = int(counts.sum())
    return float(counts @ (values - mean) ** 2) / (total - 1) if total > 1 else math.nan


def _interval(area: float, variance: float, freedom: float, n: int, level: float) -> Interval:
    from scipy.special import expit, logit, stdtrit

    half = float(stdtrit(freedom, 0.5 + level / 2)) * _logit_se(area, variance)
    middle = float(logit(area))
    low, high = float(expit(middle - half)), float(expit(middle + half))
    return Interval(area, low, high, n, level, "DeLong, logit")


def _logit_se(area: float, variance: float) -> float:
    return math.sqrt(variance) / (area * (1 - area))


def _fallback(table: ScoreTable, level: float) -> Interval:
    # Rows are rebuilt from the counts, so that their order cannot matter.
    y = np.repeat(np.tile([0, 1], len(table.scores)), np.c_[table.negatives, table.positives].flat)
    score = np.repeat(table.scores, table.negatives + table.positives)
    return auc_interval(y, score, level)


def _newcombe(area: float, m: int, n: int) -> float:
    """Return the variance that Newcombe's fifth method gives an area."""
    extra = (m + n) / 2 - 1
    unequal = (1 - area) / (2 - area) + area / (1 + area)
    return area * (1 - area) * (1 + extra * unequal) / (m * n)

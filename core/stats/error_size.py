"""How large the errors of predicted quantities are, and whether they beat the mean; intervals."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined

Floats = NDArray[np.float64]

FEWEST = 3
"""Rows below which skill has no interval."""


def mean_interval(values: Floats, level: float = 0.95) -> Interval:
    """Return a mean with Student's interval; with a single value the limits are NaN.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least one value.
    level : float
        Confidence level.
    """
    from scipy.special import stdtrit

    n, mean = len(values), float(values.mean())
    if n < 2:
        return Interval(mean, math.nan, math.nan, n, level, "one value has no interval")
    reach = float(stdtrit(n - 1, 0.5 + level / 2)) * float(values.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - reach, mean + reach, n, level, "Student's t")


def root_mean_square(values: Floats, level: float = 0.95) -> Interval:
    """Return the root mean square with an interval from Student's t on the log of the mean square.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least one value.
    level : float
        Confidence level.
    """
    from scipy.special import stdtrit

    squares, n = np.square(values), len(values)
    root = math.sqrt(float(squares.mean()))
    if n < 2 or root == 0:
        return Interval(root, math.nan, math.nan, n, level, "without spread there is no interval")
    spread = float(squares.std(ddof=1)) / math.sqrt(n) / root**2
    factor = math.exp(float(stdtrit(n - 1, 0.5 + level / 2)) * spread / 2)
    return Interval(root, root / factor, root * factor, n, level, "Student's t, logarithm")


def quantile_interval(values: Floats, q: float, level: float = 0.95) -> Interval:
    """Return a quantile with the exact limits that order statistics give, whatever the law.

    A limit that would need more rows is NaN.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least one value.
    q : float
        Share of the values below, strictly between 0 and 1.
    level : float
        Confidence level, which is kept or exceeded.

    References
    ----------
    Conover, Practical Nonparametric Statistics (1999), section 3.2.
    """
    from scipy.stats import binom

    ordered, n, tail = np.sort(values), len(values), (1 - level) / 2
    below = int(binom.ppf(tail, n, q)) - 1
    above = int(binom.ppf(1 - tail, n, q))
    low = float(ordered[below]) if below >= 0 else math.nan
    high = float(ordered[above]) if above < n else math.nan
    return Interval(float(np.quantile(ordered, q)), low, high, n, level, "order statistics")


@dataclasses.dataclass(frozen=True, slots=True)
class Skill:
    """The share by which the mean square error falls below that of predicting the mean (R2).

    A ratio of two means over the same rows: the limits are Fieller's, and the p value against a
    limit is that of Student's t for the rows' contributions, so that both always agree.

    Attributes
    ----------
    n : int
        Rows.
    error, spread : float
        Mean square error, and mean square distance of the outcomes from their mean.
    var_error, var_spread, covariance : float
        Variances and covariance of the two over rows.
    """

    n: int
    error: float
    spread: float
    var_error: float
    var_spread: float
    covariance: float

    @property
    def estimate(self) -> float:
        """The coefficient of determination: 1 is perfect, 0 is no better than the mean."""
        return 1 - self.error / self.spread

    def interval(self, level: float = 0.95) -> Interval:
        """Return the skill with its limits; NaN where the outcomes' spread is itself uncertain."""
        from scipy.special import stdtrit

        c = float(stdtrit(self.n - 1, 0.5 + level / 2)) ** 2 / self.n
        square = self.spread**2 - c * self.var_spread
        middle = self.error * self.spread - c * self.covariance
        rest = self.error**2 - c * self.var_error
        if square <= 0:
            why = "too few rows for limits"
            return Interval(self.estimate, math.nan, math.nan, self.n, level, why)
        root = math.sqrt(max(middle**2 - square * rest, 0.0))
        worst, best = (middle + root) / square, max((middle - root) / square, 0.0)
        return Interval(self.estimate, 1 - worst, 1 - best, self.n, level, "Fieller")

    def p_values(self, limit: float) -> tuple[float, float]:
        """Return the one-sided p values of "at most the limit" and of "at least the limit"."""
        from scipy.special import stdtr

        weight = 1 - limit
        gain = weight * self.spread - self.error
        variance = weight**2 * self.var_spread - 2 * weight * self.covariance + self.var_error
        if variance <= 0:
            # Every row says the same: a sign test.
            sure = 0.5**self.n
            return (sure, 1.0) if gain > 0 else (1.0, sure if gain < 0 else 1.0)
        t = gain / math.sqrt(variance / self.n)
        return float(stdtr(self.n - 1, -t)), float(stdtr(self.n - 1, t))


def skill(y: Floats, predicted: Floats) -> Skill | None:
    """Compare predictions with the mean of the outcomes.

    Parameters
    ----------
    y, predicted : ndarray, shape (n,)
        Observed and predicted, in the same unit.

    Returns
    -------
    Skill or None
        ``None`` with fewer than :data:`FEWEST` rows, or where all outcomes are equal.
    """
    if len(y) < FEWEST or float(np.ptp(y)) == 0:
        return None
    error, spread = np.square(y - predicted), np.square(y - y.mean())
    table = np.cov(error, spread)
    return Skill(
        n=len(y),
        error=float(error.mean()),
        spread=float(spread.mean()),
        var_error=float(table[0, 0]),
        var_spread=float(table[1, 1]),
        covariance=float(table[0, 1]),
    )


def rank_association(first: Floats, second: Floats, level: float = 0.95) -> Interval:
    """Return Spearman's rank correlation with its interval on Fisher's scale.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
        Values that belong together.
    level : float
        Confidence level.

    References
    ----------
    Bonett and Wright, Psychometrika 65 (2000) 23-28.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    n = len(first)
    if n < 4:
        return undefined(n, "four rows are needed", level)
    if float(np.ptp(first)) == 0 or float(np.ptp(second)) == 0:
        return undefined(n, "one of the two does not vary", level)
    r = float(np.clip(np.corrcoef(rankdata(first), rankdata(second))[0, 1], -1, 1))
    reach = float(ndtri(0.5 + level / 2)) * math.sqrt((1 + r * r / 2) / (n - 3))
    if abs(r) > 1 - 1e-12:
        return Interval(r, math.nan, math.nan, n, level, "the ranks agree in every row; no limits")
    middle = math.atanh(r)
    low, high = math.tanh(middle - reach), math.tanh(middle + reach)
    return Interval(r, low, high, n, level, "Fisher z, Bonett and Wright")

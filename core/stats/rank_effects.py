"""How large a difference is, on ranks: for paired and for separate samples."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.stats.intervals import Interval, undefined
from core.stats.rank_tests import EXACT_UP_TO, null_counts, signed_ranks

Floats = NDArray[np.float64]

BANDS = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"), (math.inf, "large"))
"""Upper ends of the bands for Cliff's delta (Romano et al., 2006)."""


def cliffs_delta(first: ArrayLike, second: ArrayLike) -> float:
    """Return P(first > second) - P(first < second) for separate samples, from -1 to 1.

    NaN if either is empty.

    References
    ----------
    Cliff, Psychological Bulletin 114 (1993) 494-509.
    """
    a, b = np.asarray(first, dtype=np.float64), np.sort(np.asarray(second, dtype=np.float64))
    if not len(a) or not len(b):
        return math.nan
    below, up_to = np.searchsorted(b, a, "left"), np.searchsorted(b, a, "right")
    return float((below.sum() - (len(b) - up_to).sum()) / (len(a) * len(b)))


def delta_band(delta: float) -> str:
    """Return how large a Cliff's delta counts: negligible, small, medium or large."""
    return next(name for end, name in BANDS if abs(delta) < end)


def matched_rank_biserial(first: ArrayLike, second: ArrayLike) -> float:
    """Return (W+ - W-)/(W+ + W-) of paired values, from -1 to 1; NaN if none differ.

    References
    ----------
    Kerby, Comprehensive Psychology 3 (2014) 11.IT.3.1.
    """
    ranks, signs = signed_ranks(
        np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    )
    return float((ranks * signs).sum() / ranks.sum()) if len(ranks) else math.nan


def hodges_lehmann(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Return the typical paired difference: the median of all means of two differences.

    The limits are order statistics of these means, those which Wilcoxon's test does not reject;
    exact up to 25 pairs (and then conservative), by the normal approximation beyond.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Finite values that belong together row by row.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Hodges and Lehmann, Ann. Math. Stat. 34 (1963) 598-611; Hollander, Wolfe and Chicken,
    Nonparametric Statistical Methods (2014), sections 3.2 and 3.3.
    """
    apart = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    n = len(apart)
    if n == 0:
        return undefined(0, "no pair", level)
    rows, columns = np.triu_indices(n)
    means = (apart[rows] + apart[columns]) / 2
    outer = _outside(n, 1 - level)
    low, high = -math.inf, math.inf
    if outer:
        means.partition([outer - 1, len(means) - outer])
        low, high = means[outer - 1], means[-outer]
    method = "Hodges-Lehmann, " + ("exact" if n <= EXACT_UP_TO else "normal approximation")
    return Interval(float(np.median(means)), float(low), float(high), n, level, method)


def _outside(n: int, alpha: float) -> int:
    """Return which mean from either end is the limit; 0 if none is far enough."""
    if n > EXACT_UP_TO:
        from scipy.special import ndtri

        reach = float(ndtri(1 - alpha / 2)) * math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return math.floor(n * (n + 1) / 4 - reach) + 1
    below = np.cumsum(null_counts(np.arange(1.0, n + 1))[::2])
    return int(np.searchsorted(below, alpha / 2, "right"))

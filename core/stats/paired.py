"""Differences between two measurements of the same rows, with intervals."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined, wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PROPORTIONS = "Newcombe, paired proportions"
MEANS = "paired t"


def proportion_difference(first: Flags, second: Flags, level: float = 0.95) -> Interval:
    """Return the share of the first minus that of the second, on the same rows.

    Parameters
    ----------
    first, second : ndarray of bool, shape (n,)
        Whether each row has the property by either measurement.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10.
    """
    n = len(first)
    if n == 0:
        return undefined(0, "no row", level)
    both, only_first = int(np.sum(first & second)), int(np.sum(first & ~second))
    only_second, neither = int(np.sum(~first & second)), int(np.sum(~first & ~second))
    one, other = wilson(both + only_first, n, level), wilson(both + only_second, n, level)
    phi = _correlation(both, only_first, only_second, neither)
    gap = (only_first - only_second) / n
    low = _half(one.estimate - one.low, other.high - other.estimate, phi)
    high = _half(one.high - one.estimate, other.estimate - other.low, phi)
    return Interval(gap, gap - low, gap + high, n, level, PROPORTIONS)


def mean_difference(first: Floats, second: Floats, level: float = 0.95) -> Interval:
    """Return the mean of the first minus that of the second, on the same rows.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
        Values such as the squared errors of two models.
    level : float, default 0.95
        Confidence level.
    """
    from scipy.special import stdtrit

    n = len(first)
    if n < 2:
        return undefined(n, "fewer than two rows", level)
    gaps = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    middle = float(gaps.mean())
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * float(gaps.std(ddof=1)) / math.sqrt(n)
    return Interval(middle, middle - half, middle + half, n, level, MEANS)


def _half(near: float, far: float, phi: float) -> float:
    return math.sqrt(max(near * near - 2 * phi * near * far + far * far, 0.0))


def _correlation(both: int, only_first: int, only_second: int, neither: int) -> float:
    """Return the correlation of the two properties, pulled towards 0 where it is positive."""
    scale = (both + only_first) * (only_second + neither)
    scale *= (both + only_second) * (only_first + neither)
    if scale == 0:
        return 0.0
    excess = float(both * neither - only_first * only_second)
    if excess > 0:
        excess = max(excess - (both + only_first + only_second + neither) / 2, 0.0)
    return excess / math.sqrt(scale)

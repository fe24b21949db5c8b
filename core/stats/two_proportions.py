"""How far apart two independent proportions are: interval, p value against a margin, power.

Arrays of counts broadcast, so that every pair of many groups is compared at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from core.errors import InputError, NotEnoughDataError
from core.stats.intervals import Interval

Floats = NDArray[np.float64]

_WIDEST = 12.0
"""Quantile beyond which p values are no longer told apart (about 2e-33)."""

_STEPS = 100
_TOLERANCE = 1e-13
_HALVINGS = 30


def newcombe(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return the hybrid score interval of a difference of proportions, k1 / n1 - k2 / n2.

    Built from the Wilson intervals of both, it exists where a proportion is 0 or 1.

    Parameters
    ----------
    k1, n1, k2, n2 : int
        Successes and trials of the first and the second sample.
    level : float
        Confidence level.

    Raises
    ------
    NotEnoughDataError
        If a sample is empty.
    InputError
        If a count lies outside its trials.

    References
    ----------
    Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    _check(k1, n1, k2, n2)
    z = float(ndtri(0.5 + level / 2))
    low, high = (float(difference_limit(k1, n1, k2, n2, side)) for side in (z, -z))
    return Interval(k1 / n1 - k2 / n2, low, high, n1 + n2, level, "Newcombe hybrid score")


def difference_limit(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, z: ArrayLike
) -> Floats:
    """Return the hybrid score limit of each difference at a normal quantile.

    Parameters
    ----------
    k1, n1, k2, n2 : array_like
        Successes and trials, every n positive.
    z : array_like
        Quantile: the lower limit where it is positive, the upper one where it is negative.

    Returns
    -------
    ndarray
        Limits between -1 and 1, of the shape the arguments broadcast to.
    """
    z = np.asarray(z, dtype=np.float64)
    first, second = np.divide(k1, n1), np.divide(k2, n2)
    reach = np.hypot(
        first - _score_limit(first, n1, z),
        second - _score_limit(second, n2, -z),
    )
    limit: Floats = np.clip(first - second - np.sign(z) * reach, -1.0, 1.0)
    return limit


def difference_p(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, margin: ArrayLike
) -> Floats:
    """Return p values of "the first proportion exceeds the second by at most a margin".

    A p value is the error probability at which the lower hybrid score limit meets the margin. To
    test "by at least a margin" swap the samples and turn the sign of the margin.

    Parameters
    ----------
    k1, n1, k2, n2 : array_like
        Successes and trials, every n positive.
    margin : array_like
        Differences to test against, strictly between -1 and 1.

    Returns
    -------
    ndarray
        Of the shape the arguments broadcast to; not below 2e-33.
    """
    a, m, b, n, target = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (k1, n1, k2, n2, margin))
    )

    def excess(z: Floats) -> Floats:
        found: Floats = difference_limit(a, m, b, n, z) - target
        return found

    z = _falling_root(excess, target.shape)
    p: Floats = np.asarray(ndtr(-z), dtype=np.float64)
    return p


def detectable_difference(
    n1: ArrayLike,
    n2: ArrayLike,
    baseline: ArrayLike,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Floats:
    """Return the smallest difference that a two-sided test of two proportions is likely to show.

    The first proportion is the baseline and the second falls below it; where not even a fall to 0
    would be shown, the second rises above it. Normal approximation.

    Parameters
    ----------
    n1, n2 : array_like
        Trials of the first and the second sample.
    baseline : array_like
        The first proportion.
    alpha : float
        Two-sided level of the test.
    power : float
        Probability with which the difference is to be shown.

    Returns
    -------
    ndarray
        Differences above 0; NaN where no difference would be shown.

    References
    ----------
    Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), chapter 4.
    """
    one, two, base = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (n1, n2, baseline))
    )
    quantiles = float(ndtri(1 - alpha / 2)), float(ndtri(power))
    fall = _smallest_fall(one, two, base, *quantiles)
    return np.where(np.isnan(fall), _smallest_fall(one, two, 1 - base, *quantiles), fall)


def _smallest_fall(n1: Floats, n2: Floats, base: Floats, z_level: float, z_power: float) -> Floats:
    def excess(fall: Floats) -> Floats:
        second = base - fall
        pooled = (n1 * base + n2 * second) / (n1 + n2)
        under_null = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
        true = np.sqrt(base * (1 - base) / n1 + second * (1 - second) / n2)
        found: Floats = fall - z_level * under_null - z_power * true
        return found

    low, high = np.zeros(base.shape), base.copy()
    reachable = excess(high) >= 0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = excess(middle) >= 0
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(reachable & (base > 0), high, math.nan)


def _score_limit(share: Floats, n: ArrayLike, z: Floats) -> Floats:
    """Return the Wilson limit: the lower one for a positive quantile, the upper for a negative."""
    n = np.asarray(n, dtype=np.float64)
    spread = np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    limit: Floats = (share + z * z / (2 * n) - z * spread) / (1 + z * z / n)
    return limit


def _falling_root(function: Callable[[Floats], Floats], shape: tuple[int, ...]) -> Floats:
    """Return where falling functions cross 0, or the end of the range next to it (Illinois)."""
    low, high = np.full(shape, -_WIDEST), np.full(shape, _WIDEST)
    above, below = function(low), function(high)
    root = np.where(above <= 0, low, high)
    open_ = (above > 0) & (below < 0)
    kept = np.zeros(shape, dtype=np.int8)
    for _ in range(_STEPS):
        if not bool(open_.any()):
            break
        slope = np.where(open_, below - above, -1.0)
        root = np.where(open_, high - below * (high - low) / slope, root)
        value = function(root)
        rising = value > 0
        # Halving the weight of an end that stays keeps the secant from creeping towards it.
        below = np.where(rising, np.where(kept == 1, below / 2, below), value)
        above = np.where(rising, value, np.where(kept == -1, above / 2, above))
        low, high = np.where(rising, root, low), np.where(rising, high, root)
        kept = np.where(rising, 1, -1).astype(np.int8)
        open_ &= (np.abs(value) > _TOLERANCE) & (high - low > _TOLERANCE)
    return root


def _check(k1: int, n1: int, k2: int, n2: int) -> None:
    for name, k, n in (("first", k1, n1), ("second", k2, n2)):
        if n < 1:
            raise NotEnoughDataError(
                f"The {name} proportion needs at least one observation; there is none."
            )
        if not 0 <= k <= n:
            raise InputError(
                f"The {name} proportion has {k} successes in {n} trials. Give 0 to {n} successes."
            )

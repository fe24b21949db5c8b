"""How large a difference is in standard deviations, and the smallest one that could be seen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval

Floats = NDArray[np.float64]

POWER = 0.8


def hedges_g(a: Floats, b: Floats, level: float = 0.95) -> Interval:
    """Return the difference of two means in pooled standard deviations, without small-sample bias.

    The limits invert the noncentral t distribution, which is exact for normal values of equal
    variance.

    Parameters
    ----------
    a, b : ndarray, shape (n,), (m,)
        Values of either group, at least two each.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Hedges, Journal of Educational Statistics 6 (1981) 107-128.
    """
    n, m = len(a), len(b)
    df = n + m - 2
    pooled = math.sqrt(((n - 1) * float(a.var(ddof=1)) + (m - 1) * float(b.var(ddof=1))) / df)
    d = float(a.mean() - b.mean()) / pooled
    return _limits(d, math.sqrt(n * m / (n + m)), df, n + m, level)


def paired_g(a: Floats, b: Floats, level: float = 0.95) -> Interval:
    """Return the mean of paired differences in their standard deviations, corrected as Hedges' g.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        Values that belong together row by row.
    level : float, default 0.95
        Confidence level.
    """
    apart = a - b
    d = float(apart.mean() / apart.std(ddof=1))
    return _limits(d, math.sqrt(len(apart)), len(apart) - 1, len(apart), level)


def detectable(se: float, df: float, alpha: float, power: float = POWER) -> float:
    """Return the smallest true difference that a two-sided t test finds with the given power.

    Parameters
    ----------
    se : float
        Standard error of the difference.
    df : float
        Degrees of freedom.
    alpha : float
        Level of the test.
    power : float, default 0.8
        Probability of finding it.
    """
    from scipy.special import stdtrit

    bound = float(stdtrit(df, 1 - alpha / 2))

    def missed(shift: float) -> float:
        return _below(bound, df, shift) - _below(-bound, df, shift) - (1 - power)

    return se * _root(missed, 0.0, bound + 10.0)


def _limits(d: float, root: float, df: int, n: int, level: float) -> Interval:
    bias = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    t, tail = d * root, (1 - level) / 2
    reach = 10 + abs(t)

    def shift(p: float) -> float:
        return _root(lambda nc: _below(t, df, nc) - p, t - reach, t + reach)

    low, high = sorted((bias * shift(1 - tail) / root, bias * shift(tail) / root))
    return Interval(bias * d, low, high, n, level, "Hedges' g, noncentral t")


def _below(t: float, df: float, shift: float) -> float:
    """Return the probability that noncentral t lies below t."""
    from scipy.special import nctdtr

    found = float(nctdtr(df, shift, t))
    # Far out SciPy gives NaN where the probability is 0 or 1 to all digits.
    return (1.0 if shift < t else 0.0) if math.isnan(found) else found


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-10))

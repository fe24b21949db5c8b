"""How many of a group have the disease, from calibrated probabilities of another mix of cases."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError
from core.stats.intervals import Interval

Floats = NDArray[np.float64]

METHOD = "maximum likelihood under label shift, likelihood-ratio interval"


def estimate_prevalence(p: Floats, prior: float, level: float = 0.95) -> Interval:
    """Return the share of positives that makes the probabilities most likely.

    It presumes that only the mix of positives and negatives changed, not how either looks (label
    shift), and that the probabilities are calibrated for a group with the share ``prior``. The mean
    of the probabilities would be pulled towards the prior.

    Parameters
    ----------
    p : ndarray, shape (n,)
        Calibrated probabilities.
    prior : float
        Share of positives, strictly between 0 and 1, that the probabilities are calibrated for.
    level : float
        Confidence level of the interval.

    Raises
    ------
    NotEnoughDataError
        If there is no probability.

    References
    ----------
    Saerens, Latinne and Decaestecker, Neural Computation 14 (2002) 21-41.
    """
    from scipy.special import chdtri

    if len(p) == 0:
        raise NotEnoughDataError("There is no probability to estimate a prevalence from.")
    base, slope = (1 - p) / (1 - prior), p / prior - (1 - p) / (1 - prior)

    def gain(share: float) -> float:
        with np.errstate(divide="ignore"):
            return float(np.sum(np.log(base + share * slope)))

    def rise(share: float) -> float:
        return float(np.sum(slope / np.maximum(base + share * slope, 1e-300)))

    best = _root(rise, 0.0, 1.0)
    floor = gain(best) - float(chdtri(1, 1 - level)) / 2
    low = _root(lambda share: floor - gain(share), 0.0, best)
    high = _root(lambda share: gain(share) - floor, best, 1.0)
    return Interval(best, low, high, len(p), level, METHOD)


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function crosses 0, or the end at which it comes nearest."""
    from scipy.optimize import brentq

    if high <= low or falling(low) <= 0:
        return low
    if falling(high) >= 0:
        return high
    return float(brentq(falling, low, high, xtol=1e-9))

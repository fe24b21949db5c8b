"""Prediction sets from a held-out calibration sample, with the coverage that theory promises.

A score says how badly a class fits a row. A class stays possible while its score is at most a
quantile of the scores that the true classes had in the calibration sample. If new rows are
exchangeable with these, the true class is kept with at least the probability asked for: over all
rows, within every class, or within every group, according to what the quantiles are taken over.

References
----------
Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapters 2 and 4;
Sadinle, Lei and Wasserman, J. Am. Stat. Assoc. 114 (2019) 223-234 (LAC); Romano, Sesia and Candes,
NeurIPS 33 (2020) 3581-3591 (APS).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Index = NDArray[np.integer]

_ROUNDING = 1e-9


def lac_scores(proba: Floats) -> Floats:
    """Return one minus the probability of each class, shape (n, k); gives the smallest sets."""
    return 1.0 - proba


def aps_scores(proba: Floats) -> Floats:
    """Return the probability of each class and of all likelier ones, shape (n, k).

    Sets adapt to the row: hard rows get large ones. Without the random number that the authors add,
    sets are somewhat larger than they need be and the same every time. Classes of equal probability
    get the same score.
    """
    order = np.argsort(-proba, axis=1, kind="stable")
    ranked = np.take_along_axis(proba, order, axis=1)
    total = ranked.cumsum(axis=1)
    for place in range(proba.shape[1] - 2, -1, -1):
        tied = ranked[:, place] == ranked[:, place + 1]
        total[tied, place] = total[tied, place + 1]
    scores = np.empty_like(total)
    np.put_along_axis(scores, order, total, axis=1)
    return scores


def rank_of(n: int, level: float) -> int:
    """Return which of n ascending calibration scores is the quantile, ceil((n + 1) level).

    It is n + 1 where n is too small: then no score of the sample is large enough.
    """
    return min(math.ceil((n + 1) * level - _ROUNDING), n + 1)


def rows_needed(level: float) -> int:
    """Return the fewest calibration rows with which a class can ever be ruled out."""
    return math.ceil(level / (1 - level) - _ROUNDING)


def conformal_quantile(scores: Floats, level: float) -> float:
    """Return the finite-sample quantile of calibration scores; infinity where they are too few."""
    rank = rank_of(len(scores), level)
    return float(np.partition(scores, rank - 1)[rank - 1]) if rank <= len(scores) else math.inf


def conformal_quantiles(scores: Floats, stratum: Index, k: int, level: float) -> Floats:
    """Return the quantile within each of k strata, shape (k,).

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Score of the true class of each calibration row.
    stratum : ndarray of int, shape (n,)
        Class or group of each row, 0 to k - 1.
    k : int
        Number of strata.
    level : float
        Coverage asked for within each.
    """
    return np.array([conformal_quantile(scores[stratum == one], level) for one in range(k)])


def prediction_sets(scores: Floats, quantile: float | Floats) -> NDArray[np.bool_]:
    """Return which classes stay possible, shape (n, k).

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Score of each class.
    quantile : float or ndarray
        One for all; shape (k,) by class; shape (n, 1) by row, for groups.
    """
    return np.less_equal(scores, quantile)


def coverage_spread(n: int, level: float, share: float = 0.95) -> Interval:
    """Return where the coverage of one calibration sample of n rows lies, over all such samples.

    With many new rows and continuous scores, the coverage that one calibration sample gives is a
    draw from Beta(n + 1 - l, l) with l = floor((n + 1)(1 - level)).

    Parameters
    ----------
    n : int
        Calibration rows.
    level : float
        Coverage asked for.
    share : float
        Probability of the range.

    References
    ----------
    Vovk, Machine Learning 92 (2013) 349-376; Angelopoulos and Bates, Foundations and Trends in
    Machine Learning 16 (2023) 494-591, section 3.2.
    """
    from scipy.special import betaincinv

    above = n + 1 - rank_of(n, level)
    method = "Beta law of the coverage"
    if above == 0:
        return Interval(1.0, 1.0, 1.0, n, share, method)
    low, high = betaincinv(n + 1 - above, above, [(1 - share) / 2, (1 + share) / 2])
    return Interval(1 - above / (n + 1), float(low), float(high), n, share, method)

"""Measures of a yes/no prediction: discrimination, accuracy, net benefit.

Throughout, ``y`` holds outcomes 0/1 and ``p`` probabilities (or any score, for :func:`auc`), both
of shape (n,). A measure that the data cannot define, such as an AUC without positives, is NaN.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_ROUNDING = 1e-9


def auc(y: Labels, p: Floats) -> float:
    """Return the area under the ROC curve: P(score of a positive > of a negative), ties half."""
    from scipy.stats import rankdata

    positives = int(np.sum(y))
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        return math.nan
    ranks = float(np.sum(rankdata(p)[np.asarray(y) == 1]))
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def accuracy(y: Labels, p: Floats, threshold: float = 0.5) -> float:
    """Return the share of correct calls, a call being positive when p >= threshold."""
    return float(np.mean((np.asarray(p) >= threshold) == (np.asarray(y) == 1)))


def brier(y: Labels, p: Floats) -> float:
    """Return the mean squared error of the probabilities."""
    return float(np.mean((np.asarray(p) - np.asarray(y)) ** 2))


def sensitivity(y: Labels, p: Floats, threshold: float = 0.5) -> float:
    """Return the share of positives with p >= threshold."""
    positive = np.asarray(y) == 1
    return float(np.mean(np.asarray(p)[positive] >= threshold)) if positive.any() else math.nan


def specificity(y: Labels, p: Floats, threshold: float = 0.5) -> float:
    """Return the share of negatives with p < threshold."""
    negative = np.asarray(y) == 0
    return float(np.mean(np.asarray(p)[negative] < threshold)) if negative.any() else math.nan


def sensitivity_at_specificity(y: Labels, p: Floats, at_least: float) -> float:
    """Return the largest share of positives found while enough negatives are left alone.

    Parameters
    ----------
    y, p : ndarray, shape (n,)
        Outcomes and scores.
    at_least : float
        Share of the negatives that must lie below the cut, such as 0.95.
    """
    positives, negatives = np.asarray(p)[np.asarray(y) == 1], np.sort(p[np.asarray(y) == 0])
    if not len(positives) or not len(negatives):
        return math.nan
    alarms = math.floor((1 - at_least) * len(negatives) + _ROUNDING)
    cut = negatives[len(negatives) - 1 - alarms] if alarms < len(negatives) else -math.inf
    return float(np.mean(positives > cut))


def auc_interval(y: Labels, p: Floats, level: float = 0.95) -> Interval:
    """Return the area under the ROC curve with an interval that exists for perfect separation too.

    For small samples: a bootstrap of cases that are separated perfectly would show no uncertainty.

    References
    ----------
    Newcombe, Statistics in Medicine 25 (2006) 559-573, method 5.
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    area = auc(y, p)
    positives = int(np.sum(y))
    pairs = positives * (len(y) - positives)
    z, extra = float(ndtri(0.5 + level / 2)), len(y) / 2 - 1

    def excess(true: float) -> float:
        variance = true * (1 - true) * (1 + extra * ((1 - true) / (2 - true) + true / (1 + true)))
        return (area - true) ** 2 - z * z * variance / pairs

    low = 0.0 if area == 0 else float(brentq(excess, 0.0, area - _ROUNDING))
    high = 1.0 if area == 1 else float(brentq(excess, area + _ROUNDING, 1.0))
    return Interval(area, low, high, len(y), level, "Newcombe method 5")


def predictive_value(
    right: float, n_own: int, wrong: float, n_other: int, share: float, level: float = 0.95
) -> Interval:
    """Return the share of calls of one kind that are right, at a given share of that class.

    The interval is symmetric in the logit; its shares are pulled towards one half as in the
    interval of Agresti and Coull, so that it exists where no call is wrong.

    Parameters
    ----------
    right, n_own : float and int
        Cases of the class called right (a mean over repeats need not be whole), and all of it.
    wrong, n_other : float and int
        Cases of the other class given the same call, and all of it.
    share : float
        Share of the class among those the calls are made for.
    level : float
        Confidence level.

    References
    ----------
    Mercaldo, Lau and Zhou, Statistics in Medicine 26 (2007) 2170-2183.
    """
    from scipy.special import expit, ndtri

    z = float(ndtri(0.5 + level / 2))
    own = (right + z * z / 2) / (n_own + z * z)
    other = (wrong + z * z / 2) / (n_other + z * z)
    middle = math.log(own * share / (other * (1 - share)))
    half = z * math.sqrt(
        (1 - own) / (own * (n_own + z * z)) + (1 - other) / (other * (n_other + z * z))
    )
    called = right / n_own * share + wrong / n_other * (1 - share)
    estimate = right / n_own * share / called if called else math.nan
    low, high = float(expit(middle - half)), float(expit(middle + half))
    if called:
        low, high = min(low, estimate), max(high, estimate)
    return Interval(estimate, low, high, n_own + n_other, level, "adjusted logit (Mercaldo)")


def net_benefit(y: Labels, p: Floats, threshold: float) -> float:
    """Return the net benefit of acting when p >= threshold, in true positives per patient.

    References
    ----------
    Vickers and Elkin, Medical Decision Making 26 (2006) 565-574.
    """
    if not 0 < threshold < 1:
        message = f"a decision threshold lies between 0 and 1, not at {threshold}"
        raise ValueError(message)
    acted = np.asarray(p) >= threshold
    hits = np.mean(acted & (np.asarray(y) == 1))
    false_alarms = np.mean(acted & (np.asarray(y) == 0))
    return float(hits - false_alarms * threshold / (1 - threshold))

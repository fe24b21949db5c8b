"""Measures of a yes/no prediction: discrimination, accuracy, net benefit.

Throughout, ``y`` holds outcomes 0/1 and ``p`` probabilities (or any score, for :func:`auc`), both
of shape (n,). A measure that the data cannot define, such as an AUC without positives, is NaN.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


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

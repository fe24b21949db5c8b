"""Losses of probabilities, averaged over rows, with intervals."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FLOOR = float(np.finfo(np.float64).eps)
"""Least probability that enters a logarithm: a certain error costs 36, not infinity."""


def log_losses(y: Labels, proba: Floats) -> Floats:
    """Return minus the logarithm of the probability of what happened, shape (n,)."""
    own: Floats = np.maximum(proba[np.arange(len(y)), y], FLOOR)
    return -np.log(own)


def brier_losses(y: Labels, proba: Floats) -> Floats:
    """Return the squared error of the probabilities, shape (n,).

    With two classes, of the second class's probability (0 to 1); with more, summed over the
    classes (0 to 2).
    """
    if proba.shape[1] == 2:
        return np.square(proba[:, 1] - y)
    own: Floats = proba[np.arange(len(y)), y]
    squares: Floats = np.einsum("ij,ij->i", proba, proba)
    return squares - 2 * own + 1


def mean_loss(losses: Floats, largest: float, level: float = 0.95) -> Interval:
    """Return the mean of losses with its interval.

    If all losses are equal, their spread says nothing: the upper limit is then the largest mean
    that would still show n equal losses, because a row with the largest loss was not met.

    Parameters
    ----------
    losses : ndarray, shape (n,)
        At least one, each 0 or more.
    largest : float
        The largest loss that can occur.
    level : float
        Confidence level.
    """
    from scipy.special import stdtrit

    n = len(losses)
    # Exact sums, so that the order of the rows cannot change the last digit.
    mean = math.fsum(losses) / n
    variance = math.fsum((losses - mean) ** 2) / (n - 1) if n > 1 else 0.0
    if variance <= FLOOR * FLOOR:
        unseen = 1 - ((1 - level) / 2) ** (1 / n)
        high = mean + unseen * (largest - mean)
        return Interval(mean, mean * (1 - unseen), high, n, level, "equal losses, exact bound")
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n)
    return Interval(mean, max(0.0, mean - half), mean + half, n, level, "Student's t")

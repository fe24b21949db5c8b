"""Do outcomes agree with the probabilities they were given? Score tests, valid for few outcomes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

N_SIMS = 9_999
_BLOCK = 99
LARGE_VARIANCE = 25.0
"""Expected variance of the sum from which its distribution is taken as normal."""


def in_the_large_p(y: Labels, log_odds: Floats, seed: int = 0) -> float:
    """Return the two-sided p value of "the mean risk is right".

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes.
    log_odds : ndarray, shape (n,)
        Predicted log-odds.
    seed : int
        Seed of the simulation that stands for the exact distribution where outcomes are few.

    References
    ----------
    Cox, Biometrika 45 (1958) 562-565.
    """
    return _score_p(np.ones(len(y)), y, expit(log_odds), seed)


def slope_p(y: Labels, log_odds: Floats, seed: int = 0) -> float:
    """Return the two-sided p value of "the calibration slope is 1".

    The score of the slope, made orthogonal to that of the intercept, so that a wrong mean risk does
    not pose as a wrong slope. Arguments as in :func:`in_the_large_p`.
    """
    p = expit(log_odds)
    spread = p * (1 - p)
    centred = log_odds - np.sum(spread * log_odds) / max(float(np.sum(spread)), 1e-300)
    return _score_p(centred, y, p, seed)


def _score_p(weight: Floats, y: Labels, p: Floats, seed: int) -> float:
    """Return the p value of the weighted sum of outcome minus probability."""
    value = float(weight @ (y - p))
    variance = float(np.sum(weight**2 * p * (1 - p)))
    if variance == 0:
        return 1.0 if value == 0 else 0.0
    if float(np.sum(p * (1 - p))) >= LARGE_VARIANCE:
        return float(2 * ndtr(-abs(value) / math.sqrt(variance)))
    rng, beyond = np.random.default_rng(seed), 1
    for _ in range(N_SIMS // _BLOCK):
        drawn = rng.random((_BLOCK, len(p))) < p
        beyond += int(np.sum(np.abs((drawn - p) @ weight) >= abs(value) * (1 - 1e-9)))
    return beyond / (N_SIMS + 1)

"""The temperature that probabilities of several classes would need."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from core.stats.profile_likelihood import Point, Profile, RatioTest, no_profile

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

NO_CHOICE = "every row gives all classes the same probability"
NO_ERROR = "no class beats the one that occurred, so that it has no finite value"

_STEPS = 100
_CONVERGED = 1e-14


def temperature_profile(y: Labels, proba: Floats) -> Profile:
    """Return the likelihood of the inverse temperature; 1 is perfect, below 1 is overconfident.

    The log-probabilities are multiplied by it and made to sum to one again.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcome as a column of ``proba``.
    proba : ndarray, shape (n, k)
        Probability of each class.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, ICML (2017) 1321-1330.
    """
    score = _class_scores(y, proba)
    if not np.any(score):
        return no_profile(len(y), NO_CHOICE)
    if score.max() <= 0:
        return no_profile(len(y), NO_ERROR)

    def curve(value: float) -> Point:
        height, slope, _ = _softmax_likelihood(score, value)
        return Point(height, slope)

    value, step, before = 0.0, 0.0, -math.inf
    height, bend = before, 1.0
    for _ in range(_STEPS):
        height, slope, bend = _softmax_likelihood(score, value)
        if height < before - 1e-9 * abs(before):
            step /= 2
            value -= step
            continue
        if slope**2 <= _CONVERGED * bend:
            break
        step, before = slope / bend, height
        value += step
    return Profile(value, height, 1 / math.sqrt(bend), bend, len(y), curve)


def temperature_test(profile: Profile) -> RatioTest | None:
    """Test inverse temperature 1 against any other; ``None`` where it is undefined."""
    if not profile.defined:
        return None
    statistic = profile.ratio(1.0)
    return RatioTest(statistic, 1, float(chdtrc(1, statistic)), "chi-square, 1 df")


def _class_scores(y: Labels, proba: Floats) -> Floats:
    """Return log-probability minus that of the class that occurred."""
    score = np.log(np.clip(proba, 1e-12, 1.0))
    rival: Floats = score - score[np.arange(len(y)), y][:, None]
    return rival


def _softmax_likelihood(score: Floats, value: float) -> tuple[float, float, float]:
    """Return log-likelihood, derivative and curvature of the inverse temperature ``value``."""
    eta = value * score
    top = eta.max(axis=1)
    weight = np.exp(eta - top[:, None])
    total = weight.sum(axis=1)
    mean = np.einsum("ij,ij->i", weight, score) / total
    square = np.einsum("ij,ij,ij->i", weight, score, score) / total
    height = -float(np.sum(top + np.log(total)))
    return height, -float(mean.sum()), float(np.sum(square - mean**2))

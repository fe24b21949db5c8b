"""Bias-corrected and accelerated bootstrap interval of a mean."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.stats.intervals import Interval, undefined

Floats = NDArray[np.float64]

RESAMPLES = 5_000


def bca_mean(
    values: ArrayLike, *, n_boot: int = RESAMPLES, seed: int = 0, level: float = 0.95
) -> Interval:
    """Return the mean of independent units with its BCa interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        One finite value per unit.
    n_boot : int, default 5000
        Number of resamples.
    seed : int, default 0
        Seed of the resampling; samples of one size share their resamples.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Efron, J. Am. Stat. Assoc. 82 (1987) 171-185.
    """
    from scipy.special import ndtr, ndtri

    x = np.asarray(values, dtype=np.float64)
    n = len(x)
    if n < 2:
        return undefined(n, "fewer than two values", level)
    mean, method = float(x.mean()), f"BCa bootstrap, {n_boot} resamples"
    centred = x - mean
    squares = float(np.square(centred).sum())
    if float(np.ptp(x)) == 0:
        return Interval(mean, mean, mean, n, level, "all values are equal")
    means = _counts(n, n_boot, seed) @ centred / n
    noise = 1e-12 * float(np.abs(x).max())  # resamples of the very same values are equal to it
    share = (np.count_nonzero(means < -noise) + np.count_nonzero(means <= noise)) / (2 * n_boot)
    bias = float(ndtri(np.clip(share, 1 / (n_boot + 1), 1 - 1 / (n_boot + 1))))
    acceleration = float((centred**3).sum()) / (6 * squares**1.5)
    ends = bias + ndtri([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(means, ndtr(bias + ends / (1 - acceleration * ends)))
    return Interval(mean, mean + float(low), mean + float(high), n, level, method)


@functools.lru_cache(maxsize=4)
def _counts(n: int, n_boot: int, seed: int) -> Floats:
    """Return how often each of n units is drawn in every resample, (n_boot, n)."""
    drawn = np.random.default_rng(seed).integers(0, n, (n_boot, n))
    flat = np.bincount((drawn + n * np.arange(n_boot)[:, None]).ravel(), minlength=n * n_boot)
    return flat.reshape(n_boot, n).astype(np.float64)

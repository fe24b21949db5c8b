"""Bootstrap intervals for any statistic of paired arrays, and stratified folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError
from core.stats.intervals import Interval

UNDEFINED_LIMIT = 0.1
"""Largest share of resamples in which the statistic may be undefined."""


def bootstrap(
    statistic: Callable[..., float],
    arrays: Sequence[NDArray[Any]],
    n_boot: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Return a percentile bootstrap interval, resampling rows of all arrays together.

    Parameters
    ----------
    statistic : callable
        Takes the arrays and returns a number, or NaN where it is undefined (such as an AUC when
        a resample holds one class only).
    arrays : sequence of ndarray, each of length n
        Rows belong together: row i of every array describes the same unit.
    n_boot : int, default 2000
        Number of resamples.
    seed : int, default 0
        Seed of the resampling.
    level : float, default 0.95
        Confidence level.

    Raises
    ------
    NotEnoughDataError
        If the statistic is undefined in more than a tenth of the resamples.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    n = len(arrays[0])
    if n == 0 or any(len(array) != n for array in arrays):
        message = f"arrays must be of one, positive length, not {[len(a) for a in arrays]}"
        raise ValueError(message)
    rng = np.random.default_rng(seed)
    values = np.empty(n_boot)
    for i in range(n_boot):
        rows = rng.integers(0, n, n)
        values[i] = statistic(*(array[rows] for array in arrays))
    defined = values[np.isfinite(values)]
    lost = n_boot - len(defined)
    if lost > UNDEFINED_LIMIT * n_boot:
        raise NotEnoughDataError(
            f"The statistic is undefined in {lost} of {n_boot} bootstrap resamples of "
            f"{n} rows: too few cases of one class for an interval."
        )
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    method = f"percentile bootstrap, {n_boot} resamples"
    if lost:
        method += f", {lost} undefined"
    return Interval(float(statistic(*arrays)), float(low), float(high), n, level, method)


def assign_folds(y: NDArray[np.int64], k: int, seed: int) -> NDArray[np.int64]:
    """Return a stratified fold number 0..k-1 for each row."""
    from sklearn.model_selection import StratifiedKFold

    folds = np.empty(len(y), dtype=np.int64)
    splitter = StratifiedKFold(k, shuffle=True, random_state=seed)
    for number, (_, held) in enumerate(splitter.split(np.zeros(len(y)), y)):
        folds[held] = number
    return folds

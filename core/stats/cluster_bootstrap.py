"""Bootstrap intervals where rows come in clusters, such as films of one patient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError
from core.stats.intervals import Interval
from core.stats.resample import UNDEFINED_LIMIT

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


def cluster_bootstrap(
    statistic: Callable[[Rows], Floats],
    clusters: NDArray[np.str_] | Rows,
    n_boot: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Interval, ...]:
    """Return percentile bootstrap intervals of several statistics, resampling whole clusters.

    All statistics are computed on the same resamples, so that the interval of a difference is
    paired.

    Parameters
    ----------
    statistic : callable
        Takes row numbers, some repeated, and returns k numbers; NaN where one is undefined.
    clusters : (n,) array
        Which cluster each row belongs to.
    n_boot : int, default 1000
        Number of resamples.
    seed : int, default 0
        Seed of the resampling.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    tuple of k Interval
        ``n`` is the number of clusters.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two clusters, or a statistic is undefined in more than a tenth of
        the resamples.

    References
    ----------
    Davison and Hinkley, Bootstrap Methods and their Application (1997), section 3.8.
    """
    names, member = np.unique(clusters, return_inverse=True)
    if len(names) < 2:
        raise NotEnoughDataError("A bootstrap by cluster needs two clusters or more.")
    rng = np.random.default_rng(seed)
    every = np.arange(len(member))
    values = np.empty((n_boot, len(statistic(every))))
    for i in range(n_boot):
        drawn = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        values[i] = statistic(np.repeat(every, drawn[member]))
    estimates = statistic(every)
    method = f"percentile bootstrap of {len(names)} clusters, {n_boot} resamples"
    return tuple(
        _interval(float(estimate), column, len(names), level, method)
        for estimate, column in zip(estimates, values.T, strict=True)
    )


def _interval(estimate: float, values: Floats, n: int, level: float, method: str) -> Interval:
    defined = values[np.isfinite(values)]
    lost = len(values) - len(defined)
    if lost > UNDEFINED_LIMIT * len(values):
        raise NotEnoughDataError(
            f"The statistic is undefined in {lost} of {len(values)} bootstrap resamples of "
            f"{n} clusters: too few cases of one class for an interval."
        )
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    if lost:
        method += f", {lost} undefined"
    return Interval(estimate, float(low), float(high), n, level, method)

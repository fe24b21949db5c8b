"""Bootstrap intervals of a mean where units are nested, such as images within trained networks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined

Floats = NDArray[np.float64]


def nested_mean(
    values: Floats,
    groups: NDArray[np.int64],
    n_boot: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Return the mean with a percentile interval, resampling groups and then units within them.

    Units without a value are left out. With few groups the interval is narrower than it should
    be, since three groups show little of how groups differ; with a single one it says nothing of
    other groups.

    Parameters
    ----------
    values : (n,) array
        One number for each unit, NaN where there is none.
    groups : (n,) array
        The group of each unit.
    n_boot : int, default 1000
        Number of resamples.
    seed : int, default 0
        Seed of the resampling.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Interval
        ``n`` is the number of units with a value. NaN, with the reason as method, if fewer than
        two units have one.

    References
    ----------
    Davison and Hinkley, Bootstrap Methods and their Application (1997), section 3.8.
    """
    held = np.isfinite(values)
    numbers, member = np.asarray(values, dtype=np.float64)[held], np.asarray(groups)[held]
    names = np.unique(member)
    if len(numbers) < 2:
        return undefined(len(numbers), "fewer than two units have a value", level)
    rng = np.random.default_rng(seed)
    sums = np.empty((len(names), len(names), n_boot))
    for place, name in enumerate(names):
        own = numbers[member == name]
        drawn = rng.integers(0, len(own), (len(names), n_boot, len(own)))
        sums[place] = own[drawn].sum(axis=-1)
    sizes = np.array([(member == name).sum() for name in names])
    picked = rng.integers(0, len(names), (len(names), n_boot))
    slots = np.arange(len(names))[:, None]
    totals = sums[picked, slots, np.arange(n_boot)].sum(axis=0)
    means = totals / sizes[picked].sum(axis=0)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    method = f"percentile bootstrap of {len(names)} groups and units within, {n_boot} resamples"
    return Interval(float(numbers.mean()), float(low), float(high), len(numbers), level, method)

"""How often the paired Wilcoxon test finds a difference, by simulation."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.intervals import Interval, wilson
from core.stats.rank_tests import EXACT_UP_TO, null_counts

Floats = NDArray[np.float64]

SIMULATIONS = 4_000
MOST = 20_000
_CELLS = 2_000_000


@functools.lru_cache(maxsize=256)
def wilcoxon_power(
    n: int, effect: float, alpha: float, *, simulations: int = SIMULATIONS, seed: int = 0
) -> Interval:
    """Return the share of simulated samples in which the two-sided test rejects.

    Differences are normal with mean ``effect`` and standard deviation 1.

    Parameters
    ----------
    n : int
        Pairs.
    effect : float
        Mean difference in standard deviations (Cohen's d of the differences).
    alpha : float
        Level of one test, such as 0.05 over the number of tests.
    simulations : int, default 4000
        Simulated samples.
    seed : int, default 0
        Seed of the simulation.
    """
    rng, rejected = np.random.default_rng(seed), 0
    reach, chunk = _reach(n, alpha), max(1, _CELLS // n)
    for start in range(0, simulations, chunk):
        drawn = rng.standard_normal((min(chunk, simulations - start), n)) + effect
        rejected += int(np.count_nonzero(_distance(drawn) > reach))
    return wilson(rejected, simulations)


def smallest_n(effect: float, alpha: float, power: float = 0.9, *, seed: int = 0) -> int:
    """Return the fewest pairs with which the simulated power reaches ``power``.

    Raises
    ------
    InputError
        If it takes more than 20,000.
    """
    low, high = 1, 8
    while wilcoxon_power(high, effect, alpha, seed=seed).estimate < power:
        low, high = high, 2 * high
        if high > MOST:
            raise InputError(
                f"An effect of {effect:g} at a level of {alpha:g} needs more than {MOST:,} pairs. "
                "Look for a larger effect."
            )
    while high - low > 1:
        middle = (low + high) // 2
        enough = wilcoxon_power(middle, effect, alpha, seed=seed).estimate >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _distance(drawn: Floats) -> Floats:
    """Return how far each row's sum of positive ranks lies from its mean."""
    order = np.argsort(np.abs(drawn), axis=1)
    positive = np.take_along_axis(drawn > 0, order, axis=1)
    n = drawn.shape[1]
    distance: Floats = np.abs(positive @ np.arange(1.0, n + 1) - n * (n + 1) / 4)
    return distance


def _reach(n: int, alpha: float) -> float:
    """Return the largest distance at which the test does not reject."""
    if n <= EXACT_UP_TO:
        below = np.cumsum(null_counts(np.arange(1.0, n + 1))[::2])
        rejecting = int(np.searchsorted(2 * below, alpha, "right"))
        return n * (n + 1) / 4 - rejecting
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / 2)) * math.sqrt(n * (n + 1) * (2 * n + 1) / 24)

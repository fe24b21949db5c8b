"""The climb by marginal return that media planners use, for comparison. It proves nothing."""

from __future__ import annotations

import numpy as np

from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.optimize.scurve_terms import Terms

LEVELS = 201


def greedy(programme: Programme) -> Floats | None:
    """Return the plan of a climb over a grid of amounts, or None where it cannot start.

    From the lowest amounts, the cell and the level above its present one with the largest gain
    for each unit is taken, as long as the limits allow it and it gains. Google's Meridian climbs
    so (``optimizer.py``, ``_grid_search``).

    Parameters
    ----------
    programme : Programme
        Separable, with finite limits of every variable.
    """
    allowed = programme.polytope
    x = allowed.low.copy()
    if allowed.violation(x) > ALLOWANCE:
        return None
    levels = np.linspace(allowed.low, allowed.high, LEVELS)
    which = np.tile(np.arange(programme.n), LEVELS)
    worth = Terms.of(programme).take(which).value(levels.ravel()).reshape(levels.shape)
    place, open_to = np.zeros(programme.n, dtype=np.intp), np.full(programme.n, LEVELS)
    while True:
        rates = np.stack([_rates(levels, worth, int(k), i) for i, k in enumerate(place)], axis=1)
        rates[np.arange(LEVELS)[:, None] >= open_to] = -np.inf
        level, i = np.unravel_index(int(rates.argmax()), rates.shape)
        if rates[level, i] <= 0:
            return x
        trial = x.copy()
        trial[i] = levels[level, i]
        if allowed.violation(trial) > ALLOWANCE:
            open_to[i] = level
        else:
            x, place[i] = trial, level


def _rates(levels: Floats, worth: Floats, at: int, i: int) -> Floats:
    """Return the gain for each unit of going from one level to each higher one."""
    rates = np.full(LEVELS, -np.inf)
    step = levels[at + 1 :, i] - levels[at, i]
    gain = worth[at + 1 :, i] - worth[at, i]
    np.divide(gain, step, out=rates[at + 1 :], where=step > 0)
    return rates

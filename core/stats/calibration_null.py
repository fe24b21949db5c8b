"""Outcomes by predicted probability, and the outcomes chance gives if the probabilities hold."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.stats.calibration import bin_index

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

GROUPS = 400
"""Most groups of neighbouring probabilities that outcomes are simulated for."""
BINS = 10
"""Equal-width bins that no group of probabilities straddles."""
_NORMAL_VARIANCE = 25.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Rows with equal probabilities, counted together.

    Attributes
    ----------
    p : ndarray, shape (g,)
        Probabilities, ascending and distinct.
    trials : ndarray, shape (g,)
        Rows at each probability, as whole floats.
    events : ndarray, shape (g,)
        Rows at each probability that had the outcome, as whole floats.
    """

    p: Floats
    trials: Floats
    events: Floats

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.trials.sum())

    @property
    def variance(self) -> float:
        """Variance of the number of events if the probabilities are right."""
        return float(np.sum(self.trials * self.p * (1 - self.p)))

    def rows(self) -> tuple[Labels, Floats]:
        """Return outcome and probability of each row, sorted; shape (n,) each."""
        trials, events = self.trials.astype(np.int64), self.events.astype(np.int64)
        place = np.arange(self.n) - np.repeat(np.cumsum(trials) - trials, trials)
        y = (place < np.repeat(events, trials)).astype(np.int64)
        return y, np.repeat(self.p, trials)


def tally(y: Labels, p: Floats) -> Tally:
    """Count the rows of each probability; the order of the rows leaves no trace.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes, 0 or 1.
    p : ndarray, shape (n,)
        Predicted probabilities.
    """
    order = np.argsort(p, kind="stable")
    ordered = np.asarray(p, dtype=np.float64)[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1.0))
    events = np.add.reduceat(np.asarray(y, dtype=np.float64)[order], first)
    trials = np.diff(first, append=len(ordered)).astype(np.float64)
    return Tally(ordered[first], trials, events)


def merged(table: Tally, groups: int = GROUPS) -> Tally:
    """Return the table with neighbouring probabilities merged, if it has more than ``groups``.

    Groups are narrow where many rows or much of the variance lie, and none straddles one of the
    :data:`BINS` equal-width bins. A group's probability is the mean of its rows.
    """
    if len(table.p) <= groups:
        return table
    spread = table.trials * table.p * (1 - table.p)
    weight = table.trials / table.n + spread / max(table.variance, np.finfo(float).tiny)
    place = np.floor(np.cumsum(weight) / weight.sum() * (groups - BINS) * (1 - 1e-12))
    key = place + groups * bin_index(table.p, BINS)
    first = np.flatnonzero(np.diff(key, prepend=-1.0))
    trials = np.add.reduceat(table.trials, first)
    mean = np.add.reduceat(table.trials * table.p, first) / trials
    return Tally(mean, trials, np.add.reduceat(table.events, first))


def draw(table: Tally, n_sims: int, seed: int) -> Floats:
    """Return events of each group as chance gives them if the probabilities are right.

    Parameters
    ----------
    table : Tally
        g groups; what happened in them is not used.
    n_sims : int
        Number of simulated tables.
    seed : int
        Seed of the simulation.

    Returns
    -------
    ndarray, shape (n_sims, g)
        Binomial counts; rounded normal ones where the variance is at least 25.
    """
    rng = np.random.default_rng(seed)
    if table.trials.max() == 1:
        return (rng.random((n_sims, len(table.p))) < table.p).astype(np.float64)
    variance = table.trials * table.p * (1 - table.p)
    large = variance >= _NORMAL_VARIANCE
    drawn = np.empty((n_sims, len(table.p)))
    small_n, small_p = table.trials[~large].astype(np.int64), table.p[~large]
    drawn[:, ~large] = rng.binomial(small_n, small_p, size=(n_sims, len(small_n)))
    noise = rng.standard_normal((n_sims, int(large.sum()))) * np.sqrt(variance[large])
    rounded = np.rint((table.trials * table.p)[large] + noise)
    drawn[:, large] = np.clip(rounded, 0, table.trials[large])
    return drawn

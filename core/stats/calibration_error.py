"""How far probabilities are from what happens, beside what chance alone would show.

A calibration error is an average of absolute values, so that it is above 0 even if every
probability is right. None is shown here without what it would be then.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from core.stats.calibration import bin_index
from core.stats.calibration_null import BINS, Tally, draw, merged
from core.stats.intervals import Interval
from core.stats.observed_share import at_gap, noise_variance

Floats = NDArray[np.float64]

SMOOTH_METHOD = "smooth calibration error, bandwidth equal to the error"
_GRID = 4096
_SIMS = 400
_NARROWEST = 0.001
_WIDEST = 1.0
_FIRST_WIDTH = 0.1
_REACH = 4.5
_EXACT = 1e-3


@dataclasses.dataclass(frozen=True, slots=True)
class BinnedError:
    """Calibration error over ten bins of equal width, with its null distribution.

    Attributes
    ----------
    ece : float
        Expected calibration error: mean gap of the bins, weighted by their rows.
    largest : float
        Largest gap of a bin (MCE).
    null_mean, null_95 : float
        Expectation and 95 % quantile of the ECE if the probabilities are right.
    largest_null_95 : float
        The same quantile of the largest gap.
    p : float
        p value of "the probabilities are right" from the ECE.
    """

    ece: float
    largest: float
    null_mean: float
    null_95: float
    largest_null_95: float
    p: float


def binned_error(table: Tally, null: Tally, drawn: Floats) -> BinnedError:
    """Return ECE and MCE of a table, with what chance gives.

    Parameters
    ----------
    table : Tally
        All rows.
    null, drawn : Tally and ndarray, shape (n_sims, g)
        The merged table and events simulated for it.

    References
    ----------
    Brocker and Smith, Weather and Forecasting 22 (2007) 651-661 (consistency resampling).
    """
    ece, largest = _bin_gaps(table, table.events[None, :])
    null_ece, null_largest = _bin_gaps(null, drawn)
    beyond = int(np.sum(null_ece >= ece[0] * (1 - 1e-9) - 1e-12))
    return BinnedError(
        ece=float(ece[0]),
        largest=float(largest[0]),
        null_mean=float(null_ece.mean()),
        null_95=float(np.quantile(null_ece, 0.95)),
        largest_null_95=float(np.quantile(null_largest, 0.95)),
        p=(1 + beyond) / (1 + len(drawn)),
    )


def _bin_gaps(table: Tally, events: Floats) -> tuple[Floats, Floats]:
    """Return mean and largest gap of the bins, for each row of events."""
    index = bin_index(table.p, BINS)
    first = np.flatnonzero(np.diff(index, prepend=-1))
    rows = np.add.reduceat(table.trials, first)
    excess = np.add.reduceat(events - table.trials * table.p, first, axis=1)
    gap = np.abs(excess)
    return gap.sum(axis=1) / table.n, (gap / rows).max(axis=1)


def debiased_square(table: Tally, bins: int = BINS) -> float:
    """Return an estimate of the squared calibration error that is not biased upwards.

    Over bins of about equally many rows (equal probabilities stay together), the variance of each
    bin's observed share is taken off its squared gap. It may be below 0, and averages 0 if the
    probabilities are right. NaN if no bin has two rows.

    References
    ----------
    Kumar, Liang and Ma, NeurIPS 32 (2019) 3792-3803.
    """
    middle = np.cumsum(table.trials) - table.trials / 2
    key = np.floor(middle / table.n * bins)
    first = np.flatnonzero(np.diff(key, prepend=-1.0))
    rows = np.add.reduceat(table.trials, first)
    share = np.add.reduceat(table.events, first) / rows
    gap = share - np.add.reduceat(table.trials * table.p, first) / rows
    known = rows > 1
    if not known.any():
        return math.nan
    rows, share, gap = rows[known], share[known], gap[known]
    return float(rows @ (gap**2 - share * (1 - share) / (rows - 1)) / rows.sum())


@dataclasses.dataclass(frozen=True, eq=False)
class SmoothError:
    """Smooth calibration error: gaps averaged over neighbours no further than the error itself.

    The residuals, outcome minus probability, are smoothed over the probability by a Gaussian kernel
    reflected at 0 and 1; the absolute value of what remains is averaged. It falls as the bandwidth
    grows, and smECE is where both are equal. "The smooth error is at most e" is thus the same
    statement as "at bandwidth e, it is at most e", which is what the p values test.

    Attributes
    ----------
    table : Tally
        The rows.
    noise : Tally
        The rows, merged, for simulation.
    seed : int
        Seed of the simulation.

    Notes
    -----
    The true error S(t) has the true risks t in place of the outcomes y. The p values hold for any
    true risks, as far as sums of outcomes are near normal:

    - p_below ("it is at least e"): the signs of the true smoothed gaps make a linear statistic
      whose mean is S(t), which never exceeds S(y), and whose variance is at most that of the number
      of events. Hence P(S(y) <= s) <= Phi((s - e) / sd).
    - p_above ("it is at most e"): S(y) <= S(t) + S(y - t), so that the excess over e has to be more
      than noise. S(y - t) is simulated from the probabilities and scaled to a variance that
      covers the true one. Beyond the reach of the simulation the Gaussian concentration
      inequality bounds the tail.

    References
    ----------
    Blasiok and Nakkiran, ICLR (2024), arXiv:2309.12236; Boucheron, Lugosi and Massart,
    Concentration Inequalities (2013), theorem 5.6.
    """

    table: Tally
    noise: Tally
    seed: int

    @functools.cached_property
    def value(self) -> float:
        """The smooth calibration error (smECE)."""
        if self._observed(_NARROWEST) <= _NARROWEST:
            return self._observed(_NARROWEST)
        return _crossing(lambda width: self._observed(width) - width, _NARROWEST)

    @functools.cached_property
    def null_95(self) -> float:
        """Its 95 % quantile if the probabilities are right."""
        # It exceeds q just where its smoothing at bandwidth q does.
        return _crossing(
            lambda width: float(np.quantile(self._chance(width), 0.95)) - width, self._narrowest
        )

    def p_below(self, limit: float) -> float:
        """Return the one-sided p value of "the smooth error is at least the limit"."""
        return float(ndtr((self._observed(limit) - limit) / self._spread(limit)))

    def p_above(self, limit: float) -> float:
        """Return the one-sided p value of "the smooth error is at most the limit"."""
        excess = self._observed(limit) - limit
        if excess <= 0:
            return 1.0
        spread, simulated, centre = self._spread(0.0), 1.0, self._spread(0.0)
        # Where less than one event is left to chance, simulated tables are all alike.
        if self.table.variance >= 1:
            inflation = spread * self.table.n / math.sqrt(self.table.variance)
            chance = self._chance(max(limit, self._narrowest)) * inflation
            simulated = (1 + int(np.sum(chance >= excess))) / (1 + len(chance))
            centre = float(chance.mean())
        further = max(excess - centre, 0.0)
        return min(simulated, math.exp(-0.5 * (further / spread) ** 2))

    def interval(self, level: float = 0.95) -> Interval:
        """Return the values that neither p value rejects at half of the level's complement."""
        tail = (1 - level) / 2
        low = _crossing(lambda width: tail - self.p_above(width), self._narrowest)
        high = _crossing(lambda width: self.p_below(width) - tail, _NARROWEST)
        if self.p_above(low) > tail and low == self._narrowest:
            low = 0.0
        low, high = min(low, self.value), max(high, self.value)
        return Interval(self.value, low, high, self.table.n, level, SMOOTH_METHOD)

    @property
    def _narrowest(self) -> float:
        """Bandwidth below which no noise is simulated: so few rows cannot show a smaller error."""
        return min(max(_NARROWEST, 0.3 / math.sqrt(self.table.n)), 0.01)

    def _spread(self, gap: float) -> float:
        """Return the standard deviation of the share of events, were risks wrong by ``gap``."""
        noise = at_gap(noise_variance(self.table), gap, self.table.n)
        return math.sqrt(noise) / self.table.n

    @functools.cached_property
    def _waves(self) -> Floats:
        """Cosine coefficients of the mean residual, shape (1, k)."""
        from scipy.fft import dct

        excess = self.table.events - self.table.trials * self.table.p
        place = self.table.p * _GRID
        left = np.minimum(place.astype(np.intp), _GRID - 1)
        part = place - left
        grid = np.bincount(left, excess * (1 - part), _GRID + 1)
        grid += np.bincount(left + 1, excess * part, _GRID + 1)
        signs = np.where(np.arange(_GRID + 1) % 2, -1.0, 1.0)
        waves: Floats = (dct(grid, type=1) + grid[0] + signs * grid[-1]) / 2
        return waves[None, :] / self.table.n

    @functools.cached_property
    def _chance_waves(self) -> Floats:
        drawn = draw(self.noise, _SIMS, self.seed)
        residuals = (drawn - self.noise.trials * self.noise.p) / self.noise.n
        frequency = math.pi * np.arange(_wave_count(self._narrowest))
        waves: Floats = residuals @ np.cos(self.noise.p[:, None] * frequency)
        return waves

    def _chance(self, width: float) -> Floats:
        return _smoothed(self._chance_waves, width)

    def _observed(self, width: float) -> float:
        return float(_smoothed(self._waves, width)[0])


def smooth_error(table: Tally, seed: int = 0) -> SmoothError:
    """Return the smooth calibration error of a table with at least one row."""
    return SmoothError(table, merged(table), seed)


def _crossing(falling: Callable[[float], float], narrowest: float) -> float:
    """Return the width at which a falling function passes 0, or the end nearest to it."""
    from scipy.optimize import brentq

    high = _FIRST_WIDTH
    while falling(high) > 0:
        if high >= _WIDEST:
            return _WIDEST
        high = min(2 * high, _WIDEST)
    low = high / 2
    while falling(low) <= 0:
        if low <= narrowest:
            return narrowest
        high, low = low, max(low / 2, narrowest)
    return float(brentq(falling, low, high, xtol=_EXACT * low))


def _wave_count(width: float) -> int:
    return int(_REACH / (math.pi * width)) + 2


def _smoothed(waves: Floats, width: float) -> Floats:
    """Return the mean absolute smoothed residual for each row of cosine coefficients."""
    from scipy.fft import dct, next_fast_len

    count = min(_wave_count(width), waves.shape[1])
    damped = waves[:, :count] * np.exp(-0.5 * (math.pi * width * np.arange(count)) ** 2)
    curves = dct(damped, type=3, n=next_fast_len(2 * count, real=True))
    mean: Floats = np.abs(curves).mean(axis=1)
    return mean

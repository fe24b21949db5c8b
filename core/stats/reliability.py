"""The reliability curve without bins, the band chance gives it, and what makes up a Brier score."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.stats.calibration import bin_index
from core.stats.calibration_null import BINS, Tally

Floats = NDArray[np.float64]

_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCurve:
    """Observed share by predicted probability, made to rise, with consistency bands.

    The bands stand around the diagonal and hold what curves of right probabilities look like with
    these rows. A curve outside the simultaneous band contradicts the probabilities; a curve that
    leaves the pointwise band somewhere need not.

    Attributes
    ----------
    p : ndarray, shape (g,)
        Predicted probability: the rows' own values or, if they are many, means of neighbours.
    rows : ndarray, shape (g,)
        Rows at each of them.
    observed : ndarray, shape (g,)
        Isotonic estimate of the share with the outcome.
    low, high : ndarray, shape (g,)
        Pointwise band.
    low_all, high_all : ndarray, shape (g,)
        Simultaneous band.
    level : float
        Level of either band.
    p_value : float
        p value of "the probabilities are right" from the curve's greatest departure.
    """

    p: Floats
    rows: Floats
    observed: Floats
    low: Floats
    high: Floats
    low_all: Floats
    high_all: Floats
    level: float
    p_value: float


@dataclasses.dataclass(frozen=True, slots=True)
class Corp:
    """Brier score as miscalibration - discrimination + uncertainty, from the isotonic curve.

    Attributes
    ----------
    miscalibration : float
        What the isotonic recalibration takes off the score (it flatters: fitted to these rows).
    discrimination : float
        What the recalibrated probabilities gain over the overall share.
    uncertainty : float
        Score of the overall share.
    """

    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclasses.dataclass(frozen=True, slots=True)
class Murphy:
    """Brier score as reliability - resolution + uncertainty + within-bin terms, over ten bins.

    Attributes
    ----------
    reliability, resolution, uncertainty : float
        Murphy's three terms.
    within_variance, within_covariance : float
        What bins hide: variance of the probabilities inside them, and twice their covariance with
        the outcome. The score is the three terms plus the first minus the second.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


def isotonic(table: Tally, events: Floats | None = None) -> Floats:
    """Return the rising sequence of shares closest to the observed ones (pool adjacent violators).

    Parameters
    ----------
    table : Tally
        g probabilities.
    events : ndarray, shape (g,), optional
        Events to use instead of the table's own.

    References
    ----------
    Ayer et al., Ann. Math. Stat. 26 (1955) 641-647.
    """
    from scipy.optimize import isotonic_regression

    shares = (table.events if events is None else events) / table.trials
    fitted: Floats = isotonic_regression(shares, weights=table.trials).x
    # Sums inside the pooling may leave a share an ulp outside its range.
    return np.clip(fitted, 0.0, 1.0)


def reliability_curve(null: Tally, drawn: Floats, level: float = 0.95) -> ReliabilityCurve:
    """Return the isotonic curve with its bands.

    Parameters
    ----------
    null : Tally
        The rows, merged to a few hundred probabilities, as from
        :func:`core.stats.calibration_null.merged`.
    drawn : ndarray, shape (n_sims, g)
        Events simulated for it.
    level : float
        Level of the bands.

    References
    ----------
    Dimitriadis, Gneiting and Jordan, PNAS 118 (2021) e2016191118 (CORP); Brocker and Smith, Weather
    and Forecasting 22 (2007) 651-661 (consistency bands).
    """
    observed = isotonic(null)
    curves = np.stack([isotonic(null, events) for events in drawn])
    tail = (1 - level) / 2
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    low, high = np.minimum(low, null.p), np.maximum(high, null.p)
    # Where chance hardly ever moves the curve, its rare jumps set the scale.
    floor = np.maximum(curves.std(axis=0), _ROUNDING)
    below, above = np.maximum(null.p - low, floor), np.maximum(high - null.p, floor)

    def departure(curve: Floats) -> Floats:
        gap = curve - null.p
        worst: Floats = np.maximum(gap / above, -gap / below).max(axis=-1)
        return worst

    chance = departure(curves)
    reach = float(np.quantile(chance, level))
    beyond = int(np.sum(chance >= departure(observed) * (1 - _ROUNDING)))
    return ReliabilityCurve(
        p=null.p,
        rows=null.trials,
        observed=observed,
        low=low,
        high=high,
        low_all=np.maximum(null.p - reach * below, 0.0),
        high_all=np.minimum(null.p + reach * above, 1.0),
        level=level,
        p_value=(1 + beyond) / (1 + len(drawn)),
    )


def brier_score(table: Tally) -> float:
    """Return the mean squared error of the probabilities."""
    return _squared(table, table.p)


def corp(table: Tally) -> Corp:
    """Return the decomposition of the Brier score by the isotonic curve; it adds up exactly.

    References
    ----------
    Dimitriadis, Gneiting and Jordan, PNAS 118 (2021) e2016191118.
    """
    share = float(table.events.sum()) / table.n
    bent = _squared(table, isotonic(table))
    uncertainty = share * (1 - share)
    return Corp(max(brier_score(table) - bent, 0.0), max(uncertainty - bent, 0.0), uncertainty)


def murphy(table: Tally) -> Murphy:
    """Return the five-term decomposition of the Brier score over ten bins; it adds up exactly.

    References
    ----------
    Stephenson, Coelho and Jolliffe, Weather and Forecasting 23 (2008) 752-757.
    """
    first = np.flatnonzero(np.diff(bin_index(table.p, BINS), prepend=-1))
    rows = np.add.reduceat(table.trials, first)
    groups = np.diff(first, append=len(table.p))
    share = np.add.reduceat(table.events, first) / rows
    claim = np.add.reduceat(table.trials * table.p, first) / rows
    overall = float(table.events.sum()) / table.n
    apart = table.p - np.repeat(claim, groups)
    excess = table.events - table.trials * np.repeat(share, groups)
    return Murphy(
        reliability=float(rows @ (claim - share) ** 2) / table.n,
        resolution=float(rows @ (share - overall) ** 2) / table.n,
        uncertainty=overall * (1 - overall),
        within_variance=float(table.trials @ apart**2) / table.n,
        within_covariance=2 * float(excess @ apart) / table.n,
    )


def _squared(table: Tally, p: Floats) -> float:
    hits, misses = table.events, table.trials - table.events
    return float(hits @ (1 - p) ** 2 + misses @ p**2) / table.n

"""How large the errors of predicted quantities are, whom they hit, and whether intervals hold."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.error_size import (
    Skill,
    mean_interval,
    quantile_interval,
    rank_association,
    root_mean_square,
    skill,
)
from core.stats.intervals import Interval, clopper_pearson, undefined
from core.stats.row_order import content_order
from core.trust.failures.slices import Slices, loss_slices
from core.trust.predictions import Estimates, Finding

Floats = NDArray[np.float64]

AREA = "regression"
BINS = 30
BANDS = 10
POINTS = 400
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """Rows with neighbouring predictions.

    Attributes
    ----------
    low, high : float
        Smallest and largest prediction among them.
    n : int
        Rows.
    bias : Interval
        Mean of predicted minus observed.
    """

    low: float
    high: float
    n: int
    bias: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the band as plain data."""
        return {**dataclasses.asdict(self), "bias": self.bias.to_dict()}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ErrorPanel:
    """Errors of predicted quantities; figures with a unit are in that of the outcome.

    Attributes
    ----------
    n : int
        Rows.
    bias, mae, rmse : Interval
        Mean error (predicted minus observed), mean absolute error, root mean square error.
    median_error, p90_error : Interval
        Median and 90th percentile of the absolute error, with limits from order statistics.
    largest_error : Interval
        The largest absolute error; a largest value has no interval.
    r2 : Interval
        Share by which the mean square error falls below that of predicting the mean.
    skill : Skill or None
        What the tests of ``r2`` need.
    coverage : Interval or None
        Share of outcomes within their prediction interval (exact); ``None`` without intervals.
    covered : int or None
        Their number.
    width : Interval or None
        Mean width of the prediction intervals.
    level : float
        Coverage that the prediction intervals claim.
    association : Interval or None
        Spearman's correlation of predicted variance with absolute error; ``None`` without variance.
    edges, counts : ndarray, shape (31,) and (30,)
        Histogram of predicted minus observed.
    bands : tuple of Band
        Bias by tenths of the predictions.
    sample : tuple of two ndarray
        Predicted and observed of at most :data:`POINTS` rows, chosen by a hash of their content.
    slices : Slices or None
        Groups of rows with larger absolute errors; ``None`` where no feature or group varies.
    """

    n: int
    bias: Interval
    mae: Interval
    rmse: Interval
    median_error: Interval
    p90_error: Interval
    largest_error: Interval
    r2: Interval
    skill: Skill | None
    coverage: Interval | None
    covered: int | None
    width: Interval | None
    level: float
    association: Interval | None
    edges: Floats
    counts: NDArray[np.int64]
    bands: tuple[Band, ...]
    sample: tuple[Floats, Floats]
    slices: Slices | None

    @property
    def figures(self) -> dict[str, Interval]:
        """The figures by name."""
        names = ("bias", "mae", "rmse", "median_error", "p90_error", "largest_error", "r2")
        optional = ("coverage", "width", "association")
        given = [name for name in optional if getattr(self, name) is not None]
        return {name: getattr(self, name) for name in (*names, *given)}

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        return {
            "n": self.n,
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "level": self.level,
            "edges": self.edges.tolist(),
            "counts": self.counts.tolist(),
            "bands": [band.to_dict() for band in self.bands],
            "sample": [axis.tolist() for axis in self.sample],
            "slices": None if self.slices is None else self.slices.to_dict(),
        }


def error_panel(estimates: Estimates, seed: int = 0) -> ErrorPanel:
    """Measure the errors of predicted quantities.

    Parameters
    ----------
    estimates : Estimates
        At least one row; outcomes may be whole numbers.
    seed : int
        Seed of the halves in which slices are searched and confirmed.
    """
    optional = (estimates.low, estimates.high, estimates.variance)
    columns = [estimates.y, estimates.predicted, *(one for one in optional if one is not None)]
    order = content_order(columns)
    y = estimates.y[order].astype(np.float64)
    predicted = estimates.predicted[order].astype(np.float64)
    error, size = predicted - y, np.abs(predicted - y)
    gain = skill(y, predicted)
    covered, coverage, width = _intervals(estimates, order)
    variance = estimates.variance
    counts, edges = _histogram(error)
    n = len(y)
    return ErrorPanel(
        n=n,
        bias=mean_interval(error),
        mae=mean_interval(size),
        rmse=root_mean_square(error),
        median_error=quantile_interval(size, 0.5),
        p90_error=quantile_interval(size, 0.9),
        largest_error=Interval(float(size.max()), math.nan, math.nan, n, 0.95, "largest seen"),
        r2=undefined(n, "too few rows, or equal outcomes") if gain is None else gain.interval(),
        skill=gain,
        coverage=coverage,
        covered=covered,
        width=width,
        level=estimates.level,
        association=None if variance is None else rank_association(variance[order], size),
        edges=edges,
        counts=counts,
        bands=_bands(predicted, error),
        sample=(predicted[:POINTS], y[:POINTS]),
        slices=loss_slices(estimates, seed),
    )


def regression_findings(
    panel: ErrorPanel, *, skill: float, tolerance: float
) -> tuple[Finding, ...]:
    """Judge the errors against limits.

    The p values of the skill are Student's t of the squared errors: with outcomes as skewed as a
    lognormal, a skill at exactly the limit is called broken in up to 15 of 100 samples instead of
    5, and with errors that grow with the prediction it is called met in up to 9.

    Parameters
    ----------
    panel : ErrorPanel
        What was measured.
    skill : float
        R2 that must be exceeded, below 1; 0 is the skill of predicting the mean.
    tolerance : float
        How far the coverage of the prediction intervals may fall below what they claim.

    Returns
    -------
    tuple of Finding
        ``regression.skill``, and ``regression.coverage`` if there are prediction intervals.

    Raises
    ------
    InputError
        If a limit is outside its range.
    """
    if not skill < 1:
        raise InputError(f"skill: {skill} is not below 1. Give 0, say.")
    if not 0 <= tolerance < panel.level:
        raise InputError(
            f"tolerance: {tolerance} is not from 0 to below the level {panel.level}. Give 0.05."
        )
    findings = [_skill(panel, skill)]
    if panel.coverage is not None and panel.covered is not None:
        findings.append(_coverage(panel, panel.coverage, panel.covered, tolerance))
    return tuple(findings)


def _skill(panel: ErrorPanel, limit: float) -> Finding:
    p_met, p_broken = (None, None) if panel.skill is None else panel.skill.p_values(limit)
    reason = f"R2 is {panel.r2.text()}."
    if panel.skill is None:
        reason = f"It cannot be measured: {panel.r2.method} ({panel.n} rows)."
    return Finding(
        id="regression.skill",
        area=AREA,
        claim=f"R2 is above {limit:g}; 0 is the skill of predicting the mean for everybody.",
        measured=panel.r2,
        p_met=p_met,
        p_broken=p_broken,
        reason=reason,
    )


def _coverage(panel: ErrorPanel, coverage: Interval, covered: int, tolerance: float) -> Finding:
    from scipy.special import bdtr, bdtrc

    least = panel.level - tolerance
    met = float(bdtrc(float(covered - 1), panel.n, least)) if covered else 1.0
    return Finding(
        id="regression.coverage",
        area=AREA,
        claim=(
            f"The prediction intervals hold at least {least:.1%} of the outcomes; they claim "
            f"{panel.level:.1%}."
        ),
        measured=coverage,
        p_met=met,
        p_broken=float(bdtr(float(covered), panel.n, least)),
        reason=f"{covered} of {panel.n} outcomes lie within their interval: {coverage.text()}.",
    )


def _intervals(
    estimates: Estimates, order: NDArray[np.intp]
) -> tuple[int | None, Interval | None, Interval | None]:
    if estimates.low is None or estimates.high is None:
        return None, None, None
    inside = (estimates.low <= estimates.y) & (estimates.y <= estimates.high)
    covered = int(inside.sum())
    width = mean_interval((estimates.high - estimates.low)[order])
    return covered, clopper_pearson(covered, estimates.n), width


def _histogram(error: Floats) -> tuple[NDArray[np.int64], Floats]:
    low, high = float(error.min()), float(error.max())
    # Errors that differ by rounding alone are one value, and bins need a width.
    least = _ROUNDING * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        low, high = low - least, high + least
    counts, edges = np.histogram(error, bins=BINS, range=(low, high))
    return counts.astype(np.int64), edges


def _bands(predicted: Floats, error: Floats) -> tuple[Band, ...]:
    """Return the bias by tenths of the predictions; equal predictions stay together."""
    limits = np.unique(np.quantile(predicted, np.arange(1, BANDS) / BANDS))
    place = np.searchsorted(limits, predicted, side="left")
    bands = []
    for one in np.unique(place):
        own = place == one
        bands.append(
            Band(
                low=float(predicted[own].min()),
                high=float(predicted[own].max()),
                n=int(own.sum()),
                bias=mean_interval(error[own]),
            )
        )
    return tuple(bands)

"""How well each batch is calibrated by itself, beside what chance alone gives for its size."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import chdtrc, expit, ndtri

from core.plain import plain
from core.stats.bartlett import known_line_factor
from core.stats.calibration_line import NO_LINE, Line, Sample, stack
from core.stats.grouped_logistic import Floats, GroupedFit, fit_grouped, group_sums
from core.stats.intervals import Interval, undefined, wilson

MOST_BINS = 10
ROWS_PER_BIN = 10
DRAWS = 2_000

Range = tuple[float, float]


@dataclasses.dataclass(frozen=True, slots=True)
class BatchCalibration:
    """Calibration of one batch. Each ``null`` is what chance gives if the probabilities are right.

    Attributes
    ----------
    n, events : int
        Rows, and outcomes among them.
    expected : float
        Sum of the probabilities.
    ratio, ratio_null : Interval and range
        Observed over expected outcomes; 1 is perfect.
    intercept, intercept_null : Interval and range
        Shift of the log-odds that would make the mean risk right; 0 is perfect.
    slope, slope_null : Interval and range
        Slope of the outcomes on the log-odds, the intercept being free; 1 is perfect.
    bins : int
        Bins of about equally many rows behind the two errors.
    ece, ece_null : float and range
        Mean gap between observed share and mean probability of the bins. It is far from 0 by chance
        alone in a small batch, and has no interval for that reason.
    squared_error, squared_error_null : Interval and range
        The mean squared gap, less what the outcomes' own scatter adds to it: about 0 if calibrated,
        and below 0 half of the time then.
    p : float
        p value of "the probabilities are right" (intercept 0 and slope 1).
    """

    n: int
    events: int
    expected: float
    ratio: Interval
    ratio_null: Range
    intercept: Interval
    intercept_null: Range
    slope: Interval
    slope_null: Range
    bins: int
    ece: float
    ece_null: Range
    squared_error: Interval
    squared_error_null: Range
    p: float

    def to_dict(self) -> dict[str, object]:
        """Return the batch as plain data; an undefined number becomes ``None``."""
        content: dict[str, object] = plain(self)
        return content


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Sums and fits of S batches.

    ``information`` is that of intercept and slope if the probabilities are right, shape (S, 2, 2);
    ``levels`` has the slope fixed at 1.
    """

    expected: Floats
    information: Floats
    lines: GroupedFit
    levels: GroupedFit
    p: Floats


def batch_calibration(
    batches: Sequence[Sample], level: float = 0.95, seed: int = 0
) -> tuple[BatchCalibration, ...]:
    """Describe the calibration of each batch.

    Parameters
    ----------
    batches : sequence of Sample
        Batches with at least one row each.
    level : float
        Confidence level of the intervals, and share of the null distributions in their ranges.
    seed : int
        Seed of the normal deviates behind the null ranges of the two errors.

    Notes
    -----
    Intervals of intercept and slope are Wald's, with few outcomes only approximate. The p value is
    that of the likelihood ratio, 2 degrees of freedom, with Bartlett's correction.
    """
    if not batches:
        return ()
    table = _table(batches)
    noise = np.random.default_rng(seed).standard_normal((DRAWS, MOST_BINS))
    return tuple(_describe(batch, table, i, noise, level) for i, batch in enumerate(batches))


def _table(batches: Sequence[Sample]) -> _Table:
    y, score, sizes = stack(batches)
    ones, start = np.ones(len(y)), np.tile([0.0, 1.0], (len(sizes), 1))
    risk = expit(score)
    weight = risk * (1 - risk)
    w0, w1, w2 = (group_sums(weight * score**power, sizes) for power in range(3))
    known = group_sums(y * score - np.logaddexp(0, score), sizes)
    lines = fit_grouped((ones, score), y, sizes, start=start)
    gain = np.maximum(2 * (lines.log_likelihood - known), 0)
    return _Table(
        expected=group_sums(risk, sizes),
        information=np.array([[w0, w1], [w1, w2]]).transpose(2, 0, 1),
        lines=lines,
        levels=fit_grouped((ones,), y, sizes, offset=score),
        p=chdtrc(2, gain / known_line_factor(start, score, sizes)),
    )


def _describe(
    batch: Sample, table: _Table, i: int, noise: Floats, level: float
) -> BatchCalibration:
    n, expected, information = batch.n, float(table.expected[i]), table.information[i]
    intercept = undefined(n, "a single class", level)
    if 0 < batch.events < n:
        variance = 1 / float(table.levels.information[i, 0, 0])
        intercept = _wald(float(table.levels.beta[i, 0]), variance, n, level)
    slope = undefined(n, NO_LINE, level)
    if batch.has_line:
        line = Line.at(0.0, table.lines.beta[i], table.lines.information[i])
        slope = _wald(line.slope, line.var_slope, n, level)
    z, spread = float(ndtri(0.5 + level / 2)), math.sqrt(float(information[0, 0]))
    return BatchCalibration(
        n=n,
        events=batch.events,
        expected=expected,
        ratio=_ratio(batch, expected, level),
        ratio_null=_around(1.0, z * spread / expected if expected else math.inf),
        intercept=intercept,
        intercept_null=_around(0.0, z / spread if spread else math.inf),
        slope=slope,
        slope_null=_around(1.0, z * _slope_spread(information)),
        **_errors(batch, noise, level),
        p=float(table.p[i]),
    )


def _slope_spread(information: Floats) -> float:
    """Return the standard error of the slope if the probabilities are right."""
    own = information[1, 1] - information[0, 1] ** 2 / max(information[0, 0], 1e-300)
    return 1 / math.sqrt(own) if own > 0 else math.inf


def _ratio(batch: Sample, expected: float, level: float) -> Interval:
    if expected == 0:
        return undefined(batch.n, "no outcome is expected", level)
    share = wilson(batch.events, batch.n, level)
    scale = batch.n / expected
    return Interval(
        share.estimate * scale, share.low * scale, share.high * scale, batch.n, level, "Wilson"
    )


def _wald(estimate: float, variance: float, n: int, level: float) -> Interval:
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(variance)
    return Interval(estimate, estimate - half, estimate + half, n, level, "Wald")


def _around(middle: float, half: float) -> Range:
    return middle - half, middle + half


def _errors(batch: Sample, noise: Floats, level: float) -> dict[str, Any]:
    """Return the errors over bins; rows with equal scores share a bin."""
    bins = int(np.clip(batch.n // ROWS_PER_BIN, 1, MOST_BINS))
    ordered = np.sort(batch.score)
    first = np.searchsorted(ordered, batch.score)
    member = np.unique(first * bins // batch.n, return_inverse=True)[1]
    risk = expit(batch.score)
    rows = np.bincount(member).astype(np.float64)
    gap = np.bincount(member, weights=batch.y - risk) / rows
    share, observed = rows / batch.n, np.bincount(member, weights=batch.y) / rows
    scatter = observed * (1 - observed) / np.maximum(rows - 1, 1)
    null = np.bincount(member, weights=risk * (1 - risk)) / rows**2
    drawn = noise[:, : len(rows)] * np.sqrt(null)
    tails = ((1 - level) / 2, (1 + level) / 2)
    squares = (drawn**2 - null) @ share
    error = float(share @ (gap**2 - scatter))
    spread = float(share**2 @ (4 * np.maximum(gap**2 - scatter, 0) * scatter + 2 * scatter**2))
    return {
        "bins": len(rows),
        "ece": float(share @ np.abs(gap)),
        "ece_null": _range(np.abs(drawn) @ share, tails),
        "squared_error": _wald(error, spread, batch.n, level)
        if rows.min() > 1
        else undefined(batch.n, "a bin has a single row", level),
        "squared_error_null": _range(squares, tails),
    }


def _range(values: Floats, tails: Range) -> Range:
    low, high = np.quantile(values, tails)
    return float(low), float(high)

"""Whether calibration drifts with time: level and slope against the number of the batch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc, ndtri

from core.stats.calibration_line import NO_LINE, Sample, stack
from core.stats.grouped_logistic import fit_grouped
from core.stats.intervals import Interval, undefined

MIN_BATCHES = 3


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationTrend:
    """A steady drift over the batches, from the first to the last.

    Attributes
    ----------
    batches, n : int
        Batches and rows.
    intercept_change : Interval
        Change of the log-odds of the outcome at the typical score, first batch to last.
    slope_change : Interval
        Change of the slope, first batch to last.
    p : float
        p value of "neither changes with time", 2 degrees of freedom.
    p_intercept, p_slope : float
        p values of "the level does not", the slope being constant, and of "the slope does not".
    """

    batches: int
    n: int
    intercept_change: Interval
    slope_change: Interval
    p: float
    p_intercept: float
    p_slope: float

    def to_dict(self) -> dict[str, object]:
        """Return the trend as plain data."""
        return dataclasses.asdict(self) | {
            "intercept_change": self.intercept_change.to_dict(),
            "slope_change": self.slope_change.to_dict(),
        }


def calibration_trend(batches: Sequence[Sample], level: float = 0.95) -> CalibrationTrend | None:
    """Test for a drift with time; ``None`` with fewer than ``MIN_BATCHES`` batches.

    Parameters
    ----------
    batches : sequence of Sample
        The batches in order of time, at equal distances.
    level : float
        Confidence level of the intervals (Wald).
    """
    if len(batches) < MIN_BATCHES:
        return None
    y, score, sizes = stack(batches)
    time = np.repeat(np.linspace(0.0, 1.0, len(batches)), sizes)
    ones, all_rows = np.ones(len(y)), np.array([len(y)])
    constant = fit_grouped((ones, score), y, all_rows, start=np.array([[0.0, 1.0]]))
    weighted = constant.information[0]
    centre = float(weighted[0, 1]) / max(float(weighted[0, 0]), 1e-300)
    intercept, slope = constant.beta[0]
    x, start = score - centre, np.array([[intercept + slope * centre, slope, 0.0]])
    moving = fit_grouped((ones, x, time), y, all_rows, start=start)
    start = np.append(moving.beta, [[0.0]], axis=1)
    turning = fit_grouped((ones, x, time, time * x), y, all_rows, start=start)
    heights = [float(fit.log_likelihood[0]) for fit in (constant, moving, turning)]
    changes = [undefined(len(y), NO_LINE, level)] * 2
    if Sample(y, score).has_line:
        variances = np.linalg.pinv(turning.information[0]).diagonal()
        z = float(ndtri(0.5 + level / 2))
        changes = []
        for j in (2, 3):
            value, half = float(turning.beta[0, j]), z * math.sqrt(float(variances[j]))
            changes.append(Interval(value, value - half, value + half, len(y), level, "Wald"))
    return CalibrationTrend(
        batches=len(batches),
        n=len(y),
        intercept_change=changes[0],
        slope_change=changes[1],
        p=float(chdtrc(2, max(2 * (heights[2] - heights[0]), 0.0))),
        p_intercept=float(chdtrc(1, max(2 * (heights[1] - heights[0]), 0.0))),
        p_slope=float(chdtrc(1, max(2 * (heights[2] - heights[1]), 0.0))),
    )

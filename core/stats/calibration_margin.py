"""Whether a change of calibration is shown to lie within margins, or beyond them."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import chdtrc, ndtr

from core.stats.calibration_line import Line
from core.stats.calibration_shift import CalibrationShift


def margin_p(shift: CalibrationShift, intercept: float, slope: float) -> tuple[float, float]:
    """Return p values of a change against margins: small if within is shown, and if beyond is.

    Parameters
    ----------
    shift : CalibrationShift
        The comparison.
    intercept : float
        Largest change of the log-odds that is tolerated, at least 0.
    slope : float
        Largest ratio of the slopes, either way, that is tolerated; at least 1.

    Returns
    -------
    within, beyond : float
        ``within`` comes from two one-sided tests of either quantity, the largest p value counting;
        it is 1 where a sample has no finite line. ``beyond`` refers the likelihood ratio against
        the nearest change inside the margins to chi-square with 2 degrees of freedom, which is
        conservative; that ratio is the one against no change, reduced in the proportion of the
        quadratic approximation. Without margins (0 and 1) it is the p value of no change.
    """
    if shift.lines is None:
        return 1.0, 1.0 if intercept > 0 or slope > 1 else shift.p
    share = _distance_share(*shift.lines, intercept, slope)
    beyond = float(chdtrc(2, shift.statistic / shift.bartlett * share))
    return _within(*shift.lines, intercept, slope), beyond


def _within(old: Line, new: Line, intercept: float, slope: float) -> float:
    room = intercept - abs(new.level - old.level)
    distances = [room / math.sqrt(old.var_level + new.var_level)]
    for limit, sign in ((slope, 1), (1 / slope, -1)):
        spread = math.sqrt(new.var_slope + limit**2 * old.var_slope)
        distances.append(sign * (limit * old.slope - new.slope) / spread)
    return float(ndtr(-min(distances)))


def _distance_share(old: Line, new: Line, intercept: float, slope: float) -> float:
    """Return the squared distance to the tolerated changes as a share of that to no change."""
    found = np.array([new.level - old.level, new.slope - old.slope])
    shared = old.covariance + new.covariance
    covariance = np.array(
        [[old.var_level + new.var_level, shared], [shared, old.var_slope + new.var_slope]]
    )
    precision = np.linalg.inv(covariance)
    ends = sorted(((slope - 1) * old.slope, (1 / slope - 1) * old.slope))
    box = np.array([[-intercept, intercept], ends])
    if bool(np.all((box[:, 0] <= found) & (found <= box[:, 1]))):
        return 0.0
    squares = []
    for axis in (0, 1):
        other = 1 - axis
        pull = covariance[0, 1] / covariance[axis, axis]
        for limit in box[axis]:
            point = np.empty(2)
            point[axis] = limit
            point[other] = np.clip(found[other] - pull * (found[axis] - limit), *box[other])
            squares.append(float((found - point) @ precision @ (found - point)))
    return min(1.0, min(squares) / float(found @ precision @ found))

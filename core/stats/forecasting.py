"""How good forecasts were: MASE and RMSE by horizon, and whether they beat the seasonal naive.

References
----------
Hyndman and Koehler, International Journal of Forecasting 22 (2006) 679-688 (MASE); Diebold and
Mariano, Journal of Business and Economic Statistics 13 (1995) 253-263; Harvey, Leybourne and
Newbold, International Journal of Forecasting 13 (1997) 281-291 (few forecasts).
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.plain import plain
from core.stats.forecasters import FORECASTERS, NAIVE
from core.stats.intervals import Interval, undefined
from core.stats.rolling_origin import BEST, Rolling

Floats = NDArray[np.float64]
Verdict = Literal["better", "worse", "not better", "not enough data", "the yardstick", "failed"]

FEWEST_PAIRS = 4
"""Forecasts below which a difference has no interval."""

BEST_NAME = "Best so far"
"""Name of the choice that is repeated at each origin."""


def seasonal_scale(history: Floats, season: int) -> float:
    """Return the mean absolute change from one season to the next; NaN where there is none.

    Parameters
    ----------
    history : ndarray, shape (n,)
        Values in order; more than one season.
    season : int
        Periods in a season.
    """
    if len(history) <= season:
        return math.nan
    return float(np.abs(history[season:] - history[:-season]).mean())


def mase(actual: Floats, forecast: Floats, history: Floats, season: int) -> float:
    """Return the mean absolute scaled error: 1 is the seasonal naive's own one-step error.

    NaN where the history never changes from season to season, because nothing can be scaled by 0.

    Parameters
    ----------
    actual, forecast : ndarray, shape (h,)
        What came and what was forecast.
    history : ndarray, shape (n,)
        What the forecast was made from.
    season : int
        Periods in a season.
    """
    scale = seasonal_scale(history, season)
    return float(np.abs(actual - forecast).mean()) / scale if scale > 0 else math.nan


def scaled_errors(rolling: Rolling, slug: str) -> Floats:
    """Return the absolute errors over the scale of the history each was made from, (n, horizon)."""
    scales = np.array([
        seasonal_scale(rolling.values[:origin], rolling.season)
        for origin in range(len(rolling.values))
    ])  # fmt: skip
    scales[scales == 0] = np.nan
    return np.asarray(np.abs(rolling.errors(slug)) / scales[:, None], dtype=np.float64)


def mean_difference(differences: Floats, horizon: int, level: float = 0.95) -> Interval:
    """Return the mean of loss differences with the small-sample Diebold-Mariano interval.

    The variance counts the covariances of forecasts that overlap (lags below the horizon); where
    that sum is not positive, those covariances are left out.

    Parameters
    ----------
    differences : ndarray, shape (n,)
        Loss of one forecaster minus loss of the other, in order of time.
    horizon : int
        Periods ahead of the forecasts.
    level : float
        Confidence level.
    """
    from scipy.special import stdtrit

    n = len(differences)
    if n < FEWEST_PAIRS:
        return undefined(n, f"an interval needs {FEWEST_PAIRS} forecasts", level)
    mean = float(differences.mean())
    centred = differences - mean
    covariances = [float(centred[lag:] @ centred[: n - lag]) / n for lag in range(min(horizon, n))]
    variance = covariances[0] + 2 * sum(covariances[1:])
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    method = "Diebold-Mariano, Harvey-Leybourne-Newbold"
    if variance <= 0 or correction <= 0:
        variance, correction = covariances[0], (n - 1) / n
        method = "paired Student's t, overlap not counted"
    reach = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n / correction)
    return Interval(mean, mean - reach, mean + reach, n, level, method)


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """How one model did at one horizon, beside the seasonal naive at the same periods.

    Attributes
    ----------
    slug, name : str
        The model.
    horizon : int
        Periods ahead.
    n : int
        Past forecasts, each from its own past alone.
    mase, rmse : float
        Mean absolute scaled error, and root mean square error in the unit of the series.
    naive_mase : float
        The seasonal naive's at the same periods.
    difference : Interval
        MASE minus the naive's, paired; the level counts all models compared (Bonferroni).
    failed : int
        Origins at which the fit failed.
    verdict : str
        Whether the model is shown to beat the seasonal naive.
    """

    slug: str
    name: str
    horizon: int
    n: int
    mase: float
    rmse: float
    naive_mase: float
    difference: Interval
    failed: int
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        return {**plain(self), "difference": self.difference.to_dict()}


def compare(rolling: Rolling, level: float = 0.95) -> tuple[Score, ...]:
    """Return the scores of every model, and of the repeated choice, at every horizon.

    Parameters
    ----------
    rolling : Rolling
        Forecasts at past origins.
    level : float
        Level at which all differences of a horizon hold together.
    """
    rivals = [slug for slug in rolling.forecasts if slug != NAIVE.slug]
    each = 1 - (1 - level) / max(len(rivals), 1)
    naive = scaled_errors(rolling, NAIVE.slug)
    order = [BEST, NAIVE.slug, *(slug for slug in rivals if slug != BEST)]
    return tuple(
        _score(rolling, slug, naive, h, each) for h in range(rolling.horizon) for slug in order
    )


def _score(rolling: Rolling, slug: str, naive: Floats, h: int, level: float) -> Score:
    scaled, raw = scaled_errors(rolling, slug)[:, h], rolling.errors(slug)[:, h]
    both = np.isfinite(scaled) & np.isfinite(naive[:, h])
    n, failed = int(both.sum()), len(rolling.failures.get(slug, {}))
    name = BEST_NAME if slug == BEST else FORECASTERS[slug].name
    if n == 0:
        nothing = undefined(0, "no past forecast", level)
        verdict: Verdict = "failed" if failed else "not enough data"
        return Score(slug, name, h + 1, 0, math.nan, math.nan, math.nan, nothing, failed, verdict)
    difference = mean_difference(scaled[both] - naive[both, h], h + 1, level)
    return Score(
        slug,
        name,
        h + 1,
        n,
        float(scaled[both].mean()),
        math.sqrt(float(np.square(raw[both]).mean())),
        float(naive[both, h].mean()),
        difference,
        failed,
        "the yardstick" if slug == NAIVE.slug else _verdict(difference),
    )


def _verdict(difference: Interval) -> Verdict:
    if math.isnan(difference.low):
        return "not enough data"
    if difference.high < 0:
        return "better"
    return "worse" if difference.low > 0 else "not better"

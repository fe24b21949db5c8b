"""Forecasters of one series behind one call; a fit that does not converge is said, not hidden."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError, SuiteError

Floats = NDArray[np.float64]

_MAX_ITERATIONS = 500
_START_MA = -0.3


class ForecastFailedError(SuiteError):
    """A model could not be fitted to this history; the text says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Forecaster:
    """One way to continue a series.

    Attributes
    ----------
    slug, name : str
        Short name for code, and the name for people.
    formula : str
        What it does, in one line.
    fewest : callable
        Season length to the fewest values it can be fitted to.
    continues : callable
        Takes history (n,), horizon and season length; returns the next ``horizon`` values.
    """

    slug: str
    name: str
    formula: str
    fewest: Callable[[int], int]
    continues: Callable[[Floats, int, int], Floats]

    def forecast(self, history: Floats, horizon: int, season: int) -> Floats:
        """Return the forecasts of the next periods, shape (horizon,), in the unit of the history.

        Parameters
        ----------
        history : ndarray, shape (n,)
            Past values in order, one a period.
        horizon : int
            Periods ahead, 1 or more.
        season : int
            Periods in a season: 4 for quarters, 1 where there is none.

        Raises
        ------
        NotEnoughDataError
            If the history is shorter than the model needs.
        ForecastFailedError
            If the model cannot be fitted to it.
        """
        need = self.fewest(season)
        if len(history) < need:
            message = f"{self.name} needs {need} periods of history; there are {len(history)}."
            raise NotEnoughDataError(message)
        found = np.asarray(self.continues(history, horizon, season), dtype=np.float64)
        if not np.isfinite(found).all():
            raise ForecastFailedError(f"{self.name} gives no finite forecast for this history.")
        return found


def _last_season(history: Floats, horizon: int, season: int) -> Floats:
    return np.resize(history[-season:], horizon)


def _last_season_drift(history: Floats, horizon: int, season: int) -> Floats:
    # Equal to the naive forecast plus the mean change from one season to the next.
    yearly = float(np.mean(history[season:] - history[:-season]))
    seasons_ahead = np.arange(horizon) // season + 1
    return _last_season(history, horizon, season) + yearly * seasons_ahead


def _trend(history: Floats, horizon: int, season: int) -> Floats:
    def design(first: int, last: int) -> Floats:
        t = np.arange(first, last)
        return np.column_stack([t, *(t % season == s for s in range(season))]).astype(np.float64)

    n = len(history)
    coefficients = np.linalg.lstsq(design(0, n), _logs(history, "Trend regression"), rcond=None)[0]
    return _from_logs(design(n, n + horizon) @ coefficients)


def _smoothing(history: Floats, horizon: int, season: int) -> Floats:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    seasonal: dict[str, Any] = {"seasonal": "add", "seasonal_periods": season} if season > 1 else {}
    return _fitted(
        "Exponential smoothing",
        _logs(history, "Exponential smoothing"),
        lambda y: ETSModel(y, error="add", trend="add", **seasonal).fit(
            disp=False, maxiter=_MAX_ITERATIONS
        ),
        horizon,
    )


def _airline(history: Floats, horizon: int, season: int) -> Floats:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    y = _logs(history, "SARIMA")
    seasonal = (0, 1, 1, season) if season > 1 else (0, 0, 0, 0)
    changes = np.diff(y)
    if season > 1:
        changes = changes[season:] - changes[:-season]
    # Own starting values: those of statsmodels come from a regression that needs a longer series.
    start = [*[_START_MA] * (2 if season > 1 else 1), max(float(changes.var()), 1e-8)]
    return _fitted(
        "SARIMA",
        y,
        lambda y: SARIMAX(y, order=(0, 1, 1), seasonal_order=seasonal).fit(
            start_params=start, disp=False, maxiter=_MAX_ITERATIONS
        ),
        horizon,
    )


def _fitted(name: str, y: Floats, fit: Callable[[Floats], Any], horizon: int) -> Floats:
    """Fit on logarithms, take every warning of the library as a failure, and go back."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = np.asarray(fit(y).forecast(horizon), dtype=np.float64)
        except (Warning, ValueError, np.linalg.LinAlgError) as error:
            message = f"{name} did not converge on these {len(y)} periods."
            raise ForecastFailedError(message) from error
    return _from_logs(found)


def _logs(history: Floats, name: str) -> Floats:
    if not (history > 0).all():
        lowest = float(history.min())
        message = f"{name} works on logarithms and needs values above 0; the lowest is {lowest:g}."
        raise ForecastFailedError(message)
    return np.log(history)


def _from_logs(found: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(found), dtype=np.float64)


NAIVE = Forecaster(
    "naive", "Seasonal naive", "the same period of the last season", lambda m: m, _last_season
)
"""What every other model has to beat."""

FORECASTERS: dict[str, Forecaster] = {
    one.slug: one
    for one in (
        NAIVE,
        Forecaster(
            "drift", "Seasonal naive with drift",
            "the same period of the last season, plus the mean change between seasons",
            lambda m: m + 1, _last_season_drift,
        ),
        Forecaster(
            "trend", "Trend regression",
            "least squares on logarithms: a straight line, and a level for each part of the season",
            lambda m: m + 2, _trend,
        ),
        Forecaster(
            "ets", "Exponential smoothing", "ETS(A,A,A) on logarithms, maximum likelihood",
            lambda m: max(2 * m + 2, 10), _smoothing,
        ),
        Forecaster(
            "sarima", "SARIMA",
            "(0,1,1)(0,1,1) on logarithms (the airline model), maximum likelihood",
            lambda m: max(m + 6, 10), _airline,
        ),
    )
}  # fmt: skip
"""The models by slug. Their orders are fixed beforehand, so that none is chosen on the answer.

Sources: Hyndman and Athanasopoulos, Forecasting: Principles and Practice (2021), chapters 5, 7, 8
and 9; Hyndman et al., Forecasting with Exponential Smoothing (2008); Box and Jenkins, Time Series
Analysis (1976), section 9.2.
"""

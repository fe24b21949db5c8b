"""Quarters that surprised a forecaster, with the rate at which that happens for nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from core.apple_sales.forecasting.forecast import Rolled, rolled, rolled_reported, scores_of
from core.apple_sales.forecasting.forecast_series import SEASON
from core.errors import InputError, Problem
from core.stats.anomaly import Flags, against_earlier
from core.stats.rolling_origin import BEST

RATES = (0.01, 0.5)


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """One period beside its one-step forecast.

    Attributes
    ----------
    period : str
        The period.
    actual, forecast : float
        What came, and what its past alone let expect.
    p : float
        Share of the errors so far that were at least as large, its own counted.
    n : int
        Earlier errors.
    stated_rate : float
        Probability of a flag if nothing is unusual; 0 where the rate asked for is out of reach.
    flagged : bool
        Unusual at the rate, judged alone.
    together : bool
        Unusual when all periods are judged as one family (Benjamini-Hochberg).
    """

    period: str
    actual: float
    forecast: float
    p: float
    n: int
    stated_rate: float
    flagged: bool
    together: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Anomalies:
    """Which periods of a series are unusual, and what cannot be said.

    Attributes
    ----------
    series : str
        The series.
    rate : float
        False-alarm rate asked for.
    judged : tuple of Judged
        Every period that has an earlier error to stand beside.
    expected_false_alarms : float
        Flags to expect if nothing is unusual.
    smallest_p : float
        Smallest p value any period could have had.
    limits : tuple of str
        What so few periods cannot show.
    """

    series: str
    rate: float
    judged: tuple[Judged, ...]
    expected_false_alarms: float
    smallest_p: float
    limits: tuple[str, ...]

    @property
    def flagged(self) -> tuple[Judged, ...]:
        """The periods flagged, each judged alone."""
        return tuple(one for one in self.judged if one.flagged)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return dataclasses.asdict(self)


def anomalies(series: str = "Total", rate: float = 0.1) -> Anomalies:
    """Judge each reported quarter by its one-step forecast error among the errors before it.

    Parameters
    ----------
    series : str
        One of :data:`~core.apple_sales.forecasting.forecast_series.FORECAST_SERIES`.
    rate : float
        False-alarm rate of each quarter, 0.01 to 0.5.

    Raises
    ------
    InputError
        If an argument is not among those allowed.
    """
    _check(rate)
    return _judge(rolled_reported(series), series, rate)


def anomalies_frame(values: pd.Series, *, season: int = SEASON, rate: float = 0.1) -> Anomalies:
    """Judge each period of an uploaded series; see :func:`anomalies`.

    Parameters
    ----------
    values : Series
        One value a period in order, without gaps; the index names the periods.
    season : int
        Periods in a season.
    rate : float
        False-alarm rate of each period, 0.01 to 0.5.

    Raises
    ------
    InputError
        If a value is no finite number, periods repeat or skip, or the rate is not allowed.
    NotEnoughDataError
        If the series is shorter than two seasons.
    """
    _check(rate)
    return _judge(rolled(values, season, season), str(values.name or "value"), rate)


def _check(rate: float) -> None:
    if not RATES[0] <= rate <= RATES[1]:
        fix = "Give a share from 0.01 to 0.5."
        problem = Problem("rate", str(rate), "range", f"{rate} is not allowed here.", fix)
        raise InputError.from_problems((problem,))


def _judge(found: Rolled, name: str, rate: float) -> Anomalies:
    rolling, periods = found
    scores = scores_of(rolling, BEST)[0][:, 0]
    rows = np.flatnonzero(np.isfinite(scores))
    flags = against_earlier(scores[rows], rate)
    made = rolling.forecasts[BEST][:-1, 0]
    judged = tuple(
        _judged(flags, i, periods[row], float(rolling.values[row]), float(made[row]))
        for i, row in enumerate(rows[1:])
    )
    return Anomalies(
        name,
        rate,
        judged,
        flags.expected,
        flags.smallest_p,
        flags.limits(),
    )


def _judged(flags: Flags, i: int, period: str, actual: float, forecast: float) -> Judged:
    return Judged(
        period,
        actual,
        forecast,
        float(flags.p[i]),
        int(flags.n[i]),
        float(flags.stated[i]),
        bool(flags.flagged[i]),
        bool(flags.together[i]),
    )

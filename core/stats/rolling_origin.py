"""Rolling origin: what each model would have forecast at each past period, from its past alone.

At every origin a model sees the values up to it and nothing later (expanding window), and forecasts
the periods ahead. A choice among the models is made the same way: at each origin from the errors
known by then. So the errors of the choice are those of a procedure, not of the winner in hindsight.

References
----------
Tashman, International Journal of Forecasting 16 (2000) 437-450.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError
from core.stats.forecasters import FORECASTERS, NAIVE, Forecaster, ForecastFailedError

Floats = NDArray[np.float64]

BEST = "best"
"""Slug of the choice that is repeated at each origin."""

FEWEST_TRIALS = 4
"""One-step errors a model must have before it may be chosen over the seasonal naive."""

MOST_ORIGINS = 60
"""Origins of a long series that are forecast again: the latest ones."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rolling:
    """Forecasts at every past origin.

    Attributes
    ----------
    values : ndarray, shape (n,)
        The series.
    season, horizon : int
        Periods in a season, and the furthest period forecast.
    forecasts : mapping of str to ndarray, shape (n + 1, horizon)
        Row ``t`` was made from the first ``t`` values, for periods ``t``, ``t + 1``, ... (counted
        from 0). NaN where there was too little history or the fit failed. The last row is the
        forecast of the future.
    failures : mapping of str to mapping of int to str
        Model to the origins at which its fit failed, with the reason.
    chosen : tuple of str
        The model the choice took at each origin, n + 1; empty before there is one.
    """

    values: Floats
    season: int
    horizon: int
    forecasts: Mapping[str, Floats]
    failures: Mapping[str, Mapping[int, str]]
    chosen: tuple[str, ...]

    def errors(self, slug: str) -> Floats:
        """Return value minus forecast, shape (n, horizon); NaN where either is missing."""
        n = len(self.values)
        padded = np.concatenate([self.values, np.full(self.horizon, np.nan)])
        ahead = np.lib.stride_tricks.sliding_window_view(padded, self.horizon)[:n]
        return ahead - self.forecasts[slug][:n]


def roll(
    values: Floats,
    season: int,
    horizon: int,
    models: Mapping[str, Forecaster] = FORECASTERS,
) -> Rolling:
    """Forecast from every origin with every model, and with the choice among them.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite values in order, one a period.
    season : int
        Periods in a season.
    horizon : int
        Periods ahead.
    models : mapping of str to Forecaster
        Must hold the seasonal naive.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two seasons.
    """
    n = len(values)
    need = max(2 * season, season + FEWEST_TRIALS)
    if n < need:
        message = f"A forecast that can be checked needs {need} periods; there are {n}."
        raise NotEnoughDataError(message)
    made = {slug: np.full((n + 1, horizon), np.nan) for slug in models}
    earliest = max(n - MOST_ORIGINS, 0)
    failures: dict[str, dict[int, str]] = {slug: {} for slug in models}
    for slug, model in models.items():
        for origin in range(max(model.fewest(season), earliest), n + 1):
            try:
                made[slug][origin] = model.forecast(values[:origin], horizon, season)
            except ForecastFailedError as error:
                failures[slug][origin] = error.message
    rolling = Rolling(values, season, horizon, made, failures, ())
    return _with_choice(rolling)


def _with_choice(rolling: Rolling) -> Rolling:
    made, n = rolling.forecasts, len(rolling.values)
    absolute = {slug: np.abs(rolling.errors(slug)) for slug in made}
    chosen = tuple(
        _choose(absolute, made, origin) if np.isfinite(made[NAIVE.slug][origin, 0]) else ""
        for origin in range(n + 1)
    )
    rows = [
        made[slug][origin] if slug else np.full(rolling.horizon, np.nan)
        for origin, slug in enumerate(chosen)
    ]
    return dataclasses.replace(rolling, forecasts={**made, BEST: np.array(rows)}, chosen=chosen)


def _choose(absolute: Mapping[str, Floats], made: Mapping[str, Floats], origin: int) -> str:
    """Return the model with the smallest error beside the naive one, judged on the same periods."""
    best, least = NAIVE.slug, 1.0
    horizon = next(iter(absolute.values())).shape[1]
    # Row t, column h is known once period t + h has been seen, so at origins above t + h.
    rows = np.arange(len(absolute[NAIVE.slug]))[:, None]
    known = rows + np.arange(horizon)[None, :] < origin
    for slug, errors in absolute.items():
        both = known & np.isfinite(errors) & np.isfinite(absolute[NAIVE.slug])
        if both[:, 0].sum() < FEWEST_TRIALS or not np.isfinite(made[slug][origin, 0]):
            continue
        naive = float(absolute[NAIVE.slug][both].sum())
        ratio = float(errors[both].sum()) / naive if naive > 0 else 1.0
        if ratio < least:
            best, least = slug, ratio
    return best

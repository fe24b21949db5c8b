"""Forecast a series of quarters, with bands from the errors of earlier forecasts.

The default model ``"best"`` is a procedure: at each origin it takes the model whose errors known by
then are smallest beside the seasonal naive's. Its bands come from the errors of these choices, so
the cost of choosing is in them.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.apple_sales.forecasting.forecast_result import Ahead, Forecast, Past, Record
from core.apple_sales.forecasting.forecast_series import (
    SEASON,
    UNIT,
    check_consecutive,
    labels_after,
    numbers,
    reported,
)
from core.errors import InputError, NotEnoughDataError, Problem
from core.stats.conformal_series import Band, band
from core.stats.forecasters import FORECASTERS
from core.stats.forecasting import BEST_NAME, compare
from core.stats.intervals import clopper_pearson, undefined
from core.stats.rolling_origin import BEST, Rolling, roll

Floats = NDArray[np.float64]
Rolled = tuple[Rolling, tuple[str, ...]]
"""Forecasts at every origin, and the names of the periods."""

FORECAST_MODELS: dict[str, str] = {
    BEST: BEST_NAME,
    **{slug: one.name for slug, one in FORECASTERS.items()},
}
"""Slugs and names a user may ask for."""

MOST_PERIODS = 400
LEVELS = (0.5, 0.99)

_EXCHANGEABLE = (
    "The next error is taken as exchangeable with the past errors of the same procedure; a launch, "
    "a crisis or a new basis of reporting breaks this."
)


def forecast(
    series: str = "Total", horizon: int = SEASON, level: float = 0.9, model: str = BEST
) -> Forecast:
    """Forecast a reported series from its 16 quarters, FY2015 to FY2018.

    Parameters
    ----------
    series : str
        One of :data:`~core.apple_sales.forecasting.forecast_series.FORECAST_SERIES`.
    horizon : int
        Quarters ahead, 1 to 4.
    level : float
        Coverage of the bands, 0.5 to 0.99.
    model : str
        One of :data:`FORECAST_MODELS`.

    Raises
    ------
    InputError
        If an argument is not among those allowed.
    """
    _check(0, SEASON, horizon, level, model)
    return _forecast(rolled_reported(series), series, horizon, level, model, UNIT)


def forecast_frame(
    values: pd.Series,
    *,
    season: int = SEASON,
    horizon: int = SEASON,
    level: float = 0.9,
    model: str = BEST,
    unit: str = "",
) -> Forecast:
    """Forecast a series of an uploaded table.

    Parameters
    ----------
    values : Series
        One value a period in order, without gaps; the index names the periods.
    season : int
        Periods in a season: 4 for quarters, 12 for months, 1 for none.
    horizon : int
        Periods ahead, 1 to one season (to 4 where there is none).
    level : float
        Coverage of the bands, 0.5 to 0.99.
    model : str
        One of :data:`FORECAST_MODELS`.
    unit : str
        Unit of the values, for the result.

    Raises
    ------
    InputError
        If a value is no finite number, periods repeat or skip, or an argument is not allowed.
    NotEnoughDataError
        If the series is shorter than two seasons.
    """
    _check(len(values), season, horizon, level, model)
    name = str(values.name or "value")
    return _forecast(
        rolled(values, season, max(horizon, season)), name, horizon, level, model, unit
    )


@functools.lru_cache(maxsize=16)
def rolled_reported(series: str) -> Rolled:
    """Return the forecasts of a reported series at every origin, computed once."""
    return rolled(reported(series), SEASON, SEASON)


def rolled(values: pd.Series, season: int, horizon: int) -> Rolled:
    """Return the forecasts at every origin of a checked series, and the names of its periods."""
    periods = tuple(str(one) for one in values.index)
    series = numbers(values)
    check_consecutive(periods, str(values.name or "period"))
    return roll(series, season, horizon), periods


def scores_of(rolling: Rolling, slug: str) -> tuple[Floats, bool]:
    """Return absolute errors (n, horizon), as shares of the forecast where all are positive."""
    made = rolling.forecasts[slug]
    shares = bool((rolling.values > 0).all() and (made[np.isfinite(made)] > 0).all())
    errors = np.abs(rolling.errors(slug))
    return (errors / made[:-1] if shares else errors), shares


def _forecast(
    found: Rolled, name: str, horizon: int, level: float, model: str, unit: str
) -> Forecast:
    rolling, periods = found
    made = rolling.forecasts[model]
    if not np.isfinite(made[-1]).all():
        raise _no_fit(rolling, model)
    scores, shares = scores_of(rolling, model)
    used = rolling.chosen[-1] if model == BEST else model
    past = _past(rolling, model, scores, shares, level, periods)
    return Forecast(
        series=name,
        unit=unit,
        season=rolling.season,
        periods=periods,
        values=tuple(float(v) for v in rolling.values),
        model=model,
        used=used,
        used_name=FORECASTERS[used].name,
        level=level,
        in_shares=shares,
        ahead=_ahead(made[-1], scores, shares, level, labels_after(periods, horizon)),
        season_sum=_season_sum(rolling, model, shares, level, periods)
        if rolling.season > 1
        else None,
        past=past,
        records=tuple(_record(past, h + 1) for h in range(horizon)),
        scores=compare(rolling),
        failures={slug: tuple(said.values()) for slug, said in rolling.failures.items() if said},
        assumptions=(
            _EXCHANGEABLE,
            "Each band is for its own period; all together hold less often.",
        ),
    )


def _known(scores: Floats) -> Floats:
    return scores[np.isfinite(scores)]


def _ahead(
    made: Floats, scores: Floats, shares: bool, level: float, names: tuple[str, ...]
) -> tuple[Ahead, ...]:
    return tuple(
        Ahead(name, h + 1, _band(float(made[h]), _known(scores[:, h]), level, shares))
        for h, name in enumerate(names)
    )


def _band(estimate: float, scores: Floats, level: float, shares: bool) -> Band:
    found = band(estimate, scores, level, estimate if shares else 1.0)
    # Errors larger than the forecast itself would reach below 0, where no positive series goes.
    low = max(found.low, 0.0) if shares and found.exists else found.low
    return dataclasses.replace(found, low=low)


def _season_sum(
    rolling: Rolling, slug: str, shares: bool, level: float, periods: tuple[str, ...]
) -> Ahead:
    m, made = rolling.season, rolling.forecasts[slug]
    errors = np.abs(rolling.errors(slug)[:, :m].sum(axis=1))
    sums = made[:, :m].sum(axis=1)
    scores = _known(errors / sums[:-1] if shares else errors)
    names = labels_after(periods, m)
    return Ahead(f"{names[0]} to {names[-1]}", m, _band(float(sums[-1]), scores, level, shares))


def _past(
    rolling: Rolling,
    slug: str,
    scores: Floats,
    shares: bool,
    level: float,
    periods: tuple[str, ...],
) -> tuple[Past, ...]:
    made, found = rolling.forecasts[slug], []
    for h in range(scores.shape[1]):
        for origin in np.flatnonzero(np.isfinite(scores[:, h])):
            # An error h + 1 periods ahead is known h origins later.
            earlier = _known(scores[: max(origin - h, 0), h])
            model = rolling.chosen[origin] if slug == BEST else slug
            found.append(
                Past(
                    periods[origin + h],
                    h + 1,
                    model,
                    _band(float(made[origin, h]), earlier, level, shares),
                    float(rolling.values[origin + h]),
                )
            )
    return tuple(found)


def _record(past: tuple[Past, ...], horizon: int) -> Record:
    hits = [one.inside for one in past if one.horizon == horizon and one.inside is not None]
    if not hits:
        return Record(horizon, undefined(0, "no past band to check"))
    return Record(horizon, clopper_pearson(sum(hits), len(hits)))


def _no_fit(rolling: Rolling, model: str) -> NotEnoughDataError:
    why = rolling.failures.get(model, {}).get(len(rolling.values))
    name = FORECAST_MODELS[model]
    need = FORECASTERS[model].fewest(rolling.season) if model in FORECASTERS else math.nan
    said = why or f"{name} needs {need} periods of history; there are {len(rolling.values)}."
    return NotEnoughDataError(f"{said} Choose another model, or {BEST_NAME!r}.")


def _check(periods: int, season: int, horizon: int, level: float, model: str) -> None:
    furthest = season if season > 1 else SEASON
    bad = [
        (model in FORECAST_MODELS, "model", model, f"Choose one of {', '.join(FORECAST_MODELS)}."),
        (1 <= season <= 52, "season", season, "Give 4 for quarters, 12 for months, 1 for none."),
        (1 <= horizon <= furthest, "horizon", horizon, f"Give 1 to {furthest} periods."),
        (LEVELS[0] <= level <= LEVELS[1], "level", level, "Give a share from 0.5 to 0.99."),
        (
            periods <= MOST_PERIODS, "periods", periods,
            f"Give the last {MOST_PERIODS} periods; every past one is forecast again.",
        ),
    ]  # fmt: skip
    found = tuple(
        Problem(field, str(value), "range", f"{value} is not allowed here.", fix)
        for fine, field, value, fix in bad
        if not fine
    )
    if found:
        raise InputError.from_problems(found)

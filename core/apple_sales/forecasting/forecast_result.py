"""What a forecast is: the periods ahead with their bands, and how such forecasts fared before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from core.plain import plain
from core.stats.conformal_series import Band
from core.stats.forecasting import Score
from core.stats.intervals import Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Ahead:
    """One period ahead: its name, how far it is, and the forecast with its band."""

    period: str
    horizon: int
    band: Band

    def to_dict(self) -> dict[str, Any]:
        """Return the period as plain data."""
        return {"period": self.period, "horizon": self.horizon, **self.band.to_dict()}


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """One past forecast: what the procedure would have said, and what came.

    Attributes
    ----------
    period : str
        The period forecast.
    horizon : int
        Periods ahead it was made.
    model : str
        Slug of the model used at that origin.
    band : Band
        The forecast, with the band of the errors known by then.
    actual : float
        What was reported.
    """

    period: str
    horizon: int
    model: str
    band: Band
    actual: float

    @property
    def inside(self) -> bool | None:
        """Whether the outcome lay in the band; ``None`` where there was no band yet."""
        return self.band.holds(self.actual)

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as plain data."""
        return {
            "period": self.period,
            "horizon": self.horizon,
            "model": self.model,
            "actual": plain(self.actual),
            "inside": self.inside,
            **self.band.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """How often past bands held, at one horizon.

    Attributes
    ----------
    horizon : int
        Periods ahead.
    share : Interval
        Share of outcomes in the band, Clopper-Pearson; NaN without a band to check.
    """

    horizon: int
    share: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {"horizon": self.horizon, **self.share.to_dict()}


@dataclasses.dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one series.

    Attributes
    ----------
    series, unit : str
        What is forecast, and its unit.
    season : int
        Periods in a season.
    periods : tuple of str
        The past periods.
    values : tuple of float
        Their values.
    model : str
        Slug asked for: a model, or ``"best"``.
    used, used_name : str
        Slug and name of the model behind the forecast.
    level : float
        Coverage asked for.
    in_shares : bool
        Whether bands reach a share of the forecast (all values positive) or a fixed amount.
    ahead : tuple of Ahead
        The periods asked for.
    season_sum : Ahead or None
        The sum of the next whole season; its band comes from errors of such sums.
    past : tuple of Past
        Forecasts of past periods, each from its own past alone.
    records : tuple of Record
        How often bands held.
    scores : tuple of Score
        The models compared, by horizon.
    failures : dict of str to tuple of str
        Model to the fits that failed.
    assumptions : tuple of str
        What the bands take for granted.
    """

    series: str
    unit: str
    season: int
    periods: tuple[str, ...]
    values: tuple[float, ...]
    model: str
    used: str
    used_name: str
    level: float
    in_shares: bool
    ahead: tuple[Ahead, ...]
    season_sum: Ahead | None
    past: tuple[Past, ...]
    records: tuple[Record, ...]
    scores: tuple[Score, ...]
    failures: dict[str, tuple[str, ...]]
    assumptions: tuple[str, ...]

    def score(self, slug: str, horizon: int = 1) -> Score:
        """Return how one model did at one horizon."""
        return next(s for s in self.scores if s.slug == slug and s.horizon == horizon)

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as plain data."""
        nested = ("ahead", "past", "records", "scores")
        parts = {name: [one.to_dict() for one in getattr(self, name)] for name in nested}
        fields = [f.name for f in dataclasses.fields(self) if f.name not in (*nested, "season_sum")]
        total = None if self.season_sum is None else self.season_sum.to_dict()
        return {**{n: plain(getattr(self, n)) for n in fields}, "season_sum": total, **parts}

    def table(self) -> pd.DataFrame:
        """Return past and future as one table: a row a period, forecasts one period ahead."""
        before = {one.period: one for one in self.past if one.horizon == 1}
        rows: list[dict[str, Any]] = []
        for period, value in zip(self.periods, self.values, strict=True):
            known = before.get(period)
            band = known.band if known else None
            rows.append({"period": period, "reported": value, **_cells(band, 1 if known else None)})
        rows += [
            {"period": one.period, "reported": None, **_cells(one.band, one.horizon)}
            for one in self.ahead
        ]
        return pd.DataFrame(rows)


def _cells(band: Band | None, horizon: int | None) -> dict[str, Any]:
    if band is None:
        return {"forecast": None, "low": None, "high": None, "horizon": None}
    shown = plain({"forecast": band.estimate, "low": band.low, "high": band.high})
    return {**shown, "horizon": horizon}

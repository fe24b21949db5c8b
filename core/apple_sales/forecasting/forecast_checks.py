"""Forecasts of FY2019 held against what Apple reported afterwards, where the basis allows."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from typing import Any

from core.apple_sales.forecasting.forecast_result import Ahead, Forecast
from core.apple_sales.forecasting.forecast_series import TOTAL
from core.apple_sales.reported.data import BREAK_YEAR, CATEGORIES, FIRST, figures

YEAR = BREAK_YEAR + 1
WHOLE_YEAR = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One forecast beside the figure reported later.

    Attributes
    ----------
    period : str
        A quarter, or the fiscal year.
    forecast : Ahead
        What was forecast from FY2015 to FY2018 alone.
    actual : float
        What was reported, USD million.
    mark, source : str
        How the figure is known, and where it stands.
    """

    period: str
    forecast: Ahead
    actual: float
    mark: str
    source: str

    @property
    def inside(self) -> bool | None:
        """Whether the figure lies in the band; ``None`` without a band."""
        return self.forecast.band.holds(self.actual)

    @property
    def error(self) -> float:
        """Reported minus forecast, as a share of the forecast."""
        return self.actual / self.forecast.band.estimate - 1

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data."""
        return {
            "period": self.period,
            "actual": self.actual,
            "error": self.error,
            "inside": self.inside,
            "mark": self.mark,
            "source": self.source,
            "forecast": self.forecast.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Later:
    """What was reported after the 16 quarters, or why it cannot be compared.

    Attributes
    ----------
    checks : tuple of Check
        Figures on the basis of the forecast.
    reason : str
        What is not compared, and why.
    """

    checks: tuple[Check, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the checks as plain data."""
        return {"checks": [one.to_dict() for one in self.checks], "reason": self.reason}


def later_figures(made: Forecast) -> Later:
    """Return the figures of FY2019 that a forecast of a reported series can be held against.

    Categories are never compared: FY2019 counts services that FY2018 counted with devices.

    Parameters
    ----------
    made : Forecast
        From :func:`core.apple_sales.forecast`.
    """
    if made.series in CATEGORIES:
        return Later(
            (),
            f"Not compared: from FY{YEAR} categories are on a new basis (services include what is "
            f"bundled with devices), which the quarters to FY{BREAK_YEAR} are not. Choose the "
            "total or a segment.",
        )
    table = figures()
    measure = "revenue" if made.series == TOTAL else "revenue by segment"
    rows = table[
        (table["measure"] == measure)
        & (table["name"] == made.series)
        & (table["basis"] == FIRST)
        & (table["fiscal_year"] == YEAR)
    ].set_index("quarter")
    known = rows.to_dict("index")
    ahead = {int(one.period[-1]): (one.period, one) for one in made.ahead}
    if made.season_sum is not None:
        ahead[WHOLE_YEAR] = (f"FY{YEAR}", made.season_sum)
    found = [q for q in (*range(1, 5), WHOLE_YEAR) if q in ahead and q in known]
    checks = [_check(*ahead[q], known[q]) for q in found]
    missing = [period for q, (period, _) in ahead.items() if q not in known]
    reason = f"Not in the data, so not compared: {', '.join(missing)}." if missing else ""
    return Later(tuple(checks), reason)


def _check(period: str, forecast: Ahead, row: Mapping[Hashable, Any]) -> Check:
    return Check(period, forecast, float(row["value"]), str(row["mark"]), str(row["source"]))

"""What the reported figures say of a fiscal year: everything computed, nothing typed."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pandas as pd

from core.apple_sales.reported.bridges import MarginChange, margin_change
from core.apple_sales.reported.data import (
    BREAK_YEAR,
    CATEGORIES,
    FIRST,
    SEGMENTS,
    annual,
    category_eras,
    gross_margins,
)
from core.apple_sales.reported.data import figures as all_figures
from core.errors import InputError, Problem
from core.plain import plain

NEW_BASIS = "with bundled services, as since FY2019"
SATURDAY = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One category or segment in a fiscal year.

    Attributes
    ----------
    name : str
        The category or segment.
    revenue : float
        USD million.
    share : float
        Share of all revenue.
    growth : float or None
        Change over the year before as a share; ``None`` without a figure on the same basis.
    operating_income, operating_margin : float or None
        USD million, and share of the segment's revenue; known for segments of FY2024 and FY2025.
    mark : str
        How good the source is; see :data:`core.apple_sales.reported.data.MARKS`.
    """

    name: str
    revenue: float
    share: float
    growth: float | None
    operating_income: float | None
    operating_margin: float | None
    mark: str


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """One fiscal year.

    Attributes
    ----------
    year : int
        Fiscal year; it ends on the last Saturday of September.
    weeks : int
        52 or 53.
    basis : str
        Basis of the categories: since FY2019 services include what is bundled with devices.
    total : float
        Revenue in USD million.
    growth : float or None
        Change over the year before, as a share; ``None`` for the first year.
    weekly_growth : float or None
        The same for revenue a week, which a 53rd week does not inflate.
    categories, segments : tuple of Line
        The two ways in which Apple splits revenue; either sums to the total.
    services_share : float
        Share of services in revenue.
    product_margin, service_margin, total_margin : float or None
        Gross margins as shares of revenue; known from FY2018 (restated) on.
    margin_change : MarginChange or None
        Change of the total margin over the year before, split into mix and rates.
    """

    year: int
    weeks: int
    basis: str
    total: float
    growth: float | None
    weekly_growth: float | None
    categories: tuple[Line, ...]
    segments: tuple[Line, ...]
    services_share: float
    product_margin: float | None
    service_margin: float | None
    total_margin: float | None
    margin_change: MarginChange | None

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        result: dict[str, Any] = plain(self)
        return result


def facts(year: int = 2025) -> Facts:
    """Return what the reported figures say of a fiscal year.

    FY2018 is taken as first reported, so that its growth compares like with like; its margins
    exist only as restated.

    Raises
    ------
    InputError
        If the year is not among those reported.
    """
    segments = annual("revenue by segment")
    if year not in segments.index:
        first, last = segments.index.min(), segments.index.max()
        raise InputError.from_problems(
            (Problem("year", str(year), "range", f"FY{year} is not among the reported years.",
                     f"Choose a fiscal year from {first} to {last}."),)
        )  # fmt: skip
    totals = segments.sum(axis=1)
    old, new = category_eras()
    era = old if year in old.index else new
    growth = _growth(totals, year)
    weekly = None if growth is None else (1 + growth) * weeks(year - 1) / weeks(year) - 1
    margins, has_margins = gross_margins()["margin"], year in gross_margins().index
    shown = margins.loc[year].to_dict() if has_margins else {}
    categories = _lines(era, year, CATEGORIES, "revenue by category")
    return Facts(
        year=year,
        weeks=weeks(year),
        basis=FIRST if era is old else NEW_BASIS,
        total=float(totals.loc[year]),
        growth=growth,
        weekly_growth=weekly,
        categories=categories,
        segments=_lines(segments, year, SEGMENTS, "revenue by segment"),
        services_share=next(line.share for line in categories if line.name == "Services"),
        product_margin=shown.get("Products"),
        service_margin=shown.get("Services"),
        total_margin=shown.get("Total"),
        margin_change=margin_change(year - 1, year) if year > BREAK_YEAR else None,
    )


def years() -> tuple[int, ...]:
    """Return the fiscal years that are reported, first to last."""
    return tuple(int(year) for year in annual("revenue by segment").index)


def fiscal_year_end(year: int) -> datetime.date:
    """Return the last day of a fiscal year: the last Saturday of September."""
    end = datetime.date(year, 9, 30)
    return end - datetime.timedelta(days=(end.weekday() - SATURDAY) % 7)


def weeks(year: int) -> int:
    """Return the number of weeks of a fiscal year, 52 or 53."""
    return (fiscal_year_end(year) - fiscal_year_end(year - 1)).days // 7


def _growth(values: pd.Series[float], year: int) -> float | None:
    if year - 1 not in values.index:
        return None
    return float(values.loc[year] / values.loc[year - 1] - 1)


def _lines(
    table: pd.DataFrame, year: int, names: tuple[str, ...], measure: str
) -> tuple[Line, ...]:
    """Return one line a category or segment, in the order in which Apple lists them."""
    total = float(table.loc[year].to_numpy().sum())
    incomes = annual("operating income")
    marks = _marks(year, measure)
    lines = []
    for name in names:
        revenue = float(table[name].loc[year])
        known = year in incomes.index and name in incomes.columns
        income = float(incomes[name].loc[year]) if known else None
        lines.append(
            Line(name, revenue, revenue / total, _growth(table[name], year), income,
                 None if income is None else income / revenue, marks[name])
        )  # fmt: skip
    return tuple(lines)


def _marks(year: int, measure: str) -> dict[str, str]:
    table = all_figures()
    rows = table[
        (table["fiscal_year"] == year) & (table["quarter"] == 0) & (table["measure"] == measure)
    ]
    first = rows.drop_duplicates("name")
    return dict(zip(first["name"], first["mark"], strict=True))

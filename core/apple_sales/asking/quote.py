"""Reported cells by name and period, and how figures are written."""

from __future__ import annotations

from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.result import Quoted
from core.apple_sales.reported.data import (
    BREAK_YEAR,
    CATEGORIES,
    FIRST,
    RESTATED,
    SEGMENTS,
    figures,
)
from core.viz.text import fixed, listed, signed

MOST_LISTED = 6
COMPUTED, DECLARED = "computed", "declared"


def measure_of(name: str) -> str:
    """Return the measure under which the revenue of a name stands."""
    if name in CATEGORIES:
        return "revenue by category"
    return "revenue by segment" if name in SEGMENTS else "revenue"


def cell(measure: str, name: str, period: Period, basis: str = FIRST) -> Quoted | None:
    """Return a reported figure, or ``None`` if it is not among those known."""
    table = figures()
    rows = table[
        (table["measure"] == measure)
        & (table["name"] == name)
        & (table["fiscal_year"] == period.year)
        & (table["quarter"] == period.quarter)
    ]
    if measure == "revenue by category" or len(rows) > 1:
        rows = rows[rows["basis"] == basis]
    if rows.empty:
        return None
    row = rows.iloc[0]
    twice = period.year == BREAK_YEAR and measure == "revenue by category"
    told = f", {row['basis']}" if twice or row["basis"] == RESTATED else ""
    return Quoted(
        f"{name}, {measure}, {period}{told}",
        float(row["value"]),
        str(row["unit"]),
        str(row["source"]),
        str(row["mark"]),
    )


def revenue(name: str, period: Period, basis: str = FIRST) -> Quoted | None:
    """Return the revenue of a category, a segment or the company.

    A total that was not read as such is the sum of the segments, or else of the categories.
    """
    found = cell(measure_of(name), name, period, basis)
    if found is not None or name != "Total":
        return found
    for names in (SEGMENTS, CATEGORIES):
        parts = [revenue(one, period) for one in names]
        if all(part is not None for part in parts):
            known = [part for part in parts if part is not None]
            kind = measure_of(names[0]).removeprefix("revenue by ")
            marks = {part.mark for part in known}
            return Quoted(
                f"Total, revenue, {period}",
                sum(part.value for part in known),
                known[0].unit,
                f"Sum of the {len(known)} figures by {kind}: {known[0].source}",
                "primary" if marks == {"primary"} else "secondary",
            )
    return None


def periods_of(name: str, measure: str | None = None, *, quarterly: bool) -> tuple[Period, ...]:
    """Return the periods for which a figure is known."""
    table = figures()
    wanted = measure or measure_of(name)
    if wanted == "revenue":
        # The total is the sum of either split, and each split is complete wherever it is known.
        table = table[table["measure"].str.startswith("revenue ")]
    else:
        table = table[(table["measure"] == wanted) & (table["name"] == name)]
    rows = table[(table["quarter"] > 0) == quarterly]
    pairs = zip(rows["fiscal_year"], rows["quarter"], strict=True)
    return tuple(sorted({Period(int(year), int(quarter)) for year, quarter in pairs}))


def ranges(known: tuple[Period, ...]) -> str:
    """Return periods as ranges: ``Q1 FY2015 to Q4 FY2018, Q1 FY2019``."""
    runs: list[list[Period]] = []
    for period in known:
        if runs and _after(runs[-1][-1]) == period:
            runs[-1].append(period)
        else:
            runs.append([period])
    return listed([f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs])


def _after(period: Period) -> Period:
    if period.quarter in (0, 4):
        return Period(period.year + 1, min(period.quarter, 1))
    return Period(period.year, period.quarter + 1)


def money(value: float) -> str:
    """Return USD million as ``USD 191,973 million``."""
    return f"USD {value:,.0f} million".replace("-", "\u2212")


def amount(found: Quoted) -> str:
    """Return a quoted figure with its unit."""
    if found.unit == "USD million":
        return money(found.value)
    return f"{found.value:,.0f} {found.unit}"


def change(share: float) -> str:
    """Return a change as ``+3.1 %``."""
    return f"{signed(100 * share, 1)} %"


def part(share: float) -> str:
    """Return a share as ``12.3 %``."""
    return f"{fixed(100 * share, 1)} %"

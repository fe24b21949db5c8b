"""Units, average prices, and the split of a change into volume and price."""

from __future__ import annotations

from core.apple_sales.asking.names import shown
from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.quote import MOST_LISTED, amount, cell, money, revenue
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import asked_periods, only_first
from core.apple_sales.reported.bridges import bridge
from core.apple_sales.reported.data import BREAK_YEAR, COUNTED
from core.viz.text import fixed, listed

STOPPED = (
    f"Apple stopped reporting units: the last are those of Q4 FY{BREAK_YEAR}. Known are "
    f"{listed(COUNTED)}, FY2015 to FY{BREAK_YEAR} by quarter and year."
)
LAST = Period(BREAK_YEAR)


def _refusal(asked: Asked) -> Said | None:
    """Return why there are no units of what was asked, or ``None`` if there are."""
    if asked.segments:
        return Said(f"Apple never reported units by segment. {STOPPED}")
    odd = [name for name in asked.categories if name not in COUNTED]
    if odd:
        return Said(
            f"Apple never reported units of {listed([shown(one) for one in odd])}. {STOPPED}"
        )
    late = [period for period in asked.periods if period.year > BREAK_YEAR]
    if late:
        return Said(f"There are no units for {listed([str(one) for one in late])}. {STOPPED}")
    return None


def _when(asked: Asked) -> tuple[tuple[Period, ...], str]:
    if asked.periods:
        return asked_periods(asked)[0], ""
    said = f"No year was named, so it is {LAST}, the last with units. {STOPPED}"
    return tuple(Period(BREAK_YEAR, q) for q in asked.quarters) or (LAST,), said


def units(asked: Asked) -> Said:
    """Answer how many units were sold."""
    refused = _refusal(asked)
    if refused is not None:
        return refused
    when, assumed = _when(asked)
    names = asked.categories or COUNTED
    cells: list[Quoted] = []
    parts = []
    for name in names:
        for period in when[:MOST_LISTED]:
            found = cell("units", name, period)
            if found is not None:
                cells.append(found)
                parts.append(f"{amount(found)} of {name} in {period}")
    return Said(
        f"Apple sold {listed(parts)}. {assumed}".strip(),
        amount(cells[0]) if len(cells) == 1 else "",
        "Reported; quoted, nothing is computed.",
        tuple(cells),
    )


def price(asked: Asked) -> Said:
    """Answer what a unit brought in on average."""
    refused = _refusal(asked)
    if refused is not None:
        return refused
    when, assumed = _when(asked)
    cells: list[Quoted] = []
    parts, figure = [], ""
    for name in asked.categories or COUNTED:
        for period in when[:MOST_LISTED]:
            sold, money_in = cell("units", name, period), revenue(name, period)
            if sold is None or money_in is None:
                continue
            figure = f"USD {money_in.value / sold.value * 1000:,.0f}"
            cells += [money_in, sold]
            parts.append(f"{figure} a unit of {name} in {period}")
    return Said(
        f"Apple took in {listed(parts)} on average; this moves with prices and with the mix of "
        f"models. {assumed}".strip(),
        figure if len(parts) == 1 else "",
        "average price = revenue / units (USD million / thousand units x 1,000)",
        tuple(cells),
    )


def price_volume(asked: Asked) -> Said:
    """Answer how far volume and price moved a product's revenue."""
    refused = _refusal(asked)
    if refused is not None:
        return refused
    name = (asked.categories or COUNTED)[0]
    years = sorted({period.year for period in asked.periods})
    assumed = ""
    if not years:
        years = [BREAK_YEAR - 1, BREAK_YEAR]
        assumed = f"No years were named, so it is the last step with units. {STOPPED}"
    start, end = (years[0], years[-1]) if len(years) > 1 else (years[0] - 1, years[0])
    if not asked.categories:
        assumed = f"No product was named, so it is {name}. {assumed}"
    found = bridge(name, start, end)
    cells = [
        one
        for year in (start, end)
        for one in (revenue(name, Period(year)), cell("units", name, Period(year)))
        if one is not None
    ]
    (u0, u1), (p0, p1) = found.units, found.price
    return Said(
        f"From FY{start} to FY{end} revenue of {name} changed by "
        f"{money(found.revenue[1] - found.revenue[0])}: {money(found.volume_effect)} from volume "
        f"({u0:,.0f} to {u1:,.0f} thousand units) and {money(found.price_effect)} from price "
        f"(USD {fixed(p0, 0)} to {fixed(p1, 0)} a unit, mix of models counted).{only_first(asked)} "
        f"{assumed}".strip(),
        f"{money(found.volume_effect)} volume, {money(found.price_effect)} price",
        "dR = dU x (P0 + P1) / 2 + dP x (U0 + U1) / 2, exactly (Bennet 1920)",
        tuple(cells),
    )

"""Growth between periods, never across the break of FY2018."""

from __future__ import annotations

from core.apple_sales.asking.names import shown
from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.quote import amount, change, periods_of, ranges, revenue
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.reported import BROKEN
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import asked_periods
from core.apple_sales.reported.data import BREAK_YEAR, CATEGORIES, FIRST, RESTATED
from core.apple_sales.reported.facts import weeks

FORMULA = "growth = revenue at the end / revenue at the start - 1"


def growth(asked: Asked) -> Said:
    """Answer by how much revenue changed."""
    when, assumed = asked_periods(asked)
    if len(when) == 1:
        end = when[0]
        start = Period(end.year - 1, end.quarter)
    else:
        start, end = min(when), max(when)
    names = asked.names or ("Total",)
    if asked.categories and asked.segments:
        assumed = f"Growth of a category in a segment is not reported. {assumed}"
    said = [_one(name, start, end) for name in names]
    single = said[0].figure if len(said) == 1 else ""
    text = " ".join(dict.fromkeys(one.text for one in said))
    cells = tuple(dict.fromkeys(cell for one in said for cell in one.cells))
    return Said(f"{text} {assumed}".strip(), single, FORMULA, cells)


def crosses(name: str, start: Period, end: Period) -> bool:
    """Return whether two figures of a name stand on different bases."""
    if name not in CATEGORIES or end.year <= BREAK_YEAR:
        return False
    return start.year < BREAK_YEAR or (start.year == BREAK_YEAR and start.quarter > 0)


def _one(name: str, start: Period, end: Period) -> Said:
    if bool(start.quarter) != bool(end.quarter):
        return Said(f"{start} and {end} do not compare: one is a quarter, the other a year.")
    if crosses(name, start, end):
        return _refused(name, start, end)
    basis = RESTATED if name in CATEGORIES and end.year > BREAK_YEAR else FIRST
    before = revenue(name, start, basis if start == Period(BREAK_YEAR) else FIRST)
    after = revenue(name, end)
    if before is None or after is None:
        absent = start if before is None else end
        known = ranges(periods_of(name, quarterly=bool(end.quarter)))
        return Said(
            f"{shown(name)} in {absent} is not among the figures, so its growth to {end} cannot be "
            f"told: known are {known}."
        )
    moved = after.value / before.value - 1
    subject = "Apple's revenue" if name == "Total" else f"Revenue of {shown(name)}"
    text = (
        f"{subject} changed by {change(moved)} from {start} ({amount(before)}"
        f"{_restated(before)}) to {end} ({amount(after)}){_yearly(start, end, moved)}."
        f"{_weeks(start, end)}"
    )
    return Said(text, change(moved), FORMULA, (before, after))


def _restated(before: Quoted) -> str:
    return ", as restated" if before.name.endswith(RESTATED) else ""


def _yearly(start: Period, end: Period, moved: float) -> str:
    years = end.year - start.year
    if years < 2 or start.quarter != end.quarter:
        return ""
    return f", {change((1 + moved) ** (1 / years) - 1)} a year"


def _weeks(start: Period, end: Period) -> str:
    if start.quarter or weeks(start.year) == weeks(end.year):
        return ""
    return (
        f" FY{start.year} has {weeks(start.year)} weeks and FY{end.year} has {weeks(end.year)}, "
        "which is in this figure."
    )


def _refused(name: str, start: Period, end: Period) -> Said:
    """Say why there is no growth across the break, and what can be told instead."""
    cells: list[Quoted] = []
    spans = []
    middle = Period(BREAK_YEAR)
    for first, last, basis in ((start, middle, FIRST), (middle, end, RESTATED)):
        before, after = revenue(name, first, basis), revenue(name, last, basis)
        after = after or revenue(name, last)
        before = before or revenue(name, first)
        if first == last or start.quarter or before is None or after is None:
            continue
        cells += [before, after]
        moved = change(after.value / before.value - 1)
        spans.append(f"{moved} from {first} to {last}")
    told = f" On one basis each, it changed by {' and by '.join(spans)}." if spans else ""
    return Said(
        f"{shown(name)} in {start} and in {end} do not compare, so no growth is given. "
        f"{BROKEN}{told}",
        "",
        FORMULA,
        tuple(cells),
    )

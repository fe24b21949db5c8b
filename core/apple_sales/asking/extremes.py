"""The largest and smallest: years, quarters, categories, segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from core.apple_sales.asking.growth import crosses
from core.apple_sales.asking.names import shown
from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.quote import amount, cell, change, periods_of, ranges, revenue
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.reported import BROKEN
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import asked_periods, only_first
from core.apple_sales.reported.data import BREAK_YEAR, CATEGORIES, FIRST, RESTATED, SEGMENTS

Ranked = list[tuple[float, str, tuple[Quoted, ...]]]


def extreme(asked: Asked) -> Said:
    """Answer which year, quarter or name was best or worst, by revenue or by growth."""
    if asked.categories and asked.segments:
        return Said("A category in a segment is an estimate, so no best or worst of it is told.")
    over_time, over_names = asked.has("year", "quarter"), asked.has("segment", "category")
    if over_names and (asked.periods or not over_time):
        return _who_is_best(asked)
    if over_time or asked.names or asked.total:
        return _when_best(asked)
    return _who_is_best(asked)


def _who_is_best(asked: Asked) -> Said:
    when, assumed = asked_periods(asked)
    names = SEGMENTS if asked.has("segment") else CATEGORIES
    by_growth = asked.has("growth")
    ranked = [
        one for name in names if (one := _entry(name, when[0], by_growth, shown(name))) is not None
    ]
    kind = "segment" if names is SEGMENTS else "category"
    if not ranked:
        known = ranges(periods_of(names[0], quarterly=bool(when[0].quarter)))
        what = "Growth" if by_growth else "Revenue"
        return Said(f"{what} by {kind} in {when[0]} cannot be told: known are {known}.")
    return _said(asked, ranked, f"{kind} in {when[0]}", assumed)


def _when_best(asked: Asked) -> Said:
    name = (*asked.names, "Total")[0]
    counted = asked.has("units") and name in CATEGORIES
    measure = "units" if counted else None
    known = periods_of(name, measure, quarterly=asked.has("quarter"))
    if asked.periods and not asked.has("quarter"):
        low, high = min(asked.periods).year, max(asked.periods).year
        known = tuple(one for one in known if low <= one.year <= high) if low < high else known
    elif asked.periods:
        within = {one.year for one in asked.periods}
        known = tuple(one for one in known if one.year in within)
    if not known:
        return Said(f"No such figures of {shown(name)} are known for the periods named.")
    crossed = known[0].year <= BREAK_YEAR < known[-1].year and name in CATEGORIES
    kind = "quarter" if asked.has("quarter") else "year"
    subject = "Apple" if name == "Total" else shown(name)
    gaps = f"Among the quarters known: {ranges(known)}." if kind == "quarter" else ""
    by_growth = asked.has("growth")
    old: Ranked = []
    if crossed and not by_growth:
        old = _ranked(name, [one for one in known if one.year <= BREAK_YEAR], asked, measure)
        first = (Period(BREAK_YEAR),) if kind == "year" and Period(BREAK_YEAR) in known else ()
        known = (*first, *(one for one in known if one.year > BREAK_YEAR))
    ranked = _ranked(name, known, asked, measure, RESTATED if old else FIRST)
    if not ranked:
        return Said(f"No such figures of {shown(name)} are known for the periods named.")
    before = f"On the basis until FY{BREAK_YEAR} it is {old[0][1]}. {BROKEN}" if old else ""
    what = f"{kind} of {subject}{' since the restatement' if old else ''}"
    said = _said(
        asked, ranked, what, " ".join(filter(None, (before, gaps, only_first(asked).strip())))
    )
    quoted = tuple(cell for _, _, cells in old for cell in cells)
    return dataclasses.replace(said, cells=(*said.cells, *quoted))


def _ranked(
    name: str,
    known: Sequence[Period],
    asked: Asked,
    measure: str | None,
    basis: str = FIRST,
) -> Ranked:
    found = (_entry(name, one, asked.has("growth"), str(one), measure, basis) for one in known)
    ranked = [one for one in found if one is not None]
    return sorted(ranked, key=lambda one: one[0], reverse=not asked.has("worst"))


def _entry(
    name: str,
    period: Period,
    by_growth: bool,
    label: str,
    measure: str | None = None,
    basis: str = FIRST,
) -> tuple[float, str, tuple[Quoted, ...]] | None:
    now = (
        cell(measure, name, period)
        if measure
        else revenue(name, period, basis if period == Period(BREAK_YEAR) else FIRST)
    )
    if now is None:
        return None
    if not by_growth:
        return now.value, f"{label} with {amount(now)}", (now,)
    start = Period(period.year - 1, period.quarter)
    if crosses(name, start, period):
        return None
    base = RESTATED if start == Period(BREAK_YEAR) and name in CATEGORIES else FIRST
    before = cell(measure, name, start) if measure else revenue(name, start, base)
    if before is None:
        return None
    moved = now.value / before.value - 1
    return moved, f"{label} with {change(moved)}", (before, now)


def _said(asked: Asked, ranked: Ranked, what: str, more: str) -> Said:
    down = asked.has("worst")
    ranked.sort(key=lambda one: one[0], reverse=not down)
    by = "growth over the period a year before" if asked.has("growth") else (
        "units" if asked.has("units") else "revenue"
    )  # fmt: skip
    word = "lowest" if down else "highest"
    second = f", then {ranked[1][1]}" if len(ranked) > 1 else ""
    text = f"By {by}, the {word} {what} is {ranked[0][1]}{second} (of {len(ranked)} compared)."
    cells = [one for _, _, quoted in ranked for one in quoted]
    return Said(
        f"{text} {more}".strip(),
        ranked[0][1].replace(" with ", ": "),
        f"{'smallest' if down else 'largest'} of {len(ranked)} figures by {by}",
        tuple(dict.fromkeys(cells)),
    )

"""Gross margins, and their change split into mix and rates."""

from __future__ import annotations

from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.quote import cell, part
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import asked_periods
from core.apple_sales.reported.bridges import margin_change
from core.apple_sales.reported.data import BREAK_YEAR, RESTATED, gross_margins
from core.viz.text import signed

KINDS = ("Products", "Services")


def margin(asked: Asked) -> Said:
    """Answer what the gross margin was, or why it moved."""
    if asked.segments:
        return Said(
            "Apple does not report gross margins by segment. Operating income by segment is known "
            "for FY2024 and FY2025."
        )
    odd = [name for name in asked.categories if name != "Services"]
    when, assumed = asked_periods(asked)
    if any(period.quarter for period in when):
        return Said("Gross margins are known for fiscal years only.")
    early = [period for period in when if period.year < BREAK_YEAR]
    if early:
        return Said(f"Margins of products and services are known from FY{BREAK_YEAR} on, not for "
                    f"{early[0]}.")  # fmt: skip
    if asked.has("rate", "split", "why", "growth", "bridge") or len(when) > 1:
        return _moved(when, assumed)
    kind = "Total" if not asked.categories else ("Products" if odd else "Services")
    if "products" in asked.text.split():
        kind = "Products"
    return _level(when[0], kind, odd, assumed)


def _level(when: Period, kind: str, odd: list[str], assumed: str) -> Said:
    rates = gross_margins()["margin"]
    values = {one: part(float(rates[one].loc[when.year])) for one in (*KINDS, "Total")}
    own = f"Apple reports one margin for all products, none for {odd[0]} alone. " if odd else ""
    subject = {"Total": "all sales"}.get(kind, kind.lower())
    others = " and ".join(
        f"{values[one]} for {'all sales' if one == 'Total' else one.lower()}"
        for one in values
        if one != kind
    )
    return Said(
        f"{own}The gross margin of {subject} in {when} was {values[kind]} ({others}). "
        f"{assumed}".strip(),
        values[kind],
        "gross margin = 1 - cost of sales / revenue",
        _cells(when),
    )


def _moved(when: tuple[Period, ...], assumed: str) -> Said:
    start, end = (min(when).year, max(when).year) if len(when) > 1 else (when[0].year - 1, 0)
    end = end or when[0].year
    if start < BREAK_YEAR:
        return Said(f"Margins of products and services are known from FY{BREAK_YEAR} on, so their "
                    f"change from FY{start} cannot be told.")  # fmt: skip
    found = margin_change(start, end)
    moved = 100 * (found.margin[1] - found.margin[0])
    pieces = {
        "a richer or poorer mix": found.mix,
        "the margin of products": found.product_rate,
        "the margin of services": found.service_rate,
    }
    told = ", ".join(f"{signed(100 * value, 2)} points from {what}"
                     for what, value in pieces.items())  # fmt: skip
    return Said(
        f"From FY{start} to FY{end} the gross margin went from {part(found.margin[0])} to "
        f"{part(found.margin[1])}, {signed(moved, 2)} points: {told}. {assumed}".strip(),
        f"{signed(moved, 2)} points",
        "dM = sum of d(share) x mean margin (mix) + sum of d(margin) x mean share (rates), exactly",
        (*_cells(Period(start)), *_cells(Period(end))),
    )


def _cells(when: Period) -> tuple[Quoted, ...]:
    found = []
    for measure in ("revenue", "cost of sales"):
        for kind in KINDS:
            one = cell(measure, kind, when) or cell(measure, kind, when, RESTATED)
            found += [] if one is None else [one]
    return tuple(found)

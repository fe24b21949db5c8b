"""One fiscal year in a few figures, each with what it is compared with."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import MARKS, Facts
from core.viz.text import fixed, listed, signed
from pages._shared import calls, results
from pages._shared.call import Call

WIDTH = 140


def show(facts: Facts) -> None:
    """Show the year's totals, and what has to be known about its sources."""
    with st.container(border=True):
        with st.container(horizontal=True):
            for label, value, delta in _figures(facts):
                st.metric(label, value, delta, width=WIDTH, delta_color="off")
        st.caption(_compared(facts))
    results.notes(_remarks(facts), "unknown")
    python = f"from core.apple_sales import facts\n\nprint(facts({facts.year}).to_dict())"
    command = ("apple-sales", "facts", "--year", str(facts.year), "--json")
    asked = {"year": facts.year}
    calls.show(Call("/v1/apple-sales/facts", asked, python=python, command=command))


def _figures(facts: Facts) -> list[tuple[str, str, str | None]]:
    """Return label, value and change of each figure; what is not known is left out."""
    growth = None if facts.growth is None else _delta(facts.growth, "%")
    shown = [
        ("Revenue, USD billion", fixed(facts.total / 1000, 1), growth),
        ("Services share", _percent(facts.services_share), None),
    ]
    change = facts.margin_change
    if facts.total_margin is not None:
        moved = None
        if change is not None:
            moved = _delta(change.margin[1] - change.margin[0], "points")
        shown += [("Gross margin", _percent(facts.total_margin), moved)]
    if facts.product_margin is not None and facts.service_margin is not None:
        shown += [
            ("Margin of products", _percent(facts.product_margin), None),
            ("Margin of services", _percent(facts.service_margin), None),
        ]
    return shown


def _compared(facts: Facts) -> str:
    before = f"Changes are over FY{facts.year - 1}." if facts.growth is not None else ""
    return (
        f"Fiscal year {facts.year}, {facts.weeks} weeks. Categories {facts.basis}. {before} "
        "Computed from the reported figures; the table of all figures names each source."
    )


def _remarks(facts: Facts) -> list[str]:
    """Say what would mislead if it were not said."""
    remarks = []
    if facts.growth is not None and facts.weekly_growth != facts.growth:
        weekly = signed(100 * (facts.weekly_growth or 0.0), 1)
        longer = facts.year if facts.weeks > 52 else facts.year - 1
        remarks.append(f"FY{longer} has 53 weeks: revenue a week changed by {weekly} %.")
    if facts.year == 2018:
        remarks.append(
            "FY2018 was restated when services were defined anew. Growth here is as first reported;"
            " margins exist only as restated."
        )
    if facts.total_margin is None:
        remarks.append("Margins of products and services are known from FY2018 on.")
    splits = {"categories": facts.categories, "segments": facts.segments}
    weak = [name for name, parts in splits.items() if any(x.mark != "primary" for x in parts)]
    if weak:
        remarks.append(f"Revenue by {listed(weak)} is secondary. {MARKS['secondary']}")
    return remarks


def _delta(change: float, unit: str) -> str:
    """Return a change with an ASCII sign: the arrow of a metric is drawn by it."""
    return f"{100 * change:+.1f} {unit}"


def _percent(share: float) -> str:
    return f"{fixed(100 * share, 1)} %"

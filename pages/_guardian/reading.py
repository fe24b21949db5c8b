"""How it was read: each line with its ingredients, doses, route and what is uncertain."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.guardian import Order, Review
from pages._guardian import words
from pages._shared import tables


def show(found: Review) -> None:
    """Show one row for each ingredient of each line."""
    tables.show(
        [row for order in found.orders for row in _rows(order)],
        alt="Lines of the list and what was read of each.",
        column_config={"Line": st.column_config.TextColumn(width="medium")},
    )
    st.caption(
        "A misspelt name is mended only where one real name is near and no other is as near; the "
        "rest is asked back. Nothing that was not recognised is checked."
    )


def _rows(order: Order) -> Iterator[dict[str, object]]:
    mended = {name: written for written, name in order.corrected.items()}
    for name in order.ingredients or ("",):
        unit = order.units.get(name, "") + ("/kg" if order.per_kg else "")
        yield {
            "Line": order.text,
            "Read as": name or "nothing",
            "Written": mended.get(name, ""),
            "A dose": order.single_dose.get(name),
            "A day": order.daily_dose.get(name),
            "Unit": unit,
            "Route": words.route(order) or "not stated",
            "How often": words.frequency(order) or "not stated",
            "Course (days)": order.days,
            "Not known": ", ".join(order.unrecognised),
            "Notes": " ".join(order.notes),
        }

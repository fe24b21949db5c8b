"""Facts: what Apple reported, each figure with its source, and what follows by arithmetic."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import facts, years
from pages._apple_sales import facts_bridges, facts_splits, facts_table, facts_year, frame
from pages._shared import header

VIEWS = {
    "Categories": facts_splits.categories,
    "Segments": facts_splits.segments,
    "Volume and price": facts_bridges.volume_and_price,
    "Margins": facts_bridges.margins,
    "Cells": facts_splits.cells,
    "All figures": facts_table.show,
}


def body() -> None:
    year = st.selectbox(
        "Fiscal year",
        years()[::-1],
        format_func=lambda y: f"FY{y}",
        key="year",
        bind="query-params",
        width=180,
    )
    chosen = facts(year)
    facts_year.show(chosen)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(chosen)
    facts_table.provenance()


with header.page("apple-sales-facts"):
    body()
    frame.foot()

"""Show a chart with its text alternative and its table twin."""

from __future__ import annotations

import streamlit as st

from core.viz import Chart
from pages._shared import tables

CONFIG = {"displaylogo": False, "displayModeBar": False}


def show(chart: Chart, key: str) -> None:
    """Show a chart; the same numbers are one click away as a table."""
    st.plotly_chart(chart.figure, key=key, alt=chart.alt, config=CONFIG)
    numbers = st.popover(
        "Numbers", icon=":material/table:", type="tertiary", key=f"{key}.numbers", on_change="rerun"
    )
    if numbers.open:
        with numbers:
            tables.show(chart.table, alt=chart.alt)

"""What every figure means, which way is better, and who defined it."""

from __future__ import annotations

import streamlit as st

from core.saliency import METRICS, Metric, Topic
from pages._saliency.numbers import span
from pages._shared import tables


def show() -> None:
    """List the figures topic by topic."""
    for topic in Topic:
        rows = [_row(one) for one in METRICS.values() if one.topic is topic]
        if rows:
            st.markdown(f"**{str(topic).capitalize()}**")
            tables.show(rows, alt=f"Figures about {topic}.")


def _row(card: Metric) -> dict[str, object]:
    return {
        "Figure": card.title,
        "Which way": str(card.direction),
        "Range": span(card.low, card.high),
        "Formula": card.formula,
        "None if": card.edge,
        "Defined by": card.source,
        "Tested against": card.oracle,
    }

"""Every figure about a map, with its meaning and which way is better."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.saliency import METRICS, Topic, Value
from pages._shared import tables


def show(found: Mapping[str, Value], key: str) -> None:
    """Show the figures, topic by topic."""
    known = {name: value for name, value in found.items() if name in METRICS}
    for topic in Topic:
        rows = [
            {
                "Figure": METRICS[name].title,
                "Value": value.value if value.defined else None,
                "Which way": str(METRICS[name].direction),
                "Range": span(METRICS[name].low, METRICS[name].high),
                "Why there is none": value.reason,
                "Formula": METRICS[name].formula,
            }
            for name, value in known.items()
            if METRICS[name].topic is topic
        ]
        if rows:
            st.markdown(f"**{str(topic).capitalize()}**")
            if not any(row["Why there is none"] for row in rows):
                rows = [{k: v for k, v in r.items() if k != "Why there is none"} for r in rows]
            tables.show(
                rows, alt=f"Figures about the map: {topic}.", decimals={"Value": 3},
                key=f"{key}.{topic.name}",
            )  # fmt: skip


def span(low: float, high: float) -> str:
    """Return a range in words; an open end is named as one."""
    ends = [f"{end:g}" if abs(end) != float("inf") else "open" for end in (low, high)]
    return f"{ends[0]} to {ends[1]}"

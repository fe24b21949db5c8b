"""What the networks reach at home and elsewhere; neither is ever shown without the other."""

from __future__ import annotations

import streamlit as st

from core.respiratory import Network, headline
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._shared import results


def strip(network: Network) -> None:
    """Show the two figures beside each other, with what they rest on."""
    found = headline(network)
    pair = found.external or found.shipped
    trained = pair.trained[:1].upper() + pair.trained[1:]
    with st.container(border=True):
        home, elsewhere = st.columns(2)
        _figure(home, "Same collections, other patients", pair.in_source)
        _figure(elsewhere, "A collection not trained on", pair.cross_source)
        chance = pair.cross_source.low <= 0.5
        results.badge(
            "attention",
            "Elsewhere not better than chance" if chance else "Elsewhere worse than at home",
        )
        st.caption(
            f"{found.measure}; 0.5 is chance. {trained}. Trained to separate these public "
            "collections, not to make a diagnosis."
        )
        st.page_link(
            "../pages/respiratory_shortcuts.py",
            label="How much of it is the hospital",
            icon=":material/troubleshoot:",
        )


def _figure(column: st.delta_generator.DeltaGenerator, title: str, found: Interval) -> None:
    column.metric(title, fixed(found.estimate, 3))
    column.caption(
        f"AUC, 95 % interval {fixed(found.low, 3)} to {fixed(found.high, 3)}, n = {found.n}."
    )

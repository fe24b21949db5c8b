"""How large the errors of predicted quantities are."""

from __future__ import annotations

import streamlit as st

from core.trust import Audit
from core.viz import forest, scatter
from core.viz.text import number
from pages._shared import charts
from pages._trust import slices, words


def show(audit: Audit) -> None:
    """Show figures, predicted against observed, bias by prediction, and slices."""
    panel = audit.panel("errors")
    figures = {words.name(key): one for key, one in panel.figures.items()}
    words.figures(figures, "Figures of the errors, with intervals.")
    st.caption(f"n = {panel.n:,}; errors are predicted minus observed, in the outcome's unit.")
    left, right = st.columns(2)
    with left:
        st.markdown("**Predicted and observed**")
        predicted, observed = panel.sample
        charts.show(
            scatter({"Rows": (predicted, observed)}, x_label="Predicted", y_label="Observed"),
            key="trust.errors.scatter",
        )
    with right:
        st.markdown("**Bias by tenths of the predictions**")
        bands = {
            f"{number(band.low)} to {number(band.high)}": band.bias
            for band in panel.bands
            if band.bias.low == band.bias.low
        }
        if bands:
            charts.show(
                forest(
                    bands,
                    axis="Mean of predicted minus observed",
                    reference=0.0,
                    reference_label="no bias",
                ),
                key="trust.errors.bands",
            )
    st.markdown("**Slices with larger errors**")
    slices.show(panel.slices)

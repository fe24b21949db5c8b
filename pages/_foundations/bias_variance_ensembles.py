"""Averages of correlated models: what can be averaged away, and what stays."""

from __future__ import annotations

import streamlit as st

from core.foundations import bias_variance
from core.viz import Chart, Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bias-variance.ensembles"


@st.fragment
def show() -> None:
    """Ask for number and correlation of the models, and show the variance of their average."""
    st.subheader("How many models are enough?")
    st.markdown(
        "**Predict first:** the models have variance 1 and a correlation of 0.4. How much variance "
        "does the average of 50 have?"
    )
    one, two = st.columns(2)
    models = one.slider("Models", 1, bias_variance.MOST_MODELS, 10, key=f"{KEY}.models")
    correlation = two.slider("Correlation", 0.0, 0.95, 0.4, 0.05, key=f"{KEY}.correlation")
    found = bias_variance.ensemble(models, correlation)
    left, right = st.columns(2)
    with left:
        charts.show(_curve(found, models, correlation), f"{KEY}.curve")
    with right:
        parts = [found.shared, found.own, 1 - found.shared - found.own]
        names = ["shared, stays", "own, still there", "averaged away"]
        chart = amount_bars(names, parts, unit="share of one model's variance", decimals=3)
        charts.show(chart, f"{KEY}.parts")
    st.markdown(
        f"The average of {models} has variance **{fixed(found.shared + found.own, 3)}** (simulated "
        f"over 2,000 data sets: {fixed(float(found.simulated[models - 1]), 3)}). If the models "
        f"were independent it would be {fixed(1 / models, 3)}; with any number of them it stays "
        f"above {fixed(found.shared, 3)}."
    )


def _curve(found: bias_variance.Ensemble, models: int, correlation: float) -> Chart:
    return lines(
        {
            "formula": Line(found.models, found.claimed),
            "simulated": Line(found.models, found.simulated),
        },
        x_label="Models in the average",
        y_label="Variance",
        marks=[Mark(float(models), float(found.claimed[models - 1]), f"{models} models")],
        level=(correlation, "never below"),
        y_range=(0.0, 1.1),
        height=340,
    )

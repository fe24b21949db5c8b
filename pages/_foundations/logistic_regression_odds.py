"""One finding: its probability, its log-odds and what a wrong forecast costs."""

from __future__ import annotations

import streamlit as st

from core.foundations import logistic_regression
from core.viz import Line, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.logistic-regression.odds"


@st.fragment
def show() -> None:
    """Ask for slope and intercept; show probability, log-odds and loss."""
    st.subheader("One finding, three scales")
    st.markdown(
        "**Predict first:** if the slope doubles, does one more unit double the odds ratio?"
    )
    one, two = st.columns(2)
    slope = one.slider("Slope", -3.0, 3.0, 1.0, 0.1, key=f"{KEY}.slope")
    intercept = two.slider("Intercept", -4.0, 4.0, -1.0, 0.1, key=f"{KEY}.intercept")
    found = logistic_regression.odds_view(slope, intercept)
    left, right = st.columns(2)
    with left:
        charts.show(
            lines(
                {"probability": Line(found.x, found.p)},
                x_label="Finding",
                y_label="Probability",
                level=(0.5, "one half"),
                y_range=(-0.03, 1.03),
                height=260,
            ),
            f"{KEY}.p",
        )
        charts.show(
            lines(
                {"log-odds": Line(found.x, found.log_odds)},
                x_label="Finding",
                y_label="Log-odds",
                level=(0.0, "odds of 1"),
                height=260,
            ),
            f"{KEY}.z",
        )
    with right:
        losses = {
            "if the event comes": Line(found.x, found.event_loss),
            "if it does not": Line(found.x, found.no_event_loss),
        }
        charts.show(
            lines(losses, x_label="Finding", y_label="Cross-entropy", height=560), f"{KEY}.loss"
        )
    place = (
        "One half is reached nowhere."
        if found.half_way is None
        else f"One half is reached at {fixed(found.half_way, 2)}."
    )
    st.markdown(
        f"One unit multiplies the odds by **{fixed(found.factor, 3)}**, everywhere. It moves the"
        f" probability by at most **{fixed(100 * found.largest, 1)}** points, and by far less where"
        f" the curve is flat. {place}"
    )

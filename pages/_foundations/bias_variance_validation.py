"""Cross-validation against the true error, and the spread of folds against the true spread."""

from __future__ import annotations

import streamlit as st

from core.foundations import bias_variance
from core.viz import Chart, Line, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bias-variance.validation"
FOLDS = (2, 5, 10, 20)


@st.fragment
def show() -> None:
    """Ask for folds, rows and a draw; show what cross-validation says of each degree."""
    st.subheader("What cross-validation estimates")
    st.markdown(
        "**Predict first:** with two folds, is the estimate too high or too low on average, and by "
        "how much more at high degrees?"
    )
    one, two, three = st.columns(3)
    k = one.select_slider("Folds", FOLDS, 5, key=f"{KEY}.folds")
    m = two.slider("Rows", 40, 100, 40, 20, key=f"{KEY}.rows")
    seed = three.slider("Draw", 1, 20, 1, key=f"{KEY}.draw")
    found = bias_variance.validated(k, m, seed=seed)
    left, right = st.columns(2)
    with left:
        charts.show(_errors(found), f"{KEY}.errors")
    with right:
        charts.show(_spread(found), f"{KEY}.spread")
    place = found.chosen - 1
    st.markdown(
        f"On this data set cross-validation chooses degree **{found.chosen}** and reports "
        f"**{fixed(float(found.one[place]), 4)}**; the error of that degree on new points is "
        f"{fixed(float(found.true[place]), 4)}. On average cross-validation says "
        f"{fixed(float(found.expected[place]), 4)}: each fit sees only "
        f"{found.fewer:g} of {m} rows, and is tested on the points left out. Over 400 data sets it "
        "varies with a standard deviation of "
        f"{fixed(float(found.spread[place]), 4)}, while the folds suggest "
        f"{fixed(float(found.suggested[place]), 4)}."
    )


def _errors(found: bias_variance.Validated) -> Chart:
    return lines(
        {
            "true error": Line(found.degrees, found.true),
            "cross-validation, expected": Line(found.degrees, found.expected),
            "on this data set": Line(found.degrees, found.one),
        },
        x_label="Degree",
        y_label="Error on new points",
        y_range=(0.0, 0.5),
        height=340,
    )


def _spread(found: bias_variance.Validated) -> Chart:
    return lines(
        {
            "true spread": Line(found.degrees, found.spread),
            "suggested by the folds": Line(found.degrees, found.suggested),
        },
        x_label="Degree",
        y_label="Standard deviation of the estimate",
        height=340,
    )

"""When a fit runs away, and what a fit says of itself compared with new rows."""

from __future__ import annotations

import streamlit as st

from core.foundations import logistic_regression
from core.viz import Line, lines
from core.viz.text import fixed, percent
from pages._shared import charts

APART = "foundations.logistic-regression.separation"
TRUST = "foundations.logistic-regression.calibration"
STEPS = (1, 10, 100, 1000)


@st.fragment
def separation() -> None:
    """Ask for a gap and a penalty; show growth of the coefficients and the curves at the end."""
    st.subheader("Pulled apart")
    st.markdown(
        "**Predict first:** the groups stop overlapping. Does training settle later, or never?"
    )
    one, two = st.columns(2)
    gap = one.slider("Gap between the groups", -2.0, 3.0, 0.5, 0.25, key=f"{APART}.gap")
    penalty = two.slider("Ridge penalty", 0.01, 0.5, 0.05, 0.01, key=f"{APART}.ridge")
    found = logistic_regression.separation_view(gap, penalty)
    left, right = st.columns(2)
    with left:
        charts.show(
            lines(
                {
                    "no penalty": Line(found.steps, found.size),
                    "ridge": Line(found.steps, found.penalised_size),
                },
                x_label="Step",
                y_label="Length of the coefficients",
                x_steps=STEPS,
                height=320,
            ),
            f"{APART}.size",
        )
    with right:
        charts.show(
            lines(
                {
                    "no penalty": Line(found.axis, found.p),
                    "ridge": Line(found.axis, found.penalised_p),
                },
                x_label="Finding",
                y_label="Probability at the end",
                y_range=(-0.03, 1.03),
                height=320,
            ),
            f"{APART}.p",
        )
    state = (
        "A threshold separates the outcomes: no finite best fit exists"
        if found.separated
        else "The outcomes overlap: a finite best fit exists"
    )
    st.markdown(
        f"{state}. After {found.steps[-1]:.0f} steps the coefficients have the length"
        f" **{fixed(found.size[-1], 2)}** without a penalty and"
        f" **{fixed(found.penalised_size[-1], 2)}** with it."
    )


@st.fragment
def calibration() -> None:
    """Ask for rows and noise columns; show the calibration line in the sample and beyond."""
    st.subheader("In its own sample, and in new data")
    st.markdown(
        "**Predict first:** twenty columns of pure noise are added. What happens to the calibration"
        " slope in the sample of the fit?"
    )
    one, two = st.columns(2)
    rows = one.slider("Rows of the fit", 100, 1000, 200, 50, key=f"{TRUST}.rows")
    noise = two.slider("Columns of noise", 0, 40, 20, key=f"{TRUST}.noise")
    found = logistic_regression.calibration_view(rows, noise)
    if not found.converged:
        st.warning(
            "A plane separates these rows: the likelihood has no largest value, so there is"
            " nothing to calibrate. Take more rows or fewer columns."
        )
        return
    charts.show(
        lines(
            {
                "new rows": Line(found.axis, found.outside_line),
                "sample of the fit": Line(found.axis, found.inside_line),
            },
            x_label="Estimated risk",
            y_label="Risk by the calibration line",
            y_range=(-0.03, 1.03),
            height=340,
        ),
        f"{TRUST}.chart",
    )
    st.markdown(
        f"In the sample of the fit the slope is **{fixed(found.inside[1], 3)}** by algebra, however"
        f" much noise there is. Among new rows it is **{fixed(found.outside[1], 3)}**. There the"
        f" mean estimate is {percent(found.mean_risk)} and {percent(found.observed)} have the"
        f" event; if the estimates were right, the two would differ by about"
        f" {fixed(100 * found.error, 1)} points."
    )

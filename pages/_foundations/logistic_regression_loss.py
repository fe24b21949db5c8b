"""Two losses after a sigmoid, and the digits that each way of computing keeps."""

from __future__ import annotations

import streamlit as st

from core.foundations import logistic_regression
from core.viz import Line, field, lines
from core.viz.text import fixed, percent
from pages._shared import charts

KEY = "foundations.logistic-regression.loss"
LOSSES = logistic_regression.LOSSES
DIGITS = "foundations.logistic-regression.digits"


@st.fragment
def landscape() -> None:
    """Ask for a loss and a start; show the surface with the descent."""
    st.subheader("Valley or plateau")
    st.markdown(
        "**Predict first:** a descent begins at a badly wrong slope. Which loss pulls harder there?"
    )
    one, two = st.columns(2)
    kind = one.segmented_control(
        "Loss", LOSSES, default=LOSSES[0], required=True, key=f"{KEY}.kind"
    )
    slope = two.slider("Slope at the start", -8.0, 8.0, -6.0, 0.5, key=f"{KEY}.start")
    found = logistic_regression.landscape(kind, slope)
    other = next(name for name in LOSSES if name != kind)
    beside = logistic_regression.landscape(other, slope)
    left, right = st.columns(2)
    with left:
        charts.show(
            field(
                found.loss,
                x=found.grid,
                y=found.grid,
                x_label="Intercept",
                y_label="Slope",
                z_label=f"Mean {kind}",
                paths={"descent": (found.intercepts, found.slopes)},
                marks={"start": (found.intercepts[0], found.slopes[0])},
            ),
            f"{KEY}.field",
        )
    with right:
        steps = list(range(len(found.slopes)))
        charts.show(
            lines(
                {kind: Line(steps, found.slopes), other: Line(steps, beside.slopes)},
                x_label="Step",
                y_label="Slope reached",
                height=380,
            ),
            f"{KEY}.way",
        )
    st.markdown(
        f"With the {kind} the first pull is **{fixed(found.steepness, 3)}** strong and the descent"
        f" goes from {fixed(found.start_loss, 3)} to **{fixed(found.end_loss, 3)}**; with the"
        f" {other} the pull is {fixed(beside.steepness, 3)}. The surface of the {kind} is bent down"
        f" at {percent(found.bent_down) if found.bent_down else 'none'} of the places shown."
    )


@st.fragment
def digits() -> None:
    """Ask for log-odds; show what is left of log(1 + exp(z)) there."""
    st.subheader("What a double keeps")
    st.markdown(
        "**Predict first:** at which log-odds does the formula as it is written lose its last"
        " digit: only for large positive ones?"
    )
    at = st.slider("Log-odds z", -800, 800, 800, 20, key=f"{DIGITS}.z")
    found = logistic_regression.stability(float(at))
    charts.show(
        lines(
            {
                "from max and log1p": Line(found.z, found.stable_digits),
                "as written": Line(found.z, found.digits),
            },
            x_label="Log-odds z",
            y_label="Correct digits",
            moments={f"z = {at}": float(at)},
            y_range=(-0.5, logistic_regression.MOST_DIGITS + 0.5),
            height=300,
        ),
        f"{DIGITS}.chart",
    )
    st.markdown(
        f"At z = {at}, log(1 + exp(z)) is **{found.naive:.6g}** as written and"
        f" **{found.stable:.6g}** from max and log1p. If the event does not come, the loss from a"
        f" clipped probability is {found.clipped_loss:.6g}, from the log-odds"
        f" {found.exact_loss:.6g}."
    )

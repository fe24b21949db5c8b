"""Batches and a constant step: how fast the noise floor is reached, and how low it lies."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import gradient_descent
from core.viz import Chart, Line, lines
from pages._shared import charts

KEY = "foundations.gradient-descent.noise"


@st.fragment
def show() -> None:
    """Ask for step and batch, and show the mean error beside the predicted floor."""
    st.subheader("The noise floor")
    st.markdown(
        "**Predict first:** the step is halved. Does the error end lower, or is the same error "
        "only reached later?"
    )
    left, right = st.columns(2)
    with left:
        step = st.slider("Step, in units of 1/L", 0.02, 1.0, 0.2, 0.02, key=f"{KEY}.step")
    with right:
        batch = st.select_slider(
            "Batch, of 200 examples", (1, 2, 5, 10, 20, 50, 100, 199), 10, key=f"{KEY}.batch"
        )
    found = gradient_descent.noise_floor(step, batch)
    left, right = st.columns(2)
    with left:
        charts.show(_squares(found), f"{KEY}.squares")
    with right:
        charts.show(_run(found), f"{KEY}.run")
    st.markdown(
        f"A batch of {batch} has the variance {found.noise:.4f}. The predicted floor is "
        f"**{found.floor:.5f}**; over 300 runs and the last 100 steps the mean squared error is "
        f"**{found.last:.5f}**. The average of all points ends at "
        f"{10 ** float(found.averaged[-1]):.5f}, the first steps included."
    )


def _squares(found: gradient_descent.NoiseFloor) -> Chart:
    return lines(
        {
            "last point": Line(np.arange(found.mean_square.size), found.mean_square),
            "average of points": Line(np.arange(1, found.averaged.size + 1), found.averaged),
        },
        x_label="Steps",
        y_label="Mean squared error, power of ten",
        level=(float(np.log10(found.floor)), "predicted floor"),
        height=340,
    )


def _run(found: gradient_descent.NoiseFloor) -> Chart:
    spread = float(np.sqrt(found.floor))
    return lines(
        {"one run": Line(np.arange(found.one.size), found.one)},
        x_label="Steps",
        y_label="Error of one run",
        level=(spread, "predicted standard deviation"),
        height=380,
    )

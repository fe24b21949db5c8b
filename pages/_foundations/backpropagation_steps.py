"""The error of a gradient check by its step: a V for differences, none for complex steps."""

from __future__ import annotations

import streamlit as st

from core.foundations import backpropagation
from core.viz import Chart, Line, lines
from core.viz.text import fixed, number
from pages._shared import charts, tables

KEY = "foundations.backpropagation.step"


@st.fragment
def show() -> None:
    """Ask for a function and a step, and show the errors of three ways to a derivative."""
    st.subheader("The step of a gradient check")
    st.markdown(
        "**Predict first:** numbers carry 16 digits. Which step makes central differences most "
        "exact, and how many digits are right then?"
    )
    one, two = st.columns(2)
    names = list(backpropagation.CHECKED)
    name = one.segmented_control("Function", names, default=names[0], key=f"{KEY}.function")
    step = two.slider("Step (power of ten)", -15.0, -1.0, -8.0, 0.25, key=f"{KEY}.power")
    found = backpropagation.step_errors(name or names[0])
    left, right = st.columns(2)
    with left:
        charts.show(_curves(found, step), f"{KEY}.curves")
    with right:
        _table(found, step)
    _, central, _ = found.at(step)
    loss = central - found.at(found.best)[1]
    st.markdown(
        f"Central differences are best here at the power **{number(found.best)}**; the cube root "
        f"law (BP-21) predicts {fixed(found.predicted, 1)}. At your step they lose "
        f"**{fixed(loss, 1)}** digits against that. The complex step has no left arm: it never "
        "subtracts."
    )


def _curves(found: backpropagation.StepErrors, step: float) -> Chart:
    return lines(
        {
            "central": Line(found.steps, found.central),
            "forward": Line(found.steps, found.forward),
            "complex": Line(found.steps, found.complex_step),
        },
        x_label="Step (power of ten)",
        y_label="Error (power of ten)",
        moments={"your step": step},
        height=340,
    )


def _table(found: backpropagation.StepErrors, step: float) -> None:
    here, best = found.at(step), found.at(found.best)
    rows = [
        {"Way": way, "At your step": now, "At the best step": then}
        for way, now, then in zip(("Forward", "Central", "Complex"), here, best, strict=True)
    ]
    st.markdown("**Error as a power of ten**")
    tables.show(
        rows,
        alt=f"Central differences: {fixed(here[1], 1)} at your step.",
        decimals={"At your step": 1, "At the best step": 1},
    )

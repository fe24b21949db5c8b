"""Worst cases on convex functions: bounds beside the function that reaches them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import gradient_descent
from core.viz import Chart, Line, Mark, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.gradient-descent.bounds"


@st.fragment
def show() -> None:
    """Ask for a number of steps, and show the bounds and the worst function for it."""
    st.subheader("The worst convex function")
    st.markdown(
        "**Predict first:** for which function is the gap after T steps the largest: one that is "
        "curved everywhere, or one that is nearly a straight line down to the minimum?"
    )
    steps = st.slider("Steps", 1, 60, 10, key=f"{KEY}.steps")
    found = gradient_descent.convex_bounds(steps)
    left, right = st.columns(2)
    with left:
        charts.show(_bounds(found, steps), f"{KEY}.bounds")
    with right:
        charts.show(_function(found), f"{KEY}.function")
    at = steps - 1
    st.markdown(
        f"After {steps} steps gradient descent leaves the gap **{found.gap:.6f}** on this "
        f"function. The sharp bound is {found.sharp[at]:.6f}; the common form "
        f"{found.classic[at]:.6f} is {fixed(found.classic[at] / found.sharp[at], 2)} times as "
        f"large. Nesterov's method leaves {found.fast_gap:.6f} here (its own bound is "
        f"{found.accelerated[at]:.6f}): this function is the worst for gradient descent, not for "
        "all methods."
    )


def _bounds(found: gradient_descent.ConvexBounds, steps: int) -> Chart:
    drawn = {
        "worst of Huber's functions": found.reached,
        "sharp bound": found.sharp,
        "common bound": found.classic,
        "bound of Nesterov's method": found.accelerated,
    }
    return lines(
        {name: Line(found.steps, np.log10(values)) for name, values in drawn.items()},
        x_label="Steps",
        y_label="Gap for L = R = 1, power of ten",
        moments={"chosen": float(steps)},
        height=320,
    )


def _function(found: gradient_descent.ConvexBounds) -> Chart:
    start, end = (float(found.plain[i]) for i in (0, -1))
    height = [float(np.interp(x, found.x, found.height)) for x in (start, end)]
    return lines(
        {"objective": Line(found.x, found.height)},
        x_label="Place",
        y_label="Objective",
        marks=[Mark(start, height[0], "start"), Mark(end, height[1], "end")],
        moments={"turns into a line": found.threshold},
        height=380,
    )

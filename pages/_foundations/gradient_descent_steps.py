"""One step size: the path in the bowl, the error, and the factors of both axes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import gradient_descent
from core.viz import Chart, Line, field, lines
from core.viz.text import fixed
from pages._shared import charts, results

KEY = "foundations.gradient-descent.step"


@st.fragment
def show() -> None:
    """Ask for a step and a condition number, and show the path and the error."""
    st.subheader("Turn the step")
    st.markdown(
        "**Predict first:** from 1/L the step is made longer and longer. Does the descent become "
        "slower at once, or faster before it fails?"
    )
    left, right = st.columns(2)
    with left:
        share = st.slider("Step, in units of 1/L", 0.05, 2.2, 1.0, 0.05, key=f"{KEY}.share")
    with right:
        condition = st.slider("Condition number", 2, 30, 8, 1, key=f"{KEY}.condition")
    found = gradient_descent.try_step_size(share, float(condition))
    left, right = st.columns(2)
    with left:
        charts.show(_bowl(found), f"{KEY}.bowl")
    with right:
        charts.show(_errors(found), f"{KEY}.errors")
    _verdict(found)
    st.markdown(
        f"A step multiplies the error on the flat axis by **{fixed(found.factors[0], 3)}** and on "
        f"the steep axis by **{fixed(found.factors[1], 3)}**; the larger in size decides. The best "
        f"step here is {fixed(found.best, 2)}/L with the factor {fixed(found.best_rate, 3)}."
    )


def _verdict(found: gradient_descent.StepSize) -> None:
    if found.rate < 1:
        results.badge("ok", f"Converges with the factor {fixed(found.rate, 3)}")
    elif np.isclose(found.rate, 1):
        results.badge("attention", "The step is 2/L: an orbit of period two")
    else:
        results.badge("critical", f"Diverges with the factor {fixed(found.rate, 3)}")


def _bowl(found: gradient_descent.StepSize) -> Chart:
    return field(
        found.heights,
        x=found.x,
        y=found.y,
        x_label="First coordinate",
        y_label="Second coordinate",
        z_label="Objective",
        paths={"path": (found.path[:, 0], found.path[:, 1])},
        marks={"start": (found.path[0, 0], found.path[0, 1]), "minimum": (0.0, 0.0)},
        height=360,
    )


def _errors(found: gradient_descent.StepSize) -> Chart:
    count = np.arange(found.errors.size)
    line = found.errors[0] + count * np.log10(max(found.rate, 1e-16))
    kept = line > -16
    return lines(
        {"error": Line(count, found.errors), "larger factor alone": Line(count[kept], line[kept])},
        x_label="Steps",
        y_label="Distance to minimum, power of ten",
        height=360,
    )

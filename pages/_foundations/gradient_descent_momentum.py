"""The map of the heavy ball: its factor for every step and momentum, and one run."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import gradient_descent
from core.viz import Chart, Line, field, lines
from core.viz.text import fixed
from pages._shared import charts, results

KEY = "foundations.gradient-descent.momentum"


@st.fragment
def show() -> None:
    """Ask for step, momentum and condition number, and show the map and the run."""
    st.subheader("The map of momentum")
    st.markdown(
        "**Predict first:** with the momentum held, does a longer step always change the factor?"
    )
    with st.container(horizontal=True):
        share = st.slider("Step, in units of 1/L", 0.1, 3.9, 1.5, 0.1, key=f"{KEY}.share")
        beta = st.slider("Momentum", 0.0, 0.98, 0.6, 0.02, key=f"{KEY}.beta")
        condition = st.select_slider(
            "Condition number", (5, 10, 20, 50, 100, 200), 50, key=f"{KEY}.condition"
        )
    found = gradient_descent.momentum_map(share, beta, float(condition))
    left, right = st.columns(2)
    with left:
        charts.show(_map(found, share, beta), f"{KEY}.map")
    with right:
        charts.show(_run(found), f"{KEY}.run")
    if found.chosen < 1:
        results.badge("ok", f"Converges with the factor {fixed(found.chosen, 4)}")
    else:
        results.badge("critical", f"Does not converge: factor {fixed(found.chosen, 4)}")
    st.markdown(
        f"The best pair is the step {fixed(found.best[0], 2)}/L with the momentum "
        f"{fixed(found.best[1], 3)}: factor **{fixed(found.best_radius, 4)}**. Without momentum "
        f"the best factor is **{fixed(found.plain, 4)}**. Where both roots are complex the factor "
        f"is the root of the momentum, here {fixed(float(np.sqrt(beta)), 4)}, for every step."
    )


def _map(found: gradient_descent.MomentumMap, share: float, beta: float) -> Chart:
    return field(
        found.radius,
        x=found.steps,
        y=found.betas,
        x_label="Step, in units of 1/L",
        y_label="Momentum",
        z_label="Factor per step (blank: diverges)",
        marks={"chosen": (share, beta), "best": found.best},
        height=360,
    )


def _run(found: gradient_descent.MomentumMap) -> Chart:
    count = np.arange(found.errors.size)
    promised = found.errors[0] + count * np.log10(max(found.chosen, 1e-16))
    kept = promised > -16
    return lines(
        {
            "error of the run": Line(count, found.errors),
            "factor alone": Line(count[kept], promised[kept]),
        },
        x_label="Steps",
        y_label="Distance to minimum, power of ten",
        height=360,
    )

"""How often two intervals of a share hold it, at every share."""

from __future__ import annotations

import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, histograms, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.coverage"
NAMES = ("Credible", "Wald")


@st.fragment
def show() -> None:
    """Move the number of patients and the level."""
    st.markdown("#### Coverage, share by share")
    st.markdown(
        "**Predict first:** the credible interval from Jeffreys' prior, or Wald's estimate ± "
        "standard errors: which keeps its promise for a rare event in few patients?"
    )
    one, two = st.columns(2)
    n = one.slider("Patients", 5, 100, 20, key=f"{KEY}.n")
    level = two.slider("Level (%)", 80, 99, 95, key=f"{KEY}.level")
    found = bayesian_updating.coverage_curve(n, level / 100)
    left, right = st.columns(2)
    with left:
        _curves(found, level)
    with right:
        _spread(found)
    st.markdown(
        f"Averaged over the shares, the credible interval covers "
        f"**{fixed(100 * found.averages[0], 1)} %** and Wald's "
        f"**{fixed(100 * found.averages[1], 1)} %**. At its worst share Wald's interval covers "
        f"**{fixed(100 * found.lowest[1], 1)} %**, the credible one "
        f"{fixed(100 * found.lowest[0], 1)} %."
    )


def _curves(found: bayesian_updating.Coverage, level: int) -> None:
    percent = 100 * found.theta
    curves = zip(NAMES, (found.credible, found.wald), strict=True)
    drawn = lines(
        {name: Line(percent, 100 * curve) for name, curve in curves}
        | {"Promised": Line(percent, [level] * len(percent))},
        x_label="True share (%)",
        y_label="Coverage (%)",
    )
    charts.show(drawn, f"{KEY}.curves")


def _spread(found: bayesian_updating.Coverage) -> None:
    curves = zip(NAMES, (found.credible, found.wald), strict=True)
    drawn = histograms({name: 100 * curve for name, curve in curves}, x_label="Coverage (%)")
    charts.show(drawn, f"{KEY}.spread")

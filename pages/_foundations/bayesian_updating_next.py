"""What a few measurements say of the next one."""

from __future__ import annotations

import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, Mark, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.next"


@st.fragment
def show() -> None:
    """Move the number of measurements and the level."""
    st.markdown("#### The next measurement")
    st.markdown(
        "**Predict first:** how often does mean ± 1.96 standard deviations of five values hold "
        "the sixth?"
    )
    one, two = st.columns(2)
    n = one.slider("Measurements", 3, 40, 5, key=f"{KEY}.n")
    level = two.slider("Level (%)", 80, 99, 95, key=f"{KEY}.level")
    found = bayesian_updating.next_value(n, level / 100)
    left, right = st.columns(2)
    with left:
        _densities(found)
    with right:
        _held(found, n, level)
    st.markdown(
        f"After {n} measurements, mean ± {fixed(found.plug_in_factor, 2)} standard deviations "
        f"holds the next one with **{fixed(100 * found.held, 1)} %** instead of {level} %. It "
        f"takes ± **{fixed(found.factor, 2)}** standard deviations to keep the promise."
    )


def _densities(found: bayesian_updating.NextValue) -> None:
    drawn = lines(
        {
            "Student": Line(found.distance, found.student),
            "Normal, spread taken as known": Line(found.distance, found.normal),
        },
        x_label="Next value, sample deviations from mean",
        y_label="Density",
    )
    charts.show(drawn, f"{KEY}.densities")


def _held(found: bayesian_updating.NextValue, n: int, level: int) -> None:
    drawn = lines(
        {
            "Held by the normal interval": Line(found.sizes, 100 * found.held_curve),
            "Promised": Line(found.sizes, [level] * len(found.sizes)),
        },
        x_label="Measurements",
        y_label="Next value held (%)",
        marks=[Mark(n, 100 * found.held, "now")],
    )
    charts.show(drawn, f"{KEY}.held")

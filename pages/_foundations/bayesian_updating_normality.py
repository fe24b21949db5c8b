"""How fast a posterior becomes a normal curve."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.normality"
STEPS = (10, 100, 1_000, 10_000)


@st.fragment
def show() -> None:
    """Move the share and the number of patients."""
    st.markdown("#### Becoming normal")
    st.markdown(
        "**Predict first:** with a hundred times as many patients, how much closer is the normal "
        "curve?"
    )
    one, two = st.columns(2)
    share = one.slider("Observed share (%)", 5, 45, 10, 5, key=f"{KEY}.share")
    patients = two.select_slider("Patients", [20, 40, 80, 160, 320, 640, 1_280], 40,
                                 key=f"{KEY}.patients")  # fmt: skip
    found = bayesian_updating.normality(share / 100, patients)
    left, right = st.columns(2)
    with left:
        drawn = lines(
            {
                "Posterior": Line(found.theta, found.posterior),
                "Normal at its peak": Line(found.theta, found.normal),
            },
            x_label="Share with the event",
            y_label="Density",
        )
        charts.show(drawn, f"{KEY}.densities")
    with right:
        _distances(found)
    times = found.distances[0] / found.distances[-1]
    st.markdown(
        f"At {patients:,} patients the two differ by **{fixed(found.distance, 3)}** in total "
        f"variation: no event gets a probability that is further off. From {STEPS[0]} to "
        f"{STEPS[-1]:,} patients the distance falls {fixed(times, 0)} times, about the root of "
        f"{STEPS[-1] // STEPS[0]:,}."
    )


def _distances(found: bayesian_updating.Normality) -> None:
    drawn = lines(
        {
            "Distance": Line(found.sizes, np.log10(found.distances)),
            "Limit constant / root n": Line(found.sizes, np.log10(found.limit_line)),
        },
        x_label="Patients",
        y_label="Total variation, power of ten",
        x_steps=STEPS,
    )
    charts.show(drawn, f"{KEY}.distances")

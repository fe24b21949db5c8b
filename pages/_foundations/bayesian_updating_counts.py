"""A prior that is worth some patients meets new ones."""

from __future__ import annotations

import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.counts"


@st.fragment
def show() -> None:
    """Move the prior and the data."""
    st.markdown("#### From prior to posterior")
    st.markdown(
        "**Predict first:** a prior worth as many patients as the data: where does the posterior "
        "mean lie?"
    )
    one, two = st.columns(2)
    mean = one.slider("Prior mean (%)", 5, 95, 20, 5, key=f"{KEY}.mean")
    size = one.slider("Patients the prior is worth", 2, 100, 10, key=f"{KEY}.size")
    patients = two.slider("New patients", 1, 100, 10, key=f"{KEY}.patients")
    percent = two.slider("With the event (%)", 0, 100, 60, 5, key=f"{KEY}.events")
    events = round(percent * patients / 100)
    found = bayesian_updating.updating(mean / 100, size, events, patients)
    left, right = st.columns(2)
    with left:
        _densities(found)
    with right:
        _predictions(found)
    st.markdown(
        f"{events} of {patients} have the event. The posterior mean is "
        f"**{fixed(100 * found.mean, 1)} %** (95 % interval {fixed(100 * found.low, 1)} to "
        f"{fixed(100 * found.high, 1)} %); the data have a weight of "
        f"**{fixed(100 * found.weight, 0)} %** in it. The count among the next "
        f"{bayesian_updating.NEW_PATIENTS} has a standard deviation of "
        f"{fixed(found.predictive_deviation, 2)}; the binomial at the mean says "
        f"{fixed(found.plug_in_deviation, 2)}, as if the share were known."
    )


def _densities(found: bayesian_updating.Updating) -> None:
    drawn = lines(
        {
            "Posterior": Line(found.theta, found.posterior),
            "Prior": Line(found.theta, found.prior),
            "Likelihood, area 1": Line(found.theta, found.likelihood),
        },
        x_label="Share with the event",
        y_label="Density",
    )
    charts.show(drawn, f"{KEY}.densities")


def _predictions(found: bayesian_updating.Updating) -> None:
    drawn = lines(
        {
            "Predicted (beta-binomial)": Line(found.counts, found.predictive),
            "Binomial at the mean": Line(found.counts, found.plug_in),
        },
        x_label=f"Events in the next {bayesian_updating.NEW_PATIENTS} patients",
        y_label="Probability",
    )
    charts.show(drawn, f"{KEY}.predictions")

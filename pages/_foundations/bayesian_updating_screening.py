"""A test among 1,000 people: what a result means at one prevalence, and at every other."""

from __future__ import annotations

import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.screening"


@st.fragment
def show() -> None:
    """Move prevalence, sensitivity and specificity."""
    st.markdown("#### A test among 1,000 people")
    st.markdown("**Predict first:** if only 1 in 100 is ill, what share of the positives is?")
    one, two, three = st.columns(3)
    prevalence = one.slider("Prevalence (%)", 0.5, 50.0, 1.0, 0.5, key=f"{KEY}.prevalence")
    sensitivity = two.slider("Sensitivity (%)", 50, 99, 90, key=f"{KEY}.sensitivity")
    specificity = three.slider("Specificity (%)", 50, 99, 91, key=f"{KEY}.specificity")
    found = bayesian_updating.screening(prevalence / 100, sensitivity / 100, specificity / 100)
    left, right = st.columns(2)
    with left:
        _people(found)
    with right:
        _curves(found, prevalence)
    positives = found.ill_positive + found.well_positive
    st.markdown(
        f"Of 1,000 people **{fixed(positives, 0)}** test positive, and "
        f"**{fixed(found.ill_positive, 0)}** of these are ill: a share of "
        f"**{fixed(100 * found.after_positive, 1)} %**. After a negative result "
        f"**{fixed(100 * found.after_negative, 2)} %** are ill."
    )


def _people(found: bayesian_updating.Screening) -> None:
    drawn = amount_bars(
        ["Ill, positive", "Well, positive", "Ill, negative", "Well, negative"],
        [found.ill_positive, found.well_positive, found.ill_negative, found.well_negative],
        unit="People of 1,000",
    )
    charts.show(drawn, f"{KEY}.people")


def _curves(found: bayesian_updating.Screening, prevalence: float) -> None:
    percent = 100 * found.prevalences
    drawn = lines(
        {
            "After a positive result": Line(percent, 100 * found.positive_curve),
            "After a negative result": Line(percent, 100 * found.negative_curve),
        },
        x_label="Prevalence (%)",
        y_label="Probability of illness (%)",
        marks=[Mark(prevalence, 100 * found.after_positive, "this group")],
        y_range=(-4, 104),
    )
    charts.show(drawn, f"{KEY}.curves")

"""How much information a finite table pretends to hold."""

from __future__ import annotations

import streamlit as st

from core.foundations import information_theory
from core.viz import Chart, Line, histogram, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.information-theory.bias"
CASES = (20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000)


@st.fragment
def show() -> None:
    """Ask for a table and a sample size and show the estimate beside the truth."""
    st.subheader("Information out of nothing")
    st.markdown(
        "**Predict first:** two unrelated variables with six values each are estimated from 100 "
        "cases. Does the estimate scatter around 0?"
    )
    one, two, three = st.columns(3)
    k = one.slider("Values of either variable", 2, 12, 6, 1, key=f"{KEY}.values")
    copied = two.slider("Cases in which one copies, %", 0, 60, 0, 5, key=f"{KEY}.copied")
    cases = three.select_slider("Cases", CASES, 100, key=f"{KEY}.cases")
    found = information_theory.plugin(k, copied / 100, cases)
    left, right = st.columns(2)
    with left:
        charts.show(_over_cases(found), f"{KEY}.curve")
    with right:
        charts.show(_draws(found), f"{KEY}.draws")
    at = int((found.n == cases).argmax())
    st.markdown(
        f"The true information is {fixed(found.truth, 3)} nats. With {cases} cases the estimate "
        f"averages **{fixed(float(found.mean[at]), 3)} nats** exactly; the truth plus "
        f"(k−1)²/(2n) is {fixed(float(found.first_order[at]), 3)}. The 400 simulated estimates "
        f"average {fixed(float(found.draws.mean()), 3)}, and none of them can be negative. With "
        "few cases in a cell the first-order correction is only a rough guide."
    )


def _over_cases(found: information_theory.PluginBias) -> Chart:
    return lines(
        {
            "exact mean of the estimate": Line(found.n, found.mean),
            "truth + (k−1)²/(2n)": Line(found.n, found.first_order),
        },
        x_label="Cases",
        y_label="Information, nats",
        level=(found.truth, "truth"),
        x_steps=(20, 50, 100, 200, 500),
        height=320,
    )


def _draws(found: information_theory.PluginBias) -> Chart:
    return histogram(
        found.draws,
        x_label="Estimated information, nats",
        marker=found.truth,
        marker_label="truth",
    )

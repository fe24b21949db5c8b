"""The price of slack: who stands on the edge, who inside the street."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import scatter
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.lagrange-kkt.street"


@st.fragment
def show() -> None:
    """Ask for the price of slack; show the street and the multipliers."""
    st.subheader("The price of slack")
    st.markdown(
        "**Predict first:** slack becomes ten times as expensive. Does the street get wider or "
        "narrower?"
    )
    power = st.slider("Price C of slack, power of ten", -2.0, 2.0, 0.0, 0.5, key=f"{KEY}.power")
    found = lagrange_kkt.street(power)
    left, right = st.columns(2)
    with left:
        charts.show(
            scatter(found.places, x_label="First measurement", y_label="Second measurement"),
            f"{KEY}.street",
        )
    with right:
        charts.show(
            scatter(found.side, x_label="Side y(w·x + b), edge at 1", y_label="Multiplier α"),
            f"{KEY}.multipliers",
        )
    st.markdown(
        f"At C = {found.price:.3g} the street is **{fixed(found.width)}** wide (KKT-25). "
        f"**{found.at_price}** points have the multiplier C, {found.between} stand exactly on an "
        f"edge with one in between, and {found.idle} have 0: without them the street stays as it "
        f"is (KKT-30). Cost {fixed(found.primal)} and dual value {fixed(found.dual)} agree "
        "(KKT-32)."
    )
    st.caption("Two made-up groups of 20 points that overlap.")

"""Ridge regression as least squares in a ball."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import Chart, Line, field, lines
from core.viz.text import fixed, percent
from pages._shared import charts

KEY = "foundations.lagrange-kkt.ball"


@st.fragment
def show() -> None:
    """Ask for the size of the ball; show the loss with the ball, and the penalty."""
    st.subheader("Shrink the ball")
    st.markdown(
        "**Predict first:** which penalty does a ball have that is larger than the free solution?"
    )
    share = st.slider(
        "Squared radius t, % of the free solution's", 10, 150, 50, 5, key=f"{KEY}.share"
    )
    found = lagrange_kkt.ball(share / 100)
    left, right = st.columns(2)
    with left:
        charts.show(_field(found), f"{KEY}.field")
    with right:
        charts.show(
            lines({"penalty λ": Line(100 * found.sizes, found.prices)},
                  x_label="t, % of the free squared length", y_label="Penalty λ",
                  moments={"t": float(share)}),
            f"{KEY}.penalty",
        )  # fmt: skip
    st.markdown(
        f"In the ball of t = {fixed(found.size)} ({percent(share / 100)} of the free squared "
        f"length) the best coefficients are ({fixed(found.theta[0])}, {fixed(found.theta[1])}), "
        f"found without a penalty. Their multiplier is **λ = {fixed(found.price)}** (KKT-41), and "
        f"with it they solve ridge regression: the relative residual is {found.residual:.1g} "
        "(KKT-40)."
    )


def _field(found: lagrange_kkt.Ball) -> Chart:
    return field(
        found.loss,
        x=found.x,
        y=found.y,
        x_label="First coefficient",
        y_label="Second coefficient",
        z_label="Squared residuals",
        paths={"ball": found.circle, "all ridge solutions": found.path},
        marks={"in the ball": found.theta, "free": found.free},
        height=380,
    )

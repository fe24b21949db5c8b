"""Promise a return, and read what one more percent costs in variance."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.lagrange-kkt.frontier"


@st.fragment
def show() -> None:
    """Ask for a return; show the frontier with its tangent, and the weights."""
    st.subheader("Promise a return")
    st.markdown("**Predict first:** is there a return at which one more unit of it costs nothing?")
    r = st.slider("Promised mean return, %", 1.0, 9.0, 5.0, 0.1, key=f"{KEY}.return")
    found = lagrange_kkt.frontier(r)
    left, right = st.columns(2)
    with left:
        charts.show(
            lines({"least variance": Line(found.targets, found.variances),
                   "slope λ": Line(found.targets, found.tangent)},
                  x_label="Promised mean return, %", y_label="Variance, %²",
                  marks=[Mark(r, found.variance, "here")],
                  y_range=(-40.0, float(found.variances.max()) * 1.05)),
            f"{KEY}.variance",
        )  # fmt: skip
    with right:
        charts.show(
            amount_bars(
                lagrange_kkt.ASSETS, 100 * found.weights, unit="Weight, % of the money", decimals=0
            ),
            f"{KEY}.weights",
        )
    st.markdown(
        f"At {fixed(r, 1)} % the least variance is **{fixed(found.variance, 1)}**, and its price "
        f"λ = dV/dr is **{fixed(found.price, 2)}** for one more percent (KKT-38). It is 0 at "
        f"{fixed(found.least[0], 2)} %, the portfolio of least variance "
        f"({fixed(found.least[1], 1)}, KKT-35). A negative weight is a short sale."
    )
    st.caption("A made-up market of four assets.")

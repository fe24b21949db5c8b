"""Move a limit, and hold what happens against what its price promised."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import Line, lines
from core.viz.text import fixed, signed
from pages._shared import charts

KEY = "foundations.lagrange-kkt.price"


@st.fragment
def show() -> None:
    """Ask for a change of a limit; show the best value with its supporting line, and the price."""
    st.subheader("Move a limit")
    st.markdown(
        "**Predict first:** a limit is loosened by two steps. Is the second step worth as much as "
        "the first?"
    )
    u = st.slider("Change u of the limit", -2.0, 2.0, 0.8, 0.1, key=f"{KEY}.u")
    found = lagrange_kkt.perturbed(u)
    left, right = st.columns(2)
    with left:
        charts.show(
            lines({"best value": Line(found.moves, found.values),
                   "line with slope −μ": Line(found.moves, found.line)},
                  x_label="Change u of the limit", y_label="Value", moments={"u": u}),
            f"{KEY}.value",
        )  # fmt: skip
    with right:
        charts.show(
            lines({"price": Line(found.moves, found.prices)}, x_label="Change u of the limit",
                  y_label="Price of the limit", moments={"u": u},
                  level=(found.price, "price at u = 0")),
            f"{KEY}.slope",
        )  # fmt: skip
    st.markdown(
        f"With u = {signed(u, 1)} the best value is **{fixed(found.value)}**; the line through "
        f"u = 0 with the price {fixed(found.price)} says {fixed(found.promised)}, and is never "
        f"above it (KKT-23). The difference here is **{fixed(found.value - found.promised)}**."
    )

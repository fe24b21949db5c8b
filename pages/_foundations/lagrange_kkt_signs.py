"""One parabola, one wall, and both signs before the multiplier."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import Line, lines
from core.viz.text import fixed
from pages._shared import charts, results

KEY = "foundations.lagrange-kkt.signs"


@st.fragment
def show() -> None:
    """Ask for a multiplier; show both Lagrangians and both dual functions."""
    a, b = lagrange_kkt.PARABOLA
    st.subheader("Plus or minus?")
    st.markdown(
        f"Minimise ${a:g}\\,x^2$ subject to ${b:g}-x\\le0$. **Predict first:** which sign before "
        "the multiplier makes breaking the limit expensive?"
    )
    mu = st.slider("Multiplier μ", 0.0, 6.0, 1.0, 0.1, key=f"{KEY}.mu")
    found = lagrange_kkt.signs(mu)
    left, right = st.columns(2)
    with left:
        charts.show(
            lines({"f + μh": Line(found.x, found.lagrangian_right),
                   "f − μh": Line(found.x, found.lagrangian_wrong)},
                  x_label="x", y_label="Lagrangian", moments={"limit": b}),
            f"{KEY}.lagrangian",
        )  # fmt: skip
    with right:
        charts.show(
            lines({"plus": Line(found.prices, found.right),
                   "minus": Line(found.prices, found.wrong)},
                  x_label="Multiplier μ", y_label="Dual value",
                  level=(found.least, "least allowed value"), moments={"μ": mu},
                  y_range=(-6.0, found.least + 1.0)),
            f"{KEY}.dual",
        )  # fmt: skip
    st.markdown(
        f"At μ = {fixed(mu, 1)} the plus bounds the least value {fixed(found.least)} by "
        f"**{fixed(found.bound_right)}** (KKT-12); the minus gives **{fixed(found.bound_wrong)}**. "
        f"Over all μ ≥ 0 the plus reaches {fixed(found.best_right)}, the minus "
        f"{fixed(found.best_wrong)}."
    )
    tight = abs(found.bound_right - found.least) < 1e-9 * found.least
    results.badge(
        "ok" if tight else "attention", "Bound is exact" if tight else "Bound is not tight"
    )

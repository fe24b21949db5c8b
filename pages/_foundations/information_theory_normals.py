"""Divergence between two normal laws, in both directions."""

from __future__ import annotations

import streamlit as st

from core.foundations import information_theory
from core.viz import Chart, Line, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.information-theory.normals"


@st.fragment
def show() -> None:
    """Ask for a second normal law and show where either divergence comes from."""
    st.subheader("One price in each direction")
    st.markdown(
        "**Predict first:** p is the standard normal law, q is twice as wide. Is it dearer to "
        "believe q while p is true, or to believe p while q is true?"
    )
    one, two = st.columns(2)
    mean = one.slider("Mean of q", -3.0, 3.0, 1.0, 0.25, key=f"{KEY}.mean")
    sd = two.slider("Standard deviation of q", 0.4, 3.0, 2.0, 0.1, key=f"{KEY}.sd")
    found = information_theory.two_normals(mean, sd)
    left, right = st.columns(2)
    with left:
        charts.show(_densities(found), f"{KEY}.densities")
    with right:
        charts.show(_integrands(found), f"{KEY}.integrands")
    st.markdown(
        f"Draws from p, belief q: **{fixed(found.forward, 3)} nats** in excess. Draws from q, "
        f"belief p: **{fixed(found.backward, 3)} nats**. Each is the area under its line on the "
        "right; parts below 0 are places where the wrong belief happens to be the better bet. "
        f"Both added are {fixed(found.forward + found.backward, 3)} nats, the stability index of "
        "very fine bins."
    )


def _densities(found: information_theory.TwoNormals) -> Chart:
    return lines(
        {"p": Line(found.x, found.p), "q": Line(found.x, found.q)},
        x_label="x",
        y_label="Density",
        height=320,
    )


def _integrands(found: information_theory.TwoNormals) -> Chart:
    return lines(
        {
            "p log(p/q): draws from p": Line(found.x, found.there),
            "q log(q/p): draws from q": Line(found.x, found.back),
        },
        x_label="x",
        y_label="Added to the divergence",
        level=(0.0, ""),
        height=320,
    )

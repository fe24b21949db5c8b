"""Eigenvalues of pure noise beside the law for large tables, and parallel analysis."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import pca_svd
from core.viz import Chart, Line, lines
from core.viz.text import counted, fixed
from pages._shared import charts

KEY = "foundations.pca-svd.noise"


@st.fragment
def show() -> None:
    """Ask for a shape and a draw, and show how eigenvalues of noise spread."""
    st.subheader("Components of nothing")
    st.markdown(
        "**Predict first:** all columns are independent noise with variance 1. How large is the "
        "largest eigenvalue if there are as many columns as half the rows?"
    )
    one, two, three = st.columns(3)
    n = one.slider("Rows", 80, 400, 100, 20, key=f"{KEY}.rows")
    p = two.slider("Columns", 5, 60, 50, 5, key=f"{KEY}.columns")
    seed = three.slider("Draw", 1, 20, 1, key=f"{KEY}.draw")
    found = pca_svd.noise_spectrum(n, p, seed)
    left, right = st.columns(2)
    with left:
        charts.show(_law(found), f"{KEY}.law")
    with right:
        charts.show(_scree(found), f"{KEY}.scree")
    st.markdown(
        f"The largest of {p} eigenvalues is **{fixed(float(found.eigenvalues[0]), 2)}**, the "
        f"smallest {fixed(float(found.eigenvalues[-1]), 2)}; the law for large tables ends at "
        f"{fixed(found.edges[1], 2)} and {fixed(found.edges[0], 2)}. The rule 'above 1' would keep "
        f"**{found.above_one}** of them. Parallel analysis, which compares with shuffled "
        f"columns, keeps **{found.kept}**. Its limit is a 95 % quantile, so noise passes now and "
        "then: try other draws."
    )


def _law(found: pca_svd.Noise) -> Chart:
    edges = np.array([found.bins[:-1], found.bins[1:]]).T.ravel()
    return lines(
        {
            "law for large tables": Line(found.places, found.density),
            "eigenvalues of this table": Line(edges, np.repeat(found.heights, 2)),
        },
        x_label="Eigenvalue",
        y_label="Density",
        height=340,
    )


def _scree(found: pca_svd.Noise) -> Chart:
    places = np.arange(1, len(found.eigenvalues) + 1)
    return lines(
        {
            "eigenvalues": Line(places, found.eigenvalues),
            "shuffled, 95 % limit": Line(places, found.thresholds),
        },
        x_label=f"Place, of {counted(len(places), 'component')}",
        y_label="Eigenvalue",
        level=(1.0, "1"),
        height=340,
    )

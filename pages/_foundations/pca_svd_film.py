"""A drawn film kept in k pairs of profiles, and the error that the dropped ones announce."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import pca_svd
from core.viz import Chart, Line, lines, picture
from core.viz.text import counted, fixed, percent
from pages._shared import charts

KEY = "foundations.pca-svd.film"


@st.fragment
def show() -> None:
    """Ask for a rank, and show the approximation beside the film, and the singular values."""
    st.subheader("Keep a film in k pairs of profiles")
    st.markdown(
        f"**Predict first:** how many of {pca_svd.FILM_SIDE} pairs does a chest film need before "
        "you can see the heart?"
    )
    k = st.slider("Rank k", 1, pca_svd.FILM_SIDE // 2, 3, key=f"{KEY}.rank")
    found = pca_svd.low_rank_film(k)
    left, right = st.columns(2)
    with left:
        charts.show(picture(found.film, title="Drawn film", height=300), f"{KEY}.whole")
        st.caption("A drawn film, not a patient")
    with right:
        kept = f"Best approximation of rank {k}"
        charts.show(picture(found.kept, title=kept, height=300), f"{KEY}.kept")
        st.caption(kept)
    charts.show(_values(found, k), f"{KEY}.values")
    st.markdown(
        f"With {counted(k, 'pair')} the squared differences of all pixels have the root "
        f"**{fixed(found.error, 6)}**; the dropped singular values announce "
        f"**{fixed(found.formula, 6)}** (PS-8). The next one, "
        f"{fixed(float(found.singular_values[k]), 3)}, is the error in the worst direction. They "
        f"are stored in {found.numbers:,} numbers instead of {found.film.size:,}, and carry "
        f"{percent(found.share)} of the squared grey values."
    )


def _values(found: pca_svd.LowRank, k: int) -> Chart:
    kept = np.arange(len(found.singular_values))
    rest = np.sqrt(np.cumsum(found.singular_values[::-1] ** 2))[::-1]
    return lines(
        {
            "all pixels": Line(kept, np.log10(rest)),
            "worst direction": Line(kept, np.log10(found.singular_values)),
        },
        x_label="Rank k",
        y_label="Error, power of ten",
        moments={f"k = {k}": float(k)},
        height=300,
    )

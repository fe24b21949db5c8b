"""Groups by density, beside what the same settings find in noise."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.apple_sales import DensityGroups, density_groups
from core.viz.text import counted
from pages._apple_sales.structure_source import Given
from pages._shared import calls, results, tables

KEY = "apple.density"


def show(given: Given) -> None:
    """Ask for the settings of DBSCAN and show what it finds in the rows and in noise."""
    left, right = st.columns(2)
    eps = left.slider("Radius eps (standard deviations)", 0.1, 3.0, 1.0, 0.1, key=f"{KEY}.eps")
    rows = int(right.number_input("Rows within it that make a core", 2, 50, 5, key=f"{KEY}.rows"))
    with st.spinner("Looking for dense groups in the rows and in 39 noise tables"):
        if given.public:
            found = _public(given.name, eps, rows, given.frame)
        else:
            found = density_groups(given.frame, eps=eps, min_samples=rows)
    _show(found)
    asked = {"eps": eps, "min_samples": rows}
    given.code("density", asked, "density_groups", calls.arguments(**asked))


def _show(found: DensityGroups) -> None:
    low, high = found.noise_groups
    few, many = found.noise_alone
    with st.container(border=True):
        if found.unusual:
            results.badge("attention", "Differs from uniform noise at these settings")
        else:
            results.badge("unknown", "What uniform noise gives as well")
        st.markdown(
            f"At eps = {found.eps:g} and {found.min_samples} rows, DBSCAN finds "
            f"{counted(found.groups, 'group')} and leaves {found.alone} of {found.n} rows alone. "
            f"In {found.references} tables of uniform noise over the same ranges it finds {low} to "
            f"{high} and leaves {few} to {many} alone."
        )
    tables.show(
        [
            {"Figure": "Groups", "These rows": found.groups, "Noise, least": low,
             "Noise, most": high},
            {"Figure": "Rows alone", "These rows": found.alone, "Noise, least": few,
             "Noise, most": many},
        ],
        alt="Groups and rows alone, in these rows and in noise.",
    )  # fmt: skip
    st.caption(
        "Trying many settings and keeping the one that looks best is a search through noise; "
        "differing at one setting is a hint, not a test."
    )


@st.cache_data(show_spinner=False, max_entries=64)
def _public(name: str, eps: float, rows: int, _frame: pd.DataFrame) -> DensityGroups:
    return density_groups(_frame, eps=eps, min_samples=rows)

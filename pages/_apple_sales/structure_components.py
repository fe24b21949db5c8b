"""Principal components: how many rise above chance, and what lies along the first two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.apple_sales import Structure
from core.stats.components import Components
from core.viz import Line, biplot, lines
from core.viz.text import counted, fixed, percent
from pages._apple_sales.structure_source import Given, find, show_code
from pages._shared import charts, results, tables

KEY = "apple.components"
GROUPS = "the groups shown"
NOTHING = "nothing"
MOST_COLOURS = 10


def show(given: Given) -> None:
    """Show the parallel analysis, the biplot and the loadings."""
    found = find(given)
    parts = found.components
    if parts is None:
        results.badge("unknown", "One column has no components")
        return
    _verdict(parts)
    st.subheader("Against chance", anchor=False)
    _parallel(parts)
    st.subheader("Rows and columns", anchor=False)
    _biplot(given, found, parts)
    _loadings(parts)
    show_code(given)


def _verdict(parts: Components) -> None:
    with st.container(border=True):
        if parts.kept:
            share = float(parts.shares[: parts.kept].sum())
            results.badge("ok", f"{counted(parts.kept, 'component')} above chance")
            st.markdown(
                f"{parts.kept} of {len(parts.shares)} components rise above what shuffled columns "
                f"give, with {percent(share)} of the variance (n = {parts.n})."
            )
        else:
            results.badge("unknown", "No component above chance")
            st.markdown(
                f"The largest component carries {percent(float(parts.shares[0]))} of the variance, "
                f"which shuffled columns reach as well (n = {parts.n}). The columns show nothing "
                "in common that could be summarised."
            )


def _parallel(parts: Components) -> None:
    number = list(range(1, len(parts.variances) + 1))
    chart = lines(
        {
            "These columns": Line(number, parts.variances),
            f"{percent(parts.quantile)} of shuffled tables stay below": Line(
                number, parts.thresholds, dashed=[True] * len(number)
            ),
        },
        x_label="Component",
        y_label="Variance (a column has 1)",
        height=320,
    )
    charts.show(chart, key=f"{KEY}.parallel")
    st.caption(f"Horn's parallel analysis with {parts.draws} shuffled tables.")


def _biplot(given: Given, found: Structure, parts: Components) -> None:
    words = given.frame.select_dtypes(exclude="number").iloc[found.numbers.rows].astype(str)
    options = [NOTHING, GROUPS, *(c for c in words if words[c].nunique() <= MOST_COLOURS)]
    chosen = st.selectbox("Colour by", options, index=len(options) - 1 if given.public else 0,
                          key=f"{KEY}.colour.{given.name}")  # fmt: skip
    if chosen == NOTHING:
        names = np.full(parts.n, "Rows")
    elif chosen == GROUPS:
        names = np.array([f"Group {label + 1}" for label in found.labels])
    else:
        names = words[chosen].to_numpy(dtype=str)
    rows = np.asarray(given.frame.index.astype(str))[found.numbers.rows]
    members = {str(name): names == name for name in sorted(set(names))}
    first, second = (
        f"Component {i + 1} ({percent(float(parts.shares[i]))} of variance)" for i in range(2)
    )
    chart = biplot(
        {name: (parts.scores[mask, 0], parts.scores[mask, 1]) for name, mask in members.items()},
        {
            name: (float(parts.loadings[i, 0]), float(parts.loadings[i, 1]))
            for i, name in enumerate(_short(parts.names))
        },
        x_label=first,
        y_label=second,
        names=[list(rows[mask]) for mask in members.values()],
    )
    charts.show(chart, key=f"{KEY}.biplot")
    if chosen == GROUPS and found.k == 1:
        st.caption("No structure was found: the colours only show where the rows were cut.")


def _short(names: Sequence[str]) -> list[str]:
    """Return names without units in brackets, where they stay different."""
    short = [name.split(" (")[0] for name in names]
    return short if len(set(short)) == len(short) else list(names)


def _loadings(parts: Components) -> None:
    kept = max(parts.kept, 2)
    rows = [
        {"Column": name, **{f"Component {j + 1}": float(parts.loadings[i, j]) for j in range(kept)}}
        for i, name in enumerate(parts.names)
    ]
    st.markdown("**Correlation of each column with the components**")
    tables.show(
        rows,
        alt=f"Loadings; component 1 has variance {fixed(float(parts.variances[0]), 2)}.",
        decimals={f"Component {j + 1}": 2 for j in range(kept)},
    )

"""Turn a line through real rows: what it carries and what it misses always add up."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import pca_svd
from core.viz import Chart, Line, lines, scatter
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.pca-svd.direction"


@st.fragment
def show() -> None:
    """Ask for an angle, and show the rows, their feet on the line, and both amounts."""
    st.subheader("Turn the line")
    st.markdown(
        "**Predict first:** when the line carries the most variance, is the squared distance of "
        "the rows to it small, large, or unrelated?"
    )
    angle = st.slider("Angle of the line, degrees", 0, 180, 100, 5, key=f"{KEY}.angle")
    found = pca_svd.along_direction(float(angle))
    left, right = st.columns(2)
    with left:
        charts.show(_rows(found), f"{KEY}.rows")
    with right:
        charts.show(_amounts(found, angle), f"{KEY}.amounts")
    st.markdown(
        f"At {angle}° the line carries **{fixed(found.variance)}** and misses "
        f"**{fixed(found.error)}**; together {fixed(found.variance + found.error)}, the total "
        f"variance at every angle. The first component lies at {fixed(found.best, 1)}°, where the "
        f"line carries {fixed(float(np.max(found.variances)))}."
    )
    st.caption(
        f"{len(found.rows)} rows of the Wisconsin breast-cancer data, "
        f"{' and '.join(pca_svd.COLUMNS)}, standardised. For two such columns the first "
        "component always lies at 45° or 135°. Every third row is drawn."
    )


def _rows(found: pca_svd.Direction) -> Chart:
    every = slice(None, None, 3)
    groups = {"Rows": found.rows[every].T, "Nearest on the line": found.feet[every].T}
    return scatter(
        {name: (x, y) for name, (x, y) in groups.items()},
        x_label=f"{pca_svd.COLUMNS[0]}, SD",
        y_label=f"{pca_svd.COLUMNS[1]}, SD",
        height=400,
    )


def _amounts(found: pca_svd.Direction, angle: int) -> Chart:
    return lines(
        {
            "carried": Line(found.angles, found.variances),
            "missed": Line(found.angles, found.errors),
            "sum": Line(found.angles, found.variances + found.errors),
        },
        x_label="Angle, degrees",
        y_label="Variance",
        moments={"here": float(angle)},
        y_range=(0.0, 2.2),
        height=380,
    )

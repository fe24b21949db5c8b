"""Change the unit of one column, and the first axis turns."""

from __future__ import annotations

import streamlit as st

from core.foundations import pca_svd
from core.viz import Chart, Line, lines, scatter
from core.viz.text import fixed, number, percent
from pages._shared import charts

KEY = "foundations.pca-svd.units"
FACTORS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


@st.fragment
def show() -> None:
    """Ask for a factor, and show the rows, and the angle and share of the first component."""
    st.subheader("Change a unit")
    st.markdown(
        "**Predict first:** one column is multiplied by 3. Does the first component follow this "
        "column, turn away from it, or stay?"
    )
    factor = st.select_slider(
        f"Multiply {pca_svd.COLUMNS[0]} by", FACTORS, 1.0, key=f"{KEY}.factor"
    )
    found = pca_svd.unit_change(factor)
    left, right = st.columns(2)
    with left:
        rows = found.rows[::3]
        charts.show(
            scatter(
                {"Rows": (rows[:, 0], rows[:, 1])},
                x_label=f"{pca_svd.COLUMNS[0]}, times {number(factor)}",
                y_label=pca_svd.COLUMNS[1],
            ),
            f"{KEY}.rows",
        )
    with right:
        charts.show(_angles(found, factor), f"{KEY}.angles")
    st.markdown(
        f"The first axis makes an angle of **{fixed(found.angle, 1)}°** with the column and "
        f"carries **{percent(found.share)}** of the variance. The patients are the same; only the "
        "unit is not."
    )


def _angles(found: pca_svd.Units, factor: float) -> Chart:
    return lines(
        {
            "angle to the column, degrees": Line(found.factors, found.angles),
            "share of variance, %": Line(found.factors, 100 * found.shares),
        },
        x_label="Factor",
        y_label="Degrees, and percent",
        moments={"here": factor},
        x_steps=(0.1, 0.3, 1.0, 3.0, 10.0),
        y_range=(0.0, 105.0),
        height=380,
    )

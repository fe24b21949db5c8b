"""Walk around an ellipse on a hillside and watch the two gradients."""

from __future__ import annotations

import streamlit as st

from core.foundations import lagrange_kkt
from core.viz import Chart, Line, field, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.lagrange-kkt.walk"


@st.fragment
def show() -> None:
    """Ask for a place on the ellipse; show the hillside, the height and the angle there."""
    st.subheader("Walk along the constraint")
    st.markdown(
        "**Predict first:** where the path is highest, how does it meet the contour line there?"
    )
    degrees = st.slider("Place on the ellipse, degrees", 0, 360, 60, 2, key=f"{KEY}.degrees")
    found = lagrange_kkt.walk(float(degrees))
    left, right = st.columns(2)
    with left:
        charts.show(_hill(found), f"{KEY}.hill")
    with right:
        here = {"here": float(degrees)}
        charts.show(
            lines({"height": Line(found.degrees, found.heights)}, x_label="Place, degrees",
                  y_label="Height f", moments=here, height=220),
            f"{KEY}.height",
        )  # fmt: skip
        charts.show(
            lines({"angle": Line(found.degrees, found.angles)}, x_label="Place, degrees",
                  y_label="Angle between gradients, °", moments=here, height=220),
            f"{KEY}.angle",
        )  # fmt: skip
    st.markdown(
        f"At {degrees}° the height is **{fixed(found.value)}**. The gradients of f and g enclose "
        f"**{fixed(found.angle, 1)}°**, and {fixed(100 * found.residual, 1)} % of the gradient of "
        f"f is not along that of g (KKT-1). The highest place is at {fixed(found.best, 1)}°; there "
        "the angle is 0, as it is at the lowest."
    )


def _hill(found: lagrange_kkt.Walk) -> Chart:
    return field(
        found.height,
        x=found.x,
        y=found.y,
        x_label="x",
        y_label="y",
        z_label="Height f",
        paths={"constraint g = c": found.curve},
        marks={"here": found.point},
        height=400,
    )

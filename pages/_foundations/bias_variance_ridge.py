"""The path of ridge: what is kept of each direction, and how bias and variance trade."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import bias_variance
from core.viz import Chart, Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bias-variance.ridge"


@st.fragment
def show() -> None:
    """Ask for a penalty, and show shares, bias and variance."""
    st.subheader("A penalty as a filter")
    st.markdown(
        "**Predict first:** the true curve is a polynomial of degree 9 close to a sine, so least "
        "squares of that degree has no bias. Does any penalty make it better?"
    )
    power = st.slider("Penalty, power of ten", -6.0, 2.0, -2.0, 0.1, key=f"{KEY}.penalty")
    found = bias_variance.ridge_path(power)
    left, right = st.columns(2)
    with left:
        names = [f"direction {i}" for i in range(1, len(found.shares) + 1)]
        chart = amount_bars(names, found.shares, unit="share that is kept", decimals=3)
        charts.show(chart, f"{KEY}.shares")
    with right:
        charts.show(_path(found, power), f"{KEY}.path")
    bias, variance = found.chosen
    verdict = "less" if bias + variance < found.least_squares else "more"
    st.markdown(
        f"The penalty leaves {fixed(found.freedom, 2)} of {len(found.shares)} degrees of freedom. "
        f"Squared bias {fixed(bias, 4)} plus variance {fixed(variance, 4)} is "
        f"**{fixed(bias + variance, 4)}**, {verdict} than the {fixed(found.least_squares, 4)} of "
        f"least squares. The best penalty is about 10 to the power {fixed(found.best, 1)}; up to "
        f"the power {fixed(found.safe, 2)} ridge is better on every design with these coefficients."
    )


def _path(found: bias_variance.RidgePath, power: float) -> Chart:
    total = found.bias_squared + found.variance
    place = float(np.interp(power, found.log_penalties, total))
    return lines(
        {
            "sum": Line(found.log_penalties, total),
            "squared bias": Line(found.log_penalties, found.bias_squared),
            "variance": Line(found.log_penalties, found.variance),
        },
        x_label="Penalty, power of ten",
        y_label="Part of the error",
        marks=[Mark(power, min(place, 0.1), "here")],
        level=(found.least_squares, "least squares"),
        moments={"safe": found.safe},
        y_range=(0.0, 0.1),
        height=340,
    )

"""Double descent: the error along the number of features, by formula and in one run."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.foundations import bias_variance
from core.viz import Chart, Line, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bias-variance.descent"


@st.fragment
def show() -> None:
    """Ask for a number of features and a draw, and show error and parts."""
    rows = bias_variance.ROWS
    st.subheader("Past the peak")
    st.markdown(
        f"**Predict first:** with {rows} rows, which is worse: {rows - 2} features, {rows}, or "
        f"{bias_variance.FEATURES}?"
    )
    one, two = st.columns(2)
    p = one.slider("Features", 1, bias_variance.FEATURES, 40, key=f"{KEY}.features")
    seed = two.slider("Draw", 1, 20, 1, key=f"{KEY}.draw")
    found = bias_variance.double_descent(p, seed=seed)
    left, right = st.columns(2)
    with left:
        charts.show(_curve(found, p), f"{KEY}.curve")
    with right:
        _parts(found)
    total = found.missed + found.bias + found.variance
    run = fixed(float(found.run[p - 1]), 3)
    if math.isinf(total):
        st.markdown(
            f"With {p} features the expected error is **infinite**: one draw may be harmless (this "
            f"one has {run}), but the mean of many never settles."
        )
        return
    st.markdown(
        f"With {p} features the expected error above the noise is **{fixed(total, 3)}**; this draw "
        f"has {run}. The lowest expected error below the peak is "
        f"{fixed(float(found.few_error.min()), 3)}, beyond it "
        f"{fixed(float(found.many_error.min()), 3)}."
    )


def _parts(found: bias_variance.Descent) -> None:
    names, amounts = ["features not used", "outside the rows"], [found.missed, found.bias]
    if math.isfinite(found.variance):
        names.append("variance")
        amounts.append(found.variance)
    chart = amount_bars(names, amounts, unit="part of the expected error", decimals=3)
    charts.show(chart, f"{KEY}.parts")


def _curve(found: bias_variance.Descent, p: int) -> Chart:
    return lines(
        {
            "formula, fewer features": Line(found.few, np.log10(found.few_error)),
            "formula, more features": Line(found.many, np.log10(found.many_error)),
            "this draw": Line(found.counts, np.log10(found.run)),
        },
        x_label=f"Features ({bias_variance.ROWS} rows)",
        y_label="Error above the noise, power of ten",
        moments={"here": float(p)},
        height=340,
    )

"""Polynomials refitted to a noisy sine: the fan of fits, and the error of every degree."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import bias_variance
from core.viz import Chart, Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bias-variance.polynomials"


@st.fragment
def show() -> None:
    """Ask for degree, noise and number of points; show fits, parts and errors."""
    st.subheader("Twelve repetitions of one study")
    st.markdown(
        "**Predict first:** which degree has the smallest error on fresh values, and does that "
        "degree change when the noise doubles?"
    )
    one, two, three = st.columns(3)
    degree = one.slider("Degree", 0, bias_variance.HIGHEST_DEGREE, 9, key=f"{KEY}.degree")
    sigma = two.slider("Noise (sd)", 0.1, 1.0, 0.3, 0.1, key=f"{KEY}.noise")
    m = three.slider("Points", 20, 80, 30, 10, key=f"{KEY}.points")
    found = bias_variance.polynomial_fits(degree, sigma, m)
    left, right = st.columns(2)
    with left:
        charts.show(_fan(found), f"{KEY}.fan")
    with right:
        charts.show(_errors(found, degree), f"{KEY}.errors")
    parts = [found.noise, float(found.bias_squared[degree]), float(found.variance[degree])]
    charts.show(
        amount_bars(
            ["noise", "squared bias", "variance"], parts, unit="part of the error", decimals=4
        ),
        f"{KEY}.parts",
    )
    st.markdown(
        f"Degree {degree}: noise {fixed(parts[0], 4)}, squared bias {parts[1]:.2g} and "
        f"variance {fixed(parts[2], 4)} make an expected error of "
        f"**{fixed(float(found.fresh[degree]), 4)}** on fresh values; the training error shows "
        f"{fixed(float(found.training[degree]), 4)}. The best degree is **{found.best}**, with "
        f"{fixed(float(found.fresh[found.best]), 4)}. All of these are exact; only the twelve "
        "curves are drawn at random."
    )


def _fan(found: bias_variance.PolynomialFits) -> Chart:
    curves = {"truth": Line(found.x, found.truth)}
    curves["mean of all 12 fits, with their range"] = Line(
        found.x,
        found.fan.mean(axis=0),
        low=found.fan.min(axis=0),
        high=found.fan.max(axis=0),
    )
    curves["one of them"] = Line(found.x, found.fan[0])
    return lines(curves, x_label="x", y_label="Fit", y_range=(-2.5, 2.5), height=340)


def _errors(found: bias_variance.PolynomialFits, degree: int) -> Chart:
    def power(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.log10(np.maximum(values, 1e-6)))

    return lines(
        {
            "fresh values": Line(found.degrees, power(found.fresh)),
            "training": Line(found.degrees, power(found.training)),
            "variance": Line(found.degrees, power(found.variance)),
            "squared bias": Line(found.degrees, power(found.bias_squared)),
        },
        x_label="Degree",
        y_label="Error, power of ten (from −6)",
        marks=[Mark(float(degree), float(power(found.fresh)[degree]), f"degree {degree}")],
        height=340,
    )

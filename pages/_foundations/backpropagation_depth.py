"""A deep random network: the size of activations and gradients, layer by layer."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.foundations import backpropagation
from core.viz import Chart, Line, lines
from core.viz.text import fixed
from pages._shared import charts

Floats = NDArray[np.float64]

KEY = "foundations.backpropagation.depth"


@st.fragment
def show() -> None:
    """Ask for activation, depth and gain, and show how signals grow or vanish."""
    st.subheader("Vanish or explode")
    st.markdown(
        "**Predict first:** which gain keeps a ReLU network at its scale? Does the same gain "
        "suit tanh?"
    )
    names = list(backpropagation.ACTIVATIONS)
    chosen = st.segmented_control("Activation", names, default=names[0], key=f"{KEY}.activation")
    one, two, three = st.columns(3)
    layers = one.slider("Layers", 2, 40, 20, key=f"{KEY}.layers")
    gain = two.slider("Gain: weight SD times root n", 0.5, 5.0, 1.0, 0.05, key=f"{KEY}.gain")
    seed = three.slider("Draw", 1, 20, 1, key=f"{KEY}.draw")
    found = backpropagation.depth(chosen or names[0], layers, gain, seed)
    left, right = st.columns(2)
    with left:
        charts.show(
            _chart(found, found.forward, found.forward_theory, "Mean square of z"),
            f"{KEY}.forward",
        )
    with right:
        charts.show(
            _chart(found, found.backward, found.backward_theory, "Mean square of gradient"),
            f"{KEY}.backward",
        )
    st.markdown(
        f"From the last layer to the first the mean square of the gradient changes by "
        f"**{fixed(found.reaching, 1)}** powers of ten; the layer gains (BP-22, BP-25) predict "
        f"{fixed(float(found.backward_theory[0]), 1)}. The preactivations end at the power "
        f"{fixed(float(found.forward[-1]), 1)}."
    )


def _chart(
    found: backpropagation.Depth,
    measured: Floats,
    theory: Floats,
    what: str,
) -> Chart:
    dashed = [True] * len(found.layers)
    return lines(
        {
            "this network": Line(found.layers, measured),
            "wide limit": Line(found.layers, theory, dashed=dashed),
        },
        x_label="Layer",
        y_label=f"{what} (power of ten)",
        height=320,
    )

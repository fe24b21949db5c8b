"""Integrated gradients and input times gradient: what they share out, and what they lack."""

from __future__ import annotations

import streamlit as st

from core.foundations import backpropagation
from core.viz import Chart, Line, lines, paired_bars
from core.viz.text import fixed
from pages._shared import charts, registry

KEY = "foundations.backpropagation.attribution"
SMALLEST = 0.1
"""Smallest gap the axis reaches to, so that rounding does not look like one."""


@st.fragment
def show() -> None:
    """Ask for midpoints and biases, and show what two attributions lack of the output."""
    st.subheader("Do the attributions sum to the output?")
    st.markdown(
        "**Predict first:** the network has no biases at the start. How many midpoints do "
        "integrated gradients need to be complete?"
    )
    one, two, three = st.columns(3)
    nodes = one.slider("Midpoints", 1, 32, 4, key=f"{KEY}.nodes")
    bias = two.slider("Size of the biases", 0.0, 2.0, 0.0, 0.1, key=f"{KEY}.bias")
    seed = three.slider("Draw", 1, 20, 2, key=f"{KEY}.draw")
    found = backpropagation.attributions(nodes, bias, seed)
    left, right = st.columns(2)
    with left:
        charts.show(
            paired_bars(
                [f"input {i}" for i in range(1, 6)],
                found.integrated,
                found.times_gradient,
                names=("integrated gradients", "input times gradient"),
                unit="to the output",
            ),
            f"{KEY}.bars",
        )
    with right:
        charts.show(_gaps(found), f"{KEY}.gaps")
    st.markdown(
        f"The output changes by {fixed(found.change)} between 0 and the input. Integrated "
        f"gradients lack **{fixed(found.integrated_gap)}** of it, input times gradient lacks "
        f"**{fixed(found.gradient_gap)}**. Without biases both are complete with a single node "
        "(BP-34); with biases only the first gets there, with enough midpoints (BP-32). The "
        "Saliency explorer measures the same gap on films."
    )
    explorer = registry.page("saliency")
    st.page_link(
        f"../pages/{explorer.file}", label="Open the Saliency explorer", icon=explorer.icon
    )


def _gaps(found: backpropagation.Attributions) -> Chart:
    flat = [found.gradient_gap] * len(found.counts)
    reach = 1.1 * max(SMALLEST, abs(found.gradient_gap), float(abs(found.gaps).max()))
    return lines(
        {
            "integrated": Line(found.counts, found.gaps),
            "times gradient": Line(found.counts, flat),
        },
        x_label="Midpoints",
        y_label="Lacking of the change",
        x_steps=[1, 2, 4, 8, 16, 32],
        level=(0.0, "complete"),
        y_range=(-reach, reach),
        height=340,
    )

"""Multiplications for a Jacobian: from the output, from the input, and at best."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import backpropagation
from core.viz import Chart, Line, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.backpropagation.cost"


@st.fragment
def show() -> None:
    """Ask for widths, and show what each order of multiplication costs."""
    st.subheader("Reverse or forward")
    st.markdown(
        "**Predict first:** a network has as many outputs as inputs. Is reverse still cheaper?"
    )
    one, two, three = st.columns(3)
    inputs = one.slider("Inputs", 1, 256, 64, key=f"{KEY}.inputs")
    hidden = two.slider("Hidden units", 2, 64, 32, key=f"{KEY}.hidden")
    outputs = three.slider("Outputs", 1, 256, 1, key=f"{KEY}.outputs")
    found = backpropagation.costs(inputs, hidden, outputs)
    left, right = st.columns(2)
    with left:
        charts.show(
            amount_bars(
                ["Reverse", "Forward", "Cheapest order"],
                [found.reverse, found.forward, found.cheapest],
                unit="Multiplications",
                decimals=0,
            ),
            f"{KEY}.bars",
        )
    with right:
        charts.show(_along(found), f"{KEY}.along")
    ratio = fixed(found.forward / found.reverse, 2)
    st.markdown(
        f"The middle one of three hidden layers is half as wide. Reverse takes "
        f"**{found.reverse:,}** multiplications, forward **{found.forward:,}**, which is {ratio} "
        f"times as many. The cheapest of all orders takes **{found.cheapest:,}**."
    )


def _along(found: backpropagation.Costs) -> Chart:
    ways = {
        "reverse": found.reverse_along,
        "forward": found.forward_along,
        "cheapest": found.cheapest_along,
    }
    return lines(
        {name: Line(found.outputs, np.log10(counts)) for name, counts in ways.items()},
        x_label="Outputs",
        y_label="Multiplications (power of ten)",
        x_steps=[1, 4, 16, 64, 256],
        height=320,
    )

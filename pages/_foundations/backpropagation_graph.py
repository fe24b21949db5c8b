"""A small computation graph: values forwards, derivatives backwards, each with a check."""

from __future__ import annotations

import streamlit as st

from core.foundations import backpropagation
from core.viz import Chart, Line, Mark, lines
from core.viz.text import fixed, within
from pages._shared import charts, tables

KEY = "foundations.backpropagation.graph"


@st.fragment
def show() -> None:
    """Ask for two inputs, and show the graph and its output around them."""
    st.subheader("A graph by hand: f = tanh(x y + sin x)")
    st.markdown(
        "**Predict first:** the input x is used twice. What happens to its derivative where y is "
        "the negative of cos x?"
    )
    one, two = st.columns(2)
    x = one.slider("x", -2.0, 2.0, 0.8, 0.1, key=f"{KEY}.x")
    y = two.slider("y", -2.0, 2.0, -0.5, 0.1, key=f"{KEY}.y")
    found = backpropagation.graph(x, y)
    left, right = st.columns(2)
    with left:
        _table(found)
    with right:
        charts.show(_along(found), f"{KEY}.along")
    by = {node.name: node.adjoint for node in found.nodes}
    st.markdown(
        f"Backwards, x collects **{fixed(by['a'] * y)}** through the product and "
        f"**{fixed(by['x'] - by['a'] * y)}** through the sine, together **{fixed(by['x'])}**; y "
        f"collects **{fixed(by['y'])}**. All six derivatives agree with the changes of single "
        f"nodes {within(found.gap)}."
    )


def _table(found: backpropagation.Graph) -> None:
    rows = [
        {
            "Node": node.name,
            "Rule": node.rule,
            "Value": node.value,
            "Backwards": node.adjoint,
            "Check": node.measured,
        }
        for node in found.nodes
    ]
    places = {"Value": 3, "Backwards": 5, "Check": 5}
    output = found.nodes[-1]
    alt = f"Six nodes; the output is {fixed(output.value)}."
    tables.show(rows, alt=alt, decimals=places)


def _along(found: backpropagation.Graph) -> Chart:
    by = {node.name: node for node in found.nodes}
    output = by["f"].value
    near = found.offsets[abs(found.offsets) <= 0.5]
    dashed = [True] * len(near)
    return lines(
        {
            "x moves": Line(found.offsets, found.along_x),
            "y moves": Line(found.offsets, found.along_y),
            "slope by x": Line(near, output + by["x"].adjoint * near, dashed=dashed),
            "slope by y": Line(near, output + by["y"].adjoint * near, dashed=dashed),
        },
        x_label="Change of one input",
        y_label="Output f",
        marks=[Mark(0.0, output, "here")],
        height=320,
    )

"""A square of numbers between -1 and 1, such as correlations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, need_finite
from core.viz.text import label, listed, signed

_NAMED = 3


def correlation_matrix(names: Sequence[str], values: ArrayLike, *, quantity: str) -> Chart:
    """Draw correlations as a coloured square.

    Parameters
    ----------
    names : sequence of str
        One a row and column.
    values : array_like, shape (d, d)
        Symmetric, between -1 and 1.
    quantity : str
        What is shown, with the sample size.

    Raises
    ------
    SuiteError
        If the shape does not fit the names, or a value is no correlation.
    """
    import plotly.graph_objects as go

    square = np.asarray(values, dtype=np.float64)
    if square.shape != (len(names), len(names)):
        message = f"The chart cannot be drawn: {len(names)} names for a table of {square.shape}."
        raise SuiteError(message)
    flat = need_finite("correlations", square.ravel())
    if np.abs(flat).max() > 1 + 1e-9:
        message = "The chart cannot be drawn: a correlation lies outside -1 to 1."
        raise SuiteError(message)
    labels = [label(name, 28) for name in names]
    heat = go.Heatmap(
        z=np.round(square, 3),
        x=labels,
        y=labels,
        zmin=-1,
        zmax=1,
        colorscale=[[i / 9, c] for i, c in enumerate(reversed(theme.DIVERGING))],
        colorbar={"thickness": 12, "title": {"text": ""}, "tickfont": {"color": theme.INK}},
        hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
    )
    drawn = figure(
        [heat],
        height=180 + 20 * len(names),
        xaxis={"showgrid": False, "tickangle": 90, "tickfont": {"size": 11, "color": theme.INK}},
        yaxis={"showgrid": False, "autorange": "reversed",
               "tickfont": {"size": 11, "color": theme.INK}},
    )  # fmt: skip
    rows, columns = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(square[rows, columns]), kind="stable")[:_NAMED]
    strongest = [
        f"{names[rows[i]]} with {names[columns[i]]} {signed(float(square[rows[i], columns[i]]))}"
        for i in order
    ]
    table = pd.DataFrame(square, columns=list(names))
    table.insert(0, "Row", list(names))
    return Chart(drawn, f"{quantity}; strongest: {listed(strongest)}.", table)

"""A square of numbers between -1 and 1, such as correlations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, need_finite
from core.viz.text import label, listed, signed

_NAMED = 3


def correlation_matrix(
    names: Sequence[str],
    values: ArrayLike,
    *,
    quantity: str,
    groups: Sequence[str] | None = None,
) -> Chart:
    """Draw correlations as a coloured square.

    Parameters
    ----------
    names : sequence of str
        One a row and column.
    values : array_like, shape (d, d)
        Symmetric, between -1 and 1.
    quantity : str
        What is shown, with the sample size.
    groups : sequence of str, optional
        The group of each row, neighbours together: a group is then named once along the axis, and
        a name needs to be unique only within its group.

    Raises
    ------
    SuiteError
        If the shape does not fit the names, or a value is no correlation.
    """
    square = np.asarray(values, dtype=np.float64)
    if square.shape != (len(names), len(names)):
        message = f"The chart cannot be drawn: {len(names)} names for a table of {square.shape}."
        raise SuiteError(message)
    flat = need_finite("correlations", square.ravel())
    if np.abs(flat).max() > 1 + 1e-9:
        message = "The chart cannot be drawn: a correlation lies outside -1 to 1."
        raise SuiteError(message)
    whole = (
        list(names) if groups is None else [f"{g} {n}" for g, n in zip(groups, names, strict=True)]
    )
    drawn = _square(square, names, groups, whole)
    rows, columns = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(square[rows, columns]), kind="stable")[:_NAMED]
    strongest = [
        f"{whole[rows[i]]} with {whole[columns[i]]} {signed(float(square[rows[i], columns[i]]))}"
        for i in order
    ]
    table = pd.DataFrame(square, columns=whole)
    table.insert(0, "Row", whole)
    return Chart(drawn, f"{quantity}; strongest: {listed(strongest)}.", table)


def _square(
    square: np.ndarray, names: Sequence[str], groups: Sequence[str] | None, whole: Sequence[str]
) -> Any:
    import plotly.graph_objects as go

    labels: list[Any] = [label(name, 28) for name in names]
    axis = labels if groups is None else [[label(group, 8) for group in groups], labels]
    heat = go.Heatmap(
        z=np.round(square, 3),
        x=axis,
        y=axis,
        zmin=-1,
        zmax=1,
        colorscale=[[i / 9, c] for i, c in enumerate(reversed(theme.DIVERGING))],
        colorbar={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
                  "thickness": 12, "tickvals": [-1, 0, 1], "title": {"text": ""},
                  "tickfont": {"color": theme.INK}},
        customdata=[[f"{label(r)} and {label(c)}" for c in whole] for r in whole],
        hovertemplate="%{customdata}: %{z:.2f}<extra></extra>",
    )  # fmt: skip
    ticks = {"size": 11, "color": theme.INK}
    return figure(
        [heat],
        height=220 + 20 * len(names),
        xaxis={"showgrid": False, "tickangle": 90, "tickfont": ticks},
        yaxis={"showgrid": False, "autorange": "reversed", "tickfont": ticks},
    )

"""A table of counts as shaded fields, with the count in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme
from core.viz.chart import Chart, Floats, figure, note
from core.viz.text import label, listed

_NAMED = 4
_PITCH, _FIELD = 54, 28
"""Height of a row with its name, and of its fields alone, in pixels."""
_DARK = 0.5
"""Share of a row from which white figures are easier to read than dark ones."""
_ON_PALE = "#0e1114"


def count_grid(
    counts: pd.DataFrame,
    *,
    quantity: str,
    row: str,
    column: str = "",
    marked: Sequence[tuple[str, str]] = (),
) -> Chart:
    """Draw counts by row and column; a field is the darker the larger its share of the row.

    Parameters
    ----------
    counts : DataFrame
        Whole numbers that are not negative, rows and columns named.
    quantity : str
        What is counted, for the text alternative.
    row : str
        What a row is, as the head of the table's first column.
    column : str
        What a column is, as the title of the horizontal axis.
    marked : sequence of (row, column)
        Fields with a frame, such as the right calls of a confusion matrix.

    Raises
    ------
    NotEnoughDataError
        If nothing was counted.
    SuiteError
        If a count is negative or not whole.
    """
    z = counts.to_numpy(dtype=np.float64)
    if not z.size or not np.nansum(z):
        message = f"The chart cannot be drawn: nothing was counted as {quantity}."
        raise NotEnoughDataError(message)
    if not (np.isfinite(z).all() and (z >= 0).all() and (z == np.round(z)).all()):
        message = f"The chart cannot be drawn: a count of {quantity} is not a whole number."
        raise SuiteError(message)
    shares = z / np.maximum(z.sum(axis=1, keepdims=True), 1)
    names = [str(name) for name in counts.index]
    heads = [str(head) for head in counts.columns]
    places = [(names.index(a), heads.index(b)) for a, b in marked]
    drawn = _figure(z, shares, names, heads, column, places)
    table = counts.astype(np.int64)
    table.insert(0, row, names)
    return Chart(drawn, _alt(z, names, heads, quantity), table.reset_index(drop=True))


def _alt(z: Floats, names: Sequence[str], heads: Sequence[str], quantity: str) -> str:
    parts = []
    for i, name in enumerate(names):
        order = [j for j in np.argsort(-z[i], kind="stable")[:_NAMED] if z[i, j]]
        said = listed([f"{heads[j]} {z[i, j]:,.0f}" for j in order]) or "none"
        parts.append(f"{name}, n = {z[i].sum():,.0f}: {said}")
    return f"{quantity}. {'; '.join(parts)}."


def _figure(
    z: Floats,
    shares: Floats,
    names: Sequence[str],
    heads: Sequence[str],
    column: str,
    marked: Sequence[tuple[int, int]],
) -> Any:
    import plotly.graph_objects as go

    shaded: NDArray[np.float64] = np.where(z > 0, shares, np.nan)
    told = [
        [f"{label(name)}, {label(head)}: {count:,.0f} ({share:.0%} of the row)"
         for head, count, share in zip(heads, counts, parts, strict=True)]
        for name, counts, parts in zip(names, z, shares, strict=True)
    ]  # fmt: skip
    heat = go.Heatmap(
        z=shaded,
        zmin=0,
        zmax=1,
        colorscale=[[i / 9, colour] for i, colour in enumerate(theme.SEQUENTIAL)],
        showscale=False,
        xgap=3,
        ygap=_PITCH - _FIELD,
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    above = (48 if column else 26) + 19 * max(label(head, 10).count("<br>") for head in heads)
    return figure(
        [heat],
        height=above + round(_PITCH * (len(names) + 0.1)) + 8,
        margin={"l": 8, "r": 8, "t": above, "b": 8},
        xaxis={
            "title": label(column),
            "side": "top",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "tickvals": list(range(len(heads))),
            "ticktext": [label(head, 10) for head in heads],
            "tickangle": 0,
        },
        yaxis={"visible": False, "range": [len(names) - 0.5, -0.6], "fixedrange": True},
        shapes=[_frame(i, j) for i, j in marked],
        annotations=[*_names(z, names), *_figures(z, shares)],
    )


def _names(z: Floats, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows' names above their fields, so that a phone keeps the full width."""
    return [
        note(
            f"{label(name, 40)}, n = {counts.sum():,.0f}",
            xref="paper",
            x=0,
            xanchor="left",
            y=i,
            yanchor="bottom",
            yshift=_FIELD / 2,
        )
        for i, (name, counts) in enumerate(zip(names, z, strict=True))
    ]


def _figures(z: Floats, shares: Floats) -> list[dict[str, Any]]:
    return [
        note(
            f"{z[i, j]:,.0f}",
            x=j,
            y=i,
            font={"size": 14, "color": _ink(float(z[i, j]), float(shares[i, j]))},
        )
        for i, j in np.ndindex(z.shape)
    ]


def _frame(i: int, j: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": j - 0.47,
        "x1": j + 0.47,
        "y0": i - _FIELD / _PITCH / 2,
        "y1": i + _FIELD / _PITCH / 2,
        "line": {"color": theme.NEUTRAL, "width": 2},
    }


def _ink(count: float, share: float) -> str:
    """Return the colour of a figure; only an empty field takes on the page's own background."""
    if not count:
        return theme.INK
    return "#ffffff" if share >= _DARK else _ON_PALE

"""A table of signed changes as coloured fields with the figure in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.viz import theme
from core.viz.chart import Chart, Floats, figure, need_finite, note
from core.viz.text import label, listed, signed

_NAMED = 4
_DARK = 0.55
"""Share of the largest change from which white figures are easier to read."""


def change_grid(
    values: pd.DataFrame, *, quantity: str, unit: str, decimals: int = 1, row: str = "Row"
) -> Chart:
    """Draw changes by row and column; growth and decline have the two colours of the theme.

    Parameters
    ----------
    values : DataFrame
        Changes, rows and columns named; a missing one stays blank.
    quantity : str
        What changes, for the text alternative.
    unit : str
        Unit of the changes.
    decimals : int, default 1
        Decimals of the figures.
    row : str
        What a row is, as the head of the table's first column.

    Raises
    ------
    SuiteError
        If a value is infinite, or there is none.
    """
    z = values.to_numpy(dtype=np.float64)
    known = need_finite("changes", z[~np.isnan(z)])
    reach = max(float(np.abs(known).max()), 10.0**-decimals)
    heads = [str(column) for column in values.columns]
    texts = [["" if np.isnan(v) else signed(float(v), decimals) for v in line] for line in z]
    drawn = _figure(z, [str(name) for name in values.index], heads, texts, (reach, unit, decimals))
    places = [(i, j) for i in range(len(z)) for j in range(len(heads)) if texts[i][j]]
    places.sort(key=lambda place: -abs(z[place]))
    largest = [f"{values.index[i]} in {heads[j]} {texts[i][j]} {unit}" for i, j in places[:_NAMED]]
    table = values.copy()
    table.columns = pd.Index([f"{head} ({unit})" for head in heads])
    table.insert(0, row, list(values.index))
    return Chart(drawn, f"{quantity}; largest: {listed(largest)}.", table.reset_index(drop=True))


def _figure(
    z: Floats,
    names: Sequence[str],
    heads: Sequence[str],
    texts: Sequence[Sequence[str]],
    scale: tuple[float, str, int],
) -> Any:
    import plotly.graph_objects as go

    reach, unit, decimals = scale
    heat = go.Heatmap(
        z=z,
        x=[label(head, 16).replace(" ", "<br>", 1) for head in heads],
        y=[label(name, 24) for name in names],
        zmin=-reach,
        zmax=reach,
        colorscale=[[i / 9, colour] for i, colour in enumerate(reversed(theme.DIVERGING))],
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate=f"%{{y}}, %{{x}}: %{{z:+.{decimals}f}} {unit}<extra></extra>",
    )
    return figure(
        [heat],
        height=70 + 44 * len(names),
        xaxis={"showgrid": False, "side": "top", "fixedrange": True},
        yaxis={"showgrid": False, "autorange": "reversed", "fixedrange": True},
        annotations=[
            note(text, x=j, y=i, font={"size": 13, "color": _ink(z[i, j], reach)})
            for i, line in enumerate(texts)
            for j, text in enumerate(line)
        ],
    )


def _ink(value: float, reach: float) -> str:
    return "#ffffff" if abs(value) > _DARK * reach else theme.INK

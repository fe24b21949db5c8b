"""Rows and columns of a table in one picture: points along two components, arrows for columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.viz import theme
from core.viz.chart import Chart, Floats, need_equal, need_finite, note, padded
from core.viz.scatter import scatter
from core.viz.text import label, listed, signed

_REACH = 0.85
_LINE = 20
_MANY = 200


def biplot(
    groups: Mapping[str, tuple[ArrayLike, ArrayLike]],
    arrows: Mapping[str, tuple[float, float]],
    *,
    x_label: str,
    y_label: str,
    names: Sequence[Sequence[str]] = (),
    height: int = 480,
) -> Chart:
    """Draw the rows as points and the columns as arrows.

    Arrows are the correlations of the columns with both components, stretched by one factor so that
    they fill the picture: their directions and their lengths among each other can be read, not
    their lengths on the axes.

    Parameters
    ----------
    groups : mapping of str to (x, y)
        Name of a group of rows to their places along two components.
    arrows : mapping of str to tuple of float
        Name of a column to its correlation with both components.
    x_label, y_label : str
        What the components are, with their share of the variance.
    names : sequence of sequence of str
        Names of the rows of each group, shown on hovering.
    height : int, default 480
        Height in pixels.

    Raises
    ------
    NotEnoughDataError
        If a group is empty, or there is no arrow.
    SuiteError
        If a value is not finite.
    """
    tips = need_finite("arrows", [v for pair in arrows.values() for v in pair]).reshape(-1, 2)
    chart = scatter(groups, x_label=x_label, y_label=y_label, height=height)
    drawn = chart.figure
    for trace, texts in zip(drawn.data, names, strict=False):
        need_equal(points=list(trace.x), names=texts)
        trace.update(customdata=[label(text) for text in texts],
                     hovertemplate="%{customdata}<extra></extra>")  # fmt: skip
    _quieten(drawn)
    places = np.concatenate([np.column_stack([t.x, t.y]) for t in drawn.data]).astype(float)
    ends = tips * _stretch(places, tips)
    limits = padded([*places[:, 1], *ends[:, 1], 0.0], share=0.12)
    drawn.update_layout(
        annotations=[
            *drawn.layout.annotations,
            *_arrows(list(arrows), ends, height / (limits[1] - limits[0])),
        ],
        xaxis_range=padded([*places[:, 0], *ends[:, 0], 0.0], share=0.14),
        yaxis_range=limits,
    )
    pairs = [f"{name} {signed(a)}, {signed(b)}" for name, (a, b) in arrows.items()]
    columns = pd.DataFrame({"Group": "column, as correlation", x_label: tips[:, 0],
                            y_label: tips[:, 1], "Name": list(arrows)})  # fmt: skip
    table = pd.concat([chart.table, columns], ignore_index=True)
    return Chart(drawn, f"{chart.alt} Correlations of the columns: {listed(pairs)}.", table)


def _stretch(places: Floats, tips: Floats) -> float:
    room = np.abs(places).max(axis=0)
    longest = np.abs(tips).max(axis=0)
    factors = room[longest > 0] / longest[longest > 0]
    return _REACH * float(factors.min()) if len(factors) else 1.0


def _quieten(drawn: Any) -> None:
    """Let the arrows be seen through many points."""
    if sum(len(trace.x) for trace in drawn.data) > _MANY:
        drawn.update_traces(marker={"size": 5, "opacity": 0.45})


def _arrows(names: Sequence[str], ends: Floats, pixels: float) -> list[dict[str, Any]]:
    """Return arrows from the middle, and their names beyond the tips, none over another."""
    found: list[dict[str, Any]] = []
    lowest = {"left": math.inf, "right": math.inf}
    for i in np.argsort(-ends[:, 1], kind="stable"):
        (x, y), side = ends[i], "left" if ends[i, 0] >= 0 else "right"
        place = min(y * pixels, lowest[side] - _LINE)
        lowest[side] = place
        found.append(
            {"x": x, "y": y, "ax": 0, "ay": 0, "xref": "x", "yref": "y", "axref": "x",
             "ayref": "y", "text": "", "showarrow": True, "arrowhead": 2, "arrowwidth": 2,
             "arrowcolor": theme.INK}
        )  # fmt: skip
        found.append(note(f"<b>{label(names[i], 60)}</b>", x=x, y=y, xanchor=side,
                          yanchor="middle", yshift=place - y * pixels,
                          xshift=6 if side == "left" else -6))  # fmt: skip
    return found

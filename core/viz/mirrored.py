"""Two sets of counts over the same bins, one upwards and one downwards."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, need_finite, note, padded
from core.viz.text import label, number

_ROOM = 1.12


def mirrored_histogram(
    counts: Mapping[str, Sequence[int]], edges: ArrayLike, *, x_label: str, height: int = 320
) -> Chart:
    """Draw counts that were made elsewhere, the first above the axis and the second below.

    Parameters
    ----------
    counts : mapping of str to sequence of int, two of them
        Name to the count of each bin.
    edges : array_like, shape (bins + 1,)
        Ascending limits of the bins.
    x_label : str
        Name and unit of what is counted.
    height : int, default 320
        Height in pixels.

    Raises
    ------
    NotEnoughDataError
        If every count is 0.
    SuiteError
        If there are not two sets of counts that fit the edges.
    """
    limits = need_finite("edges", edges)
    given = {name: np.asarray(values, dtype=np.int64) for name, values in counts.items()}
    if len(given) != 2 or any(len(values) != len(limits) - 1 for values in given.values()):
        message = "The chart cannot be drawn: it needs two counts for each bin."
        raise SuiteError(message)
    if not sum(int(values.sum()) for values in given.values()):
        message = "The chart cannot be drawn: nothing was counted."
        raise NotEnoughDataError(message)
    parts = []
    for name, values in given.items():
        fullest = int(values.argmax())
        most = f", most between {number(limits[fullest])} and {number(limits[fullest + 1])}"
        parts.append(f"{name} {values.sum()}{most if values.any() else ''}")
    table = pd.DataFrame({"From": limits[:-1], "To": limits[1:], **given})
    return Chart(_figure(given, limits, x_label, height), f"{x_label}: {'; '.join(parts)}.", table)


def _figure(given: Mapping[str, Any], limits: Any, x_label: str, height: int) -> Any:
    import plotly.graph_objects as go

    widths = np.diff(limits)
    places = [f"{number(a)} to {number(b)}" for a, b in itertools.pairwise(limits)]
    colours = (theme.ESTIMATE, theme.SECOND)
    bars = [
        go.Bar(
            x=limits[:-1] + widths / 2,
            y=sign * values,
            width=0.94 * widths,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[
                f"{label(name)}, {place}: {count}"
                for place, count in zip(places, values.tolist(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for (name, values), sign, colour in zip(given.items(), (1, -1), colours, strict=True)
    ]
    up, down = (max(int(values.max()), 1) for values in given.values())
    ticks = sorted({-down, 0, up})
    key = "   ".join(
        f'<span style="color:{colour}">■</span> {label(name)}, n = {values.sum()}'
        for (name, values), colour in zip(given.items(), colours, strict=True)
    )
    return figure(
        bars,
        height=height,
        barmode="overlay",
        xaxis={"title": label(x_label), "range": padded(limits, share=0.03), "showgrid": False},
        yaxis={
            "title": "Count",
            "range": [-_ROOM * down, _ROOM * up],
            "tickvals": ticks,
            "ticktext": [str(abs(tick)) for tick in ticks],
        },
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        annotations=[
            note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom")
        ],
    )

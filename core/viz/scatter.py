"""Points of several groups on two axes, and one of them pointed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.viz import theme
from core.viz.chart import (
    Chart,
    Floats,
    diagonal,
    figure,
    need_equal,
    need_finite,
    note,
    padded,
)
from core.viz.text import label, number

MOST_POINTS = 5_000
"""Most points of a group that reach the browser: an even choice of more."""

ABREAST, KEY_LINE = 2, 20
"""Groups named in one line of the key, and the height of a line in pixels."""

_SYMBOLS = ("circle", "diamond", "square", "cross", "x")


def scatter(
    groups: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    x_label: str,
    y_label: str,
    highlight: tuple[str, float, float] | None = None,
    shares: bool = False,
    height: int = 420,
) -> Chart:
    """Draw the points of each group in its own colour and shape.

    Parameters
    ----------
    groups : mapping of str to (x, y)
        Name of the group to its coordinates, arrays of shape (n,).
    x_label, y_label : str
        What the axes show, with units.
    highlight : tuple of str, float and float, optional
        Name and place of one point drawn large.
    shares : bool, default False
        Whether both axes hold shares, so that the line on which they are equal is drawn.
    height : int, default 420
        Height in pixels.

    Raises
    ------
    NotEnoughDataError
        If a group is empty.
    SuiteError
        If a value is not finite.
    """
    points: dict[str, tuple[Floats, Floats]] = {}
    for name, (x, y) in groups.items():
        points[name] = need_finite(f"x of {name}", x), need_finite(f"y of {name}", y)
        need_equal(x=points[name][0], y=points[name][1])
    extra = [] if highlight is None else [highlight[1:]]
    xs = np.concatenate([x for x, _ in points.values()] + [np.array([p[0] for p in extra])])
    ys = np.concatenate([y for _, y in points.values()] + [np.array([p[1] for p in extra])])
    drawn = figure(
        [
            *([diagonal()] if shares else []),
            *_traces(points, x_label, y_label),
            *_highlight(highlight),
        ],
        height=height,
        xaxis={"title": label(x_label), "range": padded(xs, share=0.04)},
        yaxis={"title": label(y_label), "range": padded(ys, share=0.06)},
        margin={"l": 8, "r": 8, "t": 12 + KEY_LINE * -(-len(points) // ABREAST), "b": 8},
        annotations=_notes(points, highlight),
    )
    tables = [
        pd.DataFrame({"Group": name, x_label: x, y_label: y}) for name, (x, y) in points.items()
    ]
    return Chart(drawn, _alt(points, x_label, y_label, highlight), pd.concat(tables))


def _traces(points: Mapping[str, tuple[Floats, Floats]], x_label: str, y_label: str) -> list[Any]:
    import plotly.graph_objects as go

    traces = []
    for i, (name, (x, y)) in enumerate(points.items()):
        kept = np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).astype(int)
        traces.append(
            go.Scatter(
                x=x[kept],
                y=y[kept],
                mode="markers",
                marker={
                    "size": 7,
                    "symbol": _SYMBOLS[i % len(_SYMBOLS)],
                    "color": theme.tint(theme.CATEGORICAL[i], 0.65),
                },
                hovertemplate=(
                    f"{label(name)}<br>{label(x_label)} %{{x:.4g}}<br>"
                    f"{label(y_label)} %{{y:.4g}}<extra></extra>"
                ),
            )
        )
    return traces


def _highlight(highlight: tuple[str, float, float] | None) -> list[Any]:
    import plotly.graph_objects as go

    if highlight is None:
        return []
    name, x, y = highlight
    return [
        go.Scatter(
            x=[x],
            y=[y],
            mode="markers",
            marker={
                "size": 18,
                "symbol": "star",
                "color": theme.STATUSES["attention"].colour,
                "line": {"color": "white", "width": 2},
            },
            hovertemplate=f"{label(name)}<extra></extra>",
        )
    ]


def _notes(
    points: Mapping[str, tuple[Floats, Floats]], highlight: tuple[str, float, float] | None
) -> list[dict[str, Any]]:
    signs = {"circle": "●", "diamond": "◆", "square": "■", "cross": "✚", "x": "✖"}
    parts = [
        f'<span style="color:{theme.CATEGORICAL[i]}">{signs[_SYMBOLS[i % len(_SYMBOLS)]]}</span>'
        f" {label(name)}, n = {len(x)}"
        for i, (name, (x, _)) in enumerate(points.items())
    ]
    # A few abreast, so that a phone shows them all.
    key = "<br>".join("   ".join(parts[i : i + ABREAST]) for i in range(0, len(parts), ABREAST))
    place = {"xref": "paper", "x": 0, "xanchor": "left", "align": "left"}
    notes = [note(key, **place, yref="paper", y=1, yanchor="bottom")]
    if highlight is not None:
        name, x, y = highlight
        notes.append(note(f"<b>{label(name)}</b>", x=x, y=y, yshift=20))
    return notes


def _alt(
    points: Mapping[str, tuple[Floats, Floats]],
    x_label: str,
    y_label: str,
    highlight: tuple[str, float, float] | None,
) -> str:
    parts = [
        f"{name} (n = {len(x)}) around {number(float(np.median(x)))}, {number(float(np.median(y)))}"
        for name, (x, y) in points.items()
    ]
    if highlight is not None:
        parts.append(f"{highlight[0]} at {number(highlight[1])}, {number(highlight[2])}")
    return f"{y_label[:1].upper()}{y_label[1:]} against {x_label}: {'; '.join(parts)}."

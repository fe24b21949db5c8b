"""A quantity over a plane as colour with contour lines, and paths and places in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import Chart, Floats, figure, need_equal, need_finite, note
from core.viz.text import label, listed, number

_PATHS = (theme.SECOND, theme.CATEGORICAL[2], theme.CATEGORICAL[4], theme.CATEGORICAL[6])
_SIGNS = {"circle": "●", "diamond": "◆", "square": "■", "cross": "✚", "x": "✖"}
_CONTOURS = 14
_DOTTED = 60
_KEY_LINE = 20


def field(
    z: ArrayLike,
    *,
    x: ArrayLike,
    y: ArrayLike,
    x_label: str,
    y_label: str,
    z_label: str,
    paths: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    marks: Mapping[str, tuple[float, float]] | None = None,
    z_range: tuple[float, float] | None = None,
    height: int = 380,
) -> Chart:
    """Draw a quantity over a plane.

    Parameters
    ----------
    z : array_like, shape (len(y), len(x))
        The quantity; NaN where it is not defined.
    x, y : array_like, shape (m,) and (n,)
        Ascending places of the columns and rows.
    x_label, y_label, z_label : str
        What the axes and the colour show, with units.
    paths : mapping of str to (xs, ys), optional
        Lines by name, in the order in which they are walked; what lies outside is cut off.
    marks : mapping of str to (x, y), optional
        Places by name, at most five.
    z_range : tuple of float, optional
        Limits of the colours; values beyond keep the last one.
    height : int, default 380
        Height of the plotting area in pixels.

    Raises
    ------
    SuiteError
        If a place is not finite, the shapes do not fit, nothing is defined or places are too many.
    """
    values, columns, rows = _checked(z, x, y, z_label)
    if len(marks or {}) > len(_SIGNS):
        raise SuiteError(
            f"A field has room for {len(_SIGNS)} named places, not {len(marks or {})}."
        )
    walked = {name: _path(name, *path) for name, path in (paths or {}).items()}
    placed = dict(marks or {})
    key = _key(list(walked), list(placed), z_label)
    drawn = figure(
        [_heat(values, columns, rows, z_range, (x_label, y_label, z_label)),
         *_walks(walked), *_places(placed)],
        height=height + _KEY_LINE * len(key),
        xaxis={"title": label(x_label), "range": [columns[0], columns[-1]], "showgrid": False},
        yaxis={"title": label(y_label), "range": [rows[0], rows[-1]], "showgrid": False},
        margin={"l": 8, "r": 8, "t": 8 + _KEY_LINE * len(key), "b": 8},
        annotations=[
            note("<br>".join(key), xref="paper", x=0, xanchor="left", yref="paper", y=1,
                 yanchor="bottom", align="left"),
        ],
    )  # fmt: skip
    alt = _alt(values, columns, rows, (x_label, y_label, z_label), walked, placed)
    return Chart(drawn, alt, _table(values, columns, rows, (x_label, y_label, z_label), walked))


def _checked(
    z: ArrayLike, x: ArrayLike, y: ArrayLike, z_label: str
) -> tuple[Floats, Floats, Floats]:
    columns, rows = need_finite("x", x), need_finite("y", y)
    values = np.asarray(z, dtype=float)
    if values.shape != (rows.size, columns.size):
        raise SuiteError(
            f"The field has shape {values.shape}; {rows.size} rows and {columns.size} columns "
            "were announced."
        )
    if not np.isfinite(values).any():
        raise SuiteError(f"{z_label} is defined nowhere.")
    return values, columns, rows


def _path(name: str, xs: ArrayLike, ys: ArrayLike) -> tuple[Floats, Floats]:
    path = need_finite(f"x of {name}", xs), need_finite(f"y of {name}", ys)
    need_equal(x=path[0], y=path[1])
    return path


def _heat(
    values: Floats,
    columns: Floats,
    rows: Floats,
    z_range: tuple[float, float] | None,
    labels: tuple[str, str, str],
) -> Any:
    import plotly.graph_objects as go

    finite = values[np.isfinite(values)]
    low, high = z_range or (float(finite.min()), float(finite.max()))
    high = high if high > low else low + 1.0
    last = len(theme.SEQUENTIAL) - 1
    # Colours stop at the limits, but the pointer tells the value itself.
    shown = "z" if z_range is None else "customdata"
    return go.Contour(
        z=np.clip(values, low, high),
        customdata=None if z_range is None else values,
        x=columns,
        y=rows,
        zmin=low,
        zmax=high,
        colorscale=[[i / last, colour] for i, colour in enumerate(theme.SEQUENTIAL)],
        contours={"start": low, "end": high, "size": (high - low) / _CONTOURS},
        line={"width": 0.5, "color": theme.NEUTRAL},
        colorbar={"thickness": 10, "outlinewidth": 0, "len": 1, "tickfont": {"color": theme.INK}},
        hovertemplate=f"{label(labels[0])} %{{x:.4g}}<br>{label(labels[1])} %{{y:.4g}}<br>"
        f"{label(labels[2])} %{{{shown}:.4g}}<extra></extra>",
    )


def _walks(walked: Mapping[str, tuple[Floats, Floats]]) -> list[Any]:
    import plotly.graph_objects as go

    return [
        go.Scatter(
            x=xs,
            y=ys,
            mode="lines+markers" if xs.size <= _DOTTED else "lines",
            line={"color": _PATHS[i % len(_PATHS)], "width": 3},
            marker={"size": 6, "line": {"color": "white", "width": 1}},
            hovertemplate=f"{label(name)}: %{{x:.4g}}, %{{y:.4g}}<extra></extra>",
        )
        for i, (name, (xs, ys)) in enumerate(walked.items())
    ]


def _places(placed: Mapping[str, tuple[float, float]]) -> list[Any]:
    import plotly.graph_objects as go

    return [
        go.Scatter(
            x=[place[0]],
            y=[place[1]],
            mode="markers",
            cliponaxis=False,
            marker={"size": 13, "symbol": symbol, "color": theme.CATEGORICAL[4],
                    "line": {"color": "white", "width": 2}},
            hovertemplate=f"{label(name)}: %{{x:.4g}}, %{{y:.4g}}<extra></extra>",
        )
        for symbol, (name, place) in zip(_SIGNS, placed.items(), strict=False)
    ]  # fmt: skip


def _key(paths: list[str], marks: list[str], z_label: str) -> list[str]:
    named = [
        f'<span style="color:{_PATHS[i % len(_PATHS)]}">━</span> {label(name)}'
        for i, name in enumerate(paths)
    ]
    named += [
        f'<span style="color:{theme.CATEGORICAL[4]}">{sign}</span> {label(name)}'
        for sign, name in zip(_SIGNS.values(), marks, strict=False)
    ]
    lines = [f"Colour: {label(z_label)}"]
    for i in range(0, len(named), 2):
        lines.append("   ".join(named[i : i + 2]))
    return lines


def _alt(
    values: Floats,
    columns: Floats,
    rows: Floats,
    labels: tuple[str, str, str],
    walked: Mapping[str, tuple[Floats, Floats]],
    placed: Mapping[str, tuple[float, float]],
) -> str:
    ends = []
    for word, place in (("lowest", np.nanargmin(values)), ("highest", np.nanargmax(values))):
        i, j = np.unravel_index(place, values.shape)
        at = f"{number(float(columns[j]))}, {number(float(rows[i]))}"
        ends.append(f"{word} {number(float(values[i, j]))} at {at}")
    text = f"{labels[2]} over {labels[0]} and {labels[1]}: {listed(ends)}."
    for name, (xs, ys) in walked.items():
        text += (
            f" {name}: {xs.size} points from {number(float(xs[0]))}, {number(float(ys[0]))} "
            f"to {number(float(xs[-1]))}, {number(float(ys[-1]))}."
        )
    for name, (px, py) in placed.items():
        text += f" {name} at {number(px)}, {number(py)}."
    return text


def _table(
    values: Floats,
    columns: Floats,
    rows: Floats,
    labels: tuple[str, str, str],
    walked: Mapping[str, tuple[Floats, Floats]],
) -> pd.DataFrame:
    """Return the points of the paths, or where there are none the field."""
    if walked:
        return pd.concat(
            pd.DataFrame({"Path": name, "Point": np.arange(xs.size), labels[0]: xs, labels[1]: ys})
            for name, (xs, ys) in walked.items()
        )
    grid_x, grid_y = np.meshgrid(columns, rows)
    return pd.DataFrame(
        {labels[0]: grid_x.ravel(), labels[1]: grid_y.ravel(), labels[2]: values.ravel()}
    )

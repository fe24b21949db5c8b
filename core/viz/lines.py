"""Several lines along one axis: operating curves, streams over time, decision curves."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import (
    Chart,
    Floats,
    figure,
    inside,
    line,
    need_equal,
    need_finite,
    note,
    padded,
)
from core.viz.text import label, number

DRAWN = 2_000
"""Most points of a line that reach the browser; longer lines keep each stretch's extremes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes
    ----------
    x, y : array_like, shape (n,)
        Finite values, x ascending.
    low, high : array_like or None, shape (n,)
        Band around the line; both or neither.
    dashed : array_like of bool or None, shape (n,)
        Where the line is drawn dashed: what it says there is weaker.
    """

    x: ArrayLike
    y: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    dashed: ArrayLike | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A point worth naming on a chart of lines."""

    x: float
    y: float
    text: str


def lines(
    given: Mapping[str, Line],
    *,
    x_label: str,
    y_label: str,
    marks: Sequence[Mark] = (),
    level: tuple[float, str] | None = None,
    moments: Mapping[str, float] | None = None,
    y_range: tuple[float, float] | None = None,
    x_steps: Sequence[float] | None = None,
    height: int = 360,
) -> Chart:
    """Draw one or more named lines.

    Parameters
    ----------
    given : mapping of str to Line
        Name to line; the first has the colour of the estimate.
    x_label, y_label : str
        What the axes show, with units.
    marks : sequence of Mark
        Points that are named.
    level : tuple of float and str, optional
        A horizontal line and what it stands for.
    moments : mapping of str to float, optional
        Vertical lines by name, such as the moment of an alarm.
    y_range : tuple of float, optional
        Limits of the vertical axis.
    x_steps : sequence of float, optional
        Ascending positive values: a horizontal axis in equal ratios, with these as its ticks.
    height : int, default 360
        Height in pixels.

    Raises
    ------
    SuiteError
        If a line cannot be drawn.
    """
    checked = {name: _checked(name, one) for name, one in given.items()}
    xs = np.concatenate([one["x"] for one in checked.values()])
    ys = np.concatenate([v for one in checked.values() for k, v in one.items() if k in _VALUES])
    reach = [*ys, *(mark.y for mark in marks), *([level[0]] if level else [])]
    moments = dict(moments or {})
    places = np.array([*xs, *moments.values(), *(mark.x for mark in marks)])
    x_range = padded(places if x_steps is None else np.log10(places), share=0.02)
    span = (x_range, y_range or padded(reach))
    key = _key(list(checked)) if len(checked) > 1 else []
    above = 20 * (len(key) + bool(moments))
    drawn = figure(
        [*_traces(checked), *_mark_traces(marks)],
        height=height + 20 * len(key),
        xaxis={"title": label(x_label), "range": x_range, **_ratios(x_steps), **_counted(xs)},
        yaxis={"title": label(y_label), "range": span[1]},
        margin={"l": 8, "r": 16, "t": 8 + above, "b": 8},
        shapes=_shapes(level, moments),
        annotations=_notes(key, marks, level, moments, span, ratios=x_steps is not None),
    )
    return Chart(drawn, _alt(checked, x_label, y_label, marks, moments), _table(checked, x_label))


_VALUES = ("y", "low", "high")
_WIDE, _ROOM = 52, 0.14
_FEW = 10


def _checked(name: str, one: Line) -> dict[str, Any]:
    columns: dict[str, Any] = {
        part: need_finite(f"{part} of {name}", values)
        for part in ("x", *_VALUES)
        if (values := getattr(one, part)) is not None
    }
    if one.dashed is not None:
        columns["dashed"] = np.asarray(one.dashed, dtype=bool)
    need_equal(**columns)
    if (np.diff(columns["x"]) < 0).any():
        message = f"The chart cannot be drawn: the values of {name} along the axis do not ascend."
        raise SuiteError(message)
    return columns


def _thinned(columns: dict[str, Any]) -> dict[str, Any]:
    n = len(columns["x"])
    if n <= DRAWN:
        return columns
    edges = np.linspace(0, n, DRAWN // 2 + 1).astype(int)
    y: Floats = columns["y"]
    kept = sorted({
        index
        for a, b in itertools.pairwise(edges)
        for index in (a + int(y[a:b].argmin()), a + int(y[a:b].argmax()))
    } | {0, n - 1})  # fmt: skip
    return {part: values[kept] for part, values in columns.items()}


def _traces(checked: Mapping[str, dict[str, Any]]) -> list[Any]:
    import plotly.graph_objects as go

    traces: list[Any] = []
    for (name, whole), colour in zip(checked.items(), _colours(len(checked)), strict=True):
        one = _thinned(whole)
        if "low" in one and "high" in one:
            quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
            traces.append(go.Scatter(x=one["x"], y=one["low"], **quiet))
            fill = theme.tint(colour, 0.2)
            traces.append(
                go.Scatter(x=one["x"], y=one["high"], fill="tonexty", fillcolor=fill, **quiet)
            )
        weak = one.get("dashed", np.zeros(len(one["x"]), dtype=bool))
        for dash, part in (("solid", ~weak), ("dot", _widened(weak))):
            if part.any():
                traces.append(
                    go.Scatter(
                        x=one["x"],
                        y=np.where(part, one["y"], np.nan),
                        mode="lines",
                        line={"color": colour, "width": 3, "dash": dash},
                        hovertemplate=f"{label(name)}: %{{x:.4g}}, %{{y:.4g}}<extra></extra>",
                    )
                )
    return traces


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask with the neighbours of its points, so that both styles meet in one point."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    return wide


def _colours(count: int) -> tuple[str, ...]:
    return tuple(theme.CATEGORICAL[i % len(theme.CATEGORICAL)] for i in range(count))


def _mark_traces(marks: Sequence[Mark]) -> list[Any]:
    import plotly.graph_objects as go

    if not marks:
        return []
    return [
        go.Scatter(
            x=[mark.x for mark in marks],
            y=[mark.y for mark in marks],
            mode="markers",
            cliponaxis=False,
            marker={"size": 13, "color": theme.ESTIMATE, "line": {"color": "white", "width": 2}},
            customdata=[label(mark.text) for mark in marks],
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]


def _shapes(level: tuple[float, str] | None, moments: Mapping[str, float]) -> list[dict[str, Any]]:
    shapes = [line(x0=x, x1=x, yref="paper", y0=0, y1=1, dash="solid") for x in moments.values()]
    if level is not None:
        shapes.append(line(xref="paper", x0=0, x1=1, y0=level[0], y1=level[0]))
    return shapes


def _counted(xs: Floats) -> dict[str, Any]:
    """Return ticks at whole numbers for a few counted things, such as numbers of groups."""
    few = float(np.ptp(xs)) <= _FEW and bool((xs == np.round(xs)).all())
    return {"dtick": 1} if few else {}


def _ratios(steps: Sequence[float] | None) -> dict[str, Any]:
    """Return an axis in equal ratios, with the steps whose labels have room beside each other."""
    if steps is None:
        return {}
    room = _ROOM * math.log10(steps[-1] / steps[0])
    kept: list[float] = []
    for step in steps:
        if not kept or math.log10(step / kept[-1]) >= room:
            kept.append(step)
    names = [f"{step:,.0f}" if step >= 1000 else f"{step:.3g}" for step in kept]
    return {"type": "log", "tickvals": kept, "ticktext": names, "tickangle": 0}


def _key(names: Sequence[str]) -> list[str]:
    """Return the lines of the key: one for all names where a phone has room for it, or one each."""
    entries = [
        f'<span style="color:{colour}">━</span> {label(name)}'
        for name, colour in zip(names, _colours(len(names)), strict=True)
    ]
    return ["   ".join(entries)] if sum(len(name) + 5 for name in names) <= _WIDE else entries


def _notes(
    key: Sequence[str],
    marks: Sequence[Mark],
    level: tuple[float, str] | None,
    moments: Mapping[str, float],
    span: tuple[tuple[float, float], tuple[float, float]],
    *,
    ratios: bool,
) -> list[dict[str, Any]]:
    (left, right), _ = span

    def at(x: float) -> dict[str, Any]:
        place = math.log10(x) if ratios else x  # labels on such an axis are placed by the logarithm
        return {"x": place, **inside((place - left) / (right - left))}

    notes = [
        note(f"<b>{label(mark.text, 30)}</b>", y=mark.y, yshift=16, **at(mark.x)) for mark in marks
    ]
    if level is not None:
        notes.append(note(label(level[1]), xref="paper", x=0, xanchor="left", y=level[0],
                          yanchor="bottom"))  # fmt: skip
    for name, x in moments.items():
        notes.append(note(label(name), yref="paper", y=1, yanchor="bottom", **at(x)))
    if key:
        notes.append(note("<br>".join(key), xref="paper", x=0, xanchor="left", yref="paper", y=1,
                          yanchor="bottom", yshift=20 * bool(moments), align="left"))  # fmt: skip
    return notes


def _alt(
    checked: Mapping[str, dict[str, Any]],
    x_label: str,
    y_label: str,
    marks: Sequence[Mark],
    moments: Mapping[str, float],
) -> str:
    parts = []
    for name, one in checked.items():
        y, x = one["y"], one["x"]
        parts.append(
            f"{name} from {number(float(y[0]))} to {number(float(y[-1]))}, lowest"
            f" {number(float(y.min()))} at {number(float(x[y.argmin()]))}, highest"
            f" {number(float(y.max()))} at {number(float(x[y.argmax()]))}"
        )
    parts += [f"{mark.text} at {number(mark.x)}" for mark in marks]
    parts += [f"{name} at {number(x)}" for name, x in moments.items() if math.isfinite(x)]
    return f"{y_label[:1].upper()}{y_label[1:]} along {x_label}: {'; '.join(parts)}."


def _table(checked: Mapping[str, dict[str, Any]], x_label: str) -> pd.DataFrame:
    titles = {"y": "Value", "low": "Lower limit", "high": "Upper limit"}
    frames = [
        pd.DataFrame(
            {"Line": name, x_label: one["x"]}
            | {title: one[part] for part, title in titles.items() if part in one}
        )
        for name, one in checked.items()
    ]
    return pd.concat(frames, ignore_index=True)

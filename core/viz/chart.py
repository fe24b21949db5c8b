"""What every builder returns: the figure, the same in words, and the same as a table."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its two twins, so that nobody has to see it to read it.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
        The drawing; same input, same figure.
    alt : str
        Text alternative: one or more full sentences that carry the numbers.
    table : DataFrame
        Every number drawn, with units in the column names.
    """

    figure: go.Figure
    alt: str
    table: pd.DataFrame


def figure(traces: Iterable[Any], height: int, **layout: Any) -> go.Figure:
    """Return a figure in the suite's style.

    Sizes and text colour are set on the figure and not only in the template, because a page theme
    replaces those of the template.

    Parameters
    ----------
    traces : iterable of plotly traces
        What is drawn.
    height : int
        Height in pixels; the width follows the page.
    **layout
        Further layout settings; ``xaxis`` and ``yaxis`` are dictionaries.
    """
    import plotly.graph_objects as go

    small = {"size": theme.TICK_SIZE, "color": theme.INK}
    for name in ("xaxis", "yaxis"):
        given = dict(layout.pop(name, {}))
        title = {"text": given.pop("title", ""), "font": small, "standoff": 12}
        layout[name] = {"showgrid": True, "tickfont": small, **given, "title": title}
    return go.Figure(
        data=list(traces),
        layout={
            "template": theme.template(),
            "height": height,
            "font": {"size": theme.FONT_SIZE, "color": theme.INK},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "showlegend": False,
            **layout,
        },
    )


def note(text: str, **place: Any) -> dict[str, Any]:
    """Return a direct label: an annotation without arrow."""
    return {"text": text, "showarrow": False, **place}


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """Horizontal rows, each with its name above the mark, so that a phone keeps the full width.

    Attributes
    ----------
    notes : list of dict
        The names, as annotations.
    axis : dict
        The hidden vertical axis; row ``i`` lies at ``i``, counted from the top.
    height : int
        Height of the plotting area in pixels.
    half : float
        Half the height of a mark, in units of the axis.
    """

    notes: list[dict[str, Any]]
    axis: dict[str, Any]
    height: int
    half: float

    def lines(self, x: float, dash: str = "dot") -> list[dict[str, Any]]:
        """Return a vertical line at ``x`` through the marks of every row, but not its name."""
        return [
            line(x0=x, x1=x, y0=i - self.half, y1=i + self.half, dash=dash)
            for i in range(len(self.notes))
        ]


def rows(texts: Sequence[str], *, mark: int = 24) -> Rows:
    """Lay out rows for already escaped texts and marks of the given height in pixels."""
    head = 19 * max(text.count("<br>") + 1 for text in texts)
    pitch = head + mark + 8
    notes = [
        note(text, xref="paper", x=0, xanchor="left", y=i, yanchor="bottom", yshift=mark / 2,
             align="left")
        for i, text in enumerate(texts)
    ]  # fmt: skip
    bottom, top = len(texts) - 1 + (mark / 2 + 6) / pitch, -(head + mark / 2 + 4) / pitch
    axis = {"visible": False, "range": [bottom, top], "fixedrange": True}
    return Rows(notes, axis, round((bottom - top) * pitch), (mark / 2 + 1) / pitch)


def line(colour: str = theme.NEUTRAL, dash: str = "dot", **place: Any) -> dict[str, Any]:
    """Return a straight line as a layout shape, drawn above the marks."""
    return {
        "type": "line",
        "layer": "above",
        "line": {"color": colour, "width": 2, "dash": dash},
        **place,
    }


def diagonal() -> Any:
    """Return the trace on which predicted and observed shares are equal."""
    import plotly.graph_objects as go

    return go.Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": theme.NEUTRAL, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )


def inside(share: float) -> dict[str, str]:
    """Anchor a label at this share of the axis so that it stays inside the plot."""
    return {"xanchor": "left" if share < 0.3 else "right" if share > 0.7 else "center"}


def percent_axis(title: str, top: float = 1.0) -> dict[str, Any]:
    """Return an axis for probabilities, from 0 to 100 % or to a lower ``top``."""
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.25) if s == 0.25 or top / s <= 6)
    ticks = [step * i for i in range(int(top / step + 1e-9) + 1)]
    return {
        "title": title,
        "range": [-0.03 * top, 1.03 * top],
        "tickvals": ticks,
        "ticktext": [f"{100 * t:.0f} %" for t in ticks],
    }


def need_probability(name: str, value: float) -> float:
    """Return a probability, or refuse to draw it.

    Raises
    ------
    SuiteError
        If the value is not a number between 0 and 1.
    """
    if not (isinstance(value, (int, float, np.floating)) and 0 <= value <= 1):
        message = f"The chart cannot be drawn: {name} is {value}, not a number between 0 and 1."
        raise SuiteError(message)
    return float(value)


def need_finite(name: str, values: ArrayLike) -> Floats:
    """Return finite numbers as an array of one dimension, or refuse to draw them.

    Raises
    ------
    NotEnoughDataError
        If there are none.
    SuiteError
        If one of them is NaN or infinite.
    """
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.size == 0:
        message = f"The chart cannot be drawn: there are no {name}."
        raise NotEnoughDataError(message)
    if not np.isfinite(array).all():
        at = int(np.nonzero(~np.isfinite(array))[0][0])
        message = f"The chart cannot be drawn: {name} number {at + 1} is {array[at]}."
        raise SuiteError(message)
    return array


def need_equal(**columns: Sequence[Any] | Floats) -> None:
    """Refuse columns of unequal length.

    Raises
    ------
    SuiteError
        If the lengths differ.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{n} {name}" for name, n in lengths.items())
        message = f"The chart cannot be drawn: its columns differ in length ({counts})."
        raise SuiteError(message)


def padded(values: ArrayLike, *, share: float = 0.08, zero: bool = False) -> tuple[float, float]:
    """Return an axis range around values, with room at both ends.

    Parameters
    ----------
    values : array_like
        Finite numbers.
    share : float, default 0.08
        Room at each end as a share of the span.
    zero : bool, default False
        Whether the range must contain 0, as bars need.
    """
    array = np.asarray(values, dtype=np.float64)
    low, high = float(array.min()), float(array.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = share * (high - low) or max(abs(high), 1.0) * share
    if not math.isfinite(high - low):
        message = "The chart cannot be drawn: its values span more than numbers can hold."
        raise SuiteError(message)
    return low - room, high + room

"""Ranges of different origin side by side: what was measured, and what is assumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, inside, need_finite, note, padded, rows
from core.viz.text import fixed, label


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """One range.

    Attributes
    ----------
    name : str
        What it is about.
    origin : str
        Where it comes from; ranges of one origin have one colour.
    middle, low, high : float
        Central value and ends.
    """

    name: str
    origin: str
    middle: float
    low: float
    high: float


def ranges(
    given: Sequence[Range],
    *,
    axis: str,
    references: Sequence[tuple[float, str]] = (),
    digits: int = 2,
) -> Chart:
    """Draw ranges one below the other, coloured by their origin.

    Parameters
    ----------
    given : sequence of Range
        In the order in which they are drawn.
    axis : str
        What the ranges are of, with its unit.
    references : sequence of tuple of float and str
        Values to compare with, drawn as lines, and what they are.
    digits : int, default 2
        Decimals in labels.

    Raises
    ------
    NotEnoughDataError
        If there is no range.
    SuiteError
        If a range is not finite and ordered.
    """
    if not given:
        message = f"The chart cannot be drawn: there is no range of {axis}."
        raise NotEnoughDataError(message)
    for one in given:
        need_finite(f"ends of {one.name}", [one.low, one.middle, one.high])
        if not one.low <= one.middle <= one.high:
            message = f"The chart cannot be drawn: the range of {one.name} is not ordered."
            raise SuiteError(message)
    heads = [_text(one, digits) for one in given]
    table = pd.DataFrame([dataclasses.asdict(one) for one in given])
    table.columns = pd.Index(["Name", "Origin", axis, "Lower end", "Upper end"])
    lines = "".join(
        f"; a line marks {text} at {fixed(value, digits)}" for value, text in references
    )
    return Chart(_figure(given, heads, axis, references), f"{axis}: {'; '.join(heads)}{lines}.",
                 table)  # fmt: skip


def _text(one: Range, digits: int) -> str:
    low, high = fixed(one.low, digits), fixed(one.high, digits)
    return f"{one.name}, {one.origin}: {fixed(one.middle, digits)} ({low} to {high})"


def _figure(
    given: Sequence[Range],
    heads: Sequence[str],
    axis: str,
    references: Sequence[tuple[float, str]],
) -> Any:
    origins = list(dict.fromkeys(one.origin for one in given))
    layout = rows([label(head, 46) for head in heads], mark=18)
    ends = [v for one in given for v in (one.low, one.high)] + [value for value, _ in references]
    low, high = padded(np.asarray(ends))
    notes = [
        note(label(text, 24), x=value, yref="paper", y=1, yanchor="bottom",
             **inside((value - low) / (high - low)))
        for value, text in references
    ]  # fmt: skip
    return figure(
        [_trace(given, heads, origin, i) for i, origin in enumerate(origins)],
        height=28 + layout.height + 56,
        xaxis={"title": label(axis), "range": [low, high], "nticks": 6, "showgrid": False},
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": 28, "b": 56},
        shapes=[shape for value, _ in references for shape in layout.lines(value)],
        annotations=[*layout.notes, *notes],
    )


def _trace(given: Sequence[Range], heads: Sequence[str], origin: str, i: int) -> Any:
    import plotly.graph_objects as go

    at = [row for row, one in enumerate(given) if one.origin == origin]
    own, colour = [given[row] for row in at], theme.CATEGORICAL[i]
    return go.Scatter(
        x=[one.middle for one in own],
        y=at,
        mode="markers",
        marker={"size": 11, "color": colour, "symbol": ("circle", "diamond", "square")[i % 3]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.middle for one in own],
            "arrayminus": [one.middle - one.low for one in own],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        cliponaxis=False,
        customdata=[label(heads[row]) for row in at],
        hovertemplate="%{customdata}<extra></extra>",
    )

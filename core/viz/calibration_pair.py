"""Predicted against observed shares of the same rows, before and after a recalibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.errors import NotEnoughDataError
from core.stats.calibration import ReliabilityBin
from core.viz import theme
from core.viz.chart import Chart, diagonal, figure, need_finite, note, percent_axis
from core.viz.text import label, percent, percent_range

_COLOURS = (theme.NEUTRAL, theme.ESTIMATE)
_SYMBOLS = ("circle-open", "circle")


def reliability_pair(
    given: Mapping[str, Sequence[ReliabilityBin]], *, event: str, unit: str = "rows"
) -> Chart:
    """Draw two sets of bins with Wilson whiskers; the second stands out.

    Parameters
    ----------
    given : mapping of str to sequence of ReliabilityBin
        Two names, such as before and after, each with its occupied bins.
    event : str
        What is predicted.
    unit : str
        What the rows are.

    Raises
    ------
    NotEnoughDataError
        If one of the two has no bin.
    """
    empty = [name for name, bins in given.items() if not bins]
    if empty:
        message = f"The chart cannot be drawn: there are no {unit} for “{empty[0]}”."
        raise NotEnoughDataError(message)
    table = pd.DataFrame([_row(name, one) for name, bins in given.items() for one in bins])
    n = max(sum(one.n for one in bins) for bins in given.values())
    parts = [f"{name}: {_spoken(bins)}" for name, bins in given.items()]
    alt = f"How often {event}, by predicted probability, n = {n} {unit}. {'. '.join(parts)}."
    return Chart(_figure(given, event, f"n = {n} {unit}"), alt, table)


def _row(name: str, one: ReliabilityBin) -> dict[str, object]:
    return {
        "Series": name,
        "Bin": f"{100 * one.low:g} to {100 * one.high:g} %",
        "n": one.n,
        "Predicted (%)": 100 * one.mean_p,
        "Observed (%)": 100 * one.observed.estimate,
        "Lower limit (%)": 100 * one.observed.low,
        "Upper limit (%)": 100 * one.observed.high,
    }


def _spoken(bins: Sequence[ReliabilityBin]) -> str:
    return ", ".join(
        f"predicted {percent(one.mean_p)}, observed {percent(one.observed.estimate)} (n = {one.n})"
        for one in bins
    )


def _figure(given: Mapping[str, Sequence[ReliabilityBin]], event: str, size: str) -> Any:
    key = "   ".join(
        f'<span style="color:{colour}">●</span> {label(name)}'
        for name, colour in zip(given, _COLOURS, strict=True)
    )
    points = [_points(*one) for one in zip(given.items(), _COLOURS, _SYMBOLS, strict=True)]
    return figure(
        [diagonal(), *points],
        height=420,
        xaxis=percent_axis(f"Predicted probability ({size})"),
        yaxis=percent_axis(f"Observed share: {event}"),
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        annotations=[
            note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom")
        ],
    )


def _points(item: tuple[str, Sequence[ReliabilityBin]], colour: str, symbol: str) -> Any:
    import plotly.graph_objects as go

    name, bins = item
    observed = need_finite("observed shares", [one.observed.estimate for one in bins])
    return go.Scatter(
        x=need_finite("predicted shares", [one.mean_p for one in bins]),
        y=observed,
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"size": 10, "color": colour, "symbol": symbol},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.observed.high - one.observed.estimate for one in bins],
            "arrayminus": [one.observed.estimate - one.observed.low for one in bins],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        cliponaxis=False,
        customdata=[
            f"{label(name)}<br>predicted {percent(one.mean_p)}, observed "
            f"{percent(one.observed.estimate)} "
            f"({percent_range(one.observed.low, one.observed.high)}), n = {one.n}"
            for one in bins
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )

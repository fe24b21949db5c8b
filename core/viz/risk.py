"""One probability with its interval."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import (
    Chart,
    figure,
    inside,
    line,
    need_probability,
    note,
    percent_axis,
)
from core.viz.text import label, percent, percent_range


def interval_bar(
    p: float,
    low: float,
    high: float,
    *,
    level: float = 0.9,
    threshold: float | None = None,
    zone: tuple[float, float] | None = None,
    second: tuple[str, float] | None = None,
    quantity: str = "Estimated probability",
) -> Chart:
    """Draw a probability with its interval on a scale from 0 to 100 %.

    Parameters
    ----------
    p, low, high : float
        Estimate and interval, 0 to 1.
    level : float, default 0.9
        Coverage level of the interval.
    threshold : float or None
        Where the decision changes.
    zone : tuple of float or None
        Range of probabilities in which no decision is made.
    second : tuple of str and float or None
        Name and value of a second estimate, such as another model's.
    quantity : str
        What the probability is of, as the axis title.

    Raises
    ------
    SuiteError
        If a value is not a probability or the interval is upside down.
    """
    values = {"estimate": p, "lower limit": low, "upper limit": high}
    if threshold is not None:
        values["threshold"] = threshold
    if zone is not None:
        values |= {"no decision from": zone[0], "no decision to": zone[1]}
    if second is not None:
        values[second[0]] = second[1]
    values = {name: need_probability(name, value) for name, value in values.items()}
    if low > high or (zone is not None and zone[0] > zone[1]):
        message = "The chart cannot be drawn: the lower limit of an interval exceeds the upper."
        raise SuiteError(message)
    drawn = figure(
        _interval_traces(p, low, high, level, second),
        height=166 if second is None else 188,
        barmode="overlay",
        margin={"l": 20, "r": 26, "t": 8, "b": 8},
        xaxis={**percent_axis(quantity), "fixedrange": True, "showgrid": False},
        yaxis={"visible": False, "range": [-1 if second is None else -1.6, 1], "fixedrange": True},
        shapes=_interval_shapes(threshold, zone),
        annotations=_interval_notes(p, low, high, threshold, zone, second),
    )
    return Chart(drawn, _interval_alt(quantity, values, level), _interval_table(values))


def _interval_traces(
    p: float, low: float, high: float, level: float, second: tuple[str, float] | None
) -> list[Any]:
    import plotly.graph_objects as go

    traces = [
        go.Bar(
            x=[1], y=[0], orientation="h", width=0.56, marker_color=theme.TRACK, hoverinfo="skip"
        ),
        go.Bar(
            x=[high - low],
            base=[low],
            y=[0],
            orientation="h",
            width=0.56,
            marker_color=theme.tint(theme.ESTIMATE, 0.55),
            hovertemplate=f"{100 * level:g} % interval {percent_range(low, high)}<extra></extra>",
        ),
        go.Scatter(
            x=[p],
            y=[0],
            mode="markers",
            cliponaxis=False,
            marker={"size": 16, "color": theme.ESTIMATE, "line": {"color": "white", "width": 2}},
            hovertemplate=f"estimate {percent(p)}<extra></extra>",
        ),
    ]
    if second is not None:
        name, value = second
        traces.append(
            go.Scatter(
                x=[value],
                y=[0],
                mode="markers",
                cliponaxis=False,
                marker={
                    "size": 13,
                    "symbol": "diamond",
                    "color": theme.SECOND,
                    "line": {"color": "white", "width": 2},
                },
                hovertemplate=f"{label(name)} {percent(value)}<extra></extra>",
            )
        )
    return traces


def _interval_shapes(
    threshold: float | None, zone: tuple[float, float] | None
) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = []
    if zone is not None:
        shapes.append(
            {
                "type": "rect",
                "x0": zone[0],
                "x1": zone[1],
                "y0": -0.42,
                "y1": 0.42,
                "line": {"width": 0},
                "fillcolor": theme.tint(theme.NEUTRAL, 0.35),
                "layer": "below",
            }
        )
    if threshold is not None:
        shapes.append(line(x0=threshold, x1=threshold, y0=-0.5, y1=0.42))
    return shapes


def _interval_notes(
    p: float,
    low: float,
    high: float,
    threshold: float | None,
    zone: tuple[float, float] | None,
    second: tuple[str, float] | None,
) -> list[dict[str, Any]]:
    text = f"<b>{percent(p)}</b>  ({percent_range(low, high)})"
    notes = [note(text, x=p, y=0.72, **inside(p))]
    if threshold is not None:
        text = f"threshold {percent(threshold)}"
        notes.append(note(text, x=threshold, y=-0.72, **inside(threshold)))
    elif zone is not None:
        text = f"no decision {percent_range(*zone)}"
        middle = sum(zone) / 2
        notes.append(note(text, x=middle, y=-0.72, **inside(middle)))
    if second is not None:
        key = f'<span style="color:{theme.SECOND}">◆</span> {label(second[0], 34)}'
        notes.append(note(f"{key} {percent(second[1])}", x=0, y=-1.3, xanchor="left"))
    return notes


def _interval_alt(quantity: str, values: dict[str, float], level: float) -> str:
    estimate, low, high = list(values.values())[:3]
    parts = [
        f"{quantity}: {percent(estimate)}, {100 * level:g} % interval {percent_range(low, high)}"
    ]
    if "threshold" in values:
        side = "at or above" if estimate >= values["threshold"] else "below"
        parts.append(f"{side} the threshold of {percent(values['threshold'])}")
    if "no decision from" in values:
        zone = (values["no decision from"], values["no decision to"])
        parts.append(f"no decision is made from {percent_range(*zone)}")
    known = {"estimate", "lower limit", "upper limit", "threshold"}
    parts += [
        f"{name} {percent(value)}"
        for name, value in values.items()
        if name not in known and not name.startswith("no decision")
    ]
    return f"{'; '.join(parts)}."


def _interval_table(values: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"Quantity": list(values), "Probability (%)": [100 * value for value in values.values()]}
    )

"""One probability with its interval, and how it changes along one finding."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import (
    Chart,
    Floats,
    figure,
    line,
    need_equal,
    need_finite,
    need_probability,
    note,
    padded,
    percent_axis,
)
from core.viz.text import label, number, percent, percent_range

_NEAR = 0.2


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
        height=150 if second is None else 172,
        xaxis={**percent_axis(quantity), "fixedrange": True, "showgrid": False},
        yaxis={"visible": False, "range": [-0.9 if second else -0.5, 1.75], "fixedrange": True},
        shapes=_interval_shapes(threshold, zone),
        annotations=_interval_notes(p, low, high, threshold, zone, second),
    )
    return Chart(drawn, _interval_alt(quantity, values, level), _interval_table(values))


def _interval_traces(
    p: float, low: float, high: float, level: float, second: tuple[str, float] | None
) -> list[Any]:
    import plotly.graph_objects as go

    traces = [
        go.Bar(x=[1], y=[0], orientation="h", width=0.3, marker_color=theme.TRACK, hoverinfo="skip"),
        go.Bar(
            x=[high - low],
            base=[low],
            y=[0],
            orientation="h",
            width=0.3,
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
                "y0": -0.3,
                "y1": 1.1,
                "line": {"width": 0},
                "fillcolor": theme.TRACK,
                "layer": "below",
            }
        )
    if threshold is not None:
        shapes.append(line(x0=threshold, x1=threshold, y0=-0.3, y1=1.1))
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
    notes = [note(text, x=p, y=0.62, xanchor=_side(p))]
    if threshold is not None:
        text = f"threshold {percent(threshold)}"
        notes.append(note(text, x=threshold, y=1.35, xanchor=_side(threshold)))
    elif zone is not None:
        text = f"no decision {percent_range(*zone)}"
        middle = sum(zone) / 2
        notes.append(note(text, x=middle, y=1.35, xanchor=_side(middle)))
    if second is not None:
        text = f"{label(second[0], 40)} {percent(second[1])}"
        notes.append(note(text, x=second[1], y=-0.58, xanchor=_side(second[1])))
    return notes


def _side(p: float) -> str:
    """Anchor a label so that it stays inside the plot at either end."""
    return "left" if p < _NEAR else "right" if p > 1 - _NEAR else "center"


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


def curve(
    x: ArrayLike,
    p: ArrayLike,
    *,
    x_label: str,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    marker: tuple[float, float] | None = None,
    marker_label: str = "now",
    threshold: float | None = None,
    y_label: str = "Estimated probability",
) -> Chart:
    """Draw how a probability changes along one value, everything else held.

    Parameters
    ----------
    x : array_like, shape (n,)
        Increasing values of the finding.
    p : array_like, shape (n,)
        Probability at each value, 0 to 1.
    x_label : str
        Name and unit of the finding.
    low, high : array_like or None, shape (n,)
        Interval at each value; both or neither.
    marker : tuple of float or None
        Value and probability of the patient.
    marker_label : str
        What the marker stands for.
    threshold : float or None
        Probability at which a decision changes.
    y_label : str
        What the probability is of.

    Raises
    ------
    SuiteError
        If a value cannot be drawn or the columns do not fit.
    """
    xs, ps = need_finite("values", x), need_finite("probabilities", p)
    band = None
    if low is not None and high is not None:
        band = need_finite("lower limits", low), need_finite("upper limits", high)
    need_equal(values=xs, probabilities=ps, **_named(band))
    for name, column in {"a probability": ps, **_named(band)}.items():
        need_probability(name, float(column.min()))
        need_probability(name, float(column.max()))
    if (xs[1:] <= xs[:-1]).any():
        message = "The chart cannot be drawn: the values along the axis do not increase."
        raise SuiteError(message)
    drawn = figure(
        _curve_traces(xs, ps, band, marker),
        height=340,
        xaxis={"title": x_label, "range": padded(xs, share=0.03)},
        yaxis=percent_axis(y_label),
        shapes=[line(xref="paper", x0=0, x1=1, y0=threshold, y1=threshold)] if threshold else [],
        annotations=_curve_notes(marker, marker_label, threshold),
    )
    columns = {x_label: xs, f"{y_label} (%)": 100 * ps}
    if band is not None:
        columns |= {"Lower limit (%)": 100 * band[0], "Upper limit (%)": 100 * band[1]}
    return Chart(drawn, _curve_alt(xs, ps, x_label, y_label, marker), pd.DataFrame(columns))


def _named(band: tuple[Floats, Floats] | None) -> dict[str, Floats]:
    return {} if band is None else {"lower_limits": band[0], "upper_limits": band[1]}


def _curve_traces(
    xs: Floats,
    ps: Floats,
    band: tuple[Floats, Floats] | None,
    marker: tuple[float, float] | None,
) -> list[Any]:
    import plotly.graph_objects as go

    traces: list[Any] = []
    if band is not None:
        invisible = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        fill = theme.tint(theme.ESTIMATE, 0.22)
        traces.append(go.Scatter(x=xs, y=band[0], **invisible))
        traces.append(go.Scatter(x=xs, y=band[1], fill="tonexty", fillcolor=fill, **invisible))
    traces.append(
        go.Scatter(
            x=xs,
            y=ps,
            mode="lines",
            line={"color": theme.ESTIMATE, "width": 3},
            customdata=[percent(v) for v in ps],
            hovertemplate="%{x:g}: %{customdata}<extra></extra>",
        )
    )
    if marker is not None:
        need_probability("the marker", marker[1])
        traces.append(
            go.Scatter(
                x=[marker[0]],
                y=[marker[1]],
                mode="markers",
                cliponaxis=False,
                marker={"size": 14, "color": theme.ESTIMATE, "line": {"color": "white", "width": 2}},
                hovertemplate=f"%{{x:g}}: {percent(marker[1])}<extra></extra>",
            )
        )
    return traces


def _curve_notes(
    marker: tuple[float, float] | None, marker_label: str, threshold: float | None
) -> list[dict[str, Any]]:
    notes = []
    if marker is not None:
        text = f"<b>{label(marker_label)} {percent(marker[1])}</b>"
        above = marker[1] < 1 - _NEAR
        notes.append(
            note(
                text,
                x=marker[0],
                y=marker[1],
                yshift=20 if above else -20,
            )
        )
    if threshold:
        text = f"threshold {percent(threshold)}"
        notes.append(
            note(text, xref="paper", x=1, xanchor="right", y=threshold, yanchor="bottom")
        )
    return notes


def _curve_alt(
    xs: Floats, ps: Floats, x_label: str, y_label: str, marker: tuple[float, float] | None
) -> str:
    text = (
        f"{y_label} along {x_label}: {percent(ps[0])} at {number(xs[0])},"
        f" {percent(ps[-1])} at {number(xs[-1])}; lowest {percent(ps.min())} at"
        f" {number(xs[ps.argmin()])}, highest {percent(ps.max())} at {number(xs[ps.argmax()])}"
    )
    if marker is not None:
        text += f"; the marked point is {percent(marker[1])} at {number(marker[0])}"
    return f"{text}."

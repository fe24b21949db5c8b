"""How a probability changes along one finding."""

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
from core.viz.text import label, number, percent

_NEAR = 0.2


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
    xs, ps, band = _checked(x, p, low, high)
    drawn = figure(
        _curve_traces(xs, ps, band, marker),
        height=340,
        xaxis={"title": x_label, "range": padded(xs, share=0.03)},
        yaxis=percent_axis(y_label),
        shapes=_level(threshold),
        annotations=_curve_notes(xs, ps, marker, marker_label, threshold),
    )
    columns = {x_label: xs, f"{y_label} (%)": 100 * ps}
    if band is not None:
        columns |= {"Lower limit (%)": 100 * band[0], "Upper limit (%)": 100 * band[1]}
    return Chart(drawn, _curve_alt(xs, ps, x_label, y_label, marker), pd.DataFrame(columns))


def _checked(
    x: ArrayLike, p: ArrayLike, low: ArrayLike | None, high: ArrayLike | None
) -> tuple[Floats, Floats, tuple[Floats, Floats] | None]:
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
    return xs, ps, band


def _level(threshold: float | None) -> list[dict[str, Any]]:
    if threshold is None:
        return []
    need_probability("the threshold", threshold)
    return [line(xref="paper", x0=0, x1=1, y0=threshold, y1=threshold)]


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
                marker={
                    "size": 14,
                    "color": theme.ESTIMATE,
                    "line": {"color": "white", "width": 2},
                },
                hovertemplate=f"%{{x:g}}: {percent(marker[1])}<extra></extra>",
            )
        )
    return traces


def _curve_notes(
    xs: Floats,
    ps: Floats,
    marker: tuple[float, float] | None,
    marker_label: str,
    threshold: float | None,
) -> list[dict[str, Any]]:
    notes = []
    if marker is not None:
        # The free side of the curve is above-left where it rises and above-right where it falls;
        # close to the edge of the plot the opposite corner is free.
        rising = ps[-1] >= ps[0]
        at_edge = (marker[0] - xs[0] if rising else xs[-1] - marker[0]) < _NEAR * (xs[-1] - xs[0])
        left = rising != at_edge
        notes.append(
            note(
                f"<b>{label(marker_label)} {percent(marker[1])}</b>",
                x=marker[0],
                y=marker[1],
                xanchor="right" if left else "left",
                xshift=-10 if left else 10,
                yshift=-16 if at_edge else 16,
            )
        )
    if threshold is not None:
        text = f"threshold {percent(threshold)}"
        notes.append(note(text, xref="paper", x=1, xanchor="right", y=threshold, yanchor="bottom"))
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

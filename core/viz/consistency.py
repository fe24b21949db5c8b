"""The reliability curve without bins, in the band that chance gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.stats.reliability import ReliabilityCurve
from core.viz import theme
from core.viz.chart import (
    Chart,
    Floats,
    diagonal,
    figure,
    need_equal,
    need_finite,
    note,
    percent_axis,
)
from core.viz.text import label, p_value, percent, percent_range

_FLOOR, _ROOM = -0.13, 0.1
_NAMED = 3


def reliability_curve(
    curve: ReliabilityCurve, histogram: Sequence[int], *, event: str, unit: str = "rows"
) -> Chart:
    """Draw the isotonic reliability curve, its consistency bands, and where the rows lie.

    Right probabilities give a curve inside the wide band in as many samples as its level says.

    Parameters
    ----------
    curve : ReliabilityCurve
        The curve with its bands.
    histogram : sequence of int
        Rows by predicted probability, in bins of equal width from 0 to 1.
    event : str
        What is predicted, such as ``"disease"``.
    unit : str
        What the rows are.

    Raises
    ------
    NotEnoughDataError
        If there is no row.
    SuiteError
        If a number cannot be drawn.
    """
    names = ("p", "observed", "low", "high", "low_all", "high_all")
    columns = {name: need_finite(name, getattr(curve, name)) for name in names}
    need_equal(**columns)
    n = round(float(curve.rows.sum()))
    table = pd.DataFrame(
        {
            "Predicted (%)": 100 * columns["p"],
            "Rows": curve.rows,
            "Observed (%)": 100 * columns["observed"],
            "Band, lower (%)": 100 * columns["low"],
            "Band, upper (%)": 100 * columns["high"],
            "Simultaneous band, lower (%)": 100 * columns["low_all"],
            "Simultaneous band, upper (%)": 100 * columns["high_all"],
        }
    )
    return Chart(
        _figure(columns, curve.level, np.asarray(histogram), event, f"n = {n} {unit}"),
        _alt(columns, curve, event, n),
        table,
    )


def _alt(columns: dict[str, Floats], curve: ReliabilityCurve, event: str, n: int) -> str:
    p, observed = columns["p"], columns["observed"]
    outside = ((observed < columns["low_all"]) | (observed > columns["high_all"])).any()
    where = "leaves" if outside else "stays inside"
    at = np.unique(np.searchsorted(p, np.quantile(p, [0.0, 0.5, 1.0])).clip(0, len(p) - 1))
    parts = [
        f"predicted {percent(p[i])}, observed {percent(observed[i])}"
        f" (right probabilities: {percent_range(columns['low'][i], columns['high'][i])})"
        for i in at[:_NAMED]
    ]
    return (
        f"Reliability curve of the probability of {event}, n = {n}: it {where} the"
        f" {100 * curve.level:g} % band of right probabilities, {p_value(curve.p_value)};"
        f" {'; '.join(parts)}."
    )


def _figure(columns: dict[str, Floats], level: float, histogram: Any, event: str, size: str) -> Any:
    import plotly.graph_objects as go

    p = columns["p"]
    curve = go.Scatter(
        x=p,
        y=columns["observed"],
        mode="lines" if len(p) > 1 else "markers",
        line={"color": theme.ESTIMATE, "width": 3},
        customdata=[
            [percent(a), percent(b), percent_range(low, high)]
            for a, b, low, high in zip(
                p, columns["observed"], columns["low_all"], columns["high_all"], strict=True
            )
        ],
        hovertemplate="predicted %{customdata[0]}<br>observed %{customdata[1]}<br>"
        "right probabilities: %{customdata[2]}<extra></extra>",
    )
    key = (
        f'<span style="color:{theme.ESTIMATE}">━</span> observed   '
        f'<span style="color:{theme.NEUTRAL}">■</span> {100 * level:g} % of right probabilities'
    )
    axis = percent_axis("Observed share")
    return figure(
        [
            *_band(p, columns["low_all"], columns["high_all"], 0.16),
            *_band(p, columns["low"], columns["high"], 0.2),
            diagonal(),
            curve,
            _rug(histogram),
        ],
        height=440,
        xaxis=percent_axis(f"Predicted probability of {label(event)} ({size}, bars below)"),
        yaxis={**axis, "range": [_FLOOR, 1.03]},
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        annotations=[
            note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom")
        ],
    )


def _band(p: Floats, low: Floats, high: Floats, opacity: float) -> list[Any]:
    import plotly.graph_objects as go

    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fill = theme.tint(theme.NEUTRAL, opacity)
    return [
        go.Scatter(x=p, y=low, **quiet),
        go.Scatter(x=p, y=high, fill="tonexty", fillcolor=fill, **quiet),
    ]


def _rug(histogram: Any) -> Any:
    """Return bars under the curve that show how many rows have each probability."""
    import plotly.graph_objects as go

    bins = len(histogram)
    middle = (np.arange(bins) + 0.5) / bins
    return go.Bar(
        x=middle,
        y=_ROOM * histogram / max(int(histogram.max()), 1),
        base=_FLOOR,
        width=0.92 / bins,
        marker={"color": theme.NEUTRAL, "line": {"width": 0}},
        customdata=[
            f"{percent(i / bins)} to {percent((i + 1) / bins)}: {count}"
            for i, count in enumerate(histogram.tolist())
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )

"""How values are distributed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.viz import theme
from core.viz.chart import Chart, figure, inside, line, need_finite, note, padded
from core.viz.text import label, number, percent


def histogram(
    values: ArrayLike,
    *,
    x_label: str,
    bins: int = 20,
    marker: float | None = None,
    marker_label: str = "this patient",
) -> Chart:
    """Draw how values are distributed; only the counts of the bins reach the browser.

    Parameters
    ----------
    values : array_like, shape (n,)
        The values; NaN are counted as missing and named on the axis.
    x_label : str
        Name and unit of the values.
    bins : int, default 20
        Number of bins of equal width.
    marker : float or None
        A value to point out.
    marker_label : str
        What the marker stands for.

    Raises
    ------
    NotEnoughDataError
        If no value is known.
    """
    given = np.atleast_1d(np.asarray(values, dtype=np.float64))
    known = need_finite(f"values of {x_label}", given[~np.isnan(given)])
    missing = len(given) - len(known)
    padded(known)
    counts, edges = np.histogram(known, bins=bins)
    sample = f"n = {len(known)}" + (f", {missing} missing" if missing else "")
    middle = float(np.median(known))
    alt = (
        f"Distribution of {x_label} ({sample}): from {number(float(known.min()))} to"
        f" {number(float(known.max()))}, median {number(middle)}"
    )
    if marker is not None:
        below = percent(float(np.mean(known < marker)))
        alt += f"; {marker_label} at {number(marker)}, above {below} of the values"
    table = pd.DataFrame({"From": edges[:-1], "To": edges[1:], "Count": counts})
    return Chart(
        _histogram_figure(counts, edges, f"{x_label} ({sample})", marker, marker_label),
        f"{alt}.",
        table,
    )


def _histogram_figure(
    counts: np.ndarray, edges: np.ndarray, title: str, marker: float | None, marker_label: str
) -> Any:
    import plotly.graph_objects as go

    widths = np.diff(edges)
    bars = go.Bar(
        x=edges[:-1] + widths / 2,
        y=counts,
        width=widths,
        marker={"color": theme.ESTIMATE, "line": {"width": 0}},
        customdata=[f"{number(a)} to {number(b)}" for a, b in itertools.pairwise(edges)],
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )
    shapes, notes, reach = [], [], list(edges)
    if marker is not None:
        reach.append(float(need_finite("markers", marker)[0]))
        shapes.append(line(x0=marker, x1=marker, yref="paper", y0=0, y1=1, dash="solid"))
        text = f"{label(marker_label, 40)} {number(marker)}"
        place = inside((marker - min(reach)) / ((max(reach) - min(reach)) or 1.0))
        notes.append(note(text, x=marker, yref="paper", y=1, yanchor="bottom", **place))
    return figure(
        [bars],
        height=280,
        xaxis={"title": label(title), "range": padded(reach, share=0.03), "showgrid": False},
        yaxis={"title": "Count", "rangemode": "tozero"},
        bargap=0.04,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        shapes=shapes,
        annotations=notes,
    )

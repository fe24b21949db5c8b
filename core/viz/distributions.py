"""How values are distributed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.viz import theme
from core.viz.chart import Chart, Floats, figure, inside, line, need_finite, note, padded
from core.viz.text import label, number, percent


def histogram(
    values: ArrayLike,
    *,
    x_label: str,
    bins: int | Sequence[float] = 20,
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
    bins : int or sequence of float, default 20
        Number of bins of equal width, or their edges.
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


def histograms(
    groups: Mapping[str, ArrayLike], *, x_label: str, bins: int = 24, height: int = 340
) -> Chart:
    """Draw how values are distributed in each group, over the same bins.

    The bars are shares of their group, so that groups of unequal size can be compared.

    Parameters
    ----------
    groups : mapping of str to array_like, shape (n,)
        Name of the group to its finite values.
    x_label : str
        Name and unit of the values.
    bins : int, default 24
        Number of bins of equal width over all groups.
    height : int, default 340
        Height in pixels.

    Raises
    ------
    NotEnoughDataError
        If a group is empty.
    SuiteError
        If a value is not finite.
    """
    known = {name: need_finite(f"values of {name}", values) for name, values in groups.items()}
    padded(np.concatenate(list(known.values())))
    edges = np.histogram_bin_edges(np.concatenate(list(known.values())), bins=bins)
    counts = {name: np.histogram(values, bins=edges)[0] for name, values in known.items()}
    parts = [
        f"{name} (n = {len(values)}) from {number(float(values.min()))} to"
        f" {number(float(values.max()))}, median {number(float(np.median(values)))}"
        for name, values in known.items()
    ]
    tables = [
        pd.DataFrame({"Group": name, "From": edges[:-1], "To": edges[1:], "Count": count})
        for name, count in counts.items()
    ]
    return Chart(
        _groups_figure(counts, edges, x_label, height),
        f"Distribution of {x_label}: {'; '.join(parts)}.",
        pd.concat(tables, ignore_index=True),
    )


def _groups_figure(
    counts: Mapping[str, NDArray[np.intp]], edges: Floats, x_label: str, height: int
) -> Any:
    import plotly.graph_objects as go

    widths, colours = np.diff(edges), theme.CATEGORICAL
    places = [f"{number(a)} to {number(b)}" for a, b in itertools.pairwise(edges)]
    bars = [
        go.Bar(
            x=edges[:-1] + widths / 2,
            y=100 * count / count.sum(),
            width=widths,
            marker={"color": theme.tint(colours[i], 0.55),
                    "line": {"width": 1, "color": colours[i]}},
            customdata=[f"{name}, {place}: {c}" for place, c in zip(places, count, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for i, (name, count) in enumerate(counts.items())
    ]  # fmt: skip
    key = "   ".join(
        f'<span style="color:{colours[i]}">■</span> {label(name)}, n = {count.sum()}'
        for i, (name, count) in enumerate(counts.items())
    )
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1}
    return figure(
        bars,
        height=height,
        xaxis={"title": label(x_label), "range": padded(edges, share=0.03), "showgrid": False},
        yaxis={"title": "Share of the group (%)", "rangemode": "tozero"},
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        annotations=[note(key, yanchor="bottom", **place)],
    )

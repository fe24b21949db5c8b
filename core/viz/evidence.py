"""Whether a model deserves trust: estimates with intervals, and calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.errors import NotEnoughDataError, SuiteError
from core.stats.calibration import ReliabilityBin
from core.stats.intervals import Interval
from core.viz import theme
from core.viz.chart import (
    Chart,
    diagonal,
    figure,
    inside,
    need_finite,
    note,
    padded,
    percent_axis,
    rows,
)
from core.viz.text import fixed, label, percent, percent_range


def forest(
    estimates: Mapping[str, Interval],
    *,
    axis: str,
    reference: float | None = None,
    reference_label: str = "reference",
    digits: int = 3,
) -> Chart:
    """Draw estimates with their intervals, one row each, sample size beside the name.

    A row whose estimate is NaN is kept and says that the data do not suffice.

    Parameters
    ----------
    estimates : mapping of str to Interval
        Name of the row to its estimate.
    axis : str
        What is estimated, with its unit.
    reference : float or None
        A value to compare with, drawn as a line.
    reference_label : str
        What the reference is.
    digits : int, default 3
        Decimals in labels.

    Raises
    ------
    NotEnoughDataError
        If there is no row, or none with an estimate.
    SuiteError
        If an interval is upside down or only half defined.
    """
    for name, row in estimates.items():
        _check_row(name, row)
    if all(math.isnan(row.estimate) for row in estimates.values()):
        message = f"The chart cannot be drawn: no row has an estimate of {axis}."
        raise NotEnoughDataError(message)
    table = pd.DataFrame(
        {
            "Row": list(estimates),
            axis: [row.estimate for row in estimates.values()],
            "Lower limit": [row.low for row in estimates.values()],
            "Upper limit": [row.high for row in estimates.values()],
            "Level (%)": [100 * row.level for row in estimates.values()],
            "n": [row.n for row in estimates.values()],
            "Method": [row.method for row in estimates.values()],
        }
    )
    drawn = _forest_figure(estimates, axis, (reference, reference_label), digits)
    return Chart(drawn, _forest_alt(estimates, axis, reference, reference_label, digits), table)


def _check_row(name: str, row: Interval) -> None:
    numbers = (row.estimate, row.low, row.high)
    missing = [math.isnan(v) for v in numbers]
    if all(missing):
        return
    if any(missing) or not all(math.isfinite(v) for v in numbers) or row.low > row.high:
        message = f"The chart cannot be drawn: the interval of {name} is not complete and ordered."
        raise SuiteError(message)


def _forest_figure(
    estimates: Mapping[str, Interval],
    axis: str,
    reference: tuple[float | None, str],
    digits: int,
) -> Any:
    import plotly.graph_objects as go

    at = [i for i, row in enumerate(estimates.values()) if not math.isnan(row.estimate)]
    known = [list(estimates.values())[i] for i in at]
    heads = [label(_row_text(name, row, digits), 46) for name, row in estimates.items()]
    points = go.Scatter(
        x=[row.estimate for row in known],
        y=at,
        mode="markers",
        marker={"size": 11, "color": theme.ESTIMATE},
        error_x=_whiskers(known),
        cliponaxis=False,
        customdata=[heads[i] for i in at],
        hovertemplate="%{customdata}<extra></extra>",
    )
    layout = rows(heads, mark=18)
    value, name = reference
    edges = [v for row in known for v in (row.low, row.high)]
    if value is not None:
        edges.append(float(need_finite("references", value)[0]))
    low, high = padded(edges)
    notes, shapes = layout.notes, []
    if value is not None:
        text = f"{label(name, 40)} {fixed(value, digits)}"
        place = inside((value - low) / (high - low))
        notes = [*notes, note(text, x=value, yref="paper", y=1, yanchor="bottom", **place)]
        shapes = layout.lines(value)
    return figure(
        [points],
        height=28 + layout.height + 56,
        xaxis={"title": label(axis), "range": [low, high], "nticks": 5, "showgrid": False},
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": 28, "b": 56},
        shapes=shapes,
        annotations=notes,
    )


def _row_text(name: str, row: Interval, digits: int) -> str:
    if math.isnan(row.estimate):
        return f"{name}, n = {row.n}: not enough data"
    limits = f"{fixed(row.low, digits)} to {fixed(row.high, digits)}"
    return f"{name}, n = {row.n}: {fixed(row.estimate, digits)} ({limits})"


def _whiskers(known: Sequence[Interval]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [row.high - row.estimate for row in known],
        "arrayminus": [row.estimate - row.low for row in known],
        "color": theme.ESTIMATE,
        "thickness": 2,
        "width": 5,
    }


def _forest_alt(
    estimates: Mapping[str, Interval],
    axis: str,
    reference: float | None,
    reference_label: str,
    digits: int,
) -> str:
    levels = sorted({row.level for row in estimates.values()})
    parts = [_row_text(name, row, digits) for name, row in estimates.items()]
    if reference is not None:
        parts.append(f"the line marks {reference_label} at {fixed(reference, digits)}")
    level = " or ".join(f"{100 * v:g} %" for v in levels)
    return f"{axis}, with {level} intervals: {'; '.join(parts)}."


def reliability(bins: Sequence[ReliabilityBin], *, note_text: str = "") -> Chart:
    """Draw predicted against observed shares, with Wilson whiskers and the size of each bin.

    Parameters
    ----------
    bins : sequence of ReliabilityBin
        Occupied bins, as from `core.stats.calibration.reliability`.
    note_text : str
        A further sentence for the text alternative, such as the test of consistency.

    Raises
    ------
    NotEnoughDataError
        If there is no bin.
    """
    if not bins:
        message = "The chart cannot be drawn: no patient has a predicted probability."
        raise NotEnoughDataError(message)
    predicted = need_finite("predicted shares", [b.mean_p for b in bins])
    observed = need_finite("observed shares", [b.observed.estimate for b in bins])
    total = sum(b.n for b in bins)
    level = bins[0].observed.level
    hits = sum(b.observed.low <= b.mean_p <= b.observed.high for b in bins)
    verdict = (
        f"In {hits} of {len(bins)} bins the {100 * level:g} % interval holds the predicted share"
    )
    parts = [
        f"predicted {percent(b.mean_p)}, observed {percent(b.observed.estimate)}"
        f" ({percent_range(b.observed.low, b.observed.high)}, n = {b.n})"
        for b in bins
    ]
    table = pd.DataFrame(
        {
            "Bin": [f"{100 * b.low:g} to {100 * b.high:g} %" for b in bins],
            "n": [b.n for b in bins],
            "Predicted (%)": 100 * predicted,
            "Observed (%)": 100 * observed,
            "Lower limit (%)": [100 * b.observed.low for b in bins],
            "Upper limit (%)": [100 * b.observed.high for b in bins],
        }
    )
    alt = f"{verdict}, {total} patients in all: {'; '.join(parts)}. {note_text}".strip()
    return Chart(_reliability_figure(bins, total), alt, table)


def _reliability_figure(bins: Sequence[ReliabilityBin], total: int) -> Any:
    import plotly.graph_objects as go

    points = go.Scatter(
        x=[b.mean_p for b in bins],
        y=[b.observed.estimate for b in bins],
        mode="markers",
        marker={"size": 11, "color": theme.ESTIMATE},
        error_y=_whiskers([b.observed for b in bins]),
        cliponaxis=False,
        customdata=[
            [
                percent(b.mean_p),
                percent(b.observed.estimate),
                b.n,
                percent_range(b.observed.low, b.observed.high),
            ]
            for b in bins
        ],
        hovertemplate=(
            "predicted %{customdata[0]}<br>observed %{customdata[1]} (%{customdata[3]})"
            "<br>n = %{customdata[2]}<extra></extra>"
        ),
    )
    sizes = [
        note(str(b.n), x=b.mean_p, yref="paper", y=1, yanchor="bottom", font={"size": 12})
        for b in bins
    ]
    return figure(
        [diagonal(), points],
        height=400,
        xaxis=percent_axis(f"Predicted probability (n = {total}; bin sizes on top)"),
        yaxis=percent_axis("Observed share"),
        margin={"l": 8, "r": 16, "t": 28, "b": 8},
        annotations=sizes,
    )

"""Reasons behind an estimate: for and against, step by step, and as two methods see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import (
    Chart,
    Floats,
    Rows,
    figure,
    need_equal,
    need_finite,
    note,
    padded,
    rows,
)
from core.viz.text import counted, label, listed, number, percent, signed

_FOOT = 56
_PLAIN = {"nticks": 5, "showgrid": False}  # every bar carries its number
_SUM_TOLERANCE = 1e-3


def diverging_bars(
    labels: Sequence[str],
    values: ArrayLike,
    *,
    unit: str = "log-odds",
    raises: str = "raises the estimate",
    lowers: str = "lowers the estimate",
    limit: int = 10,
) -> Chart:
    """Draw reasons for and against as bars to both sides of zero, strongest first.

    Parameters
    ----------
    labels : sequence of str
        The reasons in words.
    values : array_like, shape (n,)
        Signed contributions.
    unit : str
        Unit of the contributions.
    raises, lowers : str
        What the two sides mean.
    limit : int, default 10
        Greatest number of bars; the rest is drawn as one bar, the sum of the others.

    Raises
    ------
    SuiteError
        If there is nothing to draw or a value is not finite.
    """
    shares = need_finite("contributions", values)
    need_equal(labels=labels, contributions=shares)
    order = np.argsort(-np.abs(shares), kind="stable")
    names, sizes = [labels[i] for i in order], shares[order]
    table = pd.DataFrame(
        {
            "Reason": names,
            f"Contribution ({unit})": sizes,
            "Direction": [raises if v > 0 else lowers if v < 0 else "none" for v in sizes],
        }
    )
    alt = _reasons_alt(names, sizes, unit, raises, lowers)
    if len(names) > limit:
        rest = float(sizes[limit - 1 :].sum())
        names = [*names[: limit - 1], f"{len(names) - limit + 1} others together"]
        sizes = np.append(sizes[: limit - 1], rest)
    return Chart(_diverging_figure(names, sizes, unit, (lowers, raises)), alt, table)


def _diverging_figure(
    names: Sequence[str], sizes: Floats, unit: str, sides: tuple[str, str]
) -> Any:
    heads = [
        note(text, x=0, xanchor=anchor, xshift=shift, yref="paper", y=1, yanchor="bottom")
        for text, anchor, shift in (
            (f"← {label(sides[0], 20)}", "right", -6),
            (f"{label(sides[1], 20)} →", "left", 6),
        )
    ]
    colours = [theme.RAISES if v > 0 else theme.LOWERS for v in sizes]
    layout = rows([label(name) for name in names])
    return _signed_figure(layout, [_bars(names, sizes, colours)], sizes, unit, heads, top=48)


def _bars(names: Sequence[str], sizes: Floats, colours: Any, **more: Any) -> Any:
    import plotly.graph_objects as go

    return go.Bar(
        x=sizes,
        y=list(range(len(sizes))),
        orientation="h",
        marker_color=colours,
        text=[signed(v) for v in sizes],
        textposition="outside",
        cliponaxis=False,
        customdata=[label(name) for name in names],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
        **more,
    )


def _signed_figure(
    layout: Rows, traces: list[Any], sizes: Floats, unit: str, notes: list[Any], *, top: int
) -> Any:
    """Return bars around zero, with room for their numbers at both ends."""
    reach = max(float(np.abs(sizes).max()), 1e-9) * 1.4
    return figure(
        traces,
        height=top + layout.height + _FOOT,
        xaxis={"title": f"Contribution ({unit})", "range": [-reach, reach], **_PLAIN},
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": top, "b": _FOOT},
        bargap=0.55,
        shapes=layout.lines(0, "solid"),
        annotations=[*layout.notes, *notes],
    )


def _reasons_alt(names: Sequence[str], sizes: Floats, unit: str, raises: str, lowers: str) -> str:
    up = [f"{n} ({signed(v)})" for n, v in zip(names, sizes, strict=True) if v > 0]
    down = [f"{n} ({signed(v)})" for n, v in zip(names, sizes, strict=True) if v < 0]
    sides = [
        f"{meaning} ({len(side)}): {listed(side)}"
        for side, meaning in ((up, raises), (down, lowers))
        if side
    ]
    if not sides:
        return f"None of {counted(len(names), 'reason')} contributes anything."
    return f"Contributions in {unit}; {'; '.join(sides)}."


def waterfall(
    base: float,
    labels: Sequence[str],
    values: ArrayLike,
    final: float,
    *,
    base_label: str = "Average patient",
    final_label: str = "This patient",
) -> Chart:
    """Draw how contributions add up from the reference to the patient, in log-odds.

    The axis shows the probability beside each log-odds value.

    Parameters
    ----------
    base, final : float
        Log-odds of the reference and of the patient.
    labels : sequence of str
        The reasons, in the order in which they are added.
    values : array_like, shape (n,)
        Their contributions; ``base`` plus their sum is ``final``.
    base_label, final_label : str
        Names of the two ends.

    Raises
    ------
    SuiteError
        If the contributions do not add up, or a value is not finite.
    """
    steps = need_finite("contributions", values)
    need_equal(labels=labels, contributions=steps)
    base, final = (float(v) for v in need_finite("end points", [base, final]))
    sums = base + np.cumsum(steps)
    if abs(sums[-1] - final) > _SUM_TOLERANCE * max(1.0, abs(final)):
        message = (
            f"The chart cannot be drawn: the contributions lead to {sums[-1]:.4f},"
            f" not to {final:.4f}."
        )
        raise SuiteError(message)
    starts = sums - steps
    names = [base_label, *labels, final_label]
    table = pd.DataFrame(
        {
            "Step": names,
            "Contribution (log-odds)": [np.nan, *steps, np.nan],
            "Log-odds after": [base, *sums, final],
            "Probability after (%)": 100 * expit(np.array([base, *sums, final])),
        }
    )
    alt = (
        f"From {base_label.lower()} at {percent(float(expit(base)))} to {final_label.lower()} at"
        f" {percent(float(expit(final)))}; contributions in log-odds: "
        + listed([f"{n} {signed(v)}" for n, v in zip(labels, steps, strict=True)])
        + "."
    )
    return Chart(_waterfall_figure(names, base, starts, steps, final), alt, table)


def _waterfall_figure(
    names: Sequence[str], base: float, starts: Floats, steps: Floats, final: float
) -> Any:
    import plotly.graph_objects as go

    last = len(names) - 1
    colours = [theme.RAISES if v > 0 else theme.LOWERS for v in steps]
    bars = _bars(names[1:-1], steps, colours, base=starts).update(y=list(range(1, last)))
    ends = go.Scatter(
        x=[base, final],
        y=[0, last],
        mode="markers+text",
        marker={"size": 13, "color": theme.NEUTRAL},
        text=[f"<b>{percent(float(expit(v)))}</b>" for v in (base, final)],
        textposition="middle right",
        cliponaxis=False,
        customdata=[label(names[0]), label(names[-1])],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    layout = rows([label(name) for name in names])
    low, high = padded([base, *starts, final], share=0.2)
    ticks = _log_odds_ticks(low, high)
    return figure(
        [bars, ends],
        height=8 + layout.height + _FOOT + 20,
        xaxis={
            "title": "Log-odds (probability)",
            "range": [low, high],
            "showgrid": False,
            "tickvals": ticks,
            "ticktext": [f"{number(t)}<br>{percent(float(expit(t)))}" for t in ticks],
        },
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": 8, "b": _FOOT + 20},
        bargap=0.55,
        annotations=layout.notes,
    )


def _log_odds_ticks(low: float, high: float) -> list[float]:
    """Return at most six round values inside the range."""
    step = 1.0
    while (high - low) / step > 6:
        step *= 2
    while (high - low) / step < 2:
        step /= 2
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def paired_bars(
    labels: Sequence[str],
    first: ArrayLike,
    second: ArrayLike,
    *,
    names: tuple[str, str],
    unit: str = "log-odds",
) -> Chart:
    """Draw two methods' contributions side by side, strongest (by the first) on top.

    Parameters
    ----------
    labels : sequence of str
        The reasons in words.
    first, second : array_like, shape (n,)
        Contributions by each method, in the same unit.
    names : tuple of str
        Names of the two methods.
    unit : str
        Unit of the contributions.

    Raises
    ------
    SuiteError
        If there is nothing to draw or a value is not finite.
    """
    a, b = need_finite(f"{names[0]} values", first), need_finite(f"{names[1]} values", second)
    need_equal(labels=labels, **{"first": a, "second": b})
    order = np.argsort(-np.abs(a), kind="stable")
    reasons, a, b = [labels[i] for i in order], a[order], b[order]
    same = int(np.sum(np.sign(a) == np.sign(b)))
    pairs = [f"{row} {signed(x)} and {signed(y)}" for row, x, y in zip(reasons, a, b, strict=True)]
    alt = (
        f"Contributions by {names[0]} and {names[1]} in {unit}: {listed(pairs)}. The two agree in"
        f" direction on {same} of {len(reasons)}."
    )
    table = pd.DataFrame({"Reason": reasons, f"{names[0]} ({unit})": a, f"{names[1]} ({unit})": b})
    return Chart(_paired_figure(reasons, a, b, names, unit), alt, table)


def _paired_figure(
    names: Sequence[str], a: Floats, b: Floats, methods: tuple[str, str], unit: str
) -> Any:
    pairs = ((a, theme.ESTIMATE, 0), (b, theme.SECOND, 1))
    bars = [
        _bars(names, values, colour, name=label(methods[i]), offsetgroup=str(i))
        for values, colour, i in pairs
    ]
    key = "   ".join(
        f'<span style="color:{colour}">■</span> {label(methods[i])}' for _, colour, i in pairs
    )
    head = note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom")
    layout = rows([label(name) for name in names], mark=40)
    drawn = _signed_figure(layout, bars, np.concatenate([a, b]), unit, [head], top=32)
    return drawn.update_layout(barmode="group", bargap=0.35)

"""Amounts over periods, in parts, and from one amount to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
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
    note,
    padded,
    rows,
)
from core.viz.text import fixed, label, listed, signed

_ADDS_UP = 1e-6
_KEY_WIDTH = 42
_PANEL = 92


def stacked_bars(
    periods: Sequence[str],
    parts: Mapping[str, ArrayLike],
    *,
    unit: str,
    breaks: Mapping[int, str] | None = None,
    decimals: int = 1,
    height: int = 420,
) -> Chart:
    """Draw the parts of an amount over periods, stacked on one another.

    Parameters
    ----------
    periods : sequence of str
        Names of the periods, in order.
    parts : mapping of str to array_like, shape (n,)
        Amounts of each part, not negative, the lowest first.
    unit : str
        Unit of the amounts.
    breaks : mapping of int to str, optional
        Place of a period to what changed before it: the bars stand apart there.
    decimals : int, default 1
        Decimals of the amounts where they are shown.
    height : int, default 420
        Height in pixels.

    Raises
    ------
    SuiteError
        If a value is negative or not finite, or the columns differ in length.
    """
    values = _checked(periods, parts)
    places, gaps = _places(len(periods), breaks or {})
    traces = [
        _bars(places, periods, name, amounts, unit, decimals, colour)
        for (name, amounts), colour in zip(values.items(), _colours(values), strict=True)
    ]
    key = _key(values)
    totals = np.sum([*values.values()], axis=0)
    head = 26 + 20 * (key.count("<br>") + 1) + 20 * bool(breaks)
    drawn = figure(
        traces,
        height=height + head,
        xaxis=_period_axis(places, periods),
        yaxis={"title": label(unit), "rangemode": "tozero"},
        barmode="stack",
        bargap=0.25,
        margin={"l": 8, "r": 8, "t": head, "b": 8},
        shapes=[line(x0=x, x1=x, yref="paper", y0=0, y1=1) for x in gaps],
        annotations=[
            note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom",
                 yshift=6 + 20 * bool(breaks), align="left"),
            *(note(label(text, 30), x=x, yref="paper", y=1, yanchor="bottom", xanchor="center",
                   yshift=2) for x, text in zip(gaps, (breaks or {}).values(), strict=True)),
        ],
    )  # fmt: skip
    return Chart(drawn, _alt(periods, values, totals, unit, breaks or {}, decimals),
                 _table(periods, values, unit))  # fmt: skip


def bar_panels(
    periods: Sequence[str],
    parts: Mapping[str, ArrayLike],
    *,
    unit: str,
    breaks: Mapping[int, str] | None = None,
    decimals: int = 1,
) -> Chart:
    """Draw each part in a panel of its own, one above the other, each on its own scale from 0.

    Parameters and errors are those of :func:`stacked_bars`.
    """
    values = _checked(periods, parts)
    places, gaps = _places(len(periods), breaks or {})
    traces = [
        _bars(places, periods, name, amounts, unit, decimals, colour).update(
            yaxis=f"y{i + 1}" if i else "y"
        )
        for i, ((name, amounts), colour) in enumerate(
            zip(values.items(), _colours(values), strict=True)
        )
    ]
    n = len(values)
    axes, notes, shapes = {}, [], []
    for i, (name, amounts) in enumerate(values.items()):
        top, bottom = 1 - (i + 0.28) / n, 1 - (i + 1) / n + 0.01
        axes[f"yaxis{i + 1}" if i else "yaxis"] = {
            "domain": [bottom, top], "visible": False, "range": [0, 1.02 * (amounts.max() or 1.0)],
            "fixedrange": True,
        }  # fmt: skip
        last = f"{fixed(amounts[-1], decimals)} in {label(periods[-1], 12)}"
        shapes += [line(x0=x, x1=x, yref="paper", y0=bottom, y1=top) for x in gaps]
        notes.append(note(f"<b>{label(name, 24)}</b>  {last}", xref="paper", x=0, xanchor="left",
                          yref="paper", y=top, yanchor="bottom", yshift=2))  # fmt: skip
    first = axes.pop("yaxis")
    drawn = figure(
        traces,
        height=_PANEL * n + 60,
        xaxis={**_period_axis(places, periods), "anchor": f"y{n}" if n > 1 else "y"},
        yaxis=first,
        bargap=0.25,
        shapes=shapes,
        annotations=notes,
        **axes,
    )
    totals = np.sum([*values.values()], axis=0)
    return Chart(drawn, _alt(periods, values, totals, unit, breaks or {}, decimals),
                 _table(periods, values, unit))  # fmt: skip


def amount_bridge(
    start: tuple[str, float],
    steps: Mapping[str, float],
    end: tuple[str, float],
    *,
    unit: str,
    decimals: int = 1,
) -> Chart:
    """Draw how steps lead from one amount to another, all bars on one scale from 0.

    Parameters
    ----------
    start, end : tuple of str and float
        Name and size of the two amounts.
    steps : mapping of str to float
        Signed changes in the order in which they are added.
    unit : str
        Unit of everything.
    decimals : int, default 1
        Decimals shown.

    Raises
    ------
    SuiteError
        If a value is not finite, or the steps do not lead from start to end.
    """
    sizes = need_finite("steps", [*steps.values()])
    first, last = (float(v) for v in need_finite("amounts", [start[1], end[1]]))
    sums = first + np.cumsum(sizes)
    if abs(sums[-1] - last) > _ADDS_UP * max(1.0, abs(first), abs(last)):
        message = f"The chart cannot be drawn: the steps lead to {sums[-1]:g}, not to {last:g}."
        raise SuiteError(message)
    names = [start[0], *steps, end[0]]
    texts = [fixed(first, decimals), *(signed(v, decimals) for v in sizes), fixed(last, decimals)]
    bases = np.array([0.0, *(sums - sizes), 0.0])
    lengths = np.array([first, *sizes, last])
    table = pd.DataFrame(
        {
            "Step": names,
            f"Change ({unit})": [np.nan, *sizes, np.nan],
            f"After it ({unit})": [first, *sums, last],
        }
    )
    middle = listed([f"{n} {t}" for n, t in zip(steps, texts[1:-1], strict=True)])
    alt = f"From {start[0]} at {texts[0]} to {end[0]} at {texts[-1]} {unit}: {middle}."
    return Chart(_bridge_figure(names, bases, lengths, texts, unit), alt, table)


def _bridge_figure(
    names: Sequence[str], bases: Floats, lengths: Floats, texts: Sequence[str], unit: str
) -> Any:
    import plotly.graph_objects as go

    inner = [theme.RAISES if v > 0 else theme.LOWERS for v in lengths[1:-1]]
    layout = rows([label(name) for name in names])
    bars = go.Bar(
        x=lengths,
        y=list(range(len(names))),
        base=bases,
        orientation="h",
        marker_color=[theme.NEUTRAL, *inner, theme.NEUTRAL],
        text=list(texts),
        textposition="outside",
        cliponaxis=False,
        customdata=[label(name) for name in names],
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    low, high = padded([0.0, *bases, *(bases + lengths)], share=0.16)
    low = 0.0 if min(bases.min(), (bases + lengths).min()) >= 0 else low
    return figure(
        [bars],
        height=16 + layout.height + 56,
        xaxis={"title": label(unit), "range": [low, high], "nticks": 5, "showgrid": False},
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": 8, "b": 56},
        bargap=0.55,
        annotations=layout.notes,
    )


def _checked(periods: Sequence[str], parts: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    values = {name: need_finite(f"amounts of {name}", part) for name, part in parts.items()}
    need_equal(periods=periods, **values)
    for name, amounts in values.items():
        if (amounts < 0).any():
            message = f"The chart cannot be drawn: an amount of {name} is below 0."
            raise SuiteError(message)
    return values


def _places(n: int, breaks: Mapping[int, str]) -> tuple[Floats, list[float]]:
    """Return where the bars stand, one free place at each break, and the middle of that place."""
    places = np.arange(n, dtype=np.float64)
    for at in breaks:
        places[at:] += 1
    return places, [float(places[at] - 1) for at in breaks]


def _period_axis(places: Floats, periods: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": places,
        "ticktext": [label(period, 12) for period in periods],
        "range": [places[0] - 0.6, places[-1] + 0.6],
        "showgrid": False,
        "fixedrange": True,
    }


def _colours(values: Mapping[str, Floats]) -> list[str]:
    return [theme.CATEGORICAL[i % len(theme.CATEGORICAL)] for i in range(len(values))]


def _bars(
    places: Floats,
    periods: Sequence[str],
    name: str,
    amounts: Floats,
    unit: str,
    decimals: int,
    colour: str,
) -> Any:
    import plotly.graph_objects as go

    return go.Bar(
        x=places,
        y=amounts,
        name=label(name),
        marker_color=colour,
        customdata=[
            [label(name), label(p), fixed(v, decimals)]
            for p, v in zip(periods, amounts, strict=True)
        ],
        hovertemplate=(
            f"%{{customdata[0]}}, %{{customdata[1]}}: %{{customdata[2]}} {label(unit)}"
            "<extra></extra>"
        ),
    )


def _key(values: Mapping[str, Floats]) -> str:
    """Return the names with their colours, in lines that fit a phone."""
    lines: list[list[str]] = [[]]
    used = 0
    for name, colour in zip(values, _colours(values), strict=True):
        if used and used + len(name) > _KEY_WIDTH - 8:
            lines.append([])
            used = 0
        lines[-1].append(f'<span style="color:{colour}">■</span> {label(name, 30)}')
        used += len(name) + 4
    return "<br>".join("   ".join(one) for one in lines)


def _alt(
    periods: Sequence[str],
    values: Mapping[str, Floats],
    totals: Floats,
    unit: str,
    breaks: Mapping[int, str],
    decimals: int,
) -> str:
    def span(name: str, amounts: Floats) -> str:
        stretches = [part for part in np.split(amounts, sorted(breaks)) if len(part)]
        ends = [f"{fixed(part[0], decimals)} to {fixed(part[-1], decimals)}" for part in stretches]
        return f"{name} {', then '.join(ends)}"

    parts = "; ".join(span(name, amounts) for name, amounts in values.items())
    apart = "".join(f" Before {periods[at]} stands a break: {text}." for at, text in breaks.items())
    return (
        f"{unit[:1].upper()}{unit[1:]} from {periods[0]} to {periods[-1]}: {parts};"
        f" {span('all together', totals)}.{apart}"
    )


def _table(periods: Sequence[str], values: Mapping[str, Floats], unit: str) -> pd.DataFrame:
    named = {f"{name} ({unit})": amounts for name, amounts in values.items()}
    return pd.DataFrame({"Period": list(periods), **named})

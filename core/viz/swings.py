"""How far each assumption moves an outcome: a tornado."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from core.viz import theme
from core.viz.chart import Chart, figure, line, need_equal, need_finite, padded, rows
from core.viz.text import label, listed, number


def swings(
    names: Sequence[str],
    first: ArrayLike,
    second: ArrayLike,
    *,
    centre: float,
    ends: tuple[str, str],
    x_label: str,
    digits: int = 2,
) -> Chart:
    """Draw, one row an assumption, the outcome at both ends of its range.

    Parameters
    ----------
    names : sequence of str
        The assumptions, in the order in which they are drawn.
    first, second : array_like, shape (n,)
        Outcome at either end.
    centre : float
        Outcome without a change, drawn as a line.
    ends : tuple of str
        What the two ends are.
    x_label : str
        What the outcome is, with its unit.
    digits : int, default 2
        Decimals of the figures.

    Raises
    ------
    SuiteError
        If there is nothing to draw, or a value is not finite.
    """
    a, b = need_finite(f"outcomes, {ends[0]}", first), need_finite(f"outcomes, {ends[1]}", second)
    need_equal(names=names, first=a, second=b)
    layout = rows([label(name) for name in names])
    drawn = figure(
        [_bars(a - centre, centre, ends[0], theme.ESTIMATE, digits),
         _bars(b - centre, centre, ends[1], theme.SECOND, digits)],
        height=layout.height + 62,
        barmode="overlay",
        xaxis={"title": label(x_label), "range": padded([*a, *b, centre], share=0.04)},
        yaxis=layout.axis,
        shapes=[line(x0=centre, x1=centre, y0=0, y1=1, yref="paper")],
        annotations=layout.notes,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        title={"text": _key(ends), "font": {"size": theme.TICK_SIZE}, "x": 0, "y": 0.99,
               "yanchor": "top"},
    )  # fmt: skip
    told = [
        f"{name} {number(x, digits)} to {number(y, digits)}"
        for name, x, y in zip(names, a, b, strict=True)
    ]
    alt = (
        f"{x_label}: {number(centre, digits)} as assumed. From {ends[0]} to {ends[1]}: "
        f"{listed(told)}."
    )
    table = pd.DataFrame({"Assumption": list(names), ends[0]: a, ends[1]: b})
    return Chart(drawn, alt, table)


def _bars(reach: Any, base: float, name: str, colour: str, digits: int) -> Any:
    import plotly.graph_objects as go

    return go.Bar(
        x=reach,
        base=base,
        y=list(range(len(reach))),
        orientation="h",
        width=0.36,
        marker={"color": colour},
        customdata=reach + base,
        hovertemplate=f"{label(name)}: %{{customdata:.{digits}f}}<extra></extra>",
    )


def _key(ends: tuple[str, str]) -> str:
    pairs = zip(ends, (theme.ESTIMATE, theme.SECOND), strict=True)
    return "   ".join(
        f'<span style="color:{colour}">■</span> {label(end)}' for end, colour in pairs
    )

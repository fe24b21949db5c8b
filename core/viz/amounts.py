"""One amount for each of a few names, as bars on one scale from 0."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from numpy.typing import ArrayLike

from core.viz import theme
from core.viz.chart import Chart, figure, need_equal, need_finite, padded, rows
from core.viz.text import fixed, label, listed


def amount_bars(names: Sequence[str], values: ArrayLike, *, unit: str, decimals: int = 1) -> Chart:
    """Draw an amount for each name in the order given, its figure beside the name.

    Parameters
    ----------
    names : sequence of str
        What has the amounts.
    values : array_like, shape (n,)
        The amounts; negative ones point to the left.
    unit : str
        What the amounts are, with their unit.
    decimals : int, default 1
        Decimals of the figures.

    Raises
    ------
    NotEnoughDataError
        If there is no name.
    SuiteError
        If a value is not finite or the columns differ in length.
    """
    import plotly.graph_objects as go

    sizes = need_finite(unit, values)
    need_equal(names=names, amounts=sizes)
    texts = [f"{name}: {fixed(float(v), decimals)}" for name, v in zip(names, sizes, strict=True)]
    layout = rows([label(text, 46) for text in texts], mark=20)
    bars = go.Bar(
        x=sizes,
        y=list(range(len(sizes))),
        orientation="h",
        width=2 * layout.half,
        marker={"color": [theme.ESTIMATE if v >= 0 else theme.SECOND for v in sizes]},
        customdata=[label(text) for text in texts],
        hovertemplate="%{customdata}<extra></extra>",
    )
    low, high = padded(sizes, zero=True, share=0.02)
    drawn = figure(
        [bars],
        height=layout.height + 64,
        xaxis={"title": label(unit), "range": [min(low, 0), high], "nticks": 5, "showgrid": False},
        yaxis=layout.axis,
        margin={"l": 8, "r": 8, "t": 8, "b": 56},
        shapes=layout.lines(0.0) if (sizes < 0).any() else [],
        annotations=layout.notes,
    )
    return Chart(drawn, f"{unit}: {listed(texts)}.", pd.DataFrame({"Name": names, unit: sizes}))

"""What can be done: effort against risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

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
    percent_axis,
)
from core.viz.text import label, number, percent


def front(
    efforts: ArrayLike,
    risks: ArrayLike,
    labels: Sequence[str],
    *,
    start: float,
    target: float,
    effort_label: str = "Effort (weighted, normalised change)",
) -> Chart:
    """Draw plans by effort and remaining risk, with the starting risk and the target.

    Parameters
    ----------
    efforts : array_like, shape (n,)
        Effort of each plan, 0 or more.
    risks : array_like, shape (n,)
        Probability after each plan.
    labels : sequence of str
        What each plan changes.
    start : float
        Probability before any change.
    target : float
        Probability to reach.
    effort_label : str
        Unit of effort, as the axis title.

    Raises
    ------
    SuiteError
        If there is no plan, or a value cannot be drawn.
    """
    xs, ps = need_finite("efforts", efforts), need_finite("risks", risks)
    need_equal(efforts=xs, risks=ps, labels=labels)
    need_probability("the starting risk", start)
    need_probability("the target", target)
    need_probability("a risk", float(ps.min()))
    need_probability("a risk", float(ps.max()))
    order = np.lexsort((ps, xs))
    xs, ps, names = xs[order], ps[order], [labels[i] for i in order]
    reached = ps <= target
    parts = [
        f"{name}: effort {number(x)}, risk {percent(p)}{'' if met else ', target missed'}"
        for name, x, p, met in zip(names, xs, ps, reached, strict=True)
    ]
    alt = (
        f"Risk before {percent(start)}, target {percent(target)};"
        f" {int(reached.sum())} of {len(names)} plans reach it. {'; '.join(parts)}."
    )
    table = pd.DataFrame(
        {
            "Plan": names,
            effort_label: xs,
            "Risk after (%)": 100 * ps,
            "Reaches target": ["yes" if met else "no" for met in reached],
        }
    )
    return Chart(_front_figure(xs, ps, names, start, target, effort_label), alt, table)


def _front_figure(
    xs: Floats, ps: Floats, names: Sequence[str], start: float, target: float, effort_label: str
) -> Any:
    import plotly.graph_objects as go

    reach = max(float(xs.max()), 1e-9)
    origin = go.Scatter(
        x=[0],
        y=[start],
        mode="markers",
        cliponaxis=False,
        marker={"size": 13, "symbol": "circle-open", "color": theme.NEUTRAL, "line": {"width": 3}},
        hovertemplate=f"now {percent(start)}<extra></extra>",
    )
    plans = go.Scatter(
        x=xs,
        y=ps,
        mode="markers+text",
        cliponaxis=False,
        marker={
            "size": 22,
            "color": [theme.ESTIMATE if p <= target else theme.NEUTRAL for p in ps],
        },
        text=[str(i + 1) for i in range(len(names))],
        textposition="middle center",
        textfont={"color": "white"},
        customdata=[
            [label(name, 40), number(x), percent(p)]
            for name, x, p in zip(names, xs, ps, strict=True)
        ],
        hovertemplate=(
            "%{customdata[0]}<br>effort %{customdata[1]}, risk %{customdata[2]}<extra></extra>"
        ),
    )
    key = "<br>".join(f"<b>{i + 1}</b>  {label(name, 42)}" for i, name in enumerate(names))
    corner = {"xref": "paper", "x": 1, "xanchor": "right"}
    top = min(1.0, 1.25 * max(start, target, float(ps.max()), 0.04))
    head = 24 + 19 * (key.count("<br>") + 1)
    return figure(
        [origin, plans],
        height=head + 290,
        xaxis={"title": label(effort_label), "range": [-0.04 * reach, 1.12 * reach]},
        yaxis=percent_axis("Estimated risk", top),
        shapes=[line(xref="paper", x0=0, x1=1, y0=target, y1=target)],
        margin={"l": 8, "r": 8, "t": head, "b": 8},
        annotations=[
            note(f"now {percent(start)}", x=0, y=start, xanchor="left", xshift=12),
            note(f"target {percent(target)}", y=target, yanchor="bottom", **corner),
            note(key, xref="paper", x=0, xanchor="left", yref="paper", y=1, yanchor="bottom",
                 yshift=12, align="left"),
        ],
    )  # fmt: skip

"""Average ranks on one line, and which of them are too close to tell apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, need_finite, note
from core.viz.text import counted, fixed, label, listed

ROW, BAR = 22, 12


def critical_difference(
    ranks: Mapping[str, float],
    groups: Sequence[Sequence[str]],
    *,
    critical: float,
    n: int,
    unit: str = "image",
) -> Chart:
    """Draw average ranks, best at the left, and bars that join those not shown to differ.

    Parameters
    ----------
    ranks : mapping of str to float
        Name to average rank; 1 is best.
    groups : sequence of sequences of str
        Names that do not differ, each group two or more.
    critical : float
        Smallest difference that counts.
    n : int
        Units ranked.
    unit : str
        What a unit is, in the singular.

    Raises
    ------
    NotEnoughDataError
        If fewer than two are ranked.
    SuiteError
        If a rank is not finite, or a group names something that is not ranked.

    References
    ----------
    Demsar, Journal of Machine Learning Research 7 (2006) 1-30.
    """
    need_finite("average ranks", list(ranks.values()))
    need_finite("critical differences", [critical])
    if len(ranks) < 2:
        message = "The chart cannot be drawn: fewer than two are ranked."
        raise NotEnoughDataError(message)
    strange = [name for group in groups for name in group if name not in ranks]
    if strange:
        message = f"The chart cannot be drawn: {strange[0]} is in a group and has no rank."
        raise SuiteError(message)
    ordered = sorted(ranks, key=lambda name: ranks[name])
    table = pd.DataFrame(
        {
            "Name": ordered,
            "Average rank": [ranks[name] for name in ordered],
            "Groups": [
                ", ".join(str(i + 1) for i, group in enumerate(groups) if name in group)
                for name in ordered
            ],
        }
    )
    drawn = _figure(ranks, ordered, groups, critical)
    return Chart(drawn, _alt(ranks, ordered, groups, critical, counted(n, unit)), table)


def _figure(
    ranks: Mapping[str, float],
    ordered: Sequence[str],
    groups: Sequence[Sequence[str]],
    critical: float,
) -> Any:
    import plotly.graph_objects as go

    low, high = 1.0, float(math.ceil(max(ranks.values())))
    high = max(high, low + critical, low + 1)
    bars, rows = len(groups) + 1, len(ordered)
    height = BAR * (bars + 1) + ROW * rows
    top = BAR * (bars + 0.5) / height  # the part of the height that the bars take

    def level(place: float) -> float:
        return 1 - top * place / (bars + 0.5)

    def row(place: int) -> float:
        return (1 - top) * (1 - (place + 0.7) / rows)

    lines = [
        _line(low, low + critical, level(0.5), theme.NEUTRAL),
        *(
            _line(ranks[group[0]], ranks[group[-1]], level(i + 1.5), theme.INK, 4)
            for i, group in enumerate(_by_rank(ranks, groups))
        ),
    ]
    points = go.Scatter(
        x=[ranks[name] for name in ordered],
        y=[row(i) for i in range(rows)],
        mode="markers",
        marker={"size": 10, "color": theme.ESTIMATE},
        customdata=[label(name) for name in ordered],
        hovertemplate="%{customdata}: average rank %{x:.2f}<extra></extra>",
        cliponaxis=False,
    )
    middle = (low + high) / 2
    names = [
        note(f"{label(name)} ({fixed(ranks[name], 2)})", x=ranks[name], y=row(i), xshift=9 * side,
             xanchor="left" if side > 0 else "right")
        for i, name in enumerate(ordered)
        for side in (1 if ranks[name] < middle else -1,)
    ]  # fmt: skip
    said = note(f"critical difference {fixed(critical, 2)}", x=low + critical, y=level(0.5),
                xshift=8, xanchor="left")  # fmt: skip
    return figure(
        [*lines, points],
        height=height + 56,
        xaxis={"title": "Average rank (1 is best)", "range": [low - 0.1, high + 0.1], "nticks": 8},
        yaxis={"visible": False, "range": [0, 1], "fixedrange": True},
        annotations=[*names, said],
    )


def _line(x0: float, x1: float, y: float, colour: str, width: int = 2) -> Any:
    import plotly.graph_objects as go

    return go.Scatter(
        x=[x0, x1],
        y=[y, y],
        mode="lines",
        line={"color": colour, "width": width},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _by_rank(ranks: Mapping[str, float], groups: Sequence[Sequence[str]]) -> list[list[str]]:
    return [sorted(group, key=lambda name: ranks[name]) for group in groups]


def _alt(
    ranks: Mapping[str, float],
    ordered: Sequence[str],
    groups: Sequence[Sequence[str]],
    critical: float,
    units: str,
) -> str:
    places = "; ".join(f"{name} {fixed(ranks[name], 2)}" for name in ordered)
    together = (
        "; ".join(listed(group) for group in _by_rank(ranks, groups))
        if groups
        else "none; all differ"
    )
    return (
        f"Average ranks over {units}, 1 is best: {places}. Ranks that lie less than "
        f"{fixed(critical, 2)} apart are not shown to differ: {together}."
    )

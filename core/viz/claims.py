"""How many claims are shown, broken or open: one cell a claim, never an average."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.errors import NotEnoughDataError
from core.viz import theme
from core.viz.chart import Chart, figure
from core.viz.text import label, listed

_SIGNS: dict[theme.StatusName, str] = {
    "ok": "✓",
    "attention": "!",
    "critical": "✕",
    "unknown": "?",
}
_HEIGHT = 44


def claim_strip(claims: Sequence[tuple[theme.StatusName, str, str]]) -> Chart:
    """Draw one cell for each claim, in the order given; a cell carries a sign beside its colour.

    Parameters
    ----------
    claims : sequence of (status, word, claim)
        Sign and colour of the cell, the word for its status, and the claim itself.

    Raises
    ------
    NotEnoughDataError
        If there is no claim.
    """
    if not claims:
        message = "The chart cannot be drawn: there are no claims."
        raise NotEnoughDataError(message)
    words = [word for _, word, _ in claims]
    counts = [f"{words.count(word)} {word}" for word in dict.fromkeys(words)]
    table = pd.DataFrame(
        {"Claim": [claim for _, _, claim in claims], "Status": words}, columns=["Claim", "Status"]
    )
    return Chart(_strip(claims), f"Of {len(claims)} claims {listed(counts)}.", table)


def _strip(claims: Sequence[tuple[theme.StatusName, str, str]]) -> Any:
    import plotly.graph_objects as go

    cells = go.Bar(
        x=list(range(len(claims))),
        y=[1] * len(claims),
        width=0.94,
        marker={
            "color": [theme.STATUSES[status].colour for status, _, _ in claims],
            "line": {"width": 0},
        },
        text=[_SIGNS[status] for status, _, _ in claims],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"color": "white", "size": 15},
        customdata=[f"{label(word)}:<br>{label(claim)}" for _, word, claim in claims],
        hovertemplate="%{customdata}<extra></extra>",
    )
    hidden = {"visible": False, "fixedrange": True}
    return figure(
        [cells],
        height=_HEIGHT,
        xaxis={**hidden, "range": [-0.5, len(claims) - 0.5]},
        yaxis={**hidden, "range": [0, 1]},
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
    )

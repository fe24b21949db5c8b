"""Charts: data in; a Plotly figure, its text alternative and its table out."""

from __future__ import annotations

from core.viz.chart import Chart
from core.viz.curves import curve
from core.viz.distributions import histogram
from core.viz.evidence import forest, reliability
from core.viz.plans import front
from core.viz.reasons import diverging_bars, paired_bars, waterfall
from core.viz.risk import interval_bar
from core.viz.theme import STATUSES, Status

__all__ = [
    "STATUSES",
    "Chart",
    "Status",
    "curve",
    "diverging_bars",
    "forest",
    "front",
    "histogram",
    "interval_bar",
    "paired_bars",
    "reliability",
    "waterfall",
]

"""Charts: data in; a Plotly figure, its text alternative and its table out."""

from __future__ import annotations

from core.viz.amounts import amount_bars
from core.viz.bars import amount_bridge, bar_panels, stacked_bars
from core.viz.biplot import biplot
from core.viz.calibration_pair import reliability_pair
from core.viz.chart import Chart
from core.viz.claims import claim_strip
from core.viz.consistency import reliability_curve
from core.viz.counts import count_grid
from core.viz.curves import curve
from core.viz.distributions import histogram, histograms
from core.viz.evidence import forest, reliability
from core.viz.field import field
from core.viz.lines import Line, Mark, lines
from core.viz.matrix import correlation_matrix
from core.viz.mirrored import mirrored_histogram
from core.viz.overlay import overlay, overlay_png
from core.viz.picture import picture
from core.viz.plans import front
from core.viz.ranges import Range, ranges
from core.viz.reasons import diverging_bars, paired_bars, waterfall
from core.viz.risk import interval_bar
from core.viz.scatter import scatter
from core.viz.theme import STATUSES, Status

__all__ = [
    "STATUSES",
    "Chart",
    "Line",
    "Mark",
    "Range",
    "Status",
    "amount_bars",
    "amount_bridge",
    "bar_panels",
    "biplot",
    "claim_strip",
    "correlation_matrix",
    "count_grid",
    "curve",
    "diverging_bars",
    "field",
    "forest",
    "front",
    "histogram",
    "histograms",
    "interval_bar",
    "lines",
    "mirrored_histogram",
    "overlay",
    "overlay_png",
    "paired_bars",
    "picture",
    "ranges",
    "reliability",
    "reliability_curve",
    "reliability_pair",
    "scatter",
    "stacked_bars",
    "waterfall",
]

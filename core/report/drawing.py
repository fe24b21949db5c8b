"""Vector drawings of a report: the same marks and colours as on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.report.blocks import Bars, IntervalBar
from core.report.fonts import Writer, shorten
from core.viz import theme
from core.viz.chart import need_equal, need_finite, need_probability
from core.viz.text import percent, percent_range, signed

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing, String

_SMALL = 8
_ROW = 18
_PALE = "#e3e6ea"
_DARK = "#b4bac1"


def interval_bar(block: IntervalBar, width: float, writer: Writer) -> Drawing:
    """Draw a probability with its interval on a scale from 0 to 100 %.

    Raises
    ------
    SuiteError
        If a value is not a probability.
    """
    from reportlab.graphics.shapes import Circle, Drawing, Line, Rect
    from reportlab.lib.colors import HexColor

    p, low, high = (
        need_probability(name, value)
        for name, value in (("p", block.p), ("low", block.low), ("high", block.high))
    )
    margin = 14.0
    span = width - 2 * margin
    fonts = writer.fonts

    def at(share: float) -> float:
        return margin + share * span

    drawing = Drawing(width, 62)
    drawing.add(Rect(at(0), 26, span, 14, fillColor=HexColor(_PALE), strokeColor=None))
    if block.zone is not None:
        start, end = (need_probability("zone", value) for value in block.zone)
        drawing.add(
            Rect(
                at(start), 23, (end - start) * span, 20, fillColor=HexColor(_DARK), strokeColor=None
            )
        )
    band = HexColor(theme.ESTIMATE)
    drawing.add(
        Rect(
            at(low), 26, (high - low) * span, 14, fillColor=band, fillOpacity=0.5, strokeColor=None
        )
    )
    drawing.add(
        Circle(at(p), 33, 6, fillColor=band, strokeColor=HexColor("#ffffff"), strokeWidth=1.5)
    )
    if block.threshold is not None:
        x = at(need_probability("threshold", block.threshold))
        drawing.add(Line(x, 21, x, 45, strokeColor=HexColor(theme.NEUTRAL), strokeWidth=1.5))
    text = f"{percent(p)} ({percent_range(low, high)})"
    drawing.add(_text(at(p), 48, text, fonts.strong.name, 10, _anchor(p)))
    for tick in (0, 0.25, 0.5, 0.75, 1):
        text = f"{100 * tick:.0f} %"
        drawing.add(_text(at(tick), 10, text, fonts.regular.name, _SMALL, "middle"))
    return drawing


def _anchor(share: float) -> str:
    return "start" if share < 0.2 else "end" if share > 0.8 else "middle"


def _text(x: float, y: float, text: str, font: str, size: float, anchor: str) -> String:
    from reportlab.graphics.shapes import String

    return String(x, y, text, fontName=font, fontSize=size, textAnchor=anchor)


def bars(block: Bars, width: float, writer: Writer) -> Drawing:
    """Draw signed contributions as bars to both sides of zero.

    Raises
    ------
    SuiteError
        If a value is not finite or the columns do not fit.
    """
    from reportlab.graphics.shapes import Drawing, Line, Rect
    from reportlab.lib.colors import HexColor

    values = need_finite("contributions", block.values)
    need_equal(labels=block.labels, values=values)
    regular = writer.fonts.regular.name
    height = _ROW * len(values) + 16
    names = 0.46 * width
    half = (width - names) / 2
    zero = names + half
    scale = (half - 34) / max(float(np.abs(values).max()), 1e-9)
    drawing = Drawing(width, height)
    for side, text, anchor in ((-6, "← lowers", "end"), (6, "raises →", "start")):
        drawing.add(_text(zero + side, height - 9, text, regular, _SMALL, anchor))
    for i, (name, value) in enumerate(zip(block.labels, values, strict=True)):
        base = height - 16 - _ROW * (i + 1)
        length = float(value) * scale
        colour = HexColor(theme.RAISES if value > 0 else theme.LOWERS)
        drawing.add(
            Rect(
                min(zero, zero + length),
                base + 3,
                abs(length),
                11,
                fillColor=colour,
                strokeColor=None,
            )
        )
        shown = shorten(writer.plain(name), regular, 9, names - 8)
        drawing.add(_text(0, base + 5, shown, regular, 9, "start"))
        end = zero + length + (4 if value > 0 else -4)
        anchor = "start" if value > 0 else "end"
        drawing.add(_text(end, base + 5, signed(value), regular, _SMALL, anchor))
    drawing.add(Line(zero, 0, zero, height - 14, strokeColor=HexColor(theme.NEUTRAL)))
    return drawing

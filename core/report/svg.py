"""A small drawing board for a report: axes, lines, bands and points as inline SVG.

Every number is rounded to a tenth of a pixel, so that equal data give equal bytes, and every text
is escaped. Nothing refers to anything outside the drawing.
"""

from __future__ import annotations

import dataclasses
import html
import math
from collections.abc import Iterable, Sequence

from core.report.text import one_line
from core.viz.theme import NEUTRAL

INK = "#16191d"
FADED = "#5a626b"
GRID = "#e3e7ec"

Series = Sequence[float | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Board:
    """The place of a drawing and its scales.

    Attributes
    ----------
    x, y : tuple of float
        Range of the data on either axis.
    width, height : int
        Size of the drawing in pixels.
    left, bottom, top : int
        Margins in pixels.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    width: int = 460
    height: int = 320
    left: int = 58
    bottom: int = 46
    top: int = 30

    def px(self, value: float) -> float:
        """Return the horizontal place of a value; one beyond the range stays at its edge."""
        return self.left + _share(value, self.x) * (self.width - self.left - 14)

    def py(self, value: float) -> float:
        """Return the vertical place of a value; one beyond the range stays at its edge."""
        inside = self.height - self.bottom - self.top
        return self.height - self.bottom - _share(value, self.y) * inside

    def axes(self, x_title: str, y_title: str, *, rows: Sequence[str] = ()) -> list[str]:
        """Return grid, ticks and titles; with ``rows``, names instead of vertical ticks."""
        floor, ceiling = self.height - self.bottom, self.top
        parts = []
        for tick in ticks(*self.x):
            at = _fmt(self.px(tick))
            parts.append(f'<path d="M{at} {ceiling}V{floor}" stroke="{GRID}"/>')
            parts.append(label(tick_text(tick), self.px(tick), floor + 16, anchor="middle"))
        for row, name in enumerate(rows):
            parts.append(label(one_line(name, 26), self.left - 8, self.py(row) + 4, anchor="end"))
        for tick in () if rows else ticks(*self.y):
            at = _fmt(self.py(tick))
            parts.append(f'<path d="M{self.left} {at}H{self.width - 14}" stroke="{GRID}"/>')
            parts.append(label(tick_text(tick), self.left - 6, self.py(tick) + 4, anchor="end"))
        middle = (self.left + self.width - 14) / 2
        parts.append(label(x_title, middle, self.height - 8, anchor="middle", colour=INK))
        if y_title:
            parts.append(label(y_title, 2, ceiling - 16, colour=INK))
        return parts

    def line(self, xs: Series, ys: Series, colour: str, *, dash: str = "", wide: float = 2) -> str:
        """Return a line through the points; it is interrupted where a value is missing."""
        steps, pen = [], "M"
        for x, y in zip(xs, ys, strict=True):
            if x is None or y is None:
                pen = "M"
                continue
            steps.append(f"{pen}{_fmt(self.px(x))} {_fmt(self.py(y))}")
            pen = "L"
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return (
            f'<path d="{"".join(steps)}" fill="none" stroke="{colour}" stroke-width="{wide:g}"'
            f"{dashes}/>"
        )

    def band(self, xs: Series, low: Series, high: Series, colour: str, opacity: float) -> str:
        """Return the area between two curves, over the points where both are known."""
        known = [
            (x, below, above)
            for x, below, above in zip(xs, low, high, strict=True)
            if x is not None and below is not None and above is not None
        ]
        if not known:
            return ""
        path = [(x, above) for x, _, above in known] + [(x, below) for x, below, _ in known[::-1]]
        points = "L".join(f"{_fmt(self.px(x))} {_fmt(self.py(y))}" for x, y in path)
        return f'<path d="M{points}Z" fill="{colour}" fill-opacity="{opacity:g}"/>'

    def interval(self, low: float, high: float, row: float, colour: str) -> str:
        """Return a horizontal interval at a vertical place."""
        at = _fmt(self.py(row))
        return (
            f'<path d="M{_fmt(self.px(low))} {at}H{_fmt(self.px(high))}" stroke="{colour}" '
            'stroke-width="2"/>'
        )

    def whisker(self, x: float, low: float, high: float, colour: str) -> str:
        """Return a vertical interval at a horizontal place."""
        at = _fmt(self.px(x))
        return (
            f'<path d="M{at} {_fmt(self.py(low))}V{_fmt(self.py(high))}" stroke="{colour}" '
            'stroke-width="1.5"/>'
        )

    def dot(self, x: float, y: float, colour: str, *, hollow: bool = False) -> str:
        """Return a point."""
        fill = "#ffffff" if hollow else colour
        place = f'cx="{_fmt(self.px(x))}" cy="{_fmt(self.py(y))}"'
        return f'<circle {place} r="3.5" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'

    def draw(self, parts: Iterable[str], alt: str) -> str:
        """Return the drawing with its text alternative."""
        inside = "".join(parts)
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="'
            f'{html.escape(one_line(alt))}">{inside}</svg>'
        )


def label(
    text: str, x: float, y: float, *, anchor: str = "start", colour: str = FADED, size: int = 12
) -> str:
    """Return text at a place; ``anchor`` says whether it starts, ends or is centred there."""
    return (
        f'<text x="{_fmt(x)}" y="{_fmt(y)}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{html.escape(one_line(text))}</text>'
    )


def legend(entries: Sequence[tuple[str, str, str]], x: float, y: float) -> list[str]:
    """Return entries of colour, dash and name one below the other, from the upper left corner."""
    parts = []
    for row, (colour, dash, name) in enumerate(entries):
        at = y + 16 * row
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<path d="M{_fmt(x)} {_fmt(at)}h18" stroke="{colour}" stroke-width="2.5"{dashes}/>'
        )
        parts.append(label(name, x + 24, at + 4, colour=INK, size=11))
    return parts


def ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers within a range."""
    span = high - low
    if not span > 0:
        return [low]
    raw = span / 5
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [step * k for k in range(first, last + 1)]


def tick_text(value: float) -> str:
    """Return a tick's number without needless zeros."""
    return f"{value:,.6g}".replace("-", "\u2212") if abs(value) > 1e-12 else "0"


def around(values: Iterable[float | None], *, least: float = 0.0) -> tuple[float, float]:
    """Return a range that holds the values with a little room, at least of a given width."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = max(0.05 * (high - low), (least - (high - low)) / 2, 1e-9)
    return low - room, high + room


def diagonal(board: Board) -> str:
    """Return the line of equality over the whole range of the horizontal axis."""
    return board.line(board.x, board.x, NEUTRAL, dash="5 4", wide=1.5)


def _share(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _fmt(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

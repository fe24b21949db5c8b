"""The parts a report is made of: plain values, no layout."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.viz.theme import StatusName

DISCLAIMER = "For research and education; not a medical device."


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """A section heading; it stays with what follows."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line breaks are kept, mark-up is shown as typed.

    Attributes
    ----------
    text : str
        Any Unicode text.
    style : {"body", "lead", "small"}
        Normal, large for the answer, or small for remarks.
    """

    text: str
    style: Literal["body", "lead", "small"] = "body"


@dataclasses.dataclass(frozen=True, slots=True)
class Callout:
    """A verdict with its status: a coloured edge, the status word and the text."""

    status: StatusName
    word: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class KeyValues:
    """Names and values, one pair a line."""

    rows: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table whose cells wrap and whose header returns on every page.

    Attributes
    ----------
    header : tuple of str
        Column names with units.
    rows : tuple of tuple of str
        Cells, as many a row as there are columns; without rows the table says "none".
    shares : tuple of float
        Relative widths of the columns; equal when empty.
    numeric : tuple of int
        Columns set flush right.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()
    numeric: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class IntervalBar:
    """A probability with its interval on a scale from 0 to 100 %.

    Attributes
    ----------
    p, low, high : float
        Estimate and interval, 0 to 1.
    zone : tuple of float or None
        Range of probabilities in which no decision is made.
    threshold : float or None
        Probability from which the call is positive.
    """

    p: float
    low: float
    high: float
    zone: tuple[float, float] | None = None
    threshold: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Bars:
    """Signed contributions as bars to both sides of zero, in the given order.

    Attributes
    ----------
    labels : tuple of str
        The reasons in words.
    values : tuple of float
        Their contributions.
    unit : str
        Unit of the contributions.
    """

    labels: tuple[str, ...]
    values: tuple[float, ...]
    unit: str = "log-odds"


@dataclasses.dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from: names with hashes, versions and dates, in small type."""

    rows: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with the sentence below it; only HTML shows it.

    Attributes
    ----------
    svg : str
        The drawing, every text in it escaped.
    caption : str
        What is seen, as plain text.
    """

    svg: str
    caption: str


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A raster picture; those that follow each other stand side by side.

    Attributes
    ----------
    pixels : (height, width) or (height, width, 3) array of uint8
        Grey or RGB values.
    alt : str
        What is seen, for those who cannot see it.
    caption : str
        Line below it.
    """

    pixels: NDArray[np.uint8]
    alt: str
    caption: str = ""


Block = (
    Heading
    | Paragraph
    | Callout
    | KeyValues
    | Table
    | IntervalBar
    | Bars
    | Provenance
    | Figure
    | Picture
)


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes
    ----------
    title, subtitle : str
        Set at the top of the first page; the title also at the head of the others.
    issued : datetime.date
        Declared date of issue; no clock is read.
    blocks : tuple of Block
        The content, in order.
    footer : str
        Line at the foot of every page.
    """

    title: str
    subtitle: str
    issued: datetime.date
    blocks: tuple[Block, ...]
    footer: str = DISCLAIMER

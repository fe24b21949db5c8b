"""A report as PDF: embedded fonts, vector drawings, the same bytes for the same document."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SuiteError
from core.report import blocks as b
from core.report import drawing, raster
from core.report.fonts import FONTS, REPLACEMENT, Face, Faces, Writer, faces, shorten
from core.viz import theme
from core.viz.text import counted

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_MARGIN = 51.0  # 18 mm in points
_HEAD = 30.0
_GAP = 6.0
_ROOM = 72.0  # a heading never stands alone at the foot of a page
_INK = "#16191d"
_FADED = "#5a626b"
_HAIRLINE = "#d9dee4"
_SIZES = {"title": 18, "lead": 13, "heading": 12, "body": 9.5, "small": 8, "mono": 7.5}


def render(document: b.Document, *, fonts: Path = FONTS) -> bytes:
    """Return a document as the bytes of a PDF.

    Parameters
    ----------
    document : Document
        What to print.
    fonts : Path
        Folder with the TrueType fonts to embed.

    Returns
    -------
    bytes
        The same for the same document and fonts, in any process.

    Raises
    ------
    SuiteError
        If a block cannot be drawn.
    ArtifactError
        If a font is missing.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    writer = Writer(faces(fonts))
    width, height = A4
    story = list(_story(document, writer, width - 2 * _MARGIN))
    out = io.BytesIO()
    template = BaseDocTemplate(
        out,
        pagesize=A4,
        title=writer.plain(document.title),
        subject=writer.plain(document.subtitle),
        lang="en",
        invariant=1,
    )
    frame = Frame(
        _MARGIN,
        _MARGIN,
        width - 2 * _MARGIN,
        height - 2 * _MARGIN - _HEAD / 2,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    template.addPageTemplates([PageTemplate(frames=[frame])])
    template.build(story, canvasmaker=_numbered(document, writer))
    return out.getvalue()


def _numbered(document: b.Document, writer: Writer) -> type:
    """Return a canvas that knows how many pages there are when it writes the first footer."""
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 (the library's name)
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _decorate(self, document, writer, number, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _decorate(canvas: Any, document: b.Document, writer: Writer, page: int, pages: int) -> None:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4

    font, size = writer.fonts.regular.name, _SIZES["small"]
    right, top = A4[0] - _MARGIN, A4[1] - 34
    room = right - _MARGIN - 90
    canvas.setFont(font, size)
    canvas.setFillColor(HexColor(_FADED))
    canvas.setStrokeColor(HexColor(_HAIRLINE))
    canvas.line(_MARGIN, 40, right, 40)
    canvas.drawString(_MARGIN, 28, shorten(writer.plain(document.footer), font, size, room))
    canvas.drawRightString(right, 28, f"Page {page} of {pages}")
    canvas.drawString(_MARGIN, top, shorten(writer.plain(document.title), font, size, room))
    canvas.drawRightString(right, top, document.issued.isoformat())


@functools.cache
def _styles(fonts: Faces) -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    def style(name: str, face: str, **more: Any) -> Any:
        size = _SIZES[name]
        return ParagraphStyle(
            name,
            fontName=face,
            fontSize=size,
            leading=1.35 * size,
            textColor=HexColor(_INK),
            **more,
        )

    regular, strong = fonts.regular.name, fonts.strong.name
    body = style("body", regular, spaceAfter=4)
    return {
        "title": style("title", strong, spaceAfter=2),
        "lead": style("lead", strong, spaceAfter=4),
        "heading": style("heading", strong, spaceBefore=10, spaceAfter=4),
        "body": body,
        "small": style("small", regular, spaceAfter=3),
        "mono": style("mono", fonts.mono.name),
        "cell": ParagraphStyle("cell", body, spaceAfter=0, fontSize=8.5, leading=11.5),
        "number": ParagraphStyle(
            "number", body, spaceAfter=0, fontSize=8.5, leading=11.5, alignment=TA_RIGHT
        ),
        "head": ParagraphStyle(
            "head", body, spaceAfter=0, fontName=strong, fontSize=8.5, leading=11.5
        ),
        "head-number": ParagraphStyle(
            "head-number",
            body,
            spaceAfter=0,
            fontName=strong,
            fontSize=8.5,
            leading=11.5,
            alignment=TA_RIGHT,
        ),
    }


def _story(document: b.Document, writer: Writer, width: float) -> Iterator[Flowable]:
    from reportlab.platypus import Paragraph, Spacer

    styles = _styles(writer.fonts)
    yield Paragraph(writer.markup(document.title, writer.fonts.strong), styles["title"])
    yield Paragraph(writer.markup(document.subtitle), styles["body"])
    for is_picture, run in itertools.groupby(
        document.blocks, key=lambda block: isinstance(block, b.Picture)
    ):
        if is_picture:
            pictures = [block for block in run if isinstance(block, b.Picture)]
            yield from raster.rows(pictures, width, writer, styles["small"])
            continue
        for block in run:
            yield from _flow(block, writer, width)
    if writer.replaced:
        count = counted(writer.replaced, "character")
        text = f"Not in the font of this report and shown as {REPLACEMENT}: {count}."
        yield Spacer(1, _GAP)
        yield Paragraph(text, styles["small"])


def _flow(block: b.Block, writer: Writer, width: float) -> Iterator[Flowable]:
    from reportlab.platypus import CondPageBreak, Paragraph, Spacer

    styles = _styles(writer.fonts)
    match block:
        case b.Heading(text):
            yield CondPageBreak(_ROOM)
            yield Paragraph(writer.markup(text, writer.fonts.strong), styles["heading"])
        case b.Paragraph(text, style):
            face = writer.fonts.strong if style == "lead" else None
            yield Paragraph(writer.markup(text, face), styles[style])
        case b.Callout():
            yield from _callout(block, writer, width)
        case b.KeyValues(rows):
            yield _pairs(rows, writer, width, "cell")
        case b.Provenance(rows):
            yield _pairs(rows, writer, width, "mono")
        case b.Table():
            yield _table(block, writer, width)
        case b.IntervalBar():
            yield drawing.interval_bar(block, width, writer)
            yield Spacer(1, _GAP)
        case b.Bars():
            yield drawing.bars(block, width, writer)
            yield Spacer(1, _GAP)


def _callout(block: b.Callout, writer: Writer, width: float) -> Iterator[Flowable]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Spacer, Table

    word = writer.markup(block.word, writer.fonts.strong)
    strong = f'<font name="{writer.fonts.strong.name}">{word}</font>'
    text = Paragraph(f"{strong}&nbsp; {writer.markup(block.text)}", _styles(writer.fonts)["body"])
    edge = HexColor(theme.STATUSES[block.status].colour)
    yield Table(
        [[text]],
        colWidths=[width],
        splitInRow=1,
        style=[
            ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ],
    )
    yield Spacer(1, _GAP / 2)


def _pairs(rows: tuple[tuple[str, str], ...], writer: Writer, width: float, style: str) -> Flowable:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Table

    styles = _styles(writer.fonts)
    face = writer.fonts.mono if style == "mono" else None
    small = styles["small" if style == "mono" else "cell"]
    cells = [
        [
            Paragraph(writer.markup(name), small),
            Paragraph(writer.markup(value, face), styles[style]),
        ]
        for name, value in rows or (("", "none"),)
    ]
    return Table(
        cells,
        colWidths=[0.34 * width, 0.66 * width],
        splitInRow=1,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_HAIRLINE)),
        ],
    )


def _table(block: b.Table, writer: Writer, width: float) -> Flowable:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Table

    count = len(block.header)
    shares = block.shares or (1.0,) * count
    if count == 0 or len(shares) != count or any(len(row) != count for row in block.rows):
        message = f"The report cannot be set: a table of {count} columns has rows of other lengths."
        raise SuiteError(message)
    styles = _styles(writer.fonts)

    def line(cells: tuple[str, ...], names: tuple[str, str], face: Face | None) -> list[Any]:
        return [
            Paragraph(writer.markup(cell, face), styles[names[i in block.numeric]])
            for i, cell in enumerate(cells)
        ]

    empty = ("none", *("",) * (count - 1))
    data = [line(block.header, ("head", "head-number"), writer.fonts.strong)]
    data += [line(row, ("cell", "number"), None) for row in block.rows or (empty,)]
    return Table(
        data,
        colWidths=[width * share / sum(shares) for share in shares],
        repeatRows=1,
        splitInRow=1,
        spaceAfter=_GAP,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor("#747b85")),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(_HAIRLINE)),
        ],
    )

"""Raster pictures of a report: an array in, PNG in a PDF or in a page out, described in words."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import SuiteError
from core.report.blocks import Picture
from core.report.fonts import Writer
from core.report.text import one_line

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_ABREAST = 4
_TALLEST = 260.0
_GAP = 10.0


def png(picture: Picture) -> bytes:
    """Return the pixels of a picture as PNG; the same bytes for the same pixels.

    Raises
    ------
    SuiteError
        If they are not grey or RGB values from 0 to 255.
    """
    from PIL import Image

    pixels = picture.pixels
    colours = pixels.ndim == 3 and pixels.shape[2] == 3
    if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or colours) or pixels.size == 0:
        message = (
            f"The report cannot be set: a picture of {pixels.dtype} {pixels.shape} is not grey or"
            " RGB with values from 0 to 255."
        )
        raise SuiteError(message)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def figure(picture: Picture) -> str:
    """Return a picture as a figure of a page that holds its own bytes."""
    source = base64.b64encode(png(picture)).decode()
    alt, caption = (html.escape(one_line(text)) for text in (picture.alt, picture.caption))
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="data:image/png;base64,{source}" alt="{alt}">{below}</figure>'


def rows(
    pictures: Sequence[Picture], width: float, writer: Writer, style: Any
) -> Iterator[Flowable]:
    """Yield pictures that follow each other, up to four abreast, with their captions.

    Parameters
    ----------
    pictures : sequence of Picture
        What to show; one alone takes half the width.
    width : float
        Room on the page, in points.
    writer : Writer
        For the captions and the description that a reader speaks.
    style : ParagraphStyle
        Of the captions.
    """
    from reportlab.platypus import Paragraph, Table

    column = width / min(_ABREAST, max(2, len(pictures)))
    for start in range(0, len(pictures), _ABREAST):
        group = pictures[start : start + _ABREAST]
        cells = [_described(one, column - _GAP, writer) for one in group]
        captions = [Paragraph(writer.markup(one.caption), style) for one in group]
        yield Table(
            [cells, captions],
            colWidths=[column] * len(group),
            hAlign="LEFT",
            style=[
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), _GAP),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ],
        )


def _described(picture: Picture, width: float, writer: Writer) -> Flowable:
    """Return the image with its alternate description (ISO 32000-1, 14.9.3)."""
    from reportlab.platypus import Image

    content = io.BytesIO(png(picture))
    alt = b"\xfe\xff" + writer.plain(picture.alt).encode("utf-16-be", "replace")
    high, wide = picture.pixels.shape[:2]
    scale = min(width / wide, _TALLEST / high)

    class Described(Image):  # type: ignore[misc]
        def draw(self) -> None:
            self.canv._code.append(f"/Span <</Alt <{alt.hex()}>>> BDC")
            super().draw()
            self.canv._code.append("EMC")

    return Described(content, width=scale * wide, height=scale * high)

"""The embedded fonts, and text made safe for them."""

from __future__ import annotations

import dataclasses
import functools
import threading
import unicodedata
from pathlib import Path
from xml.sax.saxutils import escape

from core.errors import ArtifactError

FONTS = Path(__file__).resolve().parents[2] / "apps" / "static" / "fonts"
REPLACEMENT = "\ufffd"

_FILES = {
    "regular": "IBMPlexSans-Regular.ttf",
    "strong": "IBMPlexSans-SemiBold.ttf",
    "mono": "IBMPlexMono-Regular.ttf",
}
_REPLACEMENT_OF = {"regular": REPLACEMENT, "strong": REPLACEMENT, "mono": "?"}
_LOCK = threading.Lock()


@dataclasses.dataclass(frozen=True, slots=True)
class Face:
    """One registered font.

    Attributes
    ----------
    name : str
        Name under which the PDF library knows it.
    glyphs : frozenset of int
        Code points it can draw.
    replacement : str
        Character shown for those it cannot.
    """

    name: str
    glyphs: frozenset[int]
    replacement: str


@dataclasses.dataclass(frozen=True, slots=True)
class Faces:
    """The three fonts of a report."""

    regular: Face
    strong: Face
    mono: Face


@functools.cache
def faces(folder: Path = FONTS) -> Faces:
    """Register the fonts of a folder, once.

    Raises
    ------
    ArtifactError
        If a font file is missing or not a TrueType font.
    """
    with _LOCK:
        return Faces(**{role: _register(folder, role) for role in _FILES})


def _register(folder: Path, role: str) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    path = folder / _FILES[role]
    name = f"{path.stem}@{folder}"
    try:
        font = TTFont(name, str(path))
    except TTFError as error:
        message = f"The report cannot be set: {path.name} is missing or no TrueType font."
        raise ArtifactError(message) from error
    pdfmetrics.registerFont(font)
    return Face(name, frozenset(font.face.charToGlyph), _REPLACEMENT_OF[role])


class Writer:
    """Turns any text into text the fonts can draw, counting what they lack.

    Parameters
    ----------
    fonts : Faces
        The registered fonts.

    Attributes
    ----------
    replaced : int
        Characters that were shown as a replacement so far.
    """

    def __init__(self, fonts: Faces) -> None:
        self.fonts = fonts
        self.replaced = 0

    def plain(self, text: str, face: Face | None = None) -> str:
        """Return a text with composed accents, plain spaces and only drawable characters."""
        face = face or self.fonts.regular
        out = []
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
            if character in "\t\r\u00a0\u202f":
                out.append(" ")
            elif character == "\n" or ord(character) in face.glyphs:
                out.append(character)
            else:
                out.append(face.replacement)
                self.replaced += 1
        return "".join(out)

    def markup(self, text: str, face: Face | None = None) -> str:
        """Return a text as paragraph mark-up: escaped, with its line breaks."""
        return escape(self.plain(text, face)).replace("\n", "<br/>")


def shorten(text: str, font: str, size: float, width: float) -> str:
    """Return a text on one line, cut with an ellipsis where it would exceed the width in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    text = " ".join(text.split())
    if stringWidth(text, font, size) <= width:
        return text
    while text and stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"

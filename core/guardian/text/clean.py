"""From text as it was typed to letters that can be compared."""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata

_DROPPED = frozenset("®™©℠")
_SPECIAL = {
    "×": "x",
    "✕": "x",
    "°": "h",
    "º": "h",
    "℞": " ",
    "№": "no",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ɑ": "a",
    "ɡ": "g",
    "−": "-",
    "⁄": "/",
    "∕": "/",
    "‐": "-",
    "·": ".",
    "•": " ",
    "●": " ",
    "▪": " ",
    "_": " ",
}
_QUOTES = "‘’‛`´ʼʹ′＇"
_LOWER = dict(
    zip(
        "авеіїјкмнорсѕтухԁԛԝһӏɩαβεικνορτυχημγω",
        "abeiijkmhopcstyxdqwhliabeikvoptuxnuyw",
        strict=True,
    )
)
"""Small letters of other alphabets that look like a Latin one."""
_UPPER = dict(
    zip(
        "АВЕІЇЈКМНОРСЅТУХԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "abeiijkmhopcstyxgqwabezhikmnoptyx",
        strict=True,
    )
)
"""The same for capitals: a Greek capital eta is an H, the small one an n."""
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_LETTERS = {
    **_LOWER,
    **_UPPER,
    **_SMALL_CAPITALS,
    **_SPECIAL,
    **dict.fromkeys(_QUOTES, "'"),
    **dict.fromkeys(_DROPPED, ""),
}
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "ω": "omega", "δ": "delta"}
_HALVES = {"½": "5", "¼": "25", "¾": "75"}
_MARK = re.compile(r"\((?:r|tm|c)\)")
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A text, folded, that still knows where each letter stood.

    Attributes
    ----------
    written : str
        The text as given.
    text : str
        Small Latin letters, plain punctuation, single characters for every space.
    origin : tuple of int or None
        Place in ``written`` of each character of ``text``; ``None`` when they agree.
    """

    written: str
    text: str
    origin: tuple[int, ...] | None = None

    def piece(self, start: int, end: int) -> str:
        """Return what was written where ``text[start:end]`` stands."""
        if self.origin is None or start >= end:
            return self.written[start:end]
        return self.written[self.origin[start] : self.origin[end - 1] + 1]


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """A run of letters, or a number, and its place in the folded text."""

    text: str
    start: int
    end: int

    @property
    def number(self) -> bool:
        """Whether it starts with a digit."""
        return self.text[0].isdigit()


def fold(written: str) -> Line:
    """Fold case, accents, look-alike letters, invisible characters and typographic marks."""
    if written.isascii():
        text = _MARK.sub(_blank, _ascii(written))
        if len(text) == len(written):
            return Line(written, text)
    pieces: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(written):
        piece = _in_context(written, place, letter)
        pieces.append(piece)
        origin.extend([place] * len(piece))
    return Line(written, _MARK.sub(_blank, "".join(pieces)), tuple(origin))


def words(text: str) -> list[Word]:
    """Return the runs of letters and the numbers of a folded text."""
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def squeezed(text: str, limit: int = 80) -> str:
    """Return a text for a message: printable, single spaces, at most ``limit`` characters."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 1].rstrip()}…"


def _ascii(written: str) -> str:
    return written.lower().translate(_CONTROL)


_CONTROL = dict.fromkeys((*range(32), 127), "") | dict.fromkeys(map(ord, "\t\n\v\f\r"), " ")
_CONTROL |= {ord("`"): "'", ord("_"): " "}


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _in_context(written: str, place: int, letter: str) -> str:
    before = written[place - 1] if place else " "
    if letter in _HALVES:
        return f".{_HALVES[letter]}" if before.isdigit() else f"0.{_HALVES[letter]}"
    if letter in _GREEK:
        after = written[place + 1] if place + 1 < len(written) else " "
        if not (before.isalpha() or after.isalpha()):
            return _GREEK[letter]
    return _folded(letter)


@functools.lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    return "".join(map(_part, unicodedata.normalize("NFKD", letter)))


def _part(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    kind = unicodedata.category(letter)
    if letter.isspace() or kind[0] == "Z":
        return " "
    if kind == "Pd":
        return "-"
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    if kind[0] in "MC":
        return ""
    return letter.casefold()

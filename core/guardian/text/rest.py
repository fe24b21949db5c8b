"""Directions in one spelling, from which each reader takes away what it understood."""

from __future__ import annotations

import re

NUMBER = r"\d+(?:\.\d+)?"
RANGE = rf"({NUMBER})(?:\s*(?:-|–|to|or)\s*({NUMBER}))?"

_COUNTS = {
    **{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"},
    **{"eight": "8", "nine": "9", "ten": "10", "twelve": "12", "ii": "2", "iii": "3"},
}
_COUNT = re.compile(rf"\b({'|'.join(_COUNTS)})\b(?!-half)")
_HALF = re.compile(
    r"\b(?:(?:one|1|a)[ -])?half(?: of)?(?: an?)?\b(?! hour)|(?<![\d/])1/2(?![\d/])|\b0\.5(?=tab)"
)
_AND_HALF = re.compile(r"(\d) (?:and )?(?:a |one )?0\.5\b")
_QUARTER = re.compile(r"\b(?:one |1 |a )?quarter\b|(?<![\d/])1/4(?![\d/])")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?|\b[a-z]\.[a-z]\b")
_THOUSANDS = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
_COMMA = re.compile(r"\b(\d+),(\d{1,2})\b(?!,)")
_NAKED = re.compile(r"(?<![\d.])\.(?=\d)")
_TRAILING = re.compile(r"\b\d+\.0+(?!\d)(?=\s*[a-z])")
_EUROPEAN = re.compile(r"\b\d{1,3}\.000\b")
_PACK = re.compile(
    r"#\s*\d+\b|\b(?:disp(?:ense)?|qty|quantity|dispensed|refills?|rf)\b\W*\d+"
    r"(?:\s*(?:tabs?|caps?|tablets?|capsules?|ml|g))?|\b\d+\s*refills?\b|"
    r"\b\d+[ -]?days? supply\b|\bu-?[1-5]00\b"
)
_MILLION = re.compile(rf"({NUMBER})\s*(?:million|mill|mega)\s*(?=iu|units?|u\b)")
_CLOCK = re.compile(r"\b(?:1[0-2]|[1-9])(?::?[0-5]\d)?(?=[ap]m\b)|\b(?:[01]?\d|2[0-3]):[0-5]\d\b")
_LETTER_JOIN = re.compile(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)")


class Rest:
    """Directions still to be read.

    Attributes
    ----------
    text : str
        What no reader has taken yet; taken pieces are spaces.
    notes : list of str
        What could not be read for certain.
    """

    def __init__(self, text: str) -> None:
        self.notes: list[str] = []
        self.text = self._spelled(text)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first match and blank it."""
        found = pattern.search(self.text)
        if found:
            self.blank(found)
        return found

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Return every match and blank them."""
        found = list(pattern.finditer(self.text))
        for one in found:
            self.blank(one)
        return found

    def blank(self, found: re.Match[str]) -> None:
        """Take a match away."""
        start, end = found.span()
        self.text = f"{self.text[:start]}{' ' * (end - start)}{self.text[end:]}"

    def _spelled(self, text: str) -> str:
        text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
        if _NAKED.search(text):
            self.notes.append(
                "A decimal without a leading zero can be misread; it was read as 0.x."
            )
            text = _NAKED.sub("0.", text)
        text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
        text = _COMMA.sub(r"\1.\2", text)
        if _EUROPEAN.search(text):
            self.notes.append("A number such as 1.000 can mean one or a thousand; it was not read.")
            text = _EUROPEAN.sub(" ", text)
        elif _TRAILING.search(text):
            self.notes.append("A trailing zero, as in 1.0 mg, can be misread as ten times as much.")
        text = _LETTER_JOIN.sub(" ", _PACK.sub(" ", _CLOCK.sub(" ", text)))
        text = _HALF.sub("0.5", text)
        text = _QUARTER.sub("0.25", text)
        text = _COUNT.sub(lambda found: _COUNTS[found[1]], text)
        text = _AND_HALF.sub(r"\1.5", text)
        return _MILLION.sub(lambda found: f"{float(found[1]) * 1e6:.0f} ", text)

"""From words to names, periods and concepts, telling every reading that is not obvious."""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata

from core.apple_sales.asking.names import LONGEST, PHRASES, PLAIN, Entry
from core.apple_sales.asking.periods import CENTURY, Period, periods

CLOSE = 0.8
"""Least similarity (difflib) of a misspelt word to the word it is read as."""

SHORTEST = 4
"""Shorter words are like too many others to be read as misspelt."""

_WORDS = sorted({word for phrase in PHRASES for word in phrase.split()})
_MODEL = re.compile(r"\biphones? ((?:[4-9]|1[0-9]|x[rs]?|se)[a-z]?)\b(?! ?q)")
_SHORT_YEAR = re.compile(r"1[5-9]|2[0-5]")
_STATES = re.compile(r"\bU\.?S\.?(?:A\.?)?(?![\w])")


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A question as read.

    Attributes
    ----------
    text : str
        In lower case without punctuation.
    words : frozenset of str
        Concepts, such as ``"growth"``.
    categories, segments : tuple of str
        Names, in the order written.
    total : bool
        Whether the whole company was named.
    periods : tuple of Period
        Years and quarters, in the order written.
    quarters : tuple of int
        Quarters without a year.
    parts : tuple of (str, str)
        Products or countries Apple does not report by themselves, and what contains them.
    companies, calendar : tuple of str
        Other companies, and words of the calendar.
    read_as : tuple of (str, str)
        What was written, and what it was read as.
    unknown : tuple of str
        Words that were not understood.
    """

    text: str
    words: frozenset[str]
    categories: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    total: bool = False
    periods: tuple[Period, ...] = ()
    quarters: tuple[int, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    companies: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    def has(self, *concepts: str) -> bool:
        """Return whether any of the concepts was mentioned."""
        return not self.words.isdisjoint(concepts)

    @property
    def names(self) -> tuple[str, ...]:
        """Categories and segments."""
        return (*self.categories, *self.segments)


def normalised(text: str) -> str:
    """Return a text in lower case, with spaces for punctuation but ``-`` and ``/``."""
    plain = unicodedata.normalize("NFKC", _STATES.sub("united states", text))
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain.casefold()).replace("&", " and ")
    plain = re.sub(r"['\u2019`](?=\d\d\b)", " ", plain)
    plain = re.sub(r"['\u2019`]s\b|['\u2019`]", "", plain)
    return " ".join(re.sub(r"[^\w/-]|_", " ", plain).split())


def read(question: str, extra: frozenset[str] = frozenset()) -> Asked:
    """Return what a question says.

    Parameters
    ----------
    question : str
        Any text.
    extra : frozenset of str
        Further words that are known, such as those of a problem's constraints.
    """
    text = normalised(question)
    models = tuple((f"iPhone {m[1]}", "iPhone") for m in _MODEL.finditer(text))
    when, quarters, rest = periods(_MODEL.sub(" ", text))
    found, unknown = _phrases(re.sub(r"[/-]", " ", rest).split(), extra)
    short = [] if when else [one for one in unknown if _SHORT_YEAR.fullmatch(one)]
    when = when or tuple(Period(CENTURY + int(one)) for one in short)
    unknown = [one for one in unknown if one not in short]
    told = [(one.written, one.read) for one in found if one.told]
    told += [(one, f"FY{CENTURY + int(one)}") for one in short]
    names = {
        kind: tuple(dict.fromkeys(one.entry.value for one in found if one.entry.kind == kind))
        for kind in ("category", "segment", "company", "calendar")
    }
    parts = [(one.phrase, one.entry.value) for one in found if one.entry.kind == "part"]
    return Asked(
        text=text,
        words=frozenset(one.entry.value for one in found if one.entry.kind == "concept"),
        categories=names["category"],
        segments=names["segment"],
        total=any(one.entry.kind == "total" for one in found),
        periods=when,
        quarters=quarters,
        parts=tuple(dict.fromkeys((*models, *parts))),
        companies=names["company"],
        calendar=names["calendar"],
        read_as=tuple(dict.fromkeys(told)),
        unknown=tuple(dict.fromkeys(unknown)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    written: str
    phrase: str
    entry: Entry

    @property
    def read(self) -> str:
        return self.entry.value if self.entry.kind in ("category", "segment") else self.phrase

    @property
    def told(self) -> bool:
        """Whether the reading has to be told; what is said of a part tells it anyway."""
        return self.written != self.phrase or not (self.entry.same or self.entry.kind == "part")


def _phrases(tokens: list[str], extra: frozenset[str]) -> tuple[list[_Found], list[str]]:
    """Return phrases with their meaning, longest first, and the words without one."""
    known = PLAIN | extra
    spelt = [one if one in known else _spelt(one) for one in tokens]
    found: list[_Found] = []
    unknown: list[str] = []
    place = 0
    while place < len(tokens):
        for end in range(min(place + LONGEST, len(tokens)), place, -1):
            entry = PHRASES.get(phrase := " ".join(spelt[place:end]))
            if entry is not None:
                found.append(_Found(" ".join(tokens[place:end]), phrase, entry))
                place = end
                break
        else:
            word = tokens[place]
            place += 1
            if word not in known and not (len(word) == 1 and word.isalpha() and word.isascii()):
                unknown.append(word)
    return found, unknown


def _spelt(word: str) -> str:
    """Return the known word a misspelt one is closest to, or the word itself."""
    if word in _WORDS or len(word) < SHORTEST or not word.isalpha():
        return word
    for close in difflib.get_close_matches(word, _WORDS, n=5, cutoff=CLOSE):
        if len(close) >= SHORTEST and (close[0] == word[0] or sorted(close) == sorted(word)):
            return close
    return word

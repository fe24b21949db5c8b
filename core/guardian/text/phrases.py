"""Phrases of conditions, allergens and measurements, and where a text holds one."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from core.guardian.text.clean import Line, Word, fold, squeezed, words
from core.guardian.text.near import Near
from core.guardian.text.vocabulary import listed, plain_words

LONGEST = 14
"""Words in the longest phrase."""

WINDOW = 5
"""Words of the longest misspelt phrase."""

EVERYDAY = listed(
    """
    ad add aid aids all am as cold fall falls hit is it pad sad ten us
    """
)
"""Words that are also abbreviations: read as one only in capitals or alone."""

_INSIDE = re.compile(r"[^;\n\w]{0,4}")


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and the keys it stands for."""

    name: str
    ingredients: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text: words from ``start`` up to ``end``, and its key."""

    start: int
    end: int
    key: str


@dataclasses.dataclass(frozen=True)
class Phrases:
    """Phrases by their letters.

    Attributes
    ----------
    keys : mapping
        Joined letters to key.
    ordered : tuple of str
        The joined letters, sorted.
    near : Near
        Finds phrases near a misspelt one.
    """

    keys: Mapping[str, str]
    ordered: tuple[str, ...]
    near: Near

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Phrases:
        """Index pairs of phrase and key; the first key of a phrase counts."""
        keys: dict[str, str] = {}
        spaced: dict[str, Phrase] = {}
        for name, key in pairs:
            parts = [form(word.text) for word in words(fold(name).text)]
            if parts:
                keys.setdefault("".join(parts), key)
                spaced.setdefault(" ".join(parts), Phrase(name, (keys["".join(parts)],)))
        near = Near.of(spaced, others=(), plain=plain_words())
        return cls(keys, tuple(sorted(keys)), near)

    def find(self, line: Line, found: Sequence[Word]) -> list[Found]:
        """Return the phrases in a text, the longest at each place."""
        hits: list[Found] = []
        place = 0
        while place < len(found):
            hit = self._longest(line, found, place)
            if hit is not None:
                hits.append(hit)
            place = hit.end if hit else place + 1
        return hits

    def mend(self, line: Line, found: Sequence[Word], place: int) -> Found | None:
        """Return the only phrase that words around a place can mean."""
        for size in range(WINDOW, 0, -1):
            for start in range(max(place - size + 1, 0), place + 1):
                end = start + size
                if end > len(found):
                    continue
                texts = [form(word.text) for word in found[start:end]]
                phrase = self.near.mend(" ".join(texts)) if "".join(texts).isalpha() else None
                if phrase is not None:
                    return Found(start, end, phrase.ingredients[0])
        return None

    def get(self, text: str) -> str | None:
        """Return the key of a phrase that stands alone."""
        return self.keys.get("".join(form(word.text) for word in words(fold(text).text)))

    def _longest(self, line: Line, found: Sequence[Word], start: int) -> Found | None:
        best: Found | None = None
        joined = ""
        for end in range(start + 1, min(start + LONGEST, len(found)) + 1):
            word = found[end - 1]
            if joined and not _INSIDE.fullmatch(line.text[found[end - 2].end : word.start]):
                break
            joined += form(word.text)
            place = bisect_left(self.ordered, joined)
            if place == len(self.ordered) or not self.ordered[place].startswith(joined):
                break
            if self.ordered[place] == joined and not _everyday(line, found, start, end):
                best = Found(start, end, self.keys[joined])
        return best


def form(word: str) -> str:
    """Return a word in the American spelling."""
    return word.replace("ae", "e").replace("oe", "e").replace("our", "or")


def piece(line: Line, found: Sequence[Word], start: int, end: int) -> str:
    """Return words as they were typed."""
    return squeezed(line.piece(found[start].start, found[end - 1].end))


def _everyday(line: Line, found: Sequence[Word], start: int, end: int) -> bool:
    if end > start + 1 or found[start].text not in EVERYDAY or len(found) == 1:
        return False
    return not piece(line, found, start, end).isupper()

"""Every name of the knowledge base, and where a text holds one."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from core.guardian.knowledge import Knowledge
from core.guardian.text.clean import Word, fold, words
from core.guardian.text.near import Near
from core.guardian.text.vocabulary import (
    AMBIGUOUS,
    CONNECTORS,
    ORDERED,
    listed,
    other_names,
    plain_words,
)

LONGEST = 12
"""Words and numbers in the longest name."""

JOINED_FROM = 7
"""Letters from which a name may be written apart (``predni sone``)."""

ALONE_FROM = 5
"""Letters from which an everyday word is a name before directions without a number."""

_INSIDE = re.compile(r"[\s\-/.,'+&()#]{0,4}")
_JOINS = re.compile(r"[+&,]|(?<!\d)/|/(?!\d)")
_OWN_JOIN = re.compile(r"[+&,/]|\b(?:and|with|w)\b", re.IGNORECASE)
_TIGHT = re.compile(r"[\-.']{0,2}")
_COUNTED = listed(
    """
    cap caps capsule capsules g mcg mg ml tab tablet tablets tabs x
    """
)


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for.

    Attributes
    ----------
    name : str
        As the knowledge base writes it.
    ingredients : tuple of str
        Generic names, in the order in which strengths are printed.
    route : str
        The route the name fixes; mostly empty.
    misspelt : bool
        Whether it is a listed misspelling.
    contains : tuple of float or None
        Milligrams of each ingredient in one tablet, where every strength holds the same.
    brand : bool
        Whether it is written like a brand.
    """

    name: str
    ingredients: tuple[str, ...]
    route: str = ""
    misspelt: bool = False
    contains: tuple[float | None, ...] = ()

    @property
    def brand(self) -> bool:
        """Whether the name is written like a brand."""
        return self.name[:1].isupper() and not self.name.isupper()


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """A name found: the words from ``start`` up to ``end``, and what it stands for."""

    start: int
    end: int
    entry: Entry


@dataclasses.dataclass(frozen=True)
class NameIndex:
    """Names by their letters without spaces and signs.

    Attributes
    ----------
    entries : mapping
        Joined letters to what the name stands for.
    spaced : frozenset of str
        The names with single spaces between their words.
    ordered : tuple of str
        The joined names, sorted, to see whether a text may still become one.
    joining : frozenset of str
        Names of single ingredients that hold a word or sign of joining themselves.
    near : Near
        Finds the names near a misspelt one.
    """

    entries: Mapping[str, Entry]
    spaced: frozenset[str]
    ordered: tuple[str, ...]
    joining: frozenset[str]
    near: Near

    @classmethod
    def of(cls, knowledge: Knowledge) -> NameIndex:
        """Index every ingredient and product. Names that two of them claim are left out."""
        entries: dict[str, Entry] = {}
        spaced: dict[str, str] = {}
        clashes: set[str] = set()
        joining: set[str] = set()
        for entry in _entries(knowledge):
            parts = spelled(entry.name)
            joined = "".join(parts)
            if len(joined) < 2 or joined in AMBIGUOUS:
                continue
            known = entries.setdefault(joined, entry)
            if set(known.ingredients) != set(entry.ingredients):
                if not entry.misspelt or known.misspelt:
                    clashes.add(joined)
                continue
            if known.route != entry.route:
                entries[joined] = dataclasses.replace(known, route="")
            spaced[" ".join(parts)] = joined
            if _OWN_JOIN.search(entry.name):
                joining.add(joined)
        for joined in clashes:
            del entries[joined]
        spaced = {text: joined for text, joined in spaced.items() if joined in entries}
        near = Near.of(
            {
                text: entries[joined]
                for text, joined in spaced.items()
                if not entries[joined].misspelt
            },
            others=(*other_names(), *sorted(clashes)),
            plain=plain_words(),
        )
        return cls(entries, frozenset(spaced), tuple(sorted(entries)), frozenset(joining), near)

    def find(self, text: str, found: Sequence[Word]) -> list[Hit]:
        """Return the names in a folded text, the longest at each place."""
        hits: list[Hit] = []
        place = 0
        while place < len(found):
            hit = self._longest(text, found, place)
            if hit is None:
                place += 1
            else:
                hits.append(hit)
                place = hit.end
        return hits

    def get(self, name: str) -> Entry | None:
        """Return what one name, written alone, stands for."""
        return self.entries.get("".join(spelled(name)))

    def _longest(self, text: str, found: Sequence[Word], start: int) -> Hit | None:
        best: Hit | None = None
        for end, parts, tight, combined in self._runs(text, found, start):
            joined = "".join(parts)
            entry = self.entries.get(joined)
            if entry is None or not self._allowed(parts, joined, tight):
                continue
            if combined and len(entry.ingredients) == 1 and joined not in self.joining:
                continue
            if best is not None and _counts(text, found, end):
                continue
            if _everyday(joined) and not _in_name_position(text, found, start, end):
                continue
            best = Hit(start, end, entry)
        return best

    def _runs(
        self, text: str, found: Sequence[Word], start: int
    ) -> Iterator[tuple[int, list[str], bool, bool]]:
        """Yield the words from a place on that may be a name.

        Yields
        ------
        tuple of int, list of str, bool and bool
            Where they end, the words, whether nothing but hyphens and dots stands between them,
            and whether a sign or word that joins two medicines does.
        """
        parts: list[str] = []
        joined = ""
        tight, combined = True, False
        for end in range(start + 1, min(start + LONGEST, len(found)) + 1):
            word = found[end - 1]
            if parts:
                gap = text[found[end - 2].end : word.start]
                if not _INSIDE.fullmatch(gap):
                    return
                tight = tight and bool(_TIGHT.fullmatch(gap))
                combined = combined or bool(
                    _JOINS.search(text, found[end - 2].end - 1, word.start + 1)
                )
                if start and parts[-1][0].isdigit() and len(parts) == 1 and not tight:
                    return
                if word.text in CONNECTORS:
                    combined = True
                    continue
            parts.append(word.text)
            joined += word.text
            place = bisect_left(self.ordered, joined)
            if place == len(self.ordered) or not self.ordered[place].startswith(joined):
                return
            yield end, parts, tight, combined

    def _allowed(self, parts: list[str], joined: str, tight: bool) -> bool:
        """Return whether words may stand for a name, given the signs between them."""
        if tight or " ".join(parts) in self.spaced:
            return True
        plain = plain_words()
        return len(joined) >= JOINED_FROM and not all(part in plain for part in parts)


def spelled(name: str) -> list[str]:
    """Return the words of a name, folded, without those that only join."""
    parts = [word.text for word in words(fold(name).text)]
    return parts[:1] + [part for part in parts[1:] if part not in CONNECTORS]


def _entries(knowledge: Knowledge) -> Iterator[Entry]:
    for one in knowledge.ingredients.values():
        yield Entry(one.name, (one.name,))
        yield from _named(one.names, (one.name,), misspelt=False)
    for product in knowledge.products:
        held = tuple(product.contains.get(name) for name in product.ingredients)
        for entry in _named(product.names, product.ingredients, misspelt=False):
            yield dataclasses.replace(entry, contains=held) if product.contains else entry
    for one in knowledge.ingredients.values():
        yield from _named(one.misspellings, (one.name,), misspelt=True)
    for product in knowledge.products:
        yield from _named(product.misspellings, product.ingredients, misspelt=True)


def _named(
    names: Sequence[str], ingredients: tuple[str, ...], *, misspelt: bool
) -> Iterator[Entry]:
    for raw in names:
        name, _, route = raw.partition("@")
        yield Entry(name, ingredients, route, misspelt)


def _counts(text: str, found: Sequence[Word], end: int) -> bool:
    """Return whether the number that ends a name is the beginning of a dose instead."""
    last = found[end - 1]
    if not last.number or end == len(found) or found[end].text not in _COUNTED:
        return False
    return text[last.start - 1] == " "


def _everyday(joined: str) -> bool:
    return len(joined) <= 2 or joined in plain_words()


def _in_name_position(text: str, found: Sequence[Word], start: int, end: int) -> bool:
    """Return whether an everyday word stands where a medicine is named: first, before a dose."""
    before = text[found[start - 1].end : found[start].start] if start else ","
    joined = any(sign in before for sign in ",;+")
    if start and not joined and found[start - 1].text not in CONNECTORS:
        return False
    if end == len(found) or found[end].number:
        return True
    after = text[found[end - 1].end : found[end].start]
    long = found[end - 1].end - found[start].start >= ALONE_FROM
    return any(sign in after for sign in ",;+") or (long and found[end].text in ORDERED)

"""Names near a misspelt one, with every real name and every plain word standing in the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5
"""Letters of the shortest word that is taken for a misspelling."""

LONG = 8
"""Letters from which two slips are forgiven instead of one."""

OFFERED_FROM = 6
"""Letters from which names two slips away are offered."""

SUGGESTED = 3
"""Names offered for one unknown word."""

APART = 1.5
"""How much nearer a name must be than that of any other medicine."""

_SOUNDS = tuple(
    frozenset(pair) for pair in ("ck", "zx", "sz", "sc", "gj", "ei", "iy", "ae", "vw", "sx")
)
"""Letters that are written for one another."""

_VOWELS = frozenset("aeiouy")


class Named(Protocol):
    """What a name stands for."""

    @property
    def name(self) -> str:
        """The name as the knowledge base writes it."""

    @property
    def ingredients(self) -> tuple[str, ...]:
        """Its generic names."""


@dataclasses.dataclass(frozen=True)
class Near:
    """Names and obstacles, by number of words and of letters.

    Attributes
    ----------
    entries : mapping
        Name, with single spaces, to what it stands for.
    buckets : mapping
        ``(words, letters)`` to names and obstacles of that size.
    others : frozenset of str
        Real medicines that the knowledge base does not hold.
    vocabulary : frozenset of str
        Words of names with more than one word.
    longer : mapping
        First word of such names to the names.
    """

    entries: Mapping[str, Named]
    buckets: Mapping[tuple[int, int], list[str]]
    others: frozenset[str]
    vocabulary: frozenset[str]
    longer: Mapping[str, list[str]]

    @classmethod
    def of(
        cls, entries: Mapping[str, Named], *, others: Iterable[str], plain: Collection[str]
    ) -> Near:
        """Sort names, other names and plain words into buckets."""
        held = {text: one for text, one in entries.items() if _letters(text)}
        free = {text.casefold() for text in others} - entries.keys()
        buckets: dict[tuple[int, int], list[str]] = {}
        obstacles = {word for word in plain if len(word) >= SHORTEST}
        for text in sorted(held.keys() | free | obstacles):
            buckets.setdefault((text.count(" ") + 1, len(text)), []).append(text)
        vocabulary = {word for text in held if " " in text for word in text.split()}
        longer: dict[str, list[str]] = {}
        for text in sorted(held):
            if " " in text:
                longer.setdefault(text.split()[0], []).append(text)
        return cls(held, buckets, frozenset(free), frozenset(vocabulary), longer)

    def mend(self, text: str) -> Named | None:
        """Return the one medicine that a misspelt name can mean, or nothing.

        Parameters
        ----------
        text : str
            Folded words with single spaces.
        """
        allowed = slips(text)
        if not allowed or text in self.others:
            return None
        found = [
            (distance, name)
            for distance, name in self._within(text, allowed)
            if _begins_alike(text, name) and _same_side(text, name) and _words_agree(text, name)
        ]
        held = [(cost(text, name), name) for _, name in found if name in self.entries]
        nearest = min((distance for distance, _ in found), default=0)
        if not held or any(d == nearest and name not in self.entries for d, name in found):
            return None
        least, best = min(held)
        meant = set(self.entries[best].ingredients)
        rivals = [c for c, name in held if set(self.entries[name].ingredients) != meant]
        return self.entries[best] if all(c - least >= APART for c in rivals) else None

    def suggest(self, text: str) -> list[str]:
        """Return names for a person to choose from, the nearest first."""
        if text in self.others or len(text) < SHORTEST - 1:
            return []
        names = {self.entries[one].ingredients: one for one in self.longer.get(text, ())}
        for _, one in sorted(self._within(text, 1 if len(text) < OFFERED_FROM else 2)):
            if one in self.entries:
                names.setdefault(self.entries[one].ingredients, one)
        return [self.entries[one].name for one in names.values()][:SUGGESTED]

    def _within(self, text: str, allowed: int) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        parts = text.count(" ") + 1
        for length in range(len(text) - allowed, len(text) + allowed + 1):
            bucket = self.buckets.get((parts, length))
            if bucket:
                near = process.extract(
                    text, bucket, scorer=OSA.distance, score_cutoff=allowed, limit=None
                )
                found += [(int(distance), name) for name, distance, _ in near]
        return found


def slips(text: str) -> int:
    """Return how many wrong letters a word of that length may hold."""
    letters = len(text.replace(" ", ""))
    if letters < SHORTEST:
        return 0
    return 1 if letters < LONG else 2


def _letters(text: str) -> bool:
    return len(text) >= SHORTEST and text.replace(" ", "").isalpha()


def cost(left: str, right: str) -> float:
    """Return how unlike two spellings are; vowels and letters of one sound count half."""
    before: list[float] = []
    row = [float(place) for place in range(len(right) + 1)]
    for i, one in enumerate(left, start=1):
        older, before, row = before, row, [float(i)]
        for j, other in enumerate(right, start=1):
            least = min(
                before[j - 1] + _swap(one, other),
                before[j] + _extra(left, i - 1),
                row[j - 1] + _extra(right, j - 1),
            )
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                least = min(least, older[j - 2] + 1.0)
            row.append(least)
    return row[-1]


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    alike = (one in _VOWELS and other in _VOWELS) or frozenset((one, other)) in _SOUNDS
    return 0.5 if alike else 1.0


def _extra(text: str, place: int) -> float:
    """Return the cost of one letter too many: half for a doubled one and a final e."""
    letter = text[place]
    doubled = place > 0 and text[place - 1] == letter
    final = letter == "e" and place == len(text) - 1
    return 0.5 if doubled or final else 1.0


def _words_agree(text: str, name: str) -> bool:
    """Return whether each word of a name is near by itself; the shortest must be equal."""
    if " " not in name:
        return True
    return all(
        OSA.distance(left, right, score_cutoff=3) <= _slips_in_word(right)
        for left, right in zip(text.split(), name.split(), strict=True)
    )


def _slips_in_word(word: str) -> int:
    return 1 if len(word) == SHORTEST - 1 else slips(word)


def _same_side(text: str, name: str) -> bool:
    """Return whether both speak of too much, or both of too little."""
    return all((side in text) == (side in name) for side in ("hyper", "hypo"))


def _begins_alike(text: str, name: str) -> bool:
    if text[0] == name[0]:
        return True
    if "f" in (text[0], name[0]) and "ph" in (text[:2], name[:2]):
        return True
    swapped = text[:2] == name[1::-1]
    return swapped or frozenset((text[0], name[0])) in _SOUNDS

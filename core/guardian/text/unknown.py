"""The words of a line that are no known name: plain, misspelt, a salt, or not understood."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.guardian.text.clean import Line, Word, squeezed
from core.guardian.text.names import Entry, Hit, NameIndex
from core.guardian.text.vocabulary import (
    AMBIGUOUS,
    EXTENSIONS,
    FORMS,
    METALS,
    RELEASE,
    SALTS,
    SIG,
    plain_words,
)

LOOKED_UP = 60
"""Unknown words of one line that are compared with every name."""

PROSE = 9
"""Words from which a line without a number is a sentence and no order."""

SHOWN = 12
"""Unknown pieces of one line that are listed."""

WINDOW = 4
"""Words of the longest misspelt name."""

SHORTEST = 5
"""Letters of the shortest direction with a slip; of that length only swapped letters count."""

_TYPED = sorted(word for word in SIG | FORMS | SALTS if len(word) >= SHORTEST)
_INDICATION = re.compile(
    r"\b(?:for|indications?:?|indicated for|dx:?|diagnosis:?|due to|because of|to treat|"
    r"to prevent|"
    r"to control|to lower|reason:?)\s"
)
_ENDS = re.compile(r"[;.,\n](?!\d)|\s-\s|\btake\b|\bthen\b")
_DOSE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*(?:mg|mcg|ug|g|units?|iu|meq|ml|tabs?|caps?)\b")
_ADVICE = re.compile(
    r"\b(?:avoid(?:ing)?|(?:do not|don't|not|never) (?:to be )?(?:take[n]?|use[d]?|drink|"
    r"combine[d]?|mix(?:ed)?|"
    r"give[n]?)? ?(?:it |this )?(?:together )?with|do not (?:take|use|drink)|"
    r"separate[d]?(?: it)? from|apart from|"
    r"away from|without|no(?= (?:alcohol|grapefruit|antacids?|nsaids?|aspirin|ibuprofen)\b))\s"
)
_ADVICE_ENDS = re.compile(r"[;.\d]|\btake\b|\bbut\b|\bfor\b|$")
_CAUSE = re.compile(
    r"[\s-]*(?:deficien|allerg|induced|associated|related|toxicity|overdose|resistan|withdrawal|"
    r"poisoning|"
    r"dependen|use disorder|abuse|addiction|sensitiv|intoleran|levels?\b)"
)
_SPACES = re.compile(r"[\s\-']{1,3}")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """Names found and mended, and what is left.

    Attributes
    ----------
    hits : tuple of Hit
        In the order of the line.
    unrecognised, suggestions, notes : tuple of str
        As in ``Order``.
    corrected : mapping
        As in ``Order``.
    """

    hits: tuple[Hit, ...]
    unrecognised: tuple[str, ...]
    suggestions: tuple[str, ...]
    corrected: Mapping[str, str]
    notes: tuple[str, ...]


def settle(line: Line, found: Sequence[Word], index: NameIndex, *, limit: int) -> Reading:
    """Find names in a line, mend what is misspelt and report what is not understood."""
    return _Settler(line, found, index, limit).reading()


class _Settler:
    """Works through the words of one line."""

    def __init__(self, line: Line, found: Sequence[Word], index: NameIndex, limit: int) -> None:
        self.line = line
        self.found = found
        self.index = index
        self.limit = limit
        named = _without_salts(line.text, found, index.find(line.text, found))
        self.hits = _without_causes(line.text, found, named)
        self.corrected: dict[str, str] = {}
        self.unknown: list[tuple[int, int]] = []
        self.offered: list[str] = []
        self.notes: list[str] = []

    def reading(self) -> Reading:
        for hit in self.hits:
            if hit.entry.misspelt:
                self.corrected[self.written(hit.start, hit.end)] = _meant(hit.entry)
        taken = {place for hit in self.hits for place in range(hit.start, hit.end)}
        self.extensions(taken)
        salts = _salts(self.line.text, self.found, self.hits)
        indications = [*_indications(self.line.text), *advice(self.line.text)]
        looked = LOOKED_UP if self.prose() else 0
        for place in self.strangers(taken | salts):
            if place in taken:
                continue
            word = self.found[place]
            inside = any(start <= word.start < end for start, end in indications)
            if inside and not _DOSE.match(self.line.text, word.end):
                continue
            looked += 1
            self.stranger(place, taken, mend=looked <= LOOKED_UP)
        self.hits.sort(key=lambda hit: hit.start)
        return Reading(
            tuple(self.hits),
            tuple(self.pieces())[:SHOWN],
            tuple(dict.fromkeys(self.offered)),
            self.corrected,
            tuple(self.notes),
        )

    def prose(self) -> bool:
        """Return whether the line is a long sentence without a number: nothing is mended in it."""
        return len(self.found) > PROSE and not any(word.number for word in self.found)

    def written(self, start: int, end: int) -> str:
        """Return words as they were typed."""
        return squeezed(self.line.piece(self.found[start].start, self.found[end - 1].end))

    def strangers(self, taken: set[int]) -> Iterator[int]:
        """Yield the words that may name a medicine."""
        plain = plain_words()
        for place, word in enumerate(self.found):
            if word.start >= self.limit:
                return
            if place in taken or word.number or (word.text in plain and word.text not in AMBIGUOUS):
                continue
            if len(word.text) > 1 and not self.prescriber(place, taken):
                yield place

    def prescriber(self, place: int, taken: set[int]) -> bool:
        """Return whether a word is the name of a doctor."""
        titled = place > 0 and self.found[place - 1].text in ("dr", "doctor", "prof")
        return titled and place - 2 not in taken

    def stranger(self, place: int, taken: set[int], *, mend: bool) -> None:
        word = self.found[place].text
        if word in AMBIGUOUS:
            self.ambiguous(place)
            return
        if mend and (self.misspelt(place, taken) or self.glued(place, taken)):
            return
        if word not in self.index.near.others and _typed(word):
            return
        self.unknown.append((place, place + 1))
        if mend:
            self.offered += self.index.near.suggest(word)

    def ambiguous(self, place: int) -> None:
        word = self.found[place].text
        meanings = AMBIGUOUS[word]
        self.unknown.append((place, place + 1))
        self.offered += meanings
        listed = " or ".join(meanings)
        self.notes.append(
            f"{self.written(place, place + 1)} can mean {listed}; write the name out."
        )

    def misspelt(self, place: int, taken: set[int]) -> bool:
        """Replace words around an unknown one by the only name they can mean."""
        near = self.index.near
        for start, end in self.windows(place, taken):
            text = " ".join(word.text for word in self.found[start:end])
            entry = near.mend(text)
            if entry is None:
                continue
            held = [hit for hit in self.hits if hit.start < end and start < hit.end]
            if any(
                not set(hit.entry.ingredients) <= set(entry.ingredients) for hit in held
            ) and not (
                all(entry.name.casefold().startswith(hit.entry.name.casefold()) for hit in held)
            ):
                continue
            for hit in held:
                self.hits.remove(hit)
            meant = _entry(self.index, entry.name)
            self.hits.append(Hit(start, end, meant))
            taken.update(range(start, end))
            self.corrected[self.written(start, end)] = _meant(meant)
            return True
        return False

    def windows(self, place: int, taken: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the runs of words around a place that may be one name, the longest first."""
        vocabulary = self.index.near.vocabulary
        for size in range(WINDOW, 1, -1):
            for start in range(max(place - size + 1, 0), place + 1):
                end = start + size
                if end > len(self.found) or not self.together(start, end):
                    continue
                if any(word.text in vocabulary for word in self.found[start:end]):
                    yield start, end
        if self.found[place].text not in vocabulary:
            yield place, place + 1

    def together(self, start: int, end: int) -> bool:
        pairs = zip(self.found[start : end - 1], self.found[start + 1 : end], strict=True)
        return all(
            not right.number
            and not left.number
            and _SPACES.fullmatch(self.line.text[left.end : right.start])
            for left, right in pairs
        )

    def glued(self, place: int, taken: set[int]) -> bool:
        """Read ``effexorxr`` and ``warfarintab``: a name and what is stuck to it."""
        word = self.found[place].text
        for tail in (word[-n:] for n in (2, 3, 4, 5, 6)):
            rest = word[: -len(tail)]
            if tail not in RELEASE | FORMS | SALTS or len(rest) < 5:
                continue
            entry = self.index.entries.get(rest)
            if entry is not None:
                self.hits.append(Hit(place, place + 1, entry))
                taken.add(place)
                return True
        return False

    def extensions(self, taken: set[int]) -> None:
        """Report a word after a brand that stands for a further ingredient not known here."""
        hydrochlorothiazide = self.index.entries.get("hydrochlorothiazide")
        for hit in list(self.hits):
            if hit.end >= len(self.found) or hit.end in taken or not hit.entry.brand:
                continue
            word = self.found[hit.end]
            gap = self.line.text[self.found[hit.end - 1].end : word.start]
            if word.text not in EXTENSIONS or gap not in ("", " ", "-"):
                continue
            taken.add(hit.end)
            if word.text == "hct" and hydrochlorothiazide is not None:
                self.hits.append(Hit(hit.end, hit.end + 1, hydrochlorothiazide))
            else:
                self.unknown.append((hit.start, hit.end + 1))

    def pieces(self) -> Iterator[str]:
        """Yield the unknown words as typed, neighbours together."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self.unknown):
            if merged and merged[-1][1] >= start and self.together(merged[-1][0], end):
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        for start, end in merged:
            yield self.written(start, end)


def _meant(entry: Entry) -> str:
    """Return the name a spelling was read as: never the misspelling itself."""
    return " + ".join(entry.ingredients) if entry.misspelt else entry.name


def _entry(index: NameIndex, name: str) -> Entry:
    entry = index.get(name)
    if entry is None:
        raise KeyError(name)
    return entry


def _typed(word: str) -> bool:
    """Return whether a word is a direction with one slip, such as ``tabelts`` or ``dialy``."""
    found = process.extractOne(word, _TYPED, scorer=OSA.distance, score_cutoff=1)
    return found is not None and (len(word) > SHORTEST or sorted(word) == sorted(found[0]))


def _without_salts(text: str, found: Sequence[Word], hits: list[Hit]) -> list[Hit]:
    """Drop a metal that is the salt of the medicine before it, as in losartan potassium."""
    kept: list[Hit] = []
    for hit in hits:
        last = kept[-1] if kept else None
        metal = found[hit.start].text if hit.end == hit.start + 1 else ""
        if last is not None and last.end == hit.start and metal in METALS:
            gap = text[found[hit.start - 1].end : found[hit.start].start]
            if not gap.strip() and METALS[metal] & set(last.entry.ingredients):
                continue
        kept.append(hit)
    return kept


def _without_causes(text: str, found: Sequence[Word], hits: list[Hit]) -> list[Hit]:
    """Drop medicines that an indication names as a cause, as in ``for iron deficiency``."""
    stretches = _indications(text)
    kept = []
    for hit in hits:
        start, end = found[hit.start].start, found[hit.end - 1].end
        inside = any(begin < start < stop for begin, stop in stretches)
        if not (inside and _CAUSE.match(text, end)):
            kept.append(hit)
    return kept


def _salts(text: str, found: Sequence[Word], hits: Sequence[Hit]) -> set[int]:
    """Return the places of salts right after, or right before, a name."""
    salts: set[int] = set()
    for hit in hits:
        place = hit.end
        while place < len(found) and _is_salt(found[place].text, hit):
            gap = text[found[place - 1].end : found[place].start]
            if gap.strip(" (-"):
                break
            salts.add(place)
            place += 1
        if hit.start and _is_salt(found[hit.start - 1].text, hit):
            salts.add(hit.start - 1)
    return salts


def _is_salt(word: str, hit: Hit) -> bool:
    if word in METALS:
        return bool(METALS[word] & set(hit.entry.ingredients))
    return word in SALTS


def advice(text: str) -> list[tuple[int, int]]:
    """Return the stretches that say what not to take with a medicine."""
    return _stretches(text, _ADVICE, _ADVICE_ENDS)


def _indications(text: str) -> list[tuple[int, int]]:
    """Return the stretches that say what a medicine is for."""
    return _stretches(text, _INDICATION, _ENDS)


def _stretches(text: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    place = 0
    while begin := begins.search(text, place):
        end = ends.search(text, begin.end())
        place = max(end.start() if end else len(text), begin.end())
        found.append((begin.start(), place))
    return found

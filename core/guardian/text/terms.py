"""Conditions, allergens, reactions and measurements: from free text to keys."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from core.guardian.knowledge import Knowledge
from core.guardian.patient.read import Words
from core.guardian.text.clean import Line, Word, fold, squeezed, words
from core.guardian.text.conditions import condition_phrases, find_condition
from core.guardian.text.names import NameIndex
from core.guardian.text.negation import denied, denied_after
from core.guardian.text.phrases import Found, Phrases, piece
from core.guardian.text.reactions import reaction_kind, stated_kind
from core.guardian.text.unknown import settle
from core.guardian.text.vocabulary import listed, plain_words

NONE_KNOWN = "none-known"
"""Key of the allergen record that says there is no allergy."""

READ = 2000
"""Characters of one statement of allergies that are read."""

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_QUALIFIERS = listed(
    """
    b blood cells current dl fasting g iu l lab labs last latest level levels mcg meq mg min ml
    mmhg mmol ms ng p pg plasma random recent repeat result s sec serum total u ul umol value
    """
)
_NO_ALLERGY = re.compile(
    r"\W*(?:no|nil|none|not|den(?:ies|ied)|negative|n\.?k\.?d?\.?a\.?|nkda|nka|never)\b"
)
_FILLER = listed(
    """
    a adult allergic allergies allergy an and antibiotic antibiotics as caused causes child
    childhood class containing drug drugs history in intolerance intolerant medication
    medications medicine mild moderate mother of or products reaction reactions severe the to
    unknown when with
    """
)


@dataclasses.dataclass(frozen=True)
class Terms:
    """Names of everything a patient record speaks of.

    Attributes
    ----------
    knowledge : Knowledge
        Where the keys lead.
    names : NameIndex
        Medicines.
    conditions, allergens, labs : Phrases
        The rest.
    """

    knowledge: Knowledge
    names: NameIndex
    conditions: Phrases
    allergens: Phrases
    labs: Phrases

    @classmethod
    def of(cls, knowledge: Knowledge, names: NameIndex) -> Terms:
        """Index the terms of a knowledge base."""
        return cls(
            knowledge,
            names,
            condition_phrases(knowledge.conditions),
            Phrases.of(
                (name, one.key)
                for one in knowledge.allergens.values()
                for name in (*one.names, one.title, one.key)
            ),
            Phrases.of(
                (name, one.key)
                for one in knowledge.labs.values()
                for name in (one.key, *one.names, one.title, *one.loinc)
            ),
        )


def words_of(knowledge: Knowledge, names: NameIndex) -> Words:
    """Return the readers that a patient record needs."""
    terms = Terms.of(knowledge, names)

    def condition(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
        return find_condition(text, terms.conditions, knowledge.conditions)

    return Words(
        condition=condition,
        allergen=lambda text: find_allergen(text, terms),
        no_allergy=lambda text: no_allergy(text, terms),
        reaction=reaction_kind,
        reaction_beside=reaction_beside,
        lab=lambda name: find_lab(name, terms),
    )


def find_lab(name: str, terms: Terms) -> str | None:
    """Return the key of a measurement, or ``None``."""
    bare = _BRACKETS.sub(" ", name)
    for text in (name, bare, _unqualified(bare)):
        key = terms.labs.get(text)
        if key is not None:
            return key
    line = fold(_unqualified(bare))
    found = words(line.text)
    if not found or any(word.number for word in found):
        return None
    hit = terms.labs.mend(line, found, 0)
    return hit.key if hit is not None and hit.end - hit.start == len(found) else None


def find_allergen(text: str, terms: Terms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what an allergy is to.

    Returns
    -------
    tuple of tuple of str
        Ingredients, ``#classes`` and keys of allergens; and the pieces that are not known.
    """
    line = fold(text[:READ])
    found = words(line.text)
    hits = terms.allergens.find(line, found)
    taken = {place for hit in hits for place in range(hit.start, hit.end)}
    reading = settle(line, found, terms.names, limit=READ)
    drugs = [one for one in reading.hits if not taken & set(range(one.start, one.end))]
    taken |= {place for one in drugs for place in range(one.start, one.end)}
    hits += _mended(line, found, terms.allergens, taken)
    scopes = denied(line.text)
    members: list[str] = []
    for hit in hits:
        allergen = terms.knowledge.allergens[hit.key]
        if hit.key != NONE_KNOWN and not _negated(line, found, hit.start, hit.end, scopes):
            members += [*allergen.members, allergen.key]
    for one in drugs:
        if not _negated(line, found, one.start, one.end, scopes):
            members += one.entry.ingredients
    unknown = tuple(_unknown(line, found, taken, scopes, strict=not members))
    if not found and text.strip():
        unknown = (squeezed(text),)
    if text[READ:].strip():
        unknown = (*unknown, squeezed(text[READ:]))
    return tuple(dict.fromkeys(members)), unknown


def no_allergy(text: str, terms: Terms) -> bool:
    """Return whether a text says that there is no allergy."""
    members, unknown = find_allergen(text, terms)
    if members or unknown:
        return False
    line = fold(text)
    hits = terms.allergens.find(line, words(line.text))
    return any(hit.key == NONE_KNOWN for hit in hits) or bool(
        denied(line.text) or _NO_ALLERGY.match(line.text)
    )


def reaction_beside(text: str) -> str:
    """Return the reaction that stands beside a substance, as in ``penicillin (hives)``."""
    return stated_kind(fold(text).text) or "unknown"


def _unqualified(name: str) -> str:
    kept = [word.text for word in words(fold(name).text) if word.text not in _QUALIFIERS]
    return " ".join(kept)


def _mended(line: Line, found: Sequence[Word], phrases: Phrases, taken: set[int]) -> list[Found]:
    plain = plain_words()
    mended = []
    for place, word in enumerate(found):
        if place in taken or word.number or word.text in plain:
            continue
        hit = phrases.mend(line, found, place)
        if hit is not None and not taken & set(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            mended.append(hit)
    return mended


def _negated(
    line: Line, found: Sequence[Word], start: int, end: int, scopes: Sequence[tuple[int, int]]
) -> bool:
    place = found[start].start
    if any(begin < place < stop for begin, stop in scopes):
        return True
    return denied_after(line.text, found[end - 1].end)


def _unknown(
    line: Line,
    found: Sequence[Word],
    taken: set[int],
    scopes: Sequence[tuple[int, int]],
    *,
    strict: bool,
) -> Iterator[str]:
    """Yield words that may name a substance; ordinary ones too where nothing else is named."""
    plain = _FILLER if strict and not taken else _FILLER | plain_words()
    for place, word in enumerate(found):
        inside = any(begin <= word.start < stop for begin, stop in scopes)
        known = place in taken or word.text in plain or bool(stated_kind(word.text))
        if not (word.number or inside or known or _NO_ALLERGY.match(word.text)):
            yield piece(line, found, place, place + 1)

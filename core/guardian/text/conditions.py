"""Diagnoses in free text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from core.guardian.knowledge import Condition
from core.guardian.text.clean import Line, Word, fold, squeezed, words
from core.guardian.text.negation import denied, denied_after
from core.guardian.text.phrases import Found, Phrases
from core.guardian.text.vocabulary import listed, plain_words

READ = 2000
"""Characters of one entry that are read; what follows is reported."""

_PIECE = re.compile(r"[^,;.\n]+(?:\.\d[^,;.\n]*)*")
_NOTHING = re.compile(
    r"\b(?:none|nil|no|n/?a|healthy|well|fit|nothing|unremarkable|noncontributory)\b"
)
_AND = re.compile(r"\s+(?:and|&|\+)\s+")
_FILLER = listed(
    """
    a above active acute ago and as at below bilateral by chronic comorbidities compliant
    condition conditions confirmed controlled current denied denies diagnosed diagnoses
    diagnosis documented early fit for has healthy history hx in is known late left likely
    medical mild moderate months n na negative new nil no noncontributory none note notes
    nothing of on onset or other otherwise past patient pmh pmhx poorly possible post previous
    prior problem problems pt recurrent remarkable remission remote reported resolved right see
    severe significant since stable status suspected the to treated type uncontrolled unknown
    unremarkable well with year years unspecified uncomplicated nos site organism single episode
    adult left knee age weeks complete second degree cigarettes systolic
    """
)
"""Words that say nothing of a disease by themselves."""


def condition_phrases(conditions: Mapping[str, Condition]) -> Phrases:
    """Index the names of conditions."""
    held = conditions.values()
    own = [(name, one.key) for one in held for name in (one.key, one.title)]
    return Phrases.of([*own, *((name, one.key) for one in held for name in one.names)])


def find_condition(
    text: str, phrases: Phrases, conditions: Mapping[str, Condition]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the conditions that a text states, with what they imply.

    Negated ones, and those of the family, do not count.

    Parameters
    ----------
    text : str
        One or several diagnoses.
    phrases : Phrases
        Their names.
    conditions : mapping
        By key.

    Returns
    -------
    tuple of frozenset of str and tuple of str
        Keys, and the pieces that were not understood.
    """
    line = fold(text[:READ])
    found = words(line.text)
    scopes = denied(line.text)
    hits = phrases.find(line, found)
    hits += _mended(line, found, phrases, hits)
    keys = [hit.key for hit in hits if not _negated(line, found, hit, scopes)]
    unknown = tuple(_unknown(line, found, hits, scopes))
    if not hits and not unknown and not scopes and text.strip() and not _NOTHING.search(line.text):
        unknown = (squeezed(text),)
    if text[READ:].strip():
        unknown = (*unknown, squeezed(text[READ:]))
    return implied(keys, conditions), unknown


def implied(keys: Sequence[str], conditions: Mapping[str, Condition]) -> frozenset[str]:
    """Return keys and everything that follows from them."""
    todo, done = list(keys), set()
    while todo:
        key = todo.pop()
        if key not in done:
            done.add(key)
            todo += conditions[key].implies if key in conditions else ()
    return frozenset(done)


def _mended(
    line: Line, found: Sequence[Word], phrases: Phrases, hits: Sequence[Found]
) -> list[Found]:
    taken = {place for hit in hits for place in range(hit.start, hit.end)}
    mended = []
    plain = plain_words()
    for place, word in enumerate(found):
        if place in taken or word.number or word.text in plain:
            continue
        hit = phrases.mend(line, found, place)
        if hit is not None and not taken & set(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            mended.append(hit)
    return mended


def _negated(
    line: Line, found: Sequence[Word], hit: Found, scopes: Sequence[tuple[int, int]]
) -> bool:
    start, end = found[hit.start].start, found[hit.end - 1].end
    if any(begin < start < stop for begin, stop in scopes):
        return True
    return denied_after(line.text, end)


def _unknown(
    line: Line,
    found: Sequence[Word],
    hits: Sequence[Found],
    scopes: Sequence[tuple[int, int]],
) -> Iterator[str]:
    """Yield the pieces of a text that name no known condition and are not denied."""
    spans = [(found[hit.start].start, found[hit.end - 1].end) for hit in hits]
    for start, end in _pieces(line.text):
        if any(begin < end and start < stop for begin, stop in spans):
            continue
        inside = [word for word in found if start <= word.start < end and not word.number]
        open_ = [
            word
            for word in inside
            if word.text not in _FILLER and not any(b <= word.start < s for b, s in scopes)
        ]
        if open_:
            yield squeezed(line.piece(start, end))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    for whole in _PIECE.finditer(text):
        start = whole.start()
        for joint in _AND.finditer(text, whole.start(), whole.end()):
            yield start, joint.start()
            start = joint.end()
        yield start, whole.end()

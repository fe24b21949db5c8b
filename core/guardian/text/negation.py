"""What a text says is not there, or is there in somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PEOPLE = (
    r"(?:mother|father|brother|sister|son|daughter|grandmother|grandfather|grandparent|parent|"
    r"aunt|"
    r"uncle|cousin|sibling|relative|mom|dad|wife|husband|spouse)s?"
)
_DENIED = re.compile(
    r"\b(?:no(?: known| prior| previous| current| evidence of| history of| hx of| h/o| signs? of|"
    r" documented)*|"
    r"not|nor|never(?: had)?|den(?:ies|ied|y|ying)|without|neg(?:ative)?\.? for|absence of|free of|"
    r"ruled out(?: for)?|"
    r"non|rules? out(?= was)|family (?:history|hx)(?: of)?|fam hx|fhx?(?: of)?|tolerat(?:es|ed|"
    r"ing)|"
    rf"{_PEOPLE}(?:'s)?(?: (?:has|had|have|with))?)\b"
    r"(?!\s+(?:only|sure whether|well|adequately|fully))"
)
_BROKEN = re.compile(
    r"[;.\n!?]|\b(?:but|however|although|except|apart from|other than|patient has|pt has|has|"
    r"have|presents|"
    r"positive for|now|currently|today)\b"
)
_LISTED = re.compile(r"\b(?:or|nor)\b")
_AFTER = re.compile(
    r"[\s:=(\-]*(?:(?:was|were|is|has been|have been|had been|allergy|test|testing|screen|"
    r"been)\s+)*"
    r"(?:ruled[ -]out|denied|denies|excluded|negative|absent|not present|not confirmed|disproven|"
    r"delabell?ed|"
    r"removed|none|never|no\b(?! longer| cause)|family (?:history|hx)|"
    rf"in (?:the |his |her |a )?(?:family|{_PEOPLE}))"
)


def denied(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a folded text in which what is named is not there."""
    return list(_scopes(text))


def denied_after(text: str, end: int) -> bool:
    """Return whether what ends at a place is denied by the words behind it."""
    return _AFTER.match(text, end) is not None


def _scopes(text: str) -> Iterator[tuple[int, int]]:
    for found in _DENIED.finditer(text):
        broken = _BROKEN.search(text, found.end())
        end = broken.start() if broken else len(text)
        comma = text.find(",", found.end(), end)
        if comma >= 0 and not _LISTED.search(text, comma, end):
            end = comma
        yield found.start(), end

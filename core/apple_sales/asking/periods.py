"""Years and quarters in a question."""

from __future__ import annotations

import dataclasses
import re

CENTURY = 2000
_Q = r"(?:q ?([1-4])|([1-4]) ?q|(first|second|third|fourth|last|1st|2nd|3rd|4th) quarters?)"
_Y = r"(?:(?:of|in|for|fiscal|year|fy|the) ?)*((?:19|20|21)\d\d|\d\d)\b"
_QUARTER_FIRST = re.compile(rf"\b{_Q} ?{_Y}")
_YEAR_FIRST = re.compile(rf"\b(?:fy ?)?((?:19|20)\d\d) ?(?:{_Q})(?!\w)")
_BARE_QUARTER = re.compile(rf"\b{_Q}(?!\w)")
_RANGE = re.compile(r"\b(?:fy ?)?((?:19|20)\d\d) ?(?:-|to|until|/) ?(?:fy ?)?(\d\d)\b(?!\d)")
_FISCAL = re.compile(r"\b(?:fy|fiscal year|fiscal) ?((?:19|20|21)\d\d|\d\d)\b")
_YEAR = re.compile(r"\b(1[89]\d\d|2[01]\d\d)\b")
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": 4,
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Period:
    """A fiscal year, or one of its quarters; quarter 0 is the whole year."""

    year: int
    quarter: int = 0

    def __str__(self) -> str:
        return f"Q{self.quarter} FY{self.year}" if self.quarter else f"FY{self.year}"


def periods(text: str) -> tuple[tuple[Period, ...], tuple[int, ...], str]:
    """Return the periods of a normalised text, quarters without a year, and the text without them.

    Parameters
    ----------
    text : str
        In lower case, with no punctuation but ``-`` and ``/``.

    Returns
    -------
    tuple
        Periods in the order written, numbers of quarters whose year is not said, and the rest.
    """
    found: list[tuple[int, Period]] = []

    def take(pattern: re.Pattern[str], text: str, make: object) -> str:
        def replace(match: re.Match[str]) -> str:
            found.extend((match.start(), one) for one in make(match))  # type: ignore[operator]
            # Same length, so that the order of what follows is kept.
            return " " * len(match.group())

        return pattern.sub(replace, text)

    text = take(_QUARTER_FIRST, text, lambda m: [Period(_year(m[4]), _quarter(m[1], m[2], m[3]))])
    text = take(_YEAR_FIRST, text, lambda m: [Period(int(m[1]), _quarter(m[2], m[3], m[4]))])
    bare = tuple(_quarter(m[1], m[2], m[3]) for m in _BARE_QUARTER.finditer(text))
    text = _BARE_QUARTER.sub(lambda m: " " * len(m.group()), text)
    text = take(_RANGE, text, lambda m: [Period(int(m[1])), Period(_year(m[2]))])
    text = take(_FISCAL, text, lambda m: [Period(_year(m[1]))])
    text = take(_YEAR, text, lambda m: [Period(int(m[1]))])
    ordered = [period for _, period in sorted(found, key=lambda pair: pair[0])]
    return tuple(dict.fromkeys(ordered)), bare, text


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else CENTURY + int(written)


def _quarter(*written: str | None) -> int:
    one = next(part for part in written if part)
    return _ORDINALS.get(one) or int(one)

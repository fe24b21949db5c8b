"""Findings about a problem under reading: all of them at once, each with its place and its mend."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core import errors

MAX_LISTED = 50
LARGEST = 1e15
"""Numbers above this size lose the digits that a plan is decided by."""

SMALLEST = 1e-20
"""Numbers below this size, but not 0, are lost when they meet others."""

_NEAR_AMONG = 1_000
_SHOWN = 80


class Findings:
    """What is wrong with an input, collected so that one reading names everything."""

    def __init__(self) -> None:
        self._found: list[errors.Problem] = []
        self._more = 0

    def __len__(self) -> int:
        return len(self._found) + self._more

    def add(self, place: str, value: object, rule: str, message: str, fix: str) -> None:
        """Note one finding; beyond ``MAX_LISTED`` they are only counted."""
        if len(self._found) < MAX_LISTED:
            self._found.append(errors.Problem(place, shown(value), rule, message, fix))
        else:
            self._more += 1

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return ``Did you mean "X"?``, or an empty text; costs nothing once the list is full."""
        if len(self._found) >= MAX_LISTED:
            return ""
        among = list(known)
        same = {other.casefold().strip(): other for other in reversed(among)}
        exact = same.get(name.casefold().strip())
        close = [exact] if exact else difflib.get_close_matches(name, among[:_NEAR_AMONG], n=1)
        return f'Did you mean "{close[0]}"?' if close else ""

    def stop(self) -> None:
        """Raise :class:`core.errors.InputError` with every finding, if there are any."""
        if not self._found:
            return
        last = (
            errors.Problem(
                "",
                "",
                "more",
                f"{self._more} more findings are not listed.",
                "Mend these first and read the problem again.",
            ),
        )
        raise errors.InputError.from_problems((*self._found, *(last if self._more else ())))


class Place:
    """A mapping under reading and where it stands, such as ``cell "iPhone | Japan"``.

    Parameters
    ----------
    data : mapping
        Its entries.
    where : str
        What the sentences call it; empty for the whole problem.
    findings : Findings
        Where findings go.
    """

    def __init__(self, data: Mapping[str, Any], where: str, findings: Findings) -> None:
        self.data = data
        self.where = where
        self.findings = findings

    def at(self, key: str) -> str:
        """Return the place of one entry."""
        return ", ".join(part for part in (self.where, key) if part)

    def add(self, key: str, rule: str, message: str, fix: str) -> None:
        """Note a finding about one entry."""
        self.findings.add(self.at(key), self.data.get(key), rule, message, fix)

    def only(self, known: Sequence[str], hints: Mapping[str, str] | None = None) -> None:
        """Note every key that is not known."""
        for key in self.data:
            if key in known:
                continue
            hint = (hints or {}).get(str(key)) or self.findings.near(str(key), known)
            self.findings.add(
                self.where,
                key,
                "unknown-key",
                f'The key "{shown(key)}" is not known.',
                hint or f"Use {', '.join(known)}, or remove it.",
            )

    def text(self, key: str, default: str, *, empty: bool = True) -> str:
        """Return a text; a missing one is the default."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self.add(key, "type", f"{shown(value)} is not a text.", "Write it in quotes.")
            return default
        if not whole(value):
            self.add(key, "half-character", "It holds half a character.", "Write the text anew.")
            return default
        if not empty and not value.strip():
            self.add(key, "empty", "It is empty.", "Write a name.")
            return default
        return value

    def number(
        self, key: str, default: float | None, *, low: float = -LARGEST, why: str = ""
    ) -> float | None:
        """Return a number of at least ``low``, or the default where it is missing, null or wrong.

        A missing number without a default is a finding when ``why`` says what it is needed for.
        """
        value = self.data.get(key)
        if value is None:
            if default is None and why:
                self.findings.add(
                    self.at(key), "", "missing", "It is missing.", f"Give a number: {why}."
                )
            return default
        number = finite(value)
        if number is None:
            text = json.dumps(shown(value)) if isinstance(value, str) else shown(value)
            self.add(key, "number", f"{text} is not a finite number.", "Write a number.")
        elif abs(number) > LARGEST:
            self.add(
                key,
                "size",
                f"The number is beyond {LARGEST:g} in size.",
                "Use a larger unit, such as $ billion instead of $.",
            )
        elif 0 < abs(number) < SMALLEST:
            self.add(
                key,
                "size",
                f"{shown(number)} is below {SMALLEST:g} in size, but not 0.",
                "Write 0, or use a smaller unit.",
            )
        elif number < low:
            self.add(
                key,
                "range",
                f"{shown(number)} is below {shown(low)}.",
                f"Write a number of at least {shown(low)}.",
            )
        else:
            return number
        return default


def finite(value: object) -> float | None:
    """Return a finite number as a float; ``None`` for anything else, such as text or ``True``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole(text: str) -> bool:
    """Whether a text can be written as UTF-8: JSON may hold one half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def shown(value: object) -> str:
    """Return a value as it may stand in a sentence: short, and containers only by their kind."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return "a huge number" if LARGEST < abs(value) < math.inf else f"{value:.12g}"
    text = " ".join(value.split()) if isinstance(value, str) else f"a {type(value).__name__}"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

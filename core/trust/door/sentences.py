"""How an argument is refused: what is wrong, in how many rows and in which, and the fix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, Problem

Mask = NDArray[np.bool_]

ROWS_LISTED = 5

_SHOWN = 40


def refused(argument: str, message: str, fix: str, value: object = "") -> InputError:
    """Return the refusal of an argument."""
    shown = "" if value == "" else show(value)
    return InputError.from_problems((Problem(argument, shown, "argument", message, fix),))


def share(bad: Mask) -> str:
    """Return how many values are concerned: ``3 of 100 values are``."""
    count = int(np.sum(bad))
    return f"{count:,} of {bad.size:,} values {'is' if count == 1 else 'are'}"


def places(bad: Mask, values: Any = None, *, first: int = 0) -> str:
    """Return the first rows concerned, counted from ``first``, with their values if given."""
    rows = np.flatnonzero(bad if bad.ndim == 1 else bad.any(axis=1))
    head = rows[:ROWS_LISTED].tolist()
    listed = ", ".join(
        f"{row + first:,}" if values is None else f"{row + first:,} ({show(values[row])})"
        for row in head
    )
    more = f" and {len(rows) - len(head):,} more" if len(rows) > len(head) else ""
    return f"row{'s' if len(rows) > 1 else ''} {listed}{more}, counted from {first}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 row``, ``3 rows``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def show(value: object) -> str:
    """Return a value as a sentence may quote it: short and on one line."""
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of more than 38 digits"
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    try:
        text = " ".join(str(value).split())
    except Exception:  # a foreign object may fail at anything
        text = type(value).__name__
    text = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return f"'{text}'" if isinstance(value, str) else text


def listed(names: Iterable[object], limit: int = 10) -> str:
    """Return names for a sentence, quoted as :func:`show` does, at most ``limit``."""
    shown = [show(name) for name in names]
    more = len(shown) - limit
    return ", ".join(shown[:limit]) + (f" and {more:,} more" if more > 0 else "")

"""What the explorer's pages say in the same words, and how an outcome is shown."""

from __future__ import annotations

import math

from core.saliency import Outcome, Value
from core.viz.text import fixed
from core.viz.theme import StatusName

SYSTEM = "saliency"
STATUS: dict[Outcome, StatusName] = {
    Outcome.PASS: "ok",
    Outcome.FAIL: "attention",
    Outcome.UNKNOWN: "unknown",
}
WORDS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.UNKNOWN: "not enough evidence",
}


def figure(value: Value, digits: int = 3) -> str:
    """Return a figure, or the reason why there is none."""
    return fixed(value.value, digits) if value.defined else f"none: {value.reason}"


def known(value: float) -> float | None:
    """Return a figure for a cell of a table: empty if there is none."""
    return None if math.isnan(value) else value


def file_part(text: str) -> str:
    """Return a text as a part of a file's name."""
    return "".join(c if c.isalnum() or c in "+-" else "-" for c in text).strip("-").lower()

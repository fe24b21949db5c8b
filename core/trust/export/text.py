"""Numbers, verdicts and names of an audit's document as a report prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.trust.result import WORDS
from core.trust.verdict import Status
from core.viz.text import fixed
from core.viz.theme import StatusName

NOT_MEASURED = "not measured"

SIGNS: dict[Status, StatusName] = {
    "pass": "ok",
    "fail": "critical",
    "not enough evidence": "unknown",
}


def status_word(status: Status) -> str:
    """Return a status as a report names it."""
    return WORDS[status]


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure with its decimals; a count or a large figure without, nothing for none."""
    if value is None:
        return ""
    is_count = abs(value) >= 10 and float(value).is_integer()
    return f"{value:,.0f}" if is_count or abs(value) >= 10_000 else fixed(value, digits)


def limits(low: float | None, high: float | None) -> str:
    """Return an interval as ``0.881 to 0.940``; empty where there is none, as for a count."""
    if low is None or high is None or low == high:
        return ""
    return f"{number(low)} to {number(high)}"


def measured(estimate: float | None, low: float | None, high: float | None, digits: int = 3) -> str:
    """Return a figure with its interval in brackets, or that it was not measured."""
    if estimate is None:
        return NOT_MEASURED
    if low is None or high is None or low == high:
        return number(estimate, digits)
    return f"{number(estimate, digits)} [{number(low, digits)}, {number(high, digits)}]"


def interval_text(interval: Mapping[str, Any], digits: int = 3) -> str:
    """Return the plain data of an interval as :func:`measured` does."""
    return measured(interval["estimate"], interval["low"], interval["high"], digits)


def figure_cells(label: str, interval: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return name, estimate, interval and sample size of a figure as the cells of a row."""
    estimate = interval["estimate"]
    shown = NOT_MEASURED if estimate is None else number(estimate)
    return label, shown, limits(interval["low"], interval["high"]), f"{interval['n']:,}"

"""Periods as people write them: one grain for a file, and a number that orders them."""

from __future__ import annotations

import calendar
import re

_YEAR = re.compile(r"^(?:FY ?)?(\d{4})$", re.IGNORECASE)
_QUARTER = re.compile(r"^(?:FY ?)?(\d{4})[ -]?Q([1-4])$", re.IGNORECASE)
_QUARTER_FIRST = re.compile(r"^Q([1-4])[ -](?:FY ?)?(\d{4})$", re.IGNORECASE)
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")

FORMS = "2024, 2024-Q3, 2024-09 or 2024-09-28"


def read_period(text: str) -> tuple[str, float] | None:
    """Return the grain of a period and its place in time, or ``None`` where it is no period.

    Parameters
    ----------
    text : str
        Such as ``"2024"``, ``"FY2024"``, ``"2024-Q3"``, ``"Q3 2024"``, ``"2024-09"`` or
        ``"2024-09-28"``.

    Returns
    -------
    tuple of str and float, or None
        ``"year"``, ``"quarter"``, ``"month"`` or ``"day"``, and the count of such periods (days:
        since year 1); neighbours differ by 1.

    Examples
    --------
    >>> read_period("Q3 2024")
    ('quarter', 8098.0)
    """
    text = text.strip()
    if not text.isascii():
        return None
    if found := _YEAR.match(text):
        return "year", float(found[1])
    if found := _QUARTER.match(text):
        return "quarter", 4.0 * int(found[1]) + int(found[2]) - 1
    if found := _QUARTER_FIRST.match(text):
        return "quarter", 4.0 * int(found[2]) + int(found[1]) - 1
    if (found := _MONTH.match(text)) and 1 <= int(found[2]) <= 12:
        return "month", 12.0 * int(found[1]) + int(found[2]) - 1
    if found := _DAY.match(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    return None


def _day(year: int, month: int, day: int) -> tuple[str, float] | None:
    import datetime

    if not (year >= 1 and 1 <= month <= 12):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return "day", float(datetime.date(year, month, day).toordinal())

"""How often, how long and whether only when needed."""

from __future__ import annotations

import dataclasses
import re

from core.guardian.text.rest import NUMBER, RANGE, Rest

WEEK = 7.0
DAY_HOURS = 24.0
DOSES_OF_FOUR_MOMENTS = 4.0
"""Doses a day of which the one at bedtime is the last, as in ``qid ac & hs``."""

MONTH_DAYS = 365.25 / 12

_SPANS = {
    "h": 1 / DAY_HOURS,
    "m": 1 / (DAY_HOURS * 60),
    "d": 1.0,
    "w": WEEK,
    "mo": MONTH_DAYS,
    "y": 365.25,
}
_SPAN = (
    r"(hours?|hourly|hrs?|h|minutes?|mins?|days?|d|weeks?|weekly|wks?|w|months?|monthly|mos?|"
    r"years?|yrs?)\b"
)
_EACH = r"(?:\bq|\bevery|\beach)"

_OTHER = re.compile(
    r"(?:\bq|\bevery|\beach)\s*-?\s*(?:other|second|2nd|alternate)\s*"
    r"(day|night|morning|evening|week|month)|\b(qod|eod)\b|"
    r"\b(?:on )?alternat(?:e|ing) (days?|nights?)\b"
)
_INTERVAL = re.compile(rf"{_EACH}\s*-?\s*{RANGE}\s*-?\s*{_SPAN}|\b{RANGE}\s*-?\s*(hourly)\b")
_REPEATED = re.compile(r"\b(?:x|up to|max(?:imum)?)\s*(\d+)\b(?:\s*doses?)?")
_HOURLY = re.compile(r"\b(?:hourly|every hour|each hour|qh)\b")
_PERIOD = (
    r"(daily|days?|d|24 ?h(?:ours|rs?)?|weekly|weeks?|wks?|w|monthly|months?|years?|"
    r"yearly)\b"
)
_PER = r"(?:an?|per|/|every|each|in an?|in|during an?)?\s*"
_TIMES = re.compile(rf"{RANGE}\s*(?:times|time|x)\s*{_PER}{_PERIOD}")
_WORDED = re.compile(rf"\b(once|twice|thrice)\s*{_PER}{_PERIOD}")
_DAYS_A_WEEK = re.compile(
    rf"({NUMBER})\s*(?:days|d|nights|mornings)\s*(?:an?|per|/|each|every)\s*w"
)
_COUNT_A_DAY = re.compile(
    rf"(?<![\d.])({NUMBER})\s*(?:/|an?|per)\s*(?:day|d|24 ?h(?:rs?|"
    rf"ours)?)\b"
)
_ABBREVIATED = re.compile(r"\b(?:(qid|qds)|(tid|tds)|(bid|bd))(?:ac|pc)?\b")
_TIW = re.compile(r"\b(?:tiw|3 ?x ?weekly)\b")
_DAILY = re.compile(
    r"\b(?:qd|qday|qdaily|daily|dly|od|omni die|every ?day|each day|a day|per day|q24h)\b|"
    r"/\s*(?:day|d)\b"
)
_WEEKLY = re.compile(
    r"\b(?:qweek|qweekly|q ?wks?|qw|q week|weekly|every week|each week|a week|per week)\b|"
    r"/\s*(?:week|wk)\b"
)
_UNSURE = re.compile(r"\bbi-?(weekly|monthly)\b")
_LONGER = (
    (re.compile(r"\b(?:fortnightly|every fortnight|a fortnight)\b"), 2 * WEEK),
    (
        re.compile(r"\b(?:qmonth|q month|monthly|every month|each month|a month|per month)\b"),
        MONTH_DAYS,
    ),
    (re.compile(r"\bquarterly\b"), 3 * MONTH_DAYS),
    (re.compile(r"\b(?:yearly|annually|every year|each year|a year|per year)\b"), 365.25),
)
_WEEKDAY = re.compile(
    r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|rsdays?|sdays?|nesdays?|urdays?|days?)?\b"
    r"(?! exposure| light| damage)"
)
_RUN = re.compile(r"\bmon(?:day)?s?\s*(?:-|to|through|thru)\s*fri(?:day)?s?\b|\bweekdays\b")
_LETTER_DAYS = re.compile(
    r"\bmwf\b|\b(?:m|tu?|w|th|f|sa?|su)(?:\s*/\s*(?:m|tu?|w|th|f|sa?|"
    r"su))+\b"
)
_EXCEPT = re.compile(r"\b(?:except|but not|not on)\b")
_MOMENTS = (
    re.compile(
        r"\b(?:qam|q am|mane|om|every morning|each morning|(?:in|with) (?:the )?morning|mornings?|"
        r"(?:in the |at )?am|before breakfast|(?:with|after|at) breakfast|breakfast)\b"
    ),
    re.compile(r"\b(?:at |with )?(?:noon|midday|lunch(?:time)?)\b"),
    re.compile(r"\b(?:in the |every )?afternoons?\b"),
    re.compile(
        r"\b(?:qpm|q pm|(?:in the |every |each )?evenings?|(?:in the |at )?pm|"
        r"(?:with |before |after |at )?(?:the )?(?:evening meal|dinner|supper)|supper|dinner)\b"
    ),
    re.compile(
        r"\b(?:qhs|q hs|hs|nocte|nightly|(?:at|every|each|q) ?(?:bed ?time|night)|bed ?time|"
        r"night|on(?=\s*(?:$|[;,.)])))\b"
    ),
)
_MEALS = re.compile(
    r"\b(?:with|before|after|at) (?:(?:all |3 )?meals|(?:each|every) meal)\b|\b(?:ac|pc|tidac|"
    r"wc)\b"
)
_PLUS_NIGHT = re.compile(r"(?:\band|&|\+)\s*(?:at |q ?)?(?:hs|bed ?time|night)\b")
_NEEDED = re.compile(
    r"\b(?:prn|sos|(?:as|when|if|where) (?:needed|required|necessary))\b|\bp\.?r\.?n\b"
)
_ONCE = re.compile(
    r"\b(?:stat|once only|one time|1 time only|1 time|one-time|1-time|single dose|single|once|"
    r"x ?1|"
    r"now|1 dose|on call|preop|pre-op)\b(?!\s*(?:\d|-|days?|d|weeks?|w|months?|mo|hours?|h)\b)"
)
_TERM = re.compile(
    rf"(?:\bx|\bfor(?: the)?(?: next)?(?: another)?|\bcourse of|\bduration:?)\s*{RANGE}\s*-?\s*"
    r"(days?|d|weeks?|wks?|w|months?|mos?|mo|years?|hours?|h|hrs)\b(?!\s*(?:before|prior|after))"
)
_COURSE = re.compile(
    rf"(?<!in )(?<!within )(?<!after )(?<!off )\b{RANGE}\s*-?\s*(days?|d|weeks?|wks?)\b(?! (?:on|"
    rf"off)\b)"
)
_OVER = re.compile(rf"\bover\s*{RANGE}\s*-?\s*(?:hours?|h|hrs?|minutes?|mins?|min|m)\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Times:
    """When an order is given.

    Attributes
    ----------
    per_day : float or None
        Doses on a day on which it is taken.
    per_week : float or None
        Doses in a week, on average.
    as_needed, once : bool
        Whether it is given only when needed; whether only a single time.
    days : float or None
        Length of the course.
    """

    per_day: float | None = None
    per_week: float | None = None
    as_needed: bool = False
    once: bool = False
    days: float | None = None


def read_times(rest: Rest) -> Times:
    """Take every statement of time out of the directions."""
    needed = rest.take(_NEEDED) is not None
    rest.take(_OVER)
    per_day, per_week = _often(rest)
    days = _length(rest)
    once = False
    if per_day is None and per_week is None and not needed and rest.take(_ONCE):
        once, per_day, per_week, days = True, 1.0, 1.0, 1.0
    return Times(per_day, per_week, needed, once, days)


def _often(rest: Rest) -> tuple[float | None, float | None]:
    week = _days_of_week(rest)
    per_day, interval = _stated(rest)
    if week is not None:
        per_day = max(per_day or 1.0, 1.0)
        return per_day, round(per_day * week, 6)
    if per_day is not None:
        return per_day, round(per_day * WEEK, 6)
    if interval is not None:
        return 1.0, round(WEEK / interval, 6)
    moments = _moments(rest)
    if moments:
        return moments, moments * WEEK
    return None, None


def _stated(rest: Rest) -> tuple[float | None, float | None]:
    """Return doses a day, or else the days from one dose to the next."""
    for reader in (_alternate, _every, _counted, _lettered):
        found = reader(rest)
        if found is not None:
            _absorb(rest)
            return found
    return None, None


def _absorb(rest: Rest) -> None:
    """Drop a second, weaker statement of the same frequency."""
    for pattern in (_DAILY, _MEALS, *_MOMENTS):
        rest.take(pattern)


def _alternate(rest: Rest) -> tuple[float | None, float | None] | None:
    found = rest.take(_OTHER)
    if found is None:
        return None
    span = (found[1] or "day")[:1]
    if (found[1] or "") == "month":
        return None, 2 * MONTH_DAYS
    return None, 2 * (WEEK if span == "w" else 1.0)


def _every(rest: Rest) -> tuple[float | None, float | None] | None:
    found = rest.take(_INTERVAL)
    if found is None:
        return (DAY_HOURS, None) if rest.take(_HOURLY) else None
    shortest, span = float(found[1] or found[4]), found[3] or "hourly"
    days = shortest * _SPANS["mo" if span.startswith("mo") else span[0]]
    if days <= 0:
        return None
    if days < 1 / DAY_HOURS:
        repeated = rest.take(_REPEATED)
        return (float(repeated[1]), None) if repeated else (None, None)
    if days <= 1.0:
        return round(1.0 / days, 6), None
    return None, days


def _counted(rest: Rest) -> tuple[float | None, float | None] | None:
    found = rest.take(_TIMES)
    if found:
        return _in_period(float(found[2] or found[1]), found[3])
    worded = rest.take(_WORDED)
    if worded:
        return _in_period({"once": 1.0, "twice": 2.0, "thrice": 3.0}[worded[1]], worded[2])
    days = rest.take(_DAYS_A_WEEK)
    if days:
        return None, WEEK / max(float(days[1]), 1.0)
    daily = rest.take(_COUNT_A_DAY)
    return (float(daily[1]), None) if daily else None


def _in_period(count: float, period: str) -> tuple[float | None, float | None] | None:
    if count <= 0:
        return None
    if period[0] == "d" or period[:2] == "24":
        return count, None
    length = {"w": WEEK, "m": MONTH_DAYS, "y": 365.25}[period[0]]
    return None, length / count


def _lettered(rest: Rest) -> tuple[float | None, float | None] | None:
    found = rest.take(_ABBREVIATED)
    if found:
        count = next(n for n, group in ((4.0, 1), (3.0, 2), (2.0, 3)) if found[group])
        night = rest.take(_PLUS_NIGHT) is not None and count < DOSES_OF_FOUR_MOMENTS
        return count + night, None
    if rest.take(_TIW):
        return None, WEEK / 3
    if rest.take(_UNSURE):
        rest.notes.append("Biweekly can mean twice a week or every two weeks; it was not read.")
        return None, None
    return _long(rest)


def _long(rest: Rest) -> tuple[float | None, float | None] | None:
    if rest.take(_WEEKLY):
        return None, WEEK
    for pattern, days in _LONGER:
        if rest.take(pattern):
            return None, days
    if rest.take(_DAILY):
        return max(1.0, _moments(rest) or 1.0), None
    return None


def _moments(rest: Rest) -> float | None:
    meals = rest.take(_MEALS) is not None
    taken = [bool(rest.take_all(pattern)) for pattern in _MOMENTS]
    if meals and not any(taken[:-1]):
        return 3.0 + taken[-1]
    return float(sum(taken)) or None


def _days_of_week(rest: Rest) -> float | None:
    """Return on how many days of the week it is taken, where they are named."""
    if rest.take(_RUN):
        return 5.0
    letters = rest.take_all(_LETTER_DAYS)
    if letters:
        return float(sum(3 if one[0] == "mwf" else one[0].count("/") + 1 for one in letters))
    named = rest.take_all(_WEEKDAY)
    if not named:
        return None
    count = float(len({one[1] for one in named}))
    return WEEK - count if rest.take(_EXCEPT) else count


def _length(rest: Rest) -> float | None:
    found = rest.take(_TERM) or rest.take(_COURSE)
    if found is None:
        return None
    span = found[3]
    unit = _SPANS["mo" if span.startswith("mo") else span[0]]
    return round(float(found[2] or found[1]) * unit, 4)

"""Numbers of the patient record: read with their unit, or refused with a sentence."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

from core.guardian.knowledge import Lab
from core.guardian.schema import Gap

_NUMBER = re.compile(
    r"\s*([<>≤≥]?)\s*(-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?))\s*(.*?)\s*", re.DOTALL
)
SHOWN = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """A number of the record.

    Attributes
    ----------
    unit : str
        The unit rules are written in.
    low, high : float
        A value outside is taken for a mistake.
    units : mapping
        Units that may be written, in any case, and their factor to ``unit``.
    """

    unit: str
    low: float
    high: float
    units: Mapping[str, float]


AGE = Range(
    "years",
    0,
    125,
    {
        **dict.fromkeys(("years", "year", "yr", "yrs", "y", "yo", "y/o", "years old"), 1.0),
        **dict.fromkeys(("months", "month", "mo"), 1 / 12),
        **dict.fromkeys(("weeks", "week", "wk"), 7 / 365.25),
        **dict.fromkeys(("days", "day", "d"), 1 / 365.25),
    },
)
WEIGHT = Range(
    "kg", 0.3, 400, {"kg": 1.0, "lb": 0.45359237, "lbs": 0.45359237, "[lb_av]": 0.45359237}
)
WEEKS = Range("weeks", 0, 44, {"weeks": 1.0, "week": 1.0, "wk": 1.0, "w": 1.0})


def of_lab(lab: Lab) -> Range:
    """Return the range of a measurement."""
    return Range(lab.unit, lab.low, lab.high, {lab.unit: 1.0, **lab.units})


def read_number(field: str, title: str, given: Any, allowed: Range) -> float | Gap | None:
    """Return a value in the unit of the rules, a gap when it cannot be used, ``None`` for none.

    Parameters
    ----------
    field : str
        Place in the record, such as ``"patient.age"``.
    title : str
        What the sentence calls it.
    given : object
        A number, a text of number and unit, or ``{"value": ..., "unit": ...}``.
    allowed : Range
        Units and plausible limits.
    """
    value, unit = parts_of(given)
    if value is None and unit == "":
        return None
    if value is None or not math.isfinite(value):
        return _gap(field, given, f"{title} is not a number.", f"Give it in {allowed.unit}.")
    folded = {"": 1.0, **{name.casefold(): factor for name, factor in allowed.units.items()}}
    factor = folded.get(unit.casefold())
    if factor is None:
        return _gap(
            field, given, f"The unit of {title.lower()} is not known.", f"Give {allowed.unit}."
        )
    value *= factor
    if not allowed.low <= value <= allowed.high:
        return _gap(
            field,
            given,
            f"{title} is not possible{_likely(value, allowed)}.",
            f"Give {allowed.low:g} to {allowed.high:g} {allowed.unit}.",
        )
    return value


def readable(text: str) -> str:
    """Return a text without lone surrogates, which have no place in UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shown(given: Any) -> str:
    """Return a value as the findings quote it, shortened."""
    text = readable(str(given))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def parts_of(given: Any) -> tuple[float | None, str]:
    """Return number and unit as given; no number but a unit of ``"?"`` where there is none."""
    if given is None or given == "":
        return None, ""
    if isinstance(given, Mapping):
        value, _ = parts_of(given.get("value"))
        unit = given.get("unit") or ""
        return value, unit if isinstance(unit, str) and value is not None else "?"
    if isinstance(given, bool):
        return None, "?"
    if isinstance(given, int | float):
        return float(given), ""
    found = _NUMBER.fullmatch(given) if isinstance(given, str) and len(given) < 200 else None
    if found is None:
        return None, "?"
    value = _decimal(found[2])
    if found[1] in ("<", ">"):
        value = math.nextafter(value, -math.inf if found[1] == "<" else math.inf)
    return value, found[3]


def _decimal(text: str) -> float:
    """Read a number: a comma before exactly three digits groups thousands, else it is decimal."""
    grouped = re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text)
    return float(text.replace(",", "" if grouped else "."))


def _likely(value: float, allowed: Range) -> str:
    """Name the unit in which the number would be plausible, if there is one."""
    for unit, factor in allowed.units.items():
        if factor != 1.0 and allowed.low <= value * factor <= allowed.high:
            return f" in {allowed.unit} (it looks like {unit})"
    return f" in {allowed.unit}"


def _gap(field: str, given: Any, message: str, fix: str) -> Gap:
    quoted = given.get("value") if isinstance(given, Mapping) else given
    return Gap(field, shown(quoted), message, fix)

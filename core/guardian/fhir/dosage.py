"""A FHIR Dosage as the line a person would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.guardian.fhir.resources import Resource, items, text_of

_UNITS = {"h": "hours", "d": "days", "wk": "weeks", "mo": "months", "min": "minutes"}
_UCUM = {"ug": "mcg", "[iU]": "units", "U": "units", "{tbl}": "tablets", "1": ""}


def sig(resource: Resource) -> str:
    """Return dose, route and frequency of an order or statement; its own text where there is one.

    Parameters
    ----------
    resource : mapping
        MedicationRequest (``dosageInstruction``) or MedicationStatement (``dosage``).
    """
    parts = [
        _one(dosage)
        for key in ("dosageInstruction", "dosage")
        for dosage in items(resource, key)[:1]
    ]
    return next((part for part in parts if part), "")


def _one(dosage: Resource) -> str:
    own = dosage.get("text")
    structured = " ".join(
        part for part in (_dose(dosage), text_of(dosage.get("route")), _timing(dosage)) if part
    )
    if not isinstance(own, str) or not own.strip():
        return structured
    # The text may leave the dose to the structured part; both are said then.
    dose = _dose(dosage)
    return own if not dose or dose.split(" ")[0] in own else f"{dose} {own}"


def _dose(dosage: Resource) -> str:
    for rate in items(dosage, "doseAndRate"):
        quantity = rate.get("doseQuantity")
        high = rate.get("doseRange")
        if isinstance(high, Mapping):
            quantity = high.get("high", quantity)
        if isinstance(quantity, Mapping) and isinstance(quantity.get("value"), int | float):
            unit = str(quantity.get("unit") or quantity.get("code") or "")
            return f"{quantity['value']:g} {_UCUM.get(unit, unit)}".strip()
    return ""


def _timing(dosage: Resource) -> str:
    timing = dosage.get("timing")
    repeat: Any = timing.get("repeat") if isinstance(timing, Mapping) else None
    as_needed = " prn" if dosage.get("asNeededBoolean") is True else ""
    if not isinstance(repeat, Mapping):
        return f"{text_of(timing.get('code')) if isinstance(timing, Mapping) else ''}{as_needed}"
    frequency, period = (
        repeat.get("frequencyMax") or repeat.get("frequency", 1),
        repeat.get("period"),
    )
    unit = str(repeat.get("periodUnit", ""))
    if not isinstance(period, int | float) or not isinstance(frequency, int | float) or not unit:
        return as_needed.strip()
    if unit == "d" and period == 1:
        return f"{frequency:g} times a day{as_needed}"
    if unit == "wk" and period == 1:
        return f"{frequency:g} times a week{as_needed}"
    if frequency == 1:
        return f"every {period:g} {_UNITS.get(unit, unit)}{as_needed}"
    return as_needed.strip()

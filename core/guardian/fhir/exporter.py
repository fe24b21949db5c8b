"""From a case and its review to an R4 Bundle: what was read, and each alert as a DetectedIssue."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from typing import Any

from core.guardian.patient.amounts import parts_of
from core.guardian.schema import Alert, Order, Review, Severity

SEVERITIES = {
    Severity.CONTRAINDICATED: "high",
    Severity.MAJOR: "high",
    Severity.MODERATE: "moderate",
    Severity.MINOR: "low",
}
NOTICE = "For research and education; not a medical device."


def export_bundle(
    case: Mapping[str, Any], review: Review, *, issued: datetime.date
) -> dict[str, Any]:
    """Return a Bundle of type collection.

    Parameters
    ----------
    case : mapping
        The case as it was checked.
    review : Review
        What was found.
    issued : date
        Date stated in the bundle.
    """
    patient = case.get("patient")
    record: Mapping[str, Any] = patient if isinstance(patient, Mapping) else {}
    resources = [
        _patient(record, issued),
        *(_statement(place, order) for place, order in enumerate(review.orders)),
        *_allergies(record),
        *_conditions(record),
        *_observations(record),
        *(_issue(place, alert, review) for place, alert in enumerate(review.alerts)),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{issued.isoformat()}T00:00:00Z",
        "entry": [
            {"fullUrl": f"urn:guardian:{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def _patient(record: Mapping[str, Any], issued: datetime.date) -> dict[str, Any]:
    found: dict[str, Any] = {"resourceType": "Patient", "id": "patient"}
    sex = str(record.get("sex", "")).casefold()[:1]
    if sex in ("f", "m"):
        found["gender"] = {"f": "female", "m": "male"}[sex]
    age = record.get("age")
    if isinstance(age, int | float) and not isinstance(age, bool) and 0 <= age <= 125:
        born = issued - datetime.timedelta(days=round(age * 365.25))
        found["birthDate"] = born.isoformat()
    return found


def _statement(place: int, order: Order) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": f"medication-{place}",
        "status": "active",
        "subject": {"reference": "Patient/patient"},
        "medicationCodeableConcept": {"text": order.text},
    }


def _allergies(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    given = record.get("allergies")
    for place, item in enumerate(given if isinstance(given, list | tuple) else ()):
        named = item.get("substance") if isinstance(item, Mapping) else item
        if not isinstance(named, str):
            continue
        found: dict[str, Any] = {
            "resourceType": "AllergyIntolerance",
            "id": f"allergy-{place}",
            "patient": {"reference": "Patient/patient"},
            "code": {"text": named},
        }
        reaction = item.get("reaction") if isinstance(item, Mapping) else None
        if isinstance(reaction, str) and reaction:
            found["reaction"] = [{"manifestation": [{"text": reaction}]}]
        yield found


def _conditions(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    given = record.get("conditions")
    names = (
        [one for one in given if isinstance(one, str)] if isinstance(given, list | tuple) else []
    )
    if record.get("pregnant") is True:
        names.append("Pregnancy")
    for place, name in enumerate(names):
        yield {
            "resourceType": "Condition",
            "id": f"condition-{place}",
            "subject": {"reference": "Patient/patient"},
            "code": {"text": name},
        }


def _observations(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for place, (name, value, unit) in enumerate(_measurements(record)):
        if value is None or not math.isfinite(value):
            continue
        quantity: dict[str, Any] = {"value": value}
        if unit:
            quantity["unit"] = unit
        yield {
            "resourceType": "Observation",
            "id": f"observation-{place}",
            "status": "final",
            "subject": {"reference": "Patient/patient"},
            "code": {"text": name},
            "valueQuantity": quantity,
        }


def _measurements(record: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Yield name, value and unit of each measurement, in whichever form the record has it."""
    given: list[tuple[str, Any]] = [
        (key, record.get(key)) for key in ("egfr", "crcl", "creatinine", "weight_kg")
    ]
    labs = record.get("labs")
    if isinstance(labs, Mapping):
        given += [(str(name), value) for name, value in labs.items()]
    elif isinstance(labs, list | tuple):
        given += [(str(one.get("name")), one) for one in labs if isinstance(one, Mapping)]
    for name, value in given:
        number, unit = parts_of(value)
        yield name, number, unit


def _issue(place: int, alert: Alert, review: Review) -> dict[str, Any]:
    implicated = [
        {"reference": f"MedicationStatement/medication-{line}"}
        for line, order in enumerate(review.orders)
        if set(order.ingredients) & set(alert.drugs)
    ]
    cited = "; ".join(f"{one.name}, {one.section}, {one.year}" for one in alert.sources)
    return {
        "resourceType": "DetectedIssue",
        "id": f"issue-{place}",
        "status": "final",
        "severity": SEVERITIES[alert.severity],
        "code": {"text": f"{alert.type}: {alert.severity}"},
        "patient": {"reference": "Patient/patient"},
        "implicated": implicated,
        "detail": f"{' + '.join(alert.drugs)}: {alert.effect} {alert.management} Source: {cited}. "
        f"Rule {alert.rule_id}, {review.kb_version}. {NOTICE}",
    }

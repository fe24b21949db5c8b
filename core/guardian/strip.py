"""The patient of a case in a few words, as the rules see one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.guardian.check import patient_of
from core.guardian.knowledge import Knowledge, knowledge
from core.guardian.patient import Patient

FIRST = ("egfr", "crcl", "potassium", "inr", "qtc")
SHORT = {"egfr": "eGFR", "crcl": "CrCl", "inr": "INR", "qtc": "QTc"}
NO_UNIT = frozenset({"", "1", "ratio"})


def patient_facts(case: Any) -> tuple[str, ...]:
    """Return what is known of the patient, the bundle merged in; empty where nothing is.

    A measurement that was computed says from what; one of several values is the lowest and the
    highest, because the rules look at the worst.
    """
    patient, known = patient_of(case), knowledge()
    return (*_person(patient), *_values(patient, known), *_lists(patient, known))


def _person(patient: Patient) -> Iterator[str]:
    if patient.age is not None:
        yield f"{patient.age:.3g} years"
    if patient.sex is not None:
        yield {"F": "female", "M": "male"}[patient.sex]
    if patient.weight_kg is not None:
        yield f"{patient.weight_kg:.4g} kg"
    if patient.pregnant:
        week = f", week {patient.weeks:g}" if patient.weeks is not None else ""
        yield f"pregnant{week}"
    if patient.lactating:
        yield "breast-feeding"


def _values(patient: Patient, knowledge: Knowledge) -> Iterator[str]:
    rest = sorted(key for key in patient.values if key not in (*FIRST, "creatinine"))
    for key in (*FIRST, *rest):
        numbers = patient.values.get(key)
        if not numbers:
            continue
        lab = knowledge.labs[key]
        low, high = f"{min(numbers):.3g}", f"{max(numbers):.3g}"
        shown = low if low == high else f"{low} to {high}"
        unit = "" if lab.unit in NO_UNIT else f" {lab.unit}"
        origin = f" ({patient.origins[key]})" if key in patient.origins else ""
        yield f"{SHORT.get(key, lab.title)} {shown}{unit}{origin}"


def _lists(patient: Patient, knowledge: Knowledge) -> Iterator[str]:
    if patient.conditions:
        titles = sorted(
            knowledge.conditions[key].title if key in knowledge.conditions else key
            for key in patient.conditions
        )
        yield ", ".join(titles)
    if patient.allergies is not None:
        stated = [
            f"{one.text} ({one.reaction})" if one.reaction != "unknown" else one.text
            for one in patient.allergies
        ]
        yield f"allergic to {', '.join(stated)}" if stated else "no allergies known"

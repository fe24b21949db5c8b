"""Invented cases that a page offers to open."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class CasePreset:
    """One invented case.

    Attributes
    ----------
    slug : str
        Identifier in addresses, such as ``?preset=warfarin-antibiotic``.
    title : str
        Short name shown to people.
    note : str
        What the case is there to show.
    case : mapping
        What :func:`core.guardian.review` takes.
    """

    slug: str
    title: str
    note: str
    case: Mapping[str, Any]


def case_presets() -> tuple[CasePreset, ...]:
    """Return the cases; nobody's data, and each made to show one thing."""
    return (_anticoagulated(), _inhibited(), _heart(), _pregnant(), _kidneys(), _unclear())


def _anticoagulated() -> CasePreset:
    return CasePreset(
        "warfarin-antibiotic",
        "Warfarin + antibiotic",
        "Invented: a woman of 82 on warfarin gets co-trimoxazole for her bladder.",
        {
            "meds": [
                "Coumadin 5 mg po daily",
                "Bactrim DS 1 tab bid x 7 days",
                "metoprolol tartrate 25 mg twice daily",
                "atorvastatin 20 mg at bedtime",
            ],
            "patient": {
                "age": 82,
                "sex": "F",
                "weight_kg": 58,
                "creatinine": 1.1,
                "conditions": ["Atrial fibrillation"],
                "allergies": [],
                "labs": [_lab("potassium", 4.4, "mmol/L"), _lab("INR", 2.8, "")],
            },
        },
    )


def _inhibited() -> CasePreset:
    return CasePreset(
        "maoi-opioid",
        "MAOI + opioid",
        "Invented: a man of 56 on phenelzine is written meperidine after an operation.",
        {
            "meds": [
                "Nardil 15 mg three times a day",
                "Demerol 50 mg IM every 4 hours as needed for pain",
                "omeprazole 20 mg every morning",
            ],
            "patient": {
                "age": 56,
                "sex": "M",
                "weight_kg": 84,
                "egfr": 88,
                "conditions": ["Depression"],
                "allergies": [],
            },
        },
    )


def _heart() -> CasePreset:
    return CasePreset(
        "heart-failure",
        "Heart failure",
        "Invented: ordinary guideline therapy of heart failure, with potassium in range.",
        {
            "meds": [
                "lisinopril 20 mg daily",
                "spironolactone 25 mg daily",
                "carvedilol 12.5 mg bid",
                "Jardiance 10 mg daily",
                "furosemide 40 mg every morning",
            ],
            "patient": {
                "age": 64,
                "sex": "M",
                "weight_kg": 81,
                "creatinine": 1.0,
                "conditions": ["Heart failure with reduced ejection fraction"],
                "allergies": [],
                "labs": [_lab("potassium", 4.5, "mmol/L"), _lab("QTc", 428, "ms")],
            },
        },
    )


def _pregnant() -> CasePreset:
    return CasePreset(
        "pregnancy",
        "Pregnancy",
        "Invented: a woman of 29 in week 11 still takes lisinopril and isotretinoin.",
        {
            "meds": [
                "lisinopril 10 mg daily",
                "isotretinoin 40 mg once a day",
                "folic acid 400 mcg daily",
            ],
            "patient": {
                "age": 29,
                "sex": "F",
                "weight_kg": 63,
                "pregnant": True,
                "gestation_weeks": 11,
                "lactating": False,
                "conditions": ["Hypertension"],
                "allergies": [],
            },
        },
    )


def _kidneys() -> CasePreset:
    return CasePreset(
        "kidneys-allergy",
        "Kidneys and allergy",
        "Invented: metformin at an eGFR of 24, and a penicillin after an anaphylaxis.",
        {
            "meds": [
                "metformin 1000 mg bid",
                "Augmentin 875/125 mg 1 tablet twice a day for 7 days",
                "amlodipine 5 mg daily",
            ],
            "patient": {
                "age": 71,
                "sex": "F",
                "weight_kg": 70,
                "egfr": 24,
                "conditions": ["Type 2 diabetes", "Hypertension"],
                "allergies": [{"substance": "penicillin", "reaction": "anaphylaxis"}],
                "labs": [_lab("potassium", 4.9, "mmol/L")],
            },
        },
    )


def _unclear() -> CasePreset:
    return CasePreset(
        "unclear-list",
        "Unclear list",
        "Invented: misspelt names, one that nobody knows, and nothing said of the patient.",
        {
            "meds": [
                "warfrin 5 mg daily",
                "prednisolne 20 mg daily",
                "Zolpravex 20 mg nightly",
                "simvastatn",
            ],
        },
    )


def _lab(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit}

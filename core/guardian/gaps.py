"""What could not be decided, said once for each missing value."""

from __future__ import annotations

from core.guardian.engine import Open
from core.guardian.knowledge import Knowledge
from core.guardian.schema import Gap, Order

_FIELDS = {
    "patient.age": ("The age is not given", "Give the age in years."),
    "patient.sex": ("The sex is not given", "Give F or M."),
    "patient.weight_kg": ("The weight is not given", "Give it in kg."),
    "patient.egfr": ("Kidney function (eGFR) is not given", "Give it, or creatinine, age and sex."),
    "patient.crcl": (
        "Kidney function (creatinine clearance) is not given",
        "Give it, or creatinine, age, sex and weight.",
    ),
    "patient.pregnant": ("Pregnancy is not stated", "State whether the patient is pregnant."),
    "patient.gestation_weeks": ("The week of gestation is not given", "Give the completed weeks."),
    "patient.lactating": ("Breast-feeding is not stated", "State whether she breast-feeds."),
    "patient.conditions": (
        "Diagnoses are not stated",
        "Give the list, or an empty list if there are none.",
    ),
    "patient.allergies": (
        "Allergies are not stated",
        "Give the list, or an empty list if there are none.",
    ),
}


def open_gaps(left: list[Open], orders: tuple[Order, ...], knowledge: Knowledge) -> list[Gap]:
    """Return a gap for each field that rules wait for, naming the medicines and the rules."""
    waiting: dict[str, list[Open]] = {}
    for one in left:
        for field in one.missing:
            waiting.setdefault(field, []).append(one)
    gaps = []
    for field in sorted(waiting):
        names = sorted({name for one in waiting[field] for name in one.drugs})
        rules = tuple(sorted({one.rule.id for one in waiting[field]}))
        said, fix = _said(field, orders, knowledge)
        count = "a critical rule" if len(rules) == 1 else f"{len(rules)} critical rules"
        message = f"{said}; {count} about {_listed(names)} could not be decided."
        gaps.append(Gap(field, "", message, fix, rules))
    return gaps


def _said(field: str, orders: tuple[Order, ...], knowledge: Knowledge) -> tuple[str, str]:
    if field in _FIELDS:
        return _FIELDS[field]
    if field.startswith("patient.labs."):
        lab = knowledge.labs[field.removeprefix("patient.labs.")]
        unit = "" if lab.unit in ("", "ratio") else f" in {lab.unit}"
        return f"{lab.title} is not given", f"Give it{unit}."
    line = orders[int(field.removeprefix("meds[").rstrip("]"))].text
    shortened = line if len(line) <= 60 else f"{line[:57]}..."
    return (
        f"Dose or frequency cannot be read from {shortened!r}",
        "Write dose, unit, route and frequency, as in 5 mg by mouth once a day.",
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"

"""From the patient part of a case to the record the rules look at, with every gap named."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.guardian.knowledge import Knowledge
from core.guardian.patient.amounts import AGE, WEEKS, WEIGHT, of_lab, read_number, readable, shown
from core.guardian.patient.record import Allergy, Patient
from core.guardian.patient.renal import ckd_epi_2021, cockcroft_gault
from core.guardian.schema import Gap

FIELDS = frozenset(
    {
        *("age", "sex", "weight_kg", "egfr", "crcl", "creatinine", "pregnant", "gestation_weeks"),
        *("lactating", "conditions", "allergies", "labs"),
    }
)
UNUSED = frozenset({"notes", "name", "id", "mrn", "patient_id", "height_cm", "last_visit"})
"""Keys that may stand in a record and that no rule looks at."""

MEASURES = ("egfr", "crcl", "creatinine")
ADULT = 18
FERTILE = (10, 56)
STAGES = {"5": 14.0, "4": 15.0, "3b": 30.0, "3a": 45.0, "3": 30.0, "2": 60.0, "1": 90.0}
"""Least filtration rate of each stage of chronic kidney disease; under 15 for the fifth."""

_STAGE = re.compile(r"(?:ckd|kidney|renal)\D{0,30}(?:stage|g)\s*([1-5]|3[ab])\b", re.IGNORECASE)
_STAGED = {"ckd-5": "5", "ckd-4": "4", "ckd-3": "3"}
_TRUE = frozenset({"true", "yes", "y", "1"})
_FALSE = frozenset({"false", "no", "n", "0"})
_SEX = {"f": "F", "female": "F", "w": "F", "woman": "F", "m": "M", "male": "M", "man": "M"}


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """How free text becomes keys.

    Attributes
    ----------
    condition : callable
        Text to condition keys and the pieces that were not understood.
    allergen : callable
        Text to ingredients, ``#classes`` and keys of allergens, and the pieces that are not known.
    no_allergy : callable
        Whether a text says that there is no allergy.
    reaction, reaction_beside : callable
        Text to the kind of reaction; the same for a reaction written beside its substance.
    lab : callable
        Name to the key of a measurement, or ``None``.
    """

    condition: Callable[[str], tuple[frozenset[str], tuple[str, ...]]]
    allergen: Callable[[str], tuple[tuple[str, ...], tuple[str, ...]]]
    no_allergy: Callable[[str], bool]
    reaction: Callable[[str], str]
    reaction_beside: Callable[[str], str]
    lab: Callable[[str], str | None]


def read_patient(given: Any, knowledge: Knowledge, words: Words) -> tuple[Patient, tuple[Gap, ...]]:
    """Return the patient of a case and what could not be read of it."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        fix = "Give the patient as an object of named values."
        return Patient(), (Gap("patient", shown(given), "The patient is no object.", fix),)
    reader = _Reader(knowledge, words, [])
    patient = reader.patient({str(key): value for key, value in given.items()})
    return patient, tuple(reader.gaps)


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    knowledge: Knowledge
    words: Words
    gaps: list[Gap]

    def patient(self, given: dict[str, Any]) -> Patient:
        for key in given:
            if key not in FIELDS | UNUSED:
                fix = f"Use one of: {', '.join(sorted(FIELDS))}; measurements belong in labs."
                self.gap(f"patient.{key}", given[key], "This field is not known.", fix)
        values = self.values(given)
        conditions, stage = self.conditions(given.get("conditions"))
        patient = Patient(
            age=self.number("age", "Age", given.get("age"), AGE),
            sex=self.sex(given.get("sex")),
            weight_kg=self.number("weight_kg", "Weight", given.get("weight_kg"), WEIGHT),
            pregnant=self.flag("pregnant", given.get("pregnant")),
            lactating=self.flag("lactating", given.get("lactating")),
            weeks=self.number(
                "gestation_weeks", "Weeks of gestation", given.get("gestation_weeks"), WEEKS
            ),
            conditions=conditions,
            allergies=self.allergies(given.get("allergies")),
        )
        patient = self.reproduction(patient)
        return self.kidneys(patient, values, stage)

    def gap(self, field: str, value: Any, message: str, fix: str) -> None:
        self.gaps.append(Gap(field, "" if value is None else shown(value), message, fix))

    def number(self, key: str, title: str, given: Any, allowed: Any) -> float | None:
        found = read_number(f"patient.{key}", title, given, allowed)
        if isinstance(found, Gap):
            self.gaps.append(found)
            return None
        return found

    def flag(self, key: str, given: Any) -> bool | None:
        if given is None or given == "":
            return None
        text = str(given).strip().casefold()
        if text in _TRUE | _FALSE:
            return text in _TRUE
        self.gap(f"patient.{key}", given, "This is neither true nor false.", "Give true or false.")
        return None

    def sex(self, given: Any) -> str | None:
        if given is None or given == "":
            return None
        found = _SEX.get(str(given).strip().casefold())
        if found is None:
            message = "The sex that dosing formulas and pregnancy rules need is not F or M."
            self.gap("patient.sex", given, message, "Give F or M.")
        return found

    def values(self, given: dict[str, Any]) -> dict[str, tuple[float, ...]]:
        found: dict[str, list[float]] = {}
        for field, name, value in self._measurements(given):
            key = self.words.lab(name)
            if key is None:
                fix = "Use the usual name of the measurement, such as potassium or INR."
                self.gap(field, value, f"The measurement {shown(name)!r} is not known.", fix)
                continue
            lab = self.knowledge.labs[key]
            number = read_number(field, lab.title, value, of_lab(lab))
            if isinstance(number, Gap):
                self.gaps.append(number)
            elif number is not None and number not in found.setdefault(key, []):
                found[key].append(number)
        for key, numbers in found.items():
            if len(numbers) > 1:
                lab = self.knowledge.labs[key]
                listed = " and ".join(f"{number:g}" for number in numbers)
                message = f"{lab.title} is given as {listed} {lab.unit}; the worst one counts."
                self.gap(f"patient.labs.{key}", listed, message, "Give the current value only.")
        return {key: tuple(numbers) for key, numbers in found.items()}

    def _measurements(self, given: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
        for key in MEASURES:
            yield f"patient.{key}", key, given.get(key)
        labs = given.get("labs")
        if isinstance(labs, Mapping):
            for name, value in labs.items():
                yield f"patient.labs.{shown(name)}", str(name), value
        elif isinstance(labs, list | tuple):
            for place, item in enumerate(labs):
                if isinstance(item, Mapping) and isinstance(item.get("name"), str):
                    yield f"patient.labs[{place}]", item["name"], item
                else:
                    self.gap(
                        f"patient.labs[{place}]",
                        item,
                        "This is no measurement.",
                        "Give name, value and unit.",
                    )
        elif labs is not None:
            self.gap(
                "patient.labs",
                labs,
                "The measurements are no object.",
                "Give them by name, as in potassium: 4.1.",
            )

    def conditions(self, given: Any) -> tuple[frozenset[str] | None, str]:
        if given is None:
            return None, ""
        items = [given] if isinstance(given, str) else given
        if not isinstance(items, list | tuple):
            self.gap(
                "patient.conditions",
                given,
                "The conditions are no list.",
                "Give a list of diagnoses; an empty list if there are none.",
            )
            return None, ""
        found: set[str] = set()
        stage = ""
        for place, item in enumerate(items):
            field = f"patient.conditions[{place}]"
            if not isinstance(item, str):
                self.gap(field, item, "This is no diagnosis.", "Give each condition as a text.")
                continue
            keys, unknown = self.words.condition(item)
            found |= keys
            for piece in unknown:
                self.gap(
                    field,
                    piece,
                    f"The condition {shown(piece)!r} is not known.",
                    "Rules about it cannot be checked; use the usual name of the diagnosis.",
                )
            stage = _stage(item, keys) or stage
        return frozenset(found), stage

    def allergies(self, given: Any) -> tuple[Allergy, ...] | None:
        if given is None:
            self.gap(
                "patient.allergies",
                None,
                "Allergies are not stated.",
                "Give the list, or an empty list if there are none.",
            )
            return None
        items = [given] if isinstance(given, str | Mapping) else given
        if not isinstance(items, list | tuple):
            self.gap(
                "patient.allergies",
                given,
                "The allergies are no list.",
                "Give a list of substances with their reactions.",
            )
            return None
        found = []
        for place, item in enumerate(items):
            one = self._allergy(f"patient.allergies[{place}]", item)
            if one is not None:
                found.append(one)
        return tuple(found)

    def _allergy(self, field: str, item: Any) -> Allergy | None:
        named = item.get("substance", item.get("allergen")) if isinstance(item, Mapping) else item
        reaction = item.get("reaction") if isinstance(item, Mapping) else None
        if not isinstance(named, str) or not named.strip():
            self.gap(field, item, "The allergy names no substance.", "Give substance and reaction.")
            return None
        if self.words.no_allergy(named):
            return None
        members, unknown = self.words.allergen(named)
        for piece in unknown:
            self.gap(
                field,
                piece,
                f"The allergy to {shown(piece)!r} is not known to the rules.",
                "Check the list against it by hand, or give the usual name.",
            )
        if not members:
            return None
        said = reaction.strip() if isinstance(reaction, str) else ""
        kind = self.words.reaction(said) if said else self.words.reaction_beside(named)
        ingredients = frozenset(one for one in members if one in self.knowledge.ingredients)
        tokens = set(members)
        for name in ingredients:
            tokens |= {f"#{key}" for key in self.knowledge.ingredients[name].classes}
        return Allergy(readable(named), frozenset(tokens), ingredients, kind)

    def reproduction(self, patient: Patient) -> Patient:
        """Settle pregnancy and lactation from all that is stated; name contradictions."""
        conditions = patient.conditions or frozenset()
        pregnant, lactating = patient.pregnant, patient.lactating
        told = {
            "patient.gestation_weeks": patient.weeks is not None,
            "patient.conditions": "pregnant" in conditions,
        }
        if pregnant is False and any(told.values()):
            self.gap(
                next(field for field, says in told.items() if says),
                False,
                "The record says both that the patient is pregnant and that she is not.",
                "Correct one of the two; the patient is taken as pregnant until then.",
            )
        pregnant = True if any(told.values()) else pregnant
        lactating = True if "lactating" in conditions else lactating
        fertile = patient.age is None or FERTILE[0] <= patient.age <= FERTILE[1]
        if patient.sex == "M" or not fertile:
            if pregnant:
                self.gap(
                    "patient.pregnant",
                    True,
                    "Pregnancy contradicts the stated sex or age.",
                    "Correct one of the two; the patient is taken as pregnant until then.",
                )
            pregnant, lactating = bool(pregnant), bool(lactating)
        return dataclasses.replace(patient, pregnant=pregnant, lactating=lactating)

    def kidneys(
        self, patient: Patient, values: dict[str, tuple[float, ...]], stage: str
    ) -> Patient:
        """Add what creatinine, stage and dialysis say of the kidneys."""
        values = dict(values)
        origins: dict[str, str] = {}
        age, weight, sex = patient.age, patient.weight_kg, patient.sex
        creatinine = max(values.get("creatinine", ()), default=None)
        if creatinine and sex and age is not None and age >= ADULT:
            female = sex == "F"
            rate = ckd_epi_2021(age=age, creatinine=creatinine, female=female)
            self._contradiction(values.get("egfr", ()), rate)
            if "egfr" not in values:
                values["egfr"] = (rate,)
                origins["egfr"] = f"CKD-EPI 2021 from creatinine {creatinine:g} mg/dL"
            elif self._differ(values["egfr"], rate):
                values["egfr"] = (*values["egfr"], rate)
            if "crcl" not in values and weight is not None:
                clearance = cockcroft_gault(
                    age=age, weight_kg=weight, creatinine=creatinine, female=female
                )
                values["crcl"] = (clearance,)
                origins["crcl"] = f"Cockcroft-Gault from creatinine {creatinine:g} mg/dL"
        if "egfr" not in values and "crcl" not in values and stage:
            values["egfr"] = (STAGES[stage],)
            origins["egfr"] = f"chronic kidney disease stage {stage}, its lower end"
        if patient.conditions and patient.conditions & {"dialysis", "esrd"}:
            for measure in ("egfr", "crcl"):
                values[measure] = (*values.get(measure, ()), 5.0)
                origins[measure] = "dialysis or end-stage disease"
        return dataclasses.replace(patient, values=values, origins=origins)

    def _differ(self, given: tuple[float, ...], rate: float) -> bool:
        return bool(given) and not 0.5 <= max(given[0], 1.0) / max(rate, 1.0) <= 2.0

    def _contradiction(self, given: tuple[float, ...], rate: float) -> None:
        if self._differ(given, rate):
            self.gap(
                "patient.egfr",
                f"{given[0]:g}",
                f"An eGFR of {given[0]:g} contradicts the creatinine, which gives {rate:.0f} "
                "mL/min/1.73 m2.",
                "Correct one of the two; the lower one counts until then.",
            )


def _stage(text: str, keys: frozenset[str]) -> str:
    """Return the stage of kidney disease that a diagnosis states, or an empty text."""
    found = _STAGE.search(text)
    return found[1].casefold() if found else next((_STAGED[k] for k in _STAGED if k in keys), "")

"""From an R4 Bundle to the lines and the patient of a case; statuses are honoured."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.guardian.fhir.dosage import sig
from core.guardian.fhir.resources import (
    Bundle,
    Resource,
    codes_of,
    date_of,
    items,
    reference_of,
    status_of,
    text_of,
)
from core.guardian.patient.amounts import shown
from core.guardian.schema import Gap

TAKEN = frozenset({"active", "draft", "intended", "in-progress", ""})
ENDED = frozenset(
    {"completed", "stopped", "entered-in-error", "cancelled", "not-taken", "not-done", "ended"}
)
FORMER = frozenset({"inactive", "resolved", "remission"})
DENIED = frozenset({"refuted", "entered-in-error"})
VOID = frozenset({"entered-in-error", "cancelled", "registered"})

WEIGHT = frozenset({"29463-7", "3141-9", "27113001"})
PREGNANCY_STATUS = frozenset({"82810-3", "11449-6"})
GESTATION = frozenset({"18185-9", "11884-4", "11885-1", "49051-6"})
PREGNANT = frozenset({"77386006", "Z33.1", "Z33", "LA15173-0"})
NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})
LACTATING = frozenset({"413712001", "169741004", "Z39.1"})
ORDERS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """What a bundle says, in the form of a case.

    Attributes
    ----------
    meds : tuple of str
        One line for each medicine that is being taken or ordered.
    patient : mapping
        Fields of the patient record.
    gaps : tuple of Gap
        What could not be taken over.
    """

    meds: tuple[str, ...]
    patient: Mapping[str, Any]
    gaps: tuple[Gap, ...]


def read_bundle(
    bundle: Any, loinc: Mapping[str, str], lab: Callable[[str], str | None]
) -> Imported:
    """Read a Bundle.

    Parameters
    ----------
    bundle : object
        As parsed from JSON.
    loinc : mapping
        LOINC code to the key of a measurement.
    lab : callable
        Name to the key of a measurement, or ``None``.
    """
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        kind = bundle.get("resourceType") if isinstance(bundle, Mapping) else bundle
        message = "This is no FHIR Bundle."
        fix = "Give an R4 resource of type Bundle with its entries."
        return Imported((), {}, (Gap("fhir_bundle", shown(kind), message, fix),))
    reader = _Reader(Bundle.of(bundle), loinc, lab, [])
    for place in reader.bundle.empty:
        reader.gap(f"entry[{place}]", "", "The entry holds no resource.", "Give it, or remove it.")
    meds = tuple(reader.medicines())
    patient = {key: value for key, value in reader.patient(bundle).items() if value is not None}
    return Imported(meds, patient, tuple(reader.gaps))


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    bundle: Bundle
    loinc: Mapping[str, str]
    lab: Callable[[str], str | None]
    gaps: list[Gap]

    def gap(self, place: str, value: object, message: str, fix: str) -> None:
        self.gaps.append(Gap(f"fhir_bundle.{place}", shown(value), message, fix))

    def medicines(self) -> Iterator[str]:
        for place, resource in self.bundle.of_kind(*ORDERS):
            status = status_of(resource, "status")
            if status in ENDED or resource.get("doNotPerform") is True:
                continue
            name = self._medicine(place, resource)
            if not name:
                continue
            if status == "on-hold":
                self.gap(
                    place,
                    name,
                    "This order is on hold and was not checked.",
                    "Check it again before it is resumed.",
                )
                continue
            if status not in TAKEN:
                self.gap(
                    place,
                    status,
                    "It is not known whether this medicine is taken; it was checked as if it were.",
                    "Set the status to active or stopped.",
                )
            yield f"{name} {sig(resource)}".strip()

    def _medicine(self, place: str, resource: Resource) -> str:
        name = text_of(resource.get("medicationCodeableConcept"))
        reference = reference_of(resource, "medicationReference")
        if not name and reference:
            medication = self.bundle.follow(reference, resource)
            if medication is None:
                self.gap(
                    place,
                    reference,
                    "The medicine it refers to is not in the bundle.",
                    "Add the Medication, or name the medicine in the order.",
                )
                return ""
            parts = [
                text_of(one.get("itemCodeableConcept")) for one in items(medication, "ingredient")
            ]
            name = text_of(medication.get("code")) or " / ".join(part for part in parts if part)
        if not name:
            codes = ", ".join(sorted(codes_of(resource.get("medicationCodeableConcept"))))
            self.gap(
                place,
                codes,
                "The order names no medicine in words.",
                "Give medicationCodeableConcept.text or a display.",
            )
        return name

    def patient(self, bundle: Resource) -> dict[str, Any]:
        found: dict[str, Any] = {}
        persons = [resource for _, resource in self.bundle.of_kind("Patient")]
        subjects = {
            reference_of(resource, key)
            for resource in self.bundle.resources
            for key in ("subject", "patient")
        } - {""}
        if len(persons) > 1 or len(subjects) > 1:
            self.gap(
                "Patient",
                max(len(persons), len(subjects)),
                "The bundle speaks of more than one patient; all of it was checked together.",
                "Send one patient in a bundle.",
            )
        if persons:
            gender = persons[0].get("gender")
            found["sex"] = gender if gender in ("male", "female") else None
            found["age"] = self._age(persons[0].get("birthDate"), bundle)
        found.update(self._observations())
        found["conditions"] = self._conditions(found)
        found["allergies"] = self._allergies()
        return found

    def _age(self, born: Any, bundle: Resource) -> float | None:
        """Return the age on the day the bundle speaks of, so that no clock is needed."""
        if not isinstance(born, str):
            return None
        dates = [bundle.get("timestamp"), *(date_of(one) for one in self.bundle.resources)]
        known = sorted(one[:10] for one in dates if isinstance(one, str) and len(one) >= 10)
        try:
            birth = datetime.date.fromisoformat(
                f"{born}-01-01"[:10] if len(born) == 4 else born[:10]
            )
            day = datetime.date.fromisoformat(known[-1]) if known else None
        except ValueError:
            day = None
        if day is None:
            self.gap(
                "Patient.birthDate",
                born,
                "The age cannot be computed without a date.",
                "Give the bundle a timestamp, or give patient.age.",
            )
            return None
        return round((day - birth).days / 365.25, 2)

    def _conditions(self, found: dict[str, Any]) -> list[str] | None:
        names = []
        resources = list(self.bundle.of_kind("Condition"))
        for place, resource in resources:
            if status_of(resource, "clinicalStatus") in FORMER:
                continue
            if status_of(resource, "verificationStatus") in DENIED:
                continue
            codes, name = codes_of(resource.get("code")), text_of(resource.get("code"))
            if codes & PREGNANT or name.casefold().startswith("pregnan"):
                found["pregnant"] = True
            elif codes & LACTATING:
                found["lactating"] = True
            elif name:
                names.append(name)
            else:
                self.gap(
                    place,
                    ", ".join(sorted(codes)),
                    "The condition has no name in words.",
                    "Give code.text or a display.",
                )
        return names if resources else None

    def _allergies(self) -> list[dict[str, str]] | None:
        found = []
        resources = list(self.bundle.of_kind("AllergyIntolerance"))
        for place, resource in resources:
            if status_of(resource, "clinicalStatus") in FORMER:
                continue
            if status_of(resource, "verificationStatus") in DENIED:
                continue
            name = text_of(resource.get("code"))
            if not name:
                self.gap(
                    place,
                    ", ".join(sorted(codes_of(resource.get("code")))),
                    "The allergy has no name in words.",
                    "Give code.text or a display.",
                )
                continue
            found.append({"substance": name, "reaction": _reaction(resource)})
        return found if resources else None

    def _observations(self) -> dict[str, Any]:
        """Return the latest value of each measurement that rules know."""
        latest: dict[str, tuple[str, Any]] = {}
        found: dict[str, Any] = {}
        for _, resource in self.bundle.of_kind("Observation"):
            if status_of(resource, "status") in VOID:
                continue
            codes = codes_of(resource.get("code"))
            if codes & PREGNANCY_STATUS:
                found["pregnant"] = _pregnancy(resource.get("valueCodeableConcept"))
                continue
            quantity = resource.get("valueQuantity")
            if not isinstance(quantity, Mapping):
                continue
            value = {"value": quantity.get("value"), "unit": quantity.get("unit") or ""}
            key = self._key(codes, text_of(resource.get("code")))
            if key and (key not in latest or latest[key][0] <= date_of(resource)):
                latest[key] = (date_of(resource), value)
        for key in ("weight_kg", "gestation_weeks"):
            if key in latest:
                found[key] = latest.pop(key)[1]
        if latest:
            found["labs"] = [{"name": key, **value} for key, (_, value) in sorted(latest.items())]
        return found

    def _key(self, codes: frozenset[str], name: str) -> str:
        if codes & WEIGHT or name.casefold() in ("weight_kg", "body weight", "weight"):
            return "weight_kg"
        if codes & GESTATION:
            return "gestation_weeks"
        coded = next((self.loinc[code] for code in sorted(codes) if code in self.loinc), "")
        return coded or (self.lab(name) if name else None) or ""


def _reaction(resource: Resource) -> str:
    said = [
        text_of(manifestation)
        for reaction in items(resource, "reaction")
        for manifestation in items(reaction, "manifestation")
    ]
    if resource.get("type") == "intolerance" and not any(said):
        said.append("intolerance")
    return ", ".join(one for one in said if one)


def _pregnancy(concept: Any) -> bool | None:
    codes, said = codes_of(concept), text_of(concept).casefold()
    if codes & NOT_PREGNANT or "not pregnant" in said:
        return False
    return True if codes & PREGNANT or "pregnant" in said else None

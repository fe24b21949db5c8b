"""The only thing a model may see: words of the knowledge base, bands and counts.

Everything here is looked up in the knowledge base by rule or ingredient. No text of the case, its
patient or its orders is copied, so none can leave the machine, and none can give a model orders.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.guardian.knowledge import knowledge
from core.guardian.patient import Patient
from core.guardian.patient.read import FIELDS
from core.guardian.schema import Alert, AlertType, Gap, Review, Severity, Status
from core.plain import plain

UNKNOWN = "not stated"
OTHER = "other"
"""Gap field for what is no field of a case; its name may be text somebody typed."""

_AGES = ((2, "under 2"), (6, "2-5"), (12, "6-11"), (18, "12-17"), (25, "18-24"))
_OLDEST = 85
_KIDNEYS = ((15, "under 15"), (30, "15-29"), (45, "30-44"), (60, "45-59"), (90, "60-89"))
_TOP = frozenset({"meds", "patient", "fhir_bundle"})
_PLACE = re.compile(r"\[\d+\]$")


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """The patient, blurred.

    Attributes
    ----------
    age : str
        Band of years, such as ``"65-74"``.
    kidneys : str
        Band of the lowest eGFR or creatinine clearance, in mL/min.
    pregnant : str
        ``"yes"``, ``"no"`` or ``"not stated"``.
    """

    age: str = UNKNOWN
    kidneys: str = UNKNOWN
    pregnant: str = UNKNOWN

    @classmethod
    def of(cls, patient: Patient) -> Circumstances:
        """Blur a patient record."""
        rates = [rate for key in ("egfr", "crcl") for rate in patient.values.get(key, ())]
        pregnant = {None: UNKNOWN, True: "yes", False: "no"}[patient.pregnant]
        kidneys = _band(min(rates), _KIDNEYS, "90 or more") if rates else UNKNOWN
        return cls(_age(patient.age), kidneys, pregnant)


NOTHING_STATED = Circumstances()


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """An alert in the words of its rule.

    Attributes
    ----------
    rule_id : str
        The rule.
    type : AlertType
        Its kind.
    severity : Severity
        Of the alert.
    drugs : tuple of str
        Generic names.
    mechanism, effect, management : str
        The rule's own sentences.
    alternatives : tuple of str
        The rule's own.
    """

    rule_id: str
    type: AlertType
    severity: Severity
    drugs: tuple[str, ...]
    mechanism: str = ""
    effect: str = ""
    management: str = ""
    alternatives: tuple[str, ...] = ()

    @property
    def prose(self) -> tuple[str, ...]:
        """Every text of the rule."""
        return (self.mechanism, self.effect, self.management, *self.alternatives)


@dataclasses.dataclass(frozen=True, slots=True)
class Payload:
    """What a model is told of a review.

    Attributes
    ----------
    ingredients : tuple of str
        Generic names found in the list.
    findings : tuple of Finding
        The alerts, worst first.
    complete : bool
        Whether everything could be checked.
    gaps : mapping
        Field of the case to how many things could not be checked there.
    circumstances : Circumstances
        The patient, blurred.
    """

    ingredients: tuple[str, ...]
    findings: tuple[Finding, ...]
    complete: bool
    gaps: Mapping[str, int]
    circumstances: Circumstances = NOTHING_STATED

    @property
    def critical(self) -> tuple[Finding, ...]:
        """The findings that are contraindicated or major."""
        return tuple(one for one in self.findings if one.severity.critical)

    def to_json(self) -> str:
        """Return the payload as the text a model is sent."""
        found: dict[str, Any] = plain(self)
        return json.dumps(found, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Payload:
        """Return the payload that :meth:`to_json` wrote."""
        read = json.loads(text)
        findings = tuple(
            Finding(
                rule_id=one["rule_id"],
                type=AlertType(one["type"]),
                severity=Severity(one["severity"]),
                drugs=tuple(one["drugs"]),
                mechanism=one["mechanism"],
                effect=one["effect"],
                management=one["management"],
                alternatives=tuple(one["alternatives"]),
            )
            for one in read["findings"]
        )
        return cls(
            ingredients=tuple(read["ingredients"]),
            findings=findings,
            complete=read["complete"],
            gaps=read["gaps"],
            circumstances=Circumstances(**read["circumstances"]),
        )


def payload_of(review: Review, circumstances: Circumstances = NOTHING_STATED) -> Payload:
    """Return what a model may be told of a review."""
    known = knowledge().ingredients
    return Payload(
        ingredients=tuple(name for name in review.ingredients if name in known),
        findings=tuple(_finding(alert) for alert in review.alerts),
        complete=review.status is Status.COMPLETE,
        gaps=dict(sorted(Counter(_field(gap) for gap in review.gaps).items())),
        circumstances=circumstances,
    )


def _finding(alert: Alert) -> Finding:
    known = knowledge()
    rule = known.rules.get(alert.rule_id)
    drugs = tuple(name for name in alert.drugs if name in known.ingredients)
    if rule is None:
        return Finding("", alert.type, alert.severity, drugs)
    notes = [one.note for one in rule.adjust if one.note and one.note in alert.management]
    return Finding(
        rule_id=rule.id,
        type=alert.type,
        severity=alert.severity,
        drugs=drugs,
        mechanism=rule.mechanism,
        effect=rule.effect,
        management=" ".join([rule.management, *dict.fromkeys(notes)]),
        alternatives=rule.alternatives,
    )


def _field(gap: Gap) -> str:
    """Return the field of a gap without places and without names that somebody typed."""
    field = _PLACE.sub("", gap.field)
    top, _, rest = field.partition(".")
    if top in _TOP and not rest:
        return top
    if top == "patient" and rest in FIELDS:
        return field
    lab = rest.removeprefix("labs.")
    return field if top == "patient" and lab != rest and lab in knowledge().labs else OTHER


def _age(years: float | None) -> str:
    if years is None:
        return UNKNOWN
    if years >= _OLDEST:
        return f"{_OLDEST} or more"
    young = _AGES[-1][0]
    if years < young:
        return _band(years, _AGES, "")
    low = young + 10 * int((years - young) // 10)
    return f"{low}-{low + 9}"


def _band(value: float, bands: tuple[tuple[int, str], ...], last: str) -> str:
    return next((name for limit, name in bands if value < limit), last)

"""The review in words, without a model: what stands by default, and whenever a model fails."""

from __future__ import annotations

from core.guardian.agents.payload import Finding, Payload
from core.guardian.schema import AlertType, Severity

AUTHOR = "template"

ABOUT = {
    AlertType.DDI: "",
    AlertType.ALLERGY: " (allergy)",
    AlertType.RENAL: " (kidney function)",
    AlertType.PREGNANCY: " (pregnancy or breast-feeding)",
    AlertType.LAB: " (test result)",
    AlertType.DISEASE: " (diagnosis)",
    AlertType.AGE: " (age)",
    AlertType.DUPLICATE: " (doubled)",
    AlertType.DOSE: " (dose)",
}
_PLACES = {
    "meds": "lines of the list",
    "fhir_bundle": "bundle",
    "weight_kg": "weight",
    "egfr": "eGFR",
    "crcl": "creatinine clearance",
    "pregnant": "pregnancy",
    "gestation_weeks": "week of gestation",
    "lactating": "breast-feeding",
    "conditions": "diagnoses",
}
NOTHING_READ = "No medicine was recognised, so nothing was checked."
NOT_PROOF = "A list without alerts has not been shown to be harmless."


def narrative(payload: Payload) -> str:
    """Return the review as plain text, one paragraph a line, worst first."""
    lines = [_summary(payload)]
    lines += [_line(one) for one in payload.findings]
    if not payload.complete:
        lines.append(_open(payload))
    return "\n".join(lines)


def headline(finding: Finding) -> str:
    """Return severity, medicines and kind of a finding as one sentence."""
    drugs = " with ".join(finding.drugs)
    return f"{finding.severity.capitalize()}: {drugs}{ABOUT[finding.type]}."


def place(field: str) -> str:
    """Return the field of a gap in words."""
    name = field.removeprefix("patient.").removeprefix("labs.")
    return _PLACES.get(name, name.replace("_", " "))


def _summary(payload: Payload) -> str:
    n = len(payload.ingredients)
    medicines = "1 medicine" if n == 1 else f"{n} medicines"
    if not n:
        return NOTHING_READ
    if not payload.findings:
        return f"No rule of this knowledge base speaks against the {medicines} named. {NOT_PROOF}"
    counted = ", ".join(
        f"{count} {severity}"
        for severity in Severity
        if (count := sum(one.severity is severity for one in payload.findings))
    )
    alerts = "alert" if len(payload.findings) == 1 else "alerts"
    first = "Stop and look: " if payload.critical else ""
    said = f"{counted} {alerts} for {medicines}."
    return f"{first}{said}"


def _line(finding: Finding) -> str:
    parts = [headline(finding)]
    if finding.severity.critical and finding.mechanism:
        parts.append(finding.mechanism)
    if finding.effect:
        parts.append(f"What may happen: {finding.effect}")
    if finding.management:
        parts.append(f"What to do: {finding.management}")
    if finding.severity.critical and finding.alternatives:
        parts.append(f"To consider instead: {', '.join(finding.alternatives)}.")
    return " ".join(parts)


def _open(payload: Payload) -> str:
    things = sum(payload.gaps.values())
    counted = "1 thing" if things == 1 else f"{things} things"
    where = ", ".join(f"{place(field)} {count}" for field, count in payload.gaps.items())
    return f"Incomplete: {counted} could not be checked ({where})."

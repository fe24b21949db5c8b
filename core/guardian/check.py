"""The one question: do these medicines fit each other and this patient, and what is open."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from core.guardian.engine import Case, RuleIndex, apply, fold
from core.guardian.fhir.importer import read_bundle
from core.guardian.gaps import open_gaps
from core.guardian.knowledge import Knowledge, knowledge
from core.guardian.patient import Patient, Words, read_patient
from core.guardian.patient.amounts import readable, shown
from core.guardian.schema import Alert, Gap, Order, Review, Severity, Status
from core.guardian.text import NameIndex, read_order
from core.guardian.text.terms import words_of

MAX_LINES = 500
"""Lines of one list that are read; a longer list is incomplete."""

FIELDS = ("meds", "patient", "fhir_bundle")


@dataclasses.dataclass(frozen=True, slots=True)
class _Tools:
    knowledge: Knowledge
    names: NameIndex
    words: Words
    rules: RuleIndex
    loinc: Mapping[str, str]


@functools.cache
def _tools() -> _Tools:
    known = knowledge()
    names = NameIndex.of(known)
    loinc = {code: lab.key for lab in known.labs.values() for code in lab.loinc}
    return _Tools(known, names, words_of(known, names), RuleIndex.of(known), loinc)


def normalise(text: str) -> list[str]:
    """Return the generic names of the medicines in a line, sorted; empty if none is known.

    Parameters
    ----------
    text : str
        A free-text line such as ``"Coumadin 5 mg po daily"``.
    """
    return list(read_line(text).ingredients)


def read_line(text: str) -> Order:
    """Return everything that is read of one line of a medication list."""
    return read_order(text, _tools().names)


def patient_of(case: Any) -> Patient:
    """Return the patient of a case as the rules see one."""
    tools = _tools()
    return read_patient(_parts(case, tools)[1], tools.knowledge, tools.words)[0]


def check(case: Any) -> dict[str, Any]:
    """Return what :func:`review` finds, as plain data."""
    return review(case).to_dict()


def review(case: Any) -> Review:
    """Check a list of medicines against each other and against the patient.

    Never raises on bad input: what cannot be used becomes a gap, and the review is incomplete.

    Parameters
    ----------
    case : mapping
        ``meds`` (list of free-text lines), ``patient`` (age in years, sex, weight_kg, egfr, crcl,
        creatinine, pregnant, gestation_weeks, lactating, conditions, allergies, labs) and
        ``fhir_bundle`` (an R4 Bundle); all optional.
    """
    tools = _tools()
    meds, record, gaps = _parts(case, tools)
    orders = tuple(read_order(line, tools.names) for line in meds)
    patient, unread = read_patient(record, tools.knowledge, tools.words)
    alerts, left = apply(Case.of(patient, orders, tools.knowledge), tools.rules)
    gaps = [*gaps, *_unknown(orders), *unread]
    gaps += open_gaps(left, orders, tools.knowledge)
    return _review(fold(alerts), orders, _merged(gaps), tools.knowledge.version)


def _parts(case: Any, tools: _Tools) -> tuple[list[str], Any, list[Gap]]:
    """Return lines, patient record and gaps of a case, its bundle merged in."""
    if not isinstance(case, Mapping):
        gap = Gap("case", shown(case), "The case is no object.", "Give an object with meds.")
        return [], {}, [gap]
    gaps = [
        Gap(shown(key), shown(value), "This field is not known.", f"Use {', '.join(FIELDS)}.")
        for key, value in case.items()
        if key not in FIELDS
    ]
    lines, unread = _lines(case.get("meds"))
    record, bundle = case.get("patient"), case.get("fhir_bundle")
    gaps += unread
    if bundle is not None:
        imported = read_bundle(bundle, tools.loinc, tools.words.lab)
        lines += [readable(line) for line in imported.meds]
        record, clashes = _joined(record, imported.patient)
        gaps += [*imported.gaps, *clashes]
    if not lines:
        gaps.append(Gap("meds", "", "The list holds no medicine.", "Give one medicine a line."))
    if len(lines) > MAX_LINES:
        message = f"The list has {len(lines)} lines; the first {MAX_LINES} were checked."
        gaps.append(Gap("meds", str(len(lines)), message, "Split the list, or remove old lines."))
    return lines[:MAX_LINES], record, gaps


def _lines(meds: Any) -> tuple[list[str], list[Gap]]:
    if meds is None:
        return [], []
    if isinstance(meds, str):
        return [readable(line) for line in meds.splitlines() if line.strip()], []
    if not isinstance(meds, list | tuple):
        fix = "Give a list of lines such as lisinopril 10 mg daily."
        return [], [Gap("meds", shown(meds), "The medicines are no list.", fix)]
    lines, gaps = [], []
    for place, item in enumerate(meds):
        if isinstance(item, str) and item.strip():
            lines.append(readable(item))
        else:
            fix = "Give each medicine as a text, or remove the line."
            gaps.append(Gap(f"meds[{place}]", shown(item), "This line names no medicine.", fix))
    return lines, gaps


def _joined(given: Any, imported: Mapping[str, Any]) -> tuple[Any, list[Gap]]:
    """Add what a bundle says to what was given; where they differ, the given value counts."""
    if given is not None and not isinstance(given, Mapping):
        return given, []
    joined: dict[str, Any] = dict(given or {})
    gaps = []
    for key, value in imported.items():
        own = joined.get(key)
        if own is None:
            joined[key] = value
        elif isinstance(own, list) and isinstance(value, list):
            joined[key] = [*own, *value]
        elif isinstance(own, Mapping) and isinstance(value, list):
            joined[key] = [*({"name": name, "value": one} for name, one in own.items()), *value]
        elif own != value:
            message = f"The bundle says {shown(value)}, the record {shown(own)}; the record counts."
            gaps.append(Gap(f"patient.{key}", shown(own), message, "Correct one of the two."))
    return joined, gaps


def _unknown(orders: tuple[Order, ...]) -> list[Gap]:
    gaps = []
    for place, order in enumerate(orders):
        for piece in order.unrecognised:
            near = " or ".join(order.suggestions)
            fix = f"Did you mean {near}?" if near else "Give the generic name."
            message = f"{shown(piece)!r} is not known; nothing about it was checked."
            gaps.append(Gap(f"meds[{place}]", shown(piece), message, fix))
    return gaps


def _merged(gaps: list[Gap]) -> tuple[Gap, ...]:
    """Name each gap once, the rules that wait for a field beside what was wrong with it."""
    first: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        key = (gap.field, gap.message)
        first.setdefault(key, gap)
    said = {gap.field: key for key, gap in first.items() if not gap.rules}
    for key, gap in list(first.items()):
        if gap.rules and gap.field in said and not gap.field.startswith("meds"):
            first[said[gap.field]] = dataclasses.replace(first[said[gap.field]], rules=gap.rules)
            del first[key]
    return tuple(first.values())


def _review(
    alerts: tuple[Alert, ...], orders: tuple[Order, ...], gaps: tuple[Gap, ...], version: str
) -> Review:
    names = sorted({name for order in orders for name in order.ingredients})
    return Review(
        alerts=alerts,
        orders=orders,
        ingredients=tuple(names),
        unrecognised=tuple(dict.fromkeys(one for order in orders for one in order.unrecognised)),
        status=Status.INCOMPLETE if gaps else Status.COMPLETE,
        gaps=gaps,
        headline=_headline(alerts, len(names), gaps),
        kb_version=version,
    )


def _headline(alerts: tuple[Alert, ...], n: int, gaps: tuple[Gap, ...]) -> str:
    counted = [
        f"{number} {severity}"
        for severity in Severity
        if (number := sum(alert.severity is severity for alert in alerts))
    ]
    if not n:
        found = "No medicine was recognised, so nothing was checked."
    elif not counted:
        found = f"No rule of this knowledge base speaks against the {n} ingredients named."
    elif any(alert.severity.critical for alert in alerts):
        found = f"Stop and look: {', '.join(counted)}."
    else:
        found = f"No critical alert for the {n} ingredients named; {', '.join(counted)}."
    if gaps:
        things = "1 thing" if len(gaps) == 1 else f"{len(gaps)} things"
        return f"{found} Incomplete: {things} could not be checked."
    return found

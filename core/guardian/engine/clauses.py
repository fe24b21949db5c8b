"""Whether a clause holds: yes, no, or not known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from core.guardian.engine.context import Case, Item, Subject
from core.guardian.knowledge.base import OWN
from core.guardian.schema import Clause

GRAMS = {"mg": 1.0, "mcg": 0.001, "g": 1000.0}
WIDER = {"iv-push": ("iv",)}
"""What a route is a kind of."""

OTHER_MEASURE = {"egfr": "crcl", "crcl": "egfr"}
RENAL = {"egfr": ("eGFR", "mL/min/1.73 m2"), "crcl": ("creatinine clearance", "mL/min")}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What came out of one clause.

    Attributes
    ----------
    holds : bool or None
        ``None`` when the value it needs is not known.
    reason : str
        What in the case made it hold, as part of a sentence; empty when it is nothing to tell.
    missing : str
        Field that would decide it.
    """

    holds: bool | None
    reason: str = ""
    missing: str = ""


def judge(clause: Clause, case: Case, subject: Subject) -> Finding:
    """Return whether a clause holds for a line of a case."""
    found = _JUDGES[clause.of](clause, case, subject)
    if not clause.absent or found.holds is None:
        return found
    return Finding(not found.holds)


def within(value: float, clause: Clause) -> bool:
    """Return whether a number keeps the limits of a clause."""
    return (
        (clause.below is None or value < clause.below)
        and (clause.at_most is None or value <= clause.at_most)
        and (clause.at_least is None or value >= clause.at_least)
        and (clause.above is None or value > clause.above)
    )


def _worst(values: Iterable[float], clause: Clause) -> float | None:
    """Return a value that keeps the limits, if one of several does."""
    return next((value for value in values if within(value, clause)), None)


def _number(value: float | None, clause: Clause, title: str, field: str) -> Finding:
    if value is None:
        return Finding(None, missing=field)
    return Finding(within(value, clause), f"{title} {value:g}")


def _age(clause: Clause, case: Case, subject: Subject) -> Finding:
    return _number(case.patient.age, clause, "age", "patient.age")


def _weight(clause: Clause, case: Case, subject: Subject) -> Finding:
    return _number(case.patient.weight_kg, clause, "weight (kg)", "patient.weight_kg")


def _weeks(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.pregnant is False:
        return Finding(False)
    return _number(case.patient.weeks, clause, "week of gestation", "patient.gestation_weeks")


def _sex(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.sex is None:
        return Finding(None, missing="patient.sex")
    return Finding(case.patient.sex in clause.any)


def _pregnant(clause: Clause, case: Case, subject: Subject) -> Finding:
    if clause.absent:
        # "Not known to be pregnant" is a fact of the record, not a missing value.
        return Finding(case.patient.pregnant is True)
    if case.patient.pregnant is None:
        return Finding(None, missing="patient.pregnant")
    return Finding(case.patient.pregnant, "pregnant")


def _lactating(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.lactating is None:
        return Finding(None, missing="patient.lactating")
    return Finding(case.patient.lactating, "breast-feeding")


def _condition(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.conditions is None:
        return Finding(None, missing="patient.conditions")
    found = [key for key in clause.any if key in case.patient.conditions]
    return Finding(bool(found), ", ".join(key.replace("-", " ") for key in found))


def _lab(clause: Clause, case: Case, subject: Subject) -> Finding:
    key = clause.any[0]
    values = case.patient.values.get(key, ())
    if not values:
        return Finding(None, missing=f"patient.labs.{key}")
    value = _worst(values, clause)
    return Finding(value is not None, f"{key.replace('_', ' ')} {value:g}" if value else key)


def _renal(clause: Clause, case: Case, subject: Subject) -> Finding:
    basis = clause.basis or "egfr"
    measured = basis if basis in case.patient.values else OTHER_MEASURE[basis]
    values = case.patient.values.get(measured, ())
    if not values:
        return Finding(None, missing=f"patient.{basis}")
    value = _worst(values, clause)
    if value is None:
        return Finding(False)
    title, unit = RENAL[measured]
    origin = case.patient.origins.get(measured, "")
    instead = "" if measured == basis else f", used for the {RENAL[basis][0]} of the source"
    return Finding(True, f"{title} {value:.0f} {unit}{f' ({origin})' if origin else ''}{instead}")


def _allergy(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.allergies is None:
        return Finding(None, missing="patient.allergies")
    wanted = {subject.drug.name if one == OWN else one for one in clause.any}
    named = [one.text for one in case.patient.allergies if one.tokens & wanted]
    return Finding(bool(named), f"allergy to {named[0]}" if named else "")


def _reaction(clause: Clause, case: Case, subject: Subject) -> Finding:
    if case.patient.allergies is None:
        return Finding(None, missing="patient.allergies")
    kinds = [one.reaction for one in case.patient.allergies if one.reaction in clause.any]
    return Finding(bool(kinds), f"reaction: {kinds[0].replace('-', ' ')}" if kinds else "")


def _drug(clause: Clause, case: Case, subject: Subject) -> Finding:
    own = {subject.drug.name, subject.partner.name if subject.partner else ""}
    found = [one for one in clause.any if one not in own and case.has(one)]
    return Finding(bool(found), f"with {', '.join(one.lstrip('#') for one in found)}")


def _place(item: Item) -> str:
    return f"meds[{item.line}]"


def _route(clause: Clause, case: Case, subject: Subject) -> Finding:
    item = subject.on(clause.on)
    if item is None or not item.route:
        # A line without a route is taken as swallowed or given into the body.
        return Finding(False)
    routes = {item.route, *WIDER.get(item.route, ())}
    return Finding(bool(routes & set(clause.any)), f"route {item.route.replace('-', ' ')}")


def _single_dose(clause: Clause, case: Case, subject: Subject) -> Finding:
    item = subject.on(clause.on)
    if item is None:
        return Finding(False)
    amount = _amount(item, item.order.single_dose.get(item.name), clause, case)
    if amount is None:
        return Finding(None, missing=_place(item))
    return Finding(within(amount, clause), f"single dose {amount:g} {clause.unit}")


def _daily_dose(clause: Clause, case: Case, subject: Subject) -> Finding:
    """Judge the sum over all lines; lines without a daily dose can only add to it."""
    item = subject.on(clause.on)
    if item is None:
        return Finding(False)
    lines = [one for one in case.items[item.name] if one.local == item.local]
    amounts = [_amount(one, one.order.daily_dose.get(one.name), clause, case) for one in lines]
    total = sum(amount for amount in amounts if amount is not None)
    if None not in amounts:
        return Finding(within(total, clause), f"daily dose {total:g} {clause.unit}")
    # A line without a frequency is taken at least once.
    total += sum(
        _amount(one, one.order.single_dose.get(one.name), clause, case) or 0.0
        for one, amount in zip(lines, amounts, strict=True)
        if amount is None
    )
    if _settled(total, clause):
        return Finding(True, f"daily dose at least {total:g} {clause.unit}")
    return Finding(None, missing=_place(lines[amounts.index(None)]))


def _settled(total: float, clause: Clause) -> bool:
    """Return whether more on top could not change the answer."""
    if clause.below is not None or clause.at_most is not None:
        return False
    return within(total, clause)


def _daily_dose_per_kg(clause: Clause, case: Case, subject: Subject) -> Finding:
    weight = case.patient.weight_kg
    item = subject.on(clause.on)
    if item is not None and item.order.per_kg and weight is None:
        amount = item.order.daily_dose.get(item.name)
        if amount is not None:
            return Finding(within(amount / GRAMS[clause.unit], clause))
    if weight is None:
        return Finding(None, missing="patient.weight_kg")
    scaled = dataclasses.replace(
        clause,
        below=_times(clause.below, weight),
        at_least=_times(clause.at_least, weight),
        above=_times(clause.above, weight),
        at_most=_times(clause.at_most, weight),
    )
    return _daily_dose(scaled, case, subject)


def _times(limit: float | None, factor: float) -> float | None:
    return None if limit is None else limit * factor


def _amount(item: Item, amount: float | None, clause: Clause, case: Case) -> float | None:
    """Return a dose in the unit of the clause; ``None`` when it is not known in that unit."""
    unit = item.order.units.get(item.name, "mg")
    if amount is None or (clause.unit in GRAMS) != (unit == "mg"):
        return None
    if item.order.per_kg:
        if case.patient.weight_kg is None:
            return None
        amount *= case.patient.weight_kg
    return amount / GRAMS[clause.unit] if clause.unit in GRAMS else amount


def _doses_per_week(clause: Clause, case: Case, subject: Subject) -> Finding:
    item = subject.on(clause.on)
    if item is None:
        return Finding(False)
    return _number(item.order.doses_per_week, clause, "doses a week:", _place(item))


def _days(clause: Clause, case: Case, subject: Subject) -> Finding:
    item = subject.on(clause.on)
    if item is None:
        return Finding(False)
    return _number(item.order.days, clause, "days:", _place(item))


_JUDGES: dict[str, Callable[[Clause, Case, Subject], Finding]] = {
    "age": _age,
    "weight": _weight,
    "weeks": _weeks,
    "sex": _sex,
    "pregnant": _pregnant,
    "lactating": _lactating,
    "condition": _condition,
    "lab": _lab,
    "renal": _renal,
    "allergy": _allergy,
    "reaction": _reaction,
    "drug": _drug,
    "route": _route,
    "single_dose": _single_dose,
    "daily_dose": _daily_dose,
    "daily_dose_per_kg": _daily_dose_per_kg,
    "doses_per_week": _doses_per_week,
    "days": _days,
}

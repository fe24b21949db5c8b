"""How severities, kinds of alert, evidence and orders are worded on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import streamlit as st

from core.guardian import Alert, AlertType, Order, Severity, Source
from core.viz.text import number
from core.viz.theme import STATUSES, StatusName
from pages._shared.results import BADGE_COLOURS, escaped

STATUS: dict[Severity, StatusName] = {
    Severity.CONTRAINDICATED: "critical",
    Severity.MAJOR: "critical",
    Severity.MODERATE: "attention",
    Severity.MINOR: "unknown",
}
ICONS = {
    Severity.CONTRAINDICATED: "block",
    Severity.MAJOR: "error",
    Severity.MODERATE: "warning",
    Severity.MINOR: "info",
}
KINDS = {
    AlertType.DDI: "interaction",
    AlertType.ALLERGY: "allergy",
    AlertType.RENAL: "kidneys",
    AlertType.PREGNANCY: "pregnancy or breast-feeding",
    AlertType.LAB: "measurement",
    AlertType.DISEASE: "condition",
    AlertType.AGE: "age",
    AlertType.DUPLICATE: "same kind twice",
    AlertType.DOSE: "dose",
}
EVIDENCE = {
    "boxed": "boxed warning of the label",
    "label": "label",
    "guideline": "guideline",
    "consensus": "expert consensus",
    "study": "study",
    "derived": "derived from how the medicines are broken down",
}
ONSET = {"rapid": "within hours to a day", "delayed": "within days to weeks"}
UNITS = {"meq": "mEq"}
DAYS = 7


def chip(text: str, status: StatusName, icon: str = "") -> str:
    """Return a badge as Markdown: icon, word and colour."""
    colour = BADGE_COLOURS[status]
    return f":{colour}-badge[:material/{icon or STATUSES[status].icon}: {escaped(text)}]"


def severity(one: Severity) -> str:
    """Return a severity as a badge."""
    return chip(one.capitalize(), STATUS[one], ICONS[one])


def facts(named: Iterable[tuple[str, str]]) -> None:
    """List facts, those that hold nothing left out."""
    st.markdown("\n".join(f"- **{escaped(k)}:** {escaped(v)}" for k, v in named if v))


def sources(found: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Yield citations as facts."""
    for one in found:
        yield "Source", f"{one.name}, {one.section}, {one.year}"


def drugs(alert: Alert) -> str:
    """Return the medicines an alert speaks of."""
    return escaped(" + ".join(alert.drugs))


def kind(alert: Alert) -> str:
    """Return what an alert is about."""
    return KINDS[alert.type]


def dose(order: Order, name: str) -> str:
    """Return what was read of an ingredient's dose, and of its sum over a day."""
    written = UNITS.get(order.units.get(name, ""), order.units.get(name, ""))
    unit = written + ("/kg" if order.per_kg else "")
    single, daily = order.single_dose[name], order.daily_dose.get(name)
    said = f"{number(single, 3)} {unit}".strip()
    if daily is None or daily == single:
        return said
    return f"{said} ({number(daily, 3)} {unit} a day)"


def route(order: Order) -> str:
    """Return the route as it is written; empty where none is stated."""
    return order.route.upper() if order.route in ("iv", "im", "sc") else order.route


def frequency(order: Order) -> str:
    """Return how often a medicine is taken, as read; empty where the line does not say."""
    weekly = order.doses_per_week
    said = "" if weekly is None else _often(weekly)
    return ", ".join(part for part in (said, "as needed" if order.as_needed else "") if part)


def _often(weekly: float) -> str:
    if weekly == DAYS:
        return "once a day"
    if weekly > DAYS:
        return f"{number(weekly / DAYS, 2)} times a day"
    if weekly == 1:
        return "once a week"
    return (
        f"{number(weekly, 2)} times a week"
        if weekly > 1
        else f"every {number(1 / weekly, 1)} weeks"
    )

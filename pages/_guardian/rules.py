"""Rules as rows and as text: whom they speak of, when they apply, where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
import streamlit as st

from core.guardian import Rule, knowledge
from pages._guardian import words
from pages._shared import tables
from pages._shared.results import escaped

LIMITS = (
    ("below", "below"),
    ("at_least", "at least"),
    ("above", "above"),
    ("at_most", "at most"),
)
SUBJECTS = {
    "drug": "another medicine",
    "daily_dose": "daily dose",
    "daily_dose_per_kg": "daily dose per kg",
    "single_dose": "single dose",
    "doses_per_week": "doses a week",
    "weeks": "week of pregnancy",
    "lactating": "breast-feeding",
    "lab": "",
}


def side(members: Iterable[str]) -> str:
    """Return one side of a rule in words."""
    known = knowledge()
    titles = {"*": "any medicine"}
    return " or ".join(
        titles.get(one) or (known.classes[one[1:]].title if one.startswith("#") else one)
        for one in members
    )


def conditions(rule: Rule) -> str:
    """Return what must hold of patient and order, in short."""
    return "; ".join(_clause(one) for one in rule.when)


def _clause(clause: Any) -> str:
    said = SUBJECTS.get(clause.of, clause.of)
    limits = " and ".join(
        f"{word} {getattr(clause, name):g}"
        for name, word in LIMITS
        if getattr(clause, name) is not None
    )
    parts = (
        "no" if clause.absent else "",
        clause.basis or said,
        " or ".join(clause.any),
        limits,
        clause.unit,
    )
    return " ".join(part for part in parts if part)


def frame(found: Iterable[Rule]) -> pd.DataFrame:
    """Return rules as a table, one row each, with every field a reviewer needs."""
    return pd.DataFrame([_row(one) for one in found])


def _row(rule: Rule) -> dict[str, object]:
    return {
        "Severity": str(rule.severity),
        "Rule": rule.id,
        "About": words.KINDS[rule.type],
        "Medicines": side(rule.drugs),
        "With": side(rule.partners),
        "And": side(rule.third),
        "Only if": conditions(rule),
        "Effect": rule.effect,
        "What to do": rule.management,
        "Evidence": rule.evidence,
        "Sources": "; ".join(f"{s.name}, {s.section}, {s.year}" for s in rule.sources),
        "Reviewed": rule.reviewed_on,
    }


def table(found: Iterable[Rule], alt: str) -> None:
    """Show rules as a table."""
    tables.show(frame(found), alt=alt)


def card(rule: Rule) -> None:
    """Show everything a rule says."""
    with st.container(border=True):
        st.markdown(
            f"{words.severity(rule.severity)} **{escaped(rule.id)}** ({words.KINDS[rule.type]})"
        )
        words.facts(_facts(rule))
        quiet = "never interrupts · " if rule.passive else ""
        st.caption(f"{quiet}reviewed {rule.reviewed_on} · {escaped(rule.jurisdiction)}")


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    facts = {
        "Medicines": side(rule.drugs),
        "With": side(rule.partners),
        "And": side(rule.third),
        "Only if": conditions(rule),
        "Except": "; ".join(side(pair).replace(" or ", " with ") for pair in rule.exceptions),
        "Mechanism": rule.mechanism,
        "Effect": rule.effect,
        "What to do": rule.management,
        "Instead": ", ".join(rule.alternatives),
        "Onset": words.ONSET.get(rule.onset, rule.onset),
        "Evidence": words.EVIDENCE.get(rule.evidence, rule.evidence),
    }
    yield from facts.items()
    for one in rule.adjust:
        when = "; ".join(_clause(clause) for clause in one.when)
        yield f"{one.severity.capitalize()} if {when}", one.note
    yield from words.sources(rule.sources)

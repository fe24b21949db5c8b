"""Between the widgets of the form and the patient of a case: filled, read, emptied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages._guardian import fields as f

_LAB = re.compile(r"(?P<name>.+?)[\s:=]+(?P<value>[<>≤≥]?\s*-?\d[\d.,]*)\s*(?P<unit>.*)")
_NO_NUMBER = "no number given"


def fill(patient: Mapping[str, Any]) -> None:
    """Put a patient into the form; what is not given becomes empty."""
    state = st.session_state
    labs = {one["name"]: one for one in patient.get("labs", ())}
    for field in f.RECORD:
        state[field.key] = _number(patient.get(field.name))
    for field in f.LABS:
        state[field.key] = _number(labs.pop(field.name, {}).get("value"))
    for key, name in ((f.SEX, "sex"), (f.PREGNANT, "pregnant"), (f.LACTATING, "lactating")):
        state[key] = patient.get(name)
    conditions, allergies = patient.get("conditions"), patient.get("allergies")
    state[f.CONDITIONS] = list(conditions or ())
    state[f.NO_CONDITIONS] = conditions == []
    state[f.ALLERGIES] = "\n".join(
        ": ".join(part for part in (one["substance"], one["reaction"]) if part)
        for one in allergies or ()
    )
    state[f.NO_ALLERGIES] = allergies == []
    state[f.OTHER] = "\n".join(
        f"{one['name']} {one['value']} {one['unit']}" for one in labs.values()
    )


def read() -> dict[str, Any]:
    """Return what the form holds; a field that was left empty is not in it."""
    state = st.session_state
    found: dict[str, Any] = {field.name: state.get(field.key) for field in f.RECORD}
    found["sex"] = state.get(f.SEX)
    found["pregnant"], found["lactating"] = state.get(f.PREGNANT), state.get(f.LACTATING)
    found = {name: value for name, value in found.items() if value is not None}
    lists = {
        "conditions": (list(state.get(f.CONDITIONS) or ()), state.get(f.NO_CONDITIONS)),
        "allergies": (_allergies(state.get(f.ALLERGIES) or ""), state.get(f.NO_ALLERGIES)),
    }
    # An empty list says that there are none; no list, that nobody asked.
    found |= {name: given for name, (given, none) in lists.items() if given or none}
    labs = _labs()
    return {**found, "labs": labs} if labs else found


def _labs() -> list[dict[str, Any]]:
    state = st.session_state
    own = [
        {"name": field.name, "value": state[field.key], "unit": field.unit}
        for field in f.LABS
        if state.get(field.key) is not None
    ]
    return [*own, *(_lab(line) for line in _lines(state.get(f.OTHER) or ""))]


def _lab(line: str) -> dict[str, Any]:
    """Read ``name value unit``; a line without a number is handed on, for the check to refuse."""
    found = _LAB.fullmatch(line)
    if found is None:
        return {"name": line, "value": _NO_NUMBER, "unit": ""}
    return found.groupdict()


def _allergies(text: str) -> list[dict[str, str]]:
    found = []
    for line in _lines(text):
        substance, _, reaction = line.partition(":")
        found.append({"substance": substance.strip(), "reaction": reaction.strip()})
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

"""Which case: an invented one, a list written here, or a FHIR Bundle."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from core import json_input
from core.guardian import presets
from pages._guardian import record

PRESET = "guardian.preset"
MEDS = "guardian.meds"
BUNDLES = "guardian.bundles"
MAX_MB = 8
HINT = "Coumadin 5 mg po daily\nBactrim DS 1 tab bid\n..."


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """A case as entered.

    Attributes
    ----------
    case : mapping
        What the check is asked.
    own : int
        Lines that were written here; those after them come from the bundle.
    bundle : str
        Name of the FHIR file, empty without one.
    """

    case: dict[str, Any]
    own: int
    bundle: str = ""


def preset() -> presets.CasePreset | None:
    """Offer the invented cases; choosing one replaces everything that was entered."""
    by_slug = {one.slug: one for one in presets.case_presets()}
    asked = st.query_params.get("preset", "")
    # A choice is written into the address, so another one there comes from a link.
    if asked in by_slug and asked != st.session_state.get(PRESET):
        st.session_state[PRESET] = asked
        _load(by_slug[asked])

    def choose() -> None:
        slug = st.session_state[PRESET]
        if slug is None:
            st.query_params.pop("preset", None)
            return
        st.query_params["preset"] = slug
        _load(by_slug[slug])

    slug = st.segmented_control(
        "Invented cases",
        list(by_slug),
        format_func=lambda one: by_slug[one].title,
        key=PRESET,
        on_change=choose,
        persist_state="session",
    )
    return by_slug[slug] if slug is not None else None


def note(chosen: presets.CasePreset) -> str:
    """Return what the chosen case shows, as long as nothing of it was changed."""
    given = {"meds": _lines()} | ({"patient": record.read()} if record.read() else {})
    unchanged = given == chosen.case
    return chosen.note if unchanged else f"Edited: no longer the case “{chosen.title}”."


def _load(chosen: presets.CasePreset) -> None:
    st.session_state[MEDS] = "\n".join(chosen.case["meds"])
    record.fill(chosen.case.get("patient", {}))
    _drop_bundle()


def _drop_bundle() -> None:
    # A file widget cannot be emptied by value; under another key it is a new one.
    st.session_state[BUNDLES] = st.session_state.get(BUNDLES, 0) + 1


def clear() -> None:
    """Forget the case: list, patient and bundle."""
    st.session_state[MEDS] = ""
    st.session_state[PRESET] = None
    record.fill({})
    _drop_bundle()
    st.query_params.pop("preset", None)


def orders() -> None:
    """Ask for the list."""
    st.text_area(
        "Medicines, one a line",
        key=MEDS,
        height=150,
        placeholder=HINT,
        help="Name, dose, route and frequency, as written on the list. Leave the box, or press "
        "Ctrl+Enter, to check it.",
        persist_state="session",
    )


def bundle() -> Any:
    """Ask for a FHIR file; a new one replaces what was entered, so that no two patients mix."""

    def replace() -> None:
        if st.session_state.get(key) is not None:
            st.session_state[MEDS] = ""
            st.session_state[PRESET] = None
            record.fill({})
            st.query_params.pop("preset", None)

    key = f"guardian.bundle.{st.session_state.get(BUNDLES, 0)}"
    return st.file_uploader(
        "FHIR R4 Bundle (JSON); replaces what is entered",
        ["json"],
        max_upload_size=MAX_MB,
        key=key,
        on_change=replace,
        help="The file stays in this session's memory; it is not stored and leaves no machine.",
    )


def case(file: Any) -> Taken | None:
    """Return the case as entered; ``None`` while there is no list and no bundle.

    Raises
    ------
    InputError
        If the file is no JSON.
    """
    lines = _lines()
    found: dict[str, Any] = {"meds": lines}
    patient = record.read()
    if patient:
        found["patient"] = patient
    if file is None:
        return Taken(found, len(lines)) if lines else None
    found["fhir_bundle"] = json_input.loads(file.getvalue(), file.name)
    return Taken(found, len(lines), file.name)


def _lines() -> list[str]:
    return [line.strip() for line in st.session_state.get(MEDS, "").splitlines() if line.strip()]

"""Check: medicines against each other and against the patient; the answer first."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import InputError
from pages._guardian import (
    agents,
    answer,
    checked,
    form,
    leaflet,
    lines,
    pairs,
    reading,
    save,
    strip,
    take,
)
from pages._shared import header, results

VIEWS = ("Pairs", "How it was read", "Agents", "Leaflet", "Save")
WIDTHS = (1, 1.5)


def views(found: checked.Checked) -> None:
    # Only the open tab is computed; the address names it.
    tabs = dict(zip(VIEWS, st.tabs(list(VIEWS), key="view", bind="query-params"), strict=True))
    shown = {
        "Pairs": lambda: pairs.show(found.review),
        "How it was read": lambda: reading.show(found.review),
        "Agents": lambda: agents.show(found),
        "Leaflet": lambda: leaflet.show(found),
        "Save": lambda: save.show(found),
    }
    for name, tab in tabs.items():
        if tab.open:
            with tab:
                shown[name]()


def ask() -> tuple[Any, Any, Any, Any]:
    """Show the input; return the FHIR file and the places of patient, lines and answer."""
    chosen = take.preset()
    note = st.empty()
    with st.expander("Patient", icon=":material/person:", key="guardian.form"):
        form.show()
    if chosen is not None:
        note.caption(take.note(chosen))
    known = st.container()
    left, right = st.columns(WIDTHS, gap="medium")
    with left:
        take.orders()
        read = st.container(gap="xsmall")
        with st.expander("From a FHIR Bundle", icon=":material/upload_file:", type="compact"):
            file = take.bundle()
        st.button("Clear list and patient", icon=":material/backspace:", on_click=take.clear)
    return file, known, read, right


def body() -> None:
    file, known, read, right = ask()
    try:
        taken = take.case(file)
    except InputError as error:
        checked.forget()
        with right:
            results.refusal(error, "The file cannot be read: no result")
        return
    if taken is None:
        checked.forget()
        with right:
            st.info("Choose an invented case, or write a list.", icon=":material/info:")
        return
    try:
        found = checked.find(taken)
    except checked.NoResultError as error:
        with right:
            answer.failed(error.message)
        return
    with read:
        lines.show(found.review.orders, taken)
    with known:
        strip.show(taken.case)
    with right:
        answer.show(found)
    answer.passive(found)
    views(found)
    results.provenance(
        {
            "Knowledge base": found.review.kb_version,
            "case": f"SHA-256 {found.input_hash[:12]}",
            "method": "reviewed rules, no language model",
        }
    )


with header.page("guardian"):
    body()

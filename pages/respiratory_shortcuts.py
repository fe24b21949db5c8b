"""Shortcut audit: the hospital or the disease."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import SuiteError
from core.respiratory import shortcut_audit
from pages._respiratory import (
    shortcuts_answer,
    shortcuts_folds,
    shortcuts_meaning,
    shortcuts_places,
    shortcuts_probes,
    shortcuts_sources,
    shortcuts_tried,
)
from pages._shared import header, results

VIEWS = (
    "Without the lungs",
    "Leave one source out",
    "What was tried",
    "At home and elsewhere",
    "What it means",
)


def body() -> None:
    try:
        audit = shortcut_audit()
    except SuiteError as error:
        results.refusal(error, "No audit")
        return
    shortcuts_answer.show(audit)
    shortcuts_sources.show()
    shown: dict[str, Callable[[], None]] = {
        "Without the lungs": lambda: shortcuts_probes.show(audit),
        "Leave one source out": lambda: shortcuts_folds.show(audit),
        "What was tried": lambda: shortcuts_tried.show(audit),
        "At home and elsewhere": shortcuts_places.show,
        "What it means": lambda: shortcuts_meaning.show(audit),
    }
    # Only the open tab is computed; the address names it.
    for name, tab in zip(VIEWS, st.tabs(list(VIEWS), key="view", bind="query-params"), strict=True):
        if tab.open:
            with tab:
                shown[name]()
    results.provenance(
        {
            "Model": audit.artifact,
            "study": f"{audit.created}, {audit.seconds / 60:.0f} processor minutes",
            "recompute": "python -m benchmarks.respiratory_shortcuts",
        }
    )


with header.page("respiratory-shortcuts"):
    body()

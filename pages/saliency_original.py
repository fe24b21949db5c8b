"""The original study: its table beside ours, then which of its verdicts hold."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import SuiteError
from core.saliency import ORIGINAL_SOURCE, audit_original, stored_original
from pages._saliency import original_audit, original_table
from pages._shared import header, results

VIEWS = ("Beside each other", "What flips", "How it was repeated")


def body() -> None:
    try:
        study = stored_original()
        checks = audit_original(study)
        original_audit.answer(checks)
        shown: dict[str, Callable[[], None]] = {
            "Beside each other": lambda: original_table.show(study),
            "What flips": lambda: original_audit.show(checks),
            "How it was repeated": lambda: original_table.assumptions(study),
        }
        tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
        # Only the open tab is computed; the address names it.
        for name, tab in zip(VIEWS, tabs, strict=True):
            if tab.open:
                with tab:
                    shown[name]()
        results.provenance(
            {
                "Published": ORIGINAL_SOURCE,
                "ours": f"{study.n} films, {study.steps} steps, seed {study.seed}",
                "recompute": "python -m benchmarks.saliency_original",
            }
        )
    except SuiteError as error:
        results.refusal(error, "No study")


with header.page("saliency-original"):
    body()

"""The explainability paradox: a map that looks right over a network that reads the marker."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import SuiteError
from core.saliency import stored_arguments, stored_paradox
from pages._saliency import (
    paradox_argument,
    paradox_border,
    paradox_cells,
    paradox_detector,
    paradox_league,
    paradox_scene,
)
from pages._shared import header, results

VIEWS = (
    "The argument",
    "Every method and network",
    "Which figures can be trusted",
    "Finding shortcuts",
    "Real films",
)


def body() -> None:
    try:
        found, told = stored_paradox(), stored_arguments()
    except SuiteError as error:
        results.refusal(error, "No study")
        return
    chosen = paradox_scene.show(found, told)
    shown: dict[str, Callable[[], None]] = {
        "The argument": lambda: paradox_argument.show(chosen, told),
        "Every method and network": lambda: paradox_cells.show(found),
        "Which figures can be trusted": paradox_league.show,
        "Finding shortcuts": paradox_detector.show,
        "Real films": paradox_border.show,
    }
    tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
    # Only the open tab is computed; the address names it.
    for name, tab in zip(VIEWS, tabs, strict=True):
        if tab.open:
            with tab:
                try:
                    shown[name]()
                except SuiteError as error:
                    results.refusal(error, "No figures")
    results.provenance(
        {
            "Study": f"{len(found.cells)} cells, {len(told)} arguments",
            "recompute": "python -m benchmarks.saliency_paradox",
        }
    )


with header.page("saliency-paradox"):
    body()

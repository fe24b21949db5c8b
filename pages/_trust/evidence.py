"""The evidence behind a verdict, part by part; only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.trust import Audit
from pages._trust import (
    calibration,
    checklist,
    discrimination,
    drift,
    errors,
    failures,
    groups,
    representation,
    sets,
    utility,
)

Show = Callable[[Audit], None]
PARTS: Mapping[str, tuple[str, Show]] = {
    "Discrimination": ("performance", discrimination.show),
    "Calibration": ("calibration", calibration.show),
    "Errors": ("errors", errors.show),
    "Groups": ("", groups.show),
    "Utility": ("utility", utility.show),
    "Failures": ("failures", failures.show),
    "Drift": ("drift", drift.show),
    "Sets": ("sets", sets.show),
    "Representation": ("representation", representation.show),
    "Checklist": ("", checklist.show),
}


def show(audit: Audit) -> None:
    """Show the parts that the audit has as tabs; the address names the open one."""
    parts = {
        title: draw
        for title, (panel, draw) in PARTS.items()
        if not panel or audit.panel(panel) is not None
    }
    for tab, draw in zip(
        st.tabs(list(parts), key="view", bind="query-params"), parts.values(), strict=True
    ):
        if tab.open:
            with tab:
                draw(audit)

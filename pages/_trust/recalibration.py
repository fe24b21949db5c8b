"""Whether bending the probabilities would help."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.viz.text import fixed, number
from pages._shared import results
from pages._trust import words

EFFECTS = {"helps": "ok", "does not help": "unknown", "makes it worse": "attention"}


def show(panel: Any) -> None:
    """Show what each method of recalibration does to rows its fit did not see."""
    st.markdown("**Would bending the probabilities help?**")
    if panel.note:
        st.caption(panel.note)
    for one in panel.recalibrations:
        sign, said = st.columns([8, 22])
        with sign:
            results.badge(EFFECTS[one.effect], f"{one.method.capitalize()}: {one.effect}")  # type: ignore[arg-type]
        parameters = ", ".join(f"{key} {number(value)}" for key, value in one.parameters.items())
        said.markdown(
            f"Brier score {fixed(one.before.brier, 4)} before, {fixed(one.after.brier, 4)} after; "
            f"change {words.figure(one.brier_change, 4)}, n = {one.brier_change.n:,}."
        )
        said.caption(
            f"ECE {fixed(one.before.ece)} before, {fixed(one.after.ece)} after; {parameters}. Each "
            f"row is judged by a fit that did not see it ({one.folds} parts)."
        )

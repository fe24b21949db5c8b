"""The patient in one line above the answer: what the rules know, and how it was computed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.guardian import strip
from pages._shared.results import escaped


def show(case: dict[str, Any]) -> None:
    """Show what is known of the patient; say so when nothing is."""
    facts = strip.patient_facts(case)
    said = " · ".join(escaped(fact) for fact in facts)
    st.caption(said or "Nothing is stated of the patient.")

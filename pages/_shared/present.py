"""Presentation mode: ``?present=1`` hides the navigation and enlarges the type."""

from __future__ import annotations

import streamlit as st

SCALE_PERCENT = 125


def is_on() -> bool:
    """Whether the address asks for presentation mode."""
    return st.query_params.get("present") == "1"


def enlarge() -> None:
    """Enlarge every size on the page: Streamlit's sizes all derive from the root's."""
    st.html(f"<style>html {{ font-size: {SCALE_PERCENT}%; }}</style>")

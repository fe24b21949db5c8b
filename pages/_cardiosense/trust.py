"""Can I trust it? A few pieces of evidence, each with its verdict and its figures."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import Risk
from pages._shared import results
from pages._shared.inputs import Record

COLUMNS = 3


def chips(_entered: Record, risk: Risk) -> None:
    """Show the evidence for the model that served this patient."""
    found = cardiosense.evidence(risk)
    for start in range(0, len(found), COLUMNS):
        for column, piece in zip(st.columns(COLUMNS), found[start : start + COLUMNS], strict=False):
            with column:
                results.evidence(piece.status, piece.title, piece.text)
    st.page_link(
        "../pages/cardiosense_model.py",
        label="All figures of the model",
        icon=":material/verified:",
    )

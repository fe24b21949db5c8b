"""Can I trust it? A few pieces of evidence, each with its verdict and its figures."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import cardiosense
from core.cardiosense import Risk
from pages._shared import results

COLUMNS = 3
Record = Mapping[str, float | None]


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

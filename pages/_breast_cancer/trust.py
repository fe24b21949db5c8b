"""Can I trust it? A few pieces of evidence, each with its verdict and its figures."""

from __future__ import annotations

import streamlit as st

from core import breast_cancer
from core.breast_cancer import CaseScore
from pages._shared import results
from pages._shared.inputs import Record

COLUMNS = 3


def chips(entered: Record, score: CaseScore) -> None:
    """Show the evidence for and against relying on this answer."""
    found = breast_cancer.evidence(score, breast_cancer.case_mix(entered))
    for start in range(0, len(found), COLUMNS):
        for column, piece in zip(st.columns(COLUMNS), found[start : start + COLUMNS], strict=False):
            with column:
                results.evidence(piece.status, piece.title, piece.text)
    st.page_link(
        "../pages/breast_cancer_model.py",
        label="All figures of the models",
        icon=":material/verified:",
    )

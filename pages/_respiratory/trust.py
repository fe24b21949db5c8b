"""Can I trust it? A few pieces of evidence about the networks, each with its figures."""

from __future__ import annotations

import streamlit as st

from core.respiratory import Network, evidence
from pages._shared import results

COLUMNS = 2


def chips(network: Network) -> None:
    """Show the evidence for and against relying on this network."""
    found = evidence(network)
    for start in range(0, len(found), COLUMNS):
        for column, piece in zip(st.columns(COLUMNS), found[start : start + COLUMNS], strict=False):
            with column:
                results.evidence(piece.status, piece.title, piece.text)
    st.page_link(
        "../pages/respiratory_model.py",
        label="All figures of the networks",
        icon=":material/verified:",
    )

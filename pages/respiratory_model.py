"""Evidence: how good the networks are, and on which films."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from core.respiratory import about, card
from pages._respiratory import (
    evidence_accuracy,
    evidence_calibration,
    evidence_card,
    evidence_gate,
    evidence_goals,
    evidence_operating,
    evidence_sources,
    side_by_side,
    take,
)
from pages._shared import header, results

VIEWS = {
    "Accuracy": evidence_accuracy.show,
    "Operating point": evidence_operating.show,
    "Calibration": evidence_calibration.show,
    "Sources": evidence_sources.show,
    "Input gate": evidence_gate.show,
    "Card and CLAIM": evidence_card.show,
}


def body() -> None:
    network = take.network()
    try:
        found = card()
    except SuiteError as error:
        results.refusal(error, "No evidence")
        return
    side_by_side.strip(network)
    evidence_goals.show(found["goals"])
    # Only the open tab is computed; the address names it.
    tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(tabs, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(found, network)
    results.provenance(
        {
            "Model": about().models[0]["Version"],
            "predictions": f"SHA-256 {found['data']['predictions_sha256'][:12]}",
            "recompute": found["command"],
        }
    )


with header.page("respiratory-model"):
    body()

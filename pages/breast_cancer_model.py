"""Evidence: how good the models are, on which cases, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import breast_cancer
from pages._breast_cancer import case_study, clinical_use, errors, evidence, operating
from pages._shared import header, results

Card = Mapping[str, Any]


def validation(card: Card) -> None:
    st.subheader("Cross-validation", anchor=False)
    evidence.validation(card)
    st.subheader("Calibration", anchor=False)
    evidence.calibration(card)
    st.subheader("Held-out cases", anchor=False)
    evidence.held_out(card)


def in_use(card: Card) -> None:
    st.subheader("Operating point", anchor=False)
    clinical_use.show()
    st.subheader("A kept sensitivity", anchor=False)
    clinical_use.guarantee(card)
    st.subheader("Prediction sets", anchor=False)
    clinical_use.sets(card)


def wrong(_card: Card) -> None:
    st.subheader("Cases on the wrong side", anchor=False)
    errors.show(operating.ask_threshold())


def study(card: Card) -> None:
    st.subheader("The 98.2 % of the predecessor", anchor=False)
    case_study.show(card)


def limits(_card: Card) -> None:
    st.subheader("What is not known", anchor=False)
    st.markdown("\n".join(f"- {limit}" for limit in breast_cancer.LIMITS))
    with st.expander("The whole model card", icon=":material/description:"):
        st.markdown(breast_cancer.card_markdown())


VIEWS = {
    "Validation": validation,
    "In use": in_use,
    "Wrong cases": wrong,
    "The 98.2 %": study,
    "Limits and card": limits,
}


def body() -> None:
    card = breast_cancer.card()
    evidence.headline(card)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(card)
    results.provenance(
        {
            "Model": breast_cancer.about().models[0]["SHA-256"][:12],
            "data": f"{card['data']['n']} cases, SHA-256 {card['data']['sha256'][:12]}",
            "recompute": card["command"],
        }
    )


with header.page("breast-cancer-model"):
    body()

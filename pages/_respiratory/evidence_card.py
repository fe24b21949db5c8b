"""The CLAIM checklist, licences, limits, and the whole card of each network."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.respiratory import CLAIM_REFERENCE, LICENCES_READ, Network, card_markdown, claim
from pages._respiratory.shortcuts_words import network
from pages._shared import results, tables
from pages._shared.downloads import download

Card = Mapping[str, Any]
WEIGHTS = ("Weights", "Licence", "Source", "Changes")
STATUS: Mapping[str, Any] = {"done": "ok", "partly": "attention", "not done": "unknown"}


def show(card: Card, chosen: Network) -> None:
    """Show what is not known first, then the checklist, the licences and the card."""
    st.subheader("What is not known", anchor=False)
    st.markdown("\n".join(f"- {limit}" for limit in card["limits"]))
    st.subheader("CLAIM checklist", anchor=False)
    items = claim()
    tally = collections.Counter[str](one.status for one in items)
    with st.container(horizontal=True):
        for status, sign in STATUS.items():
            results.badge(sign, f"{tally[status]} {status}")
    tables.show(
        [
            {
                "Item": one.number,
                "Topic": one.topic,
                "Status": one.status.capitalize(),
                "Where, or why not": one.answer,
                "Asks": one.text,
                "Section": one.section,
            }
            for one in items
        ],
        alt="The CLAIM checklist with an answer to each item.",
    )
    st.caption(results.escaped(f"{CLAIM_REFERENCE}. Items in short words of our own."))
    st.subheader("Pretrained weights and licences", anchor=False)
    tables.show(
        [
            {"Network": network(one["Network"])} | {head: one[head] for head in WEIGHTS}
            for one in card["trunks"]
        ],
        alt="Pretrained weights with licence, source and changes.",
    )
    st.caption(LICENCES_READ)
    name = "the system" if chosen is Network.ENSEMBLE else network(chosen)
    text = card_markdown(chosen)
    with st.expander(f"The whole card of {name}", icon=":material/description:"):
        st.markdown(text)
    download("Download the card", text, f"card_{chosen}.md", "text/markdown")

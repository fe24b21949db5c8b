"""What the gate looked at before any network was asked."""

from __future__ import annotations

import streamlit as st

from core.respiratory import Gate
from core.viz.theme import StatusName
from pages._shared import results

WORDS: dict[str, tuple[StatusName, str]] = {
    "ok": ("ok", "Passes"),
    "attention": ("attention", "Attention"),
    "refuse": ("unknown", "Refuses"),
}


def show(gate: Gate) -> None:
    """List the checks, those that refuse first."""
    st.markdown(
        "A network answers whatever it is given. The gate decides whether the picture is a film "
        "it may be asked about; a refusal is an answer too."
    )
    order = ("refuse", "attention", "ok")
    for check in sorted(gate.checks, key=lambda one: order.index(one.status)):
        status, word = WORDS[check.status]
        badge, text = st.columns((1, 5), vertical_alignment="center")
        with badge:
            results.badge(status, word)
        text.markdown(results.escaped(check.text))

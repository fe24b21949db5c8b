"""What a page of TrustLens asks first: whose predictions, which policy, which threshold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from core.trust import DEFAULT_POLICY, HeldOut, policies
from pages._shared import models

SOURCES = {"suite": "A model of the suite", "file": "Your predictions"}


def _linked(name: str, known: Collection[str], default: str) -> dict[str, Any]:
    """Return what ties a widget to a part of the address, by keys and not by titles.

    The address decides when it names something known; a choice is written into it. The choice is
    kept from page to page.
    """
    # Other options are another widget: what was chosen among the former ones is not among these.
    widget = ".".join(("trust", name, *known))
    state, kept = st.session_state, f"{widget}.kept"
    candidates = (st.query_params.get(name), state.get(widget), state.get(kept), default)
    state[widget] = state[kept] = next(one for one in candidates if one in known)

    def write() -> None:
        # A second click on what is chosen takes nothing back.
        if state[widget] is not None:
            st.query_params[name] = state[widget]

    return {"key": widget, "on_change": write}


def ask_source() -> str:
    """Ask whose predictions are to be judged; the address keeps the choice."""
    chosen: str = st.segmented_control(
        "Predictions",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        label_visibility="collapsed",
        **_linked("source", SOURCES, "suite"),
    )
    return chosen


def ask_model(label: str = "Model", name: str = "model", among: Sequence[str] = ()) -> HeldOut:
    """Ask for a model of the suite; the address names it, as ``?model=`` or another name."""
    known = {one.key: one for one in models.held_out() if not among or one.key in among}
    chosen: str = st.selectbox(
        label,
        list(known),
        format_func=lambda key: known[key].title,
        **_linked(name, known, next(iter(known))),
    )
    return known[chosen]


def ask_policy() -> str:
    """Ask for the policy; the address names it."""
    known = {one.name: one for one in policies()}
    chosen: str = st.segmented_control(
        "Policy",
        list(known),
        **_linked("policy", known, DEFAULT_POLICY),
        help="A policy says which claims must be shown, and with which limits. There is no score: "
        "one broken claim is not made up for by others.",
    )
    return chosen


def ask_threshold(default: float, key: str, *, disabled: bool = False) -> float:
    """Ask from which probability a row is called positive."""
    chosen: float = st.number_input(
        "Called positive from",
        0.01,
        0.99,
        round(default, 2),
        0.01,
        key=key,
        disabled=disabled,
        help="Probability from which a row is called positive; with two classes.",
        persist_state="session",
    )
    # The model's own threshold may have more decimals than the field shows.
    return default if chosen == round(default, 2) else chosen

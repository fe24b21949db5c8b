"""What a page of TrustLens asks first: whose predictions, which policy, which threshold."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.trust import DEFAULT_POLICY, HeldOut, policies
from pages._shared import models
from pages._shared.address import linked

SOURCES = {"suite": "A model of the suite", "file": "Your predictions"}


def ask_source() -> str:
    """Ask whose predictions are to be judged; the address keeps the choice."""
    chosen: str = st.segmented_control(
        "Predictions",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        label_visibility="collapsed",
        **linked("trust", "source", SOURCES, "suite"),
    )
    return chosen


def ask_model(label: str = "Model", name: str = "model", among: Sequence[str] = ()) -> HeldOut:
    """Ask for a model of the suite; the address names it, as ``?model=`` or another name."""
    known = {one.key: one for one in models.held_out() if not among or one.key in among}
    chosen: str = st.selectbox(
        label,
        list(known),
        format_func=lambda key: known[key].title,
        **linked("trust", name, known, next(iter(known))),
    )
    return known[chosen]


def ask_policy() -> str:
    """Ask for the policy; the address names it."""
    known = {one.name: one for one in policies()}
    chosen: str = st.segmented_control(
        "Policy",
        list(known),
        **linked("trust", "policy", known, DEFAULT_POLICY),
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

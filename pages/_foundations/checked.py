"""Checks as the pages run them: each once for a seed, however often a page is drawn."""

from __future__ import annotations

import streamlit as st

from core import foundations
from core.foundations import Broken, Refuted, Row

SEED_KEY = "foundations.seed"


def seed() -> int:
    """Return the seed in use; that of the published figures until fresh numbers are asked for."""
    return int(st.session_state.get(SEED_KEY, foundations.SEED))


def draw_fresh() -> None:
    """Take the next seed, so that every check runs on numbers it has not seen."""
    st.session_state[SEED_KEY] = seed() + 1


def draw_first() -> None:
    """Return to the seed of the published figures."""
    st.session_state[SEED_KEY] = foundations.SEED


@st.cache_data(show_spinner=False, max_entries=4096)
def row(number: str, drawn_from: int) -> Row:
    """Return one checked statement."""
    return foundations.verify(ids=[number], seed=drawn_from).rows[0]


@st.cache_data(show_spinner=False, max_entries=1024)
def broken(number: str, drawn_from: int) -> Broken:
    """Return one statement without a hypothesis."""
    (switch,) = (one for one in foundations.breaks() if one.id == number)
    return foundations.broken(switch, drawn_from)


@st.cache_data(show_spinner=False, max_entries=1024)
def refuted(number: str, drawn_from: int) -> Refuted:
    """Return one error with its counterexample."""
    (erratum,) = (one for one in foundations.errata() if one.id == number)
    return foundations.refute(erratum, drawn_from)

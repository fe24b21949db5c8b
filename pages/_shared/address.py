"""Widgets whose choice stands in the address, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st


def linked(system: str, name: str, known: Collection[str], default: str) -> dict[str, Any]:
    """Return what ties a widget to a part of the address, by keys and not by titles.

    The address decides when it names something known; a choice is written into it. The choice is
    kept from page to page.

    Parameters
    ----------
    system : str
        Prefix of the widget's key.
    name : str
        Name in the address.
    known : collection of str
        Keys the widget offers.
    default : str
        What is chosen where nobody chose.
    """
    # Other options are another widget: what was chosen among the former ones is not among these.
    widget = ".".join((system, name, *known))
    state, kept = st.session_state, f"{widget}.kept"
    candidates = (st.query_params.get(name), state.get(widget), state.get(kept), default)
    state[widget] = state[kept] = next(one for one in candidates if one in known)

    def write() -> None:
        # A second click on what is chosen takes nothing back.
        if state[widget] is not None:
            st.query_params[name] = state[widget]

    return {"key": widget, "on_change": write}

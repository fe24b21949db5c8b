"""Slices of the rows in which the model errs more often than elsewhere."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.viz.text import fixed, number, percent
from pages._shared import tables
from pages._trust import words

NO_SLICES = "No feature or group that varies was given, so no slice could be searched."


def show(found: Any) -> None:
    """Show the slices that were confirmed on rows that the search had not seen."""
    if found is None:
        st.info(NO_SLICES, icon=":material/info:")
        return
    if found.found:
        tables.show(
            [_slice(one) for one in found.found],
            alt="Slices with more errors than the rest.",
        )
    else:
        st.markdown("None is confirmed.")
    st.caption(
        f"{found.searched:,} slices of {_searched(found.factors)} were looked at "
        f"on {found.n_search:,} rows; {len(found.tested)} were tested on the other "
        f"{found.n_confirm:,}. {_power(found)}"
    )


def _searched(count: int) -> str:
    return "1 feature or group" if count == 1 else f"{count} features or groups"


def _power(found: Any) -> str:
    if found.errors_confirm is None:
        return ""
    needed = "no gap would suffice"
    if found.detectable is not None:
        needed = f"a gap of {number(found.detectable)} would be needed"
    return f"To confirm a slice of a tenth of the rows in 80 of 100 samples, {needed}."


def _slice(one: Any) -> dict[str, Any]:
    lift = "none elsewhere" if one.lift is None else fixed(one.lift, 1)
    return {
        "Slice": one.rule,
        "n": one.n,
        "Here": words.figure(one.here, 2),
        "Elsewhere": words.figure(one.elsewhere, 2),
        "Times as many": lift,
        "Share of all errors": percent(one.share_of_errors),
        "p, adjusted": words.chance(one.p_adjusted),
    }

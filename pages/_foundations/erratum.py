"""One error of common texts: what it predicts, what happens, and what is true instead."""

from __future__ import annotations

import streamlit as st

from core.foundations import Erratum
from pages._foundations import checked, reading
from pages._shared import results


def show(one: Erratum) -> bool:
    """Show an error beside its counterexample and say whether it is refuted here."""
    found = checked.refuted(one.id, checked.seed())
    with st.container(border=True):
        results.badge(
            "ok" if found.refuted else "critical",
            f"{one.id}: refuted on this machine" if found.refuted else f"{one.id}: not refuted",
        )
        st.markdown(f"**Often read:** {one.claim}")
        st.markdown(f"**Counterexample:** {one.counterexample}")
        if found.reading is not None:
            reading.show(found.reading)
        if found.failure:
            st.markdown(results.escaped(found.failure))
        holds = "verified here" if found.row.passed else "not verified here"
        st.markdown(f"**True instead:** {one.corrected} ({one.statement}, {holds}.)")
    return found.refuted

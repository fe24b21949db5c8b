"""The audit of the original protocol: each check, whether it holds, and its figures."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.saliency import Audit
from core.viz.text import counted
from pages._shared import results

ABREAST = 2


def answer(checks: Sequence[Audit]) -> None:
    """Say how many checks the protocol passes."""
    broken = sum(not one.holds for one in checks)
    with st.container(border=True):
        results.badge(
            "attention" if broken else "ok", f"{broken} of {counted(len(checks), 'check')} fail"
        )
        st.markdown(
            "Some checks are on the printed figures alone, some on our networks under the same "
            "protocol. None says that the original's networks or films are at fault: code and "
            "weights are not public."
        )


def show(checks: Sequence[Audit]) -> None:
    """Show every check."""
    for start in range(0, len(checks), ABREAST):
        row = checks[start : start + ABREAST]
        for column, one in zip(st.columns(ABREAST), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                results.badge("ok" if one.holds else "attention", "holds" if one.holds else "fails")
                st.markdown(f"**{results.escaped(one.title)}**")
                st.markdown(results.escaped(one.sentence))

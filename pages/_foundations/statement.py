"""One numbered statement: what it says, why, whether it holds here, and how to break it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.foundations import Break, Row, Statement
from pages._foundations import checked, reading
from pages._shared import present, results


@st.fragment
def show(one: Statement, switches: Sequence[Break]) -> None:
    """Show a statement with its derivation and its verification row."""
    with st.container(border=True):
        st.subheader(f"{one.id}  {one.title}", anchor=one.id.lower())
        st.latex(one.claim)
        _given(one.hypotheses)
        _derivation(one)
        flipped = _switches(switches)
        if flipped is None:
            verdict(checked.row(one.id, checked.seed()))
            st.caption(f"How: {one.how}")
        else:
            _broken(flipped)
        st.caption(f"Source: {one.source}")


def _given(hypotheses: Sequence[str]) -> None:
    """List what is assumed."""
    if len(hypotheses) == 1:
        st.markdown(f"**Given:** {hypotheses[0]}")
    elif hypotheses:
        st.markdown("**Given:**\n" + "\n".join(f"- {one}" for one in hypotheses))


def _derivation(one: Statement) -> None:
    count = len(one.steps)
    title = f"Derivation, {count} step{'s' * (count > 1)}"
    with st.expander(title, expanded=True, icon=":material/format_list_numbered:"):
        shown = count
        if present.is_on() and count > 1:
            shown = st.slider("Steps shown", 1, count, 1, key=f"foundations.steps.{one.id}")
        for i, step in enumerate(one.steps[:shown], 1):
            st.markdown(f"**{i}.** {step.why}")
            st.latex(step.gives)


def _switches(switches: Sequence[Break]) -> Break | None:
    """Offer the switches, of which one at a time is on, and return it."""
    if not switches:
        return None
    chosen = st.pills(
        "Break it",
        [one.id for one in switches],
        format_func=lambda number: {one.id: one.switch for one in switches}[number],
        key=f"foundations.break.{switches[0].statement}",
    )
    return next((one for one in switches if one.id == chosen), None)


def verdict(row: Row) -> None:
    """Show whether a statement holds here."""
    if row.reading is None:
        results.badge("critical", "Not verified")
        st.markdown(results.escaped(row.failure))
        return
    if row.passed:
        results.badge("ok", "Verified on this machine")
    else:
        results.badge("critical", "Does not hold on this machine")
    reading.show(row.reading, row.seconds)


def _broken(switch: Break) -> None:
    """Show the row without the hypothesis, and whether it fails as predicted."""
    found = checked.broken(switch.id, checked.seed())
    results.badge("critical", "Fails without the hypothesis" if found.red else "Not decided")
    if found.reading is not None:
        reading.show(found.reading)
    if found.failure:
        st.markdown(results.escaped(found.failure))
    st.markdown(f"**Violated:** {switch.violates}  \n**Why it fails:** {switch.reason}")
    st.markdown(f"**Predicted:** {switch.outcome}")
    if found.predicted is not None:
        fits = found.as_predicted
        results.badge("ok" if fits else "critical", "As predicted" if fits else "Not as predicted")
        reading.show(found.predicted)

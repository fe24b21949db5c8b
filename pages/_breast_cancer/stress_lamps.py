"""The two lamps over the batches with a planted fault."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import StressReport
from core.stats.intervals import Interval
from core.viz.text import counted, percent_range
from core.viz.theme import StatusName
from pages._shared import results


def show(report: StressReport) -> None:
    """Show what the two lamps say of the batches, and what they should say."""
    found = report.lamps
    if found is None:
        return
    wanted = (
        "Values are wrong: the integrity lamp should be on."
        if report.kind == "fault"
        else "Other patients come, no value is wrong: only the case-mix lamp should be on."
    )
    st.markdown(wanted)
    integrity, mix = st.columns(2)
    with integrity:
        _lamp("Do the values fit together?", found.integrity, found.batches, "critical")
    with mix:
        _lamp("Are the cases like the reference?", found.case_mix, found.batches, "attention")
        if found.undecided:
            st.caption(f"Too few complete rows in {counted(found.undecided, 'batch')}.")
    st.caption(
        f"{found.batches} batches of at least {found.rows} rows, each held against reference cases "
        "that it has no row in common with; every lamp alarms for nothing with a probability of at "
        "most 5 %."
    )
    verdicts = {text: found.verdicts.count(text) for text in dict.fromkeys(found.verdicts)}
    st.markdown(
        "\n".join(f"- {times} of {found.batches}: {text}" for text, times in
                  verdicts.items())
    )  # fmt: skip


def _lamp(question: str, on: Interval, batches: int, status: StatusName) -> None:
    times = round(on.estimate * batches)
    st.markdown(f"**{question}**")
    if times:
        results.badge(status, f"Alarm in {times} of {batches} batches")
    else:
        results.badge("ok", "No alarm")
    st.caption(f"95 % interval of that share: {percent_range(on.low, on.high)}.")

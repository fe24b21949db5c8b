"""Audit: which claims about a model the data show, which they break, and which stay open."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from pages._shared import header, results
from pages._trust import evidence, questions, subject, take, upload, verdict


def of_suite() -> subject.Subject:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        held = questions.ask_model()
    with right:
        threshold = questions.ask_threshold(held.threshold, f"trust.threshold.{held.key}")
    st.caption(f"{held.how} Data: {held.data}.")
    return subject.of_suite(held, threshold)


def of_file() -> subject.Subject | None:
    upload.offer_template()
    return upload.ask()


def body() -> None:
    chosen = of_suite() if questions.ask_source() == "suite" else of_file()
    if chosen is None:
        return
    policy = questions.ask_policy()
    try:
        audit = subject.audited(chosen, policy)
    except SuiteError as error:
        results.refusal(error, "No audit")
        return
    st.caption(audit.policy.purpose)
    results.notes(chosen.notes, "unknown")
    verdict.card(audit)
    st.subheader("Claims", anchor=False)
    verdict.checks(audit)
    st.subheader("Evidence", anchor=False)
    evidence.show(audit)
    take.show(audit, chosen)
    take.provenance(audit, chosen)


with header.page("trustlens"):
    body()

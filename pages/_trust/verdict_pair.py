"""The verdicts of two models side by side."""

from __future__ import annotations

import streamlit as st

from pages._shared import results, tables
from pages._trust import questions, subject, words


def show(pair: tuple[subject.Subject, subject.Subject]) -> None:
    """Show what one policy says of two models of the suite, claim by claim."""
    policy = questions.ask_policy()
    audits = [subject.audited(one, policy) for one in pair]
    for column, one, audit in zip(st.columns(2), pair, audits, strict=True):
        with column, st.container(border=True, height="stretch"):
            words.verdict(audit.verdict)
            st.markdown(f"**{results.escaped(one.title)}**")
            st.caption(results.escaped(audit.sentence()))
            if one.held is not None:
                st.page_link(
                    "../pages/trustlens.py",
                    label="Open the audit",
                    icon=":material/fact_check:",
                    query_params={"model": one.held.key, "policy": policy},
                )
    second = {check.id: check for check in audits[1].checks}
    tables.show(
        [
            {
                "First": words.CLAIMS[check.status],
                "Second": words.CLAIMS[second[check.id].status],
                "Claim": check.claim,
            }
            for check in audits[0].checks
            if check.id in second
        ],
        alt="What became of each claim for either model.",
    )

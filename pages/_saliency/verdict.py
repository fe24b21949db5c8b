"""The three-layer verdict: each question with its outcome and what that rests on."""

from __future__ import annotations

import streamlit as st

from core.saliency import Explanation, Outcome
from core.viz.text import percent
from pages._saliency.words import STATUS, WORDS
from pages._shared import results

LAYERS = ("Visual", "Agreement", "Faithfulness")
HEADLINES = {
    Outcome.PASS: "The map is a reason",
    Outcome.FAIL: "The map is not a reason",
    Outcome.UNKNOWN: "Not known whether the map is a reason",
}
ANSWERS = 3


def answer(found: Explanation) -> None:
    """Show what the network answers."""
    shares = found.probabilities
    leading = sorted(shares, key=lambda one: -shares[one])[:ANSWERS]
    said = ", ".join(f"{results.escaped(one)} {percent(shares[one])}" for one in leading)
    st.markdown(
        f"{results.escaped(found.subject.network.title)} answers **{said}**. Explained: "
        f"**{results.escaped(found.label)}**."
    )


def headline(found: Explanation) -> None:
    """Show what may be said of the map as a whole."""
    verdict = found.verdict
    results.badge(STATUS[verdict.outcome], HEADLINES[verdict.outcome])
    st.subheader(verdict.sentence, anchor=False)


def findings(found: Explanation) -> None:
    """Show the three questions, each with its answer."""
    pairs = zip(LAYERS, found.verdict.findings, strict=True)
    for column, (name, finding) in zip(st.columns(len(LAYERS)), pairs, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{name}**")
            results.badge(STATUS[finding.outcome], WORDS[finding.outcome].capitalize())
            st.markdown(finding.question)
            st.caption(results.escaped(finding.sentence))

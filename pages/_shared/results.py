"""How answers, refusals, alerts and proofs are shown: always icon, word and colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import streamlit as st

from core.errors import InputError, Problem, SuiteError
from core.viz.text import percent
from core.viz.theme import STATUSES, StatusName

BadgeColour = Literal["green", "orange", "red", "gray"]
BADGE_COLOURS: dict[StatusName, BadgeColour] = {
    "ok": "green",
    "attention": "orange",
    "critical": "red",
    "unknown": "gray",
}


def badge(status: StatusName, text: str) -> None:
    """Show a verdict as icon, word and colour."""
    sign = STATUSES[status]
    st.badge(text, icon=f":material/{sign.icon}:", color=BADGE_COLOURS[status])


def refusal(error: SuiteError, what: str = "No estimate") -> None:
    """Show, in the place of an answer, why there is none and how to mend it."""
    with st.container(border=True):
        badge("unknown", what)
        if isinstance(error, InputError) and error.problems:
            problems(error.problems)
        else:
            st.markdown(error.message)


def problems(found: Iterable[Problem]) -> None:
    """List findings about the input, one sentence each."""
    for problem in found:
        st.markdown(f"- {escaped(problem.sentence())}")


def notes(texts: Sequence[str], status: StatusName) -> None:
    """Show short remarks under one sign."""
    if not texts:
        return
    sign = STATUSES[status]
    shown = {"critical": st.error, "attention": st.warning, "ok": st.success, "unknown": st.info}
    shown[status]("\n".join(f"- {escaped(text)}" for text in texts), icon=f":material/{sign.icon}:")


def evidence(status: StatusName, title: str, text: str) -> None:
    """Show one piece of evidence: its verdict, and what it rests on."""
    with st.container(border=True, height="stretch"):
        badge(status, title)
        st.markdown(text)


def agreement(what: str, verdict: str, overlap: float) -> None:
    """Show how far two explanations agree, in words and figures."""
    badge("ok" if verdict == "agree" else "attention", f"{what} {verdict}")
    st.caption(f"{percent(overlap)} of the three strongest findings are shared.")


def provenance(facts: Mapping[str, str]) -> None:
    """Show where a result comes from, in one quiet line."""
    st.caption(" · ".join(f"{name}: {value}" for name, value in facts.items()))


def escaped(text: str) -> str:
    """Return text that came from a file or form so that Markdown shows it as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#+-!|$~:" else c for c in text)

"""Questions whose right answer is computed when somebody answers."""

from __future__ import annotations

import streamlit as st

from core.foundations import Question, Topic
from pages._shared import results


def show(topic: Topic) -> None:
    """Ask the questions of an article."""
    st.header("Self-test", anchor="self-test")
    st.markdown("Choose an answer; the right one is computed then, not looked up.")
    for one in topic.questions:
        _ask(one)


@st.fragment
def _ask(one: Question) -> None:
    with st.container(border=True):
        chosen = st.radio(
            one.prompt,
            range(len(one.options)),
            format_func=one.options.__getitem__,
            index=None,
            key=f"foundations.question.{one.id}",
        )
        if chosen is None:
            return
        right = _answer(one.id, one)
        if chosen == right:
            results.badge("ok", "Right")
        else:
            results.badge("attention", "Not so")
            st.markdown(f"The calculation gives: {one.options[right]}")
        st.markdown(f"{one.why} ({one.statement})")


@st.cache_data(show_spinner=False, max_entries=512)
def _answer(number: str, _one: Question) -> int:
    """Return the place of the right answer; ``number`` is what the cache goes by."""
    return _one.answer()

"""Where a question is written, or chosen among examples."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import EXAMPLE_QUESTIONS, Answer

FIELD = "q"
"""Key of the field, and its name in the address."""

EXAMPLES = "apple.questions.examples"
SHOWN = 4
HOW = (
    "Fixed rules read the question, no language model: known names and words, misspelt ones read "
    "as the closest known word, which the answer then says. Years are Apple's fiscal years."
)


def show() -> str:
    """Ask for a question; return it, empty if there is none."""
    asked = st.text_input(
        "Your question",
        key=FIELD,
        bind="query-params",
        placeholder=EXAMPLE_QUESTIONS[0],
        help=HOW,
    )
    st.pills("Examples", EXAMPLE_QUESTIONS[:SHOWN], key=EXAMPLES, on_change=_take, args=(EXAMPLES,))
    with st.expander("More examples", icon=":material/lightbulb:"):
        more = f"{EXAMPLES}.more"
        st.pills("One a topic", EXAMPLE_QUESTIONS[SHOWN:], key=more, on_change=_take, args=(more,))
    return str(asked or "")


def suggestions(answer: Answer) -> None:
    """Offer the questions an answer suggests."""
    key = f"apple.questions.next.{answer.question}"
    st.pills("Ask next", answer.suggestions, key=key, on_change=_take, args=(key,))


def _take(key: str) -> None:
    """Put a chosen example into the field; the choice itself is not kept."""
    chosen = st.session_state[key]
    if chosen:
        st.session_state[FIELD] = chosen
        st.session_state[key] = None

"""What was worked out and need not be again; about one's own picture, only for the session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from pages._shared.kept import PUBLIC

T = TypeVar("T")
MOST = 96
"""Results a session keeps; the oldest are dropped first."""
KEY = "saliency.kept"


def once(question: Hashable, make: Callable[[], T], *, public: bool = False) -> T:
    """Return the answer to a question, made at most once while it is kept.

    A question is ``public`` if it is about an example or a phantom and a shipped network; then all
    sessions share the answer.
    """
    if public:
        return PUBLIC.once((KEY, question), make)
    answers: dict[Hashable, Any] = st.session_state.setdefault(KEY, {})
    if question not in answers:
        answers[question] = make()
        while len(answers) > MOST:
            del answers[next(iter(answers))]
    found: T = answers[question]
    return found


def has(question: Hashable) -> bool:
    """Say whether the answer to a question is at hand."""
    return question in st.session_state.get(KEY, {}) or (KEY, question) in PUBLIC

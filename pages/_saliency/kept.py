"""What this session worked out and need not work out again; nothing of it outlives the session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
MOST = 96
"""Results a session keeps; the oldest are dropped first."""
KEY = "saliency.kept"


def once(question: Hashable, make: Callable[[], T]) -> T:
    """Return the answer to a question, made at most once while it is kept."""
    answers: dict[Hashable, Any] = st.session_state.setdefault(KEY, {})
    if question not in answers:
        answers[question] = make()
        while len(answers) > MOST:
            del answers[next(iter(answers))]
    found: T = answers[question]
    return found


def has(question: Hashable) -> bool:
    """Say whether the answer to a question is at hand."""
    return question in st.session_state.get(KEY, {})

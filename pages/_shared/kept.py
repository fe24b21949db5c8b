"""What was worked out once: for everybody if it is about an example, else for the session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from core.runtime.answers import Answers

T = TypeVar("T")
PUBLIC = Answers(128)
"""About examples only, which hold no visitor's data."""


def once(place: str, question: Hashable, make: Callable[[], T], *, public: bool = False) -> T:
    """Return the answer to a question, made at most once while it is kept.

    Parameters
    ----------
    place : str
        Name of the answer in the session, which keeps the last one.
    question : hashable
        All that the answer depends on.
    make : callable
        Works it out; what it raises is raised, and nothing is kept.
    public : bool, default False
        Whether the question is about an example alone: then all sessions share the answer.
    """
    if public:
        return PUBLIC.once((place, question), make)
    kept: tuple[Hashable, T] | None = st.session_state.get(place)
    if kept is None or kept[0] != question:
        kept = (question, make())
        st.session_state[place] = kept
    return kept[1]

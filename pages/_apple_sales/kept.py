"""Answers kept for the session with the problem they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from core.apple_sales import Problem
from core.optimize import canonical_hash

T = TypeVar("T")
DOING = "Solving, and solving again with the limits moved"


def kept(name: str, problem: Problem, verb: Callable[..., T], **options: Any) -> T:
    """Return a verb's answer to a problem, computed again only when either changes.

    Parameters
    ----------
    name : str
        Name of the answer within the session.
    problem : Problem
        What is asked about.
    verb : callable
        Takes the problem and the options.
    **options
        JSON-safe options of the verb.
    """
    asked = canonical_hash({"problem": problem.to_dict(), "options": options})
    place = f"apple.kept.{name}"
    known: tuple[str, T] | None = st.session_state.get(place)
    if known is None or known[0] != asked:
        with st.spinner(DOING):
            known = (asked, verb(problem, **options))
        st.session_state[place] = known
    return known[1]

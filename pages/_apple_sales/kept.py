"""Answers of the planner, kept with the problem they belong to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from core.apple_sales import GOALS, Problem, default_problem
from core.optimize import canonical_hash
from pages._shared.kept import once

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
    own = canonical_hash(problem.to_dict())
    with st.spinner(DOING):
        return once(
            f"apple.kept.{name}",
            (own, canonical_hash(options)),
            lambda: verb(problem, **options),
            public=own in _public(),
        )


@functools.cache
def _public() -> frozenset[str]:
    """Return the problems that every session begins with."""
    return frozenset(canonical_hash(default_problem(goal=goal).to_dict()) for goal in GOALS)

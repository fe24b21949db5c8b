"""Solving a problem for its figures alone, or saying why that is not possible."""

from __future__ import annotations

from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Problem
from core.errors import InputError
from core.errors import Problem as Finding
from core.optimize.polytope import Floats
from core.optimize.programme import Programme
from core.optimize.solve import solve


def planned(problem: Problem) -> tuple[Programme, Floats]:
    """Return the programme of a concave problem and its best plan.

    Raises
    ------
    InputError
        If the problem has S-curves, or limits that no plan meets.
    """
    require_concave(problem)
    programme = compiled(problem).programme
    solution = solve(programme, second=False)
    if solution.x is None:
        raise no_plan()
    return programme, solution.x


def require_concave(problem: Problem) -> None:
    """Refuse a problem with S-curves."""
    if not problem.concave:
        raise refused(
            "cells", "s-curve", "include S-curves, for which this view does not exist.",
            "Use concave responses.",
        )  # fmt: skip


def no_plan() -> InputError:
    """Return the error for limits that no plan meets."""
    return refused(
        "constraints", "", "leave no plan.", "Ask plan which of them contradict each other."
    )


def refused(place: str, value: str, message: str, fix: str) -> InputError:
    """Return the error for a question that this problem cannot be asked."""
    return InputError.from_problems((Finding(place, value, "stress", message, fix),))

"""Other ways to choose the amounts, valued by the same curves as the plan."""

from __future__ import annotations

import numpy as np

from core.apple_sales.planning.plan_result import Now, Rival
from core.apple_sales.planning.problem import Problem
from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme

GRID = 41
_AT_LIMIT = 1e-7


def now(problem: Problem, programme: Programme) -> Now:
    """Return the present amounts under the curves and limits of the problem."""
    x = present(problem)
    violation = programme.polytope.violation(x)
    return Now(
        programme.value(x), float(programme.responses.value(x).sum()), violation <= ALLOWANCE,
        violation,
    )  # fmt: skip


def present(problem: Problem) -> Floats:
    """Return the present amounts, shape (n,)."""
    return np.array([cell.now for cell in problem.cells], dtype=np.float64)


def rivals(problem: Problem, programme: Programme, best: float) -> tuple[Rival, ...]:
    """Return the comparisons with a plan worth ``best``.

    Three: today's mix; the linear plan, for which each curve is replaced by its slope at today's
    amount (a linear programme, whose solution is a corner) and which is then valued by the true
    curves; and the best multiple of today's mix within the limits.
    """
    today = present(problem)
    corner = _linear(programme, today)
    scaled = _scaled(programme, today)
    return (
        _rival("Today's mix", "The present amounts as they are.", today, programme, best),
        _rival(
            "Linear plan",
            "Each curve is replaced by its slope at today's amount, and risk is left out; the "
            "result is valued by the true curves.",
            corner,
            programme,
            best,
        ),
        _rival(
            "Today's mix, scaled",
            "Every amount of today times the same factor, the best one within the limits."
            if scaled is not None
            else "No multiple of today's mix is within the limits.",
            scaled,
            programme,
            best,
        ),
    )


def _rival(name: str, how: str, x: Floats | None, programme: Programme, best: float) -> Rival:
    if x is None:
        return Rival(name, how, None, False, None, None, None, None, None)
    own = programme.polytope
    value = programme.value(x)
    return Rival(
        name,
        how,
        {name: float(amount) for name, amount in zip(own.names, x, strict=True)},
        own.violation(x) <= ALLOWANCE,
        value,
        float(programme.responses.value(x).sum()),
        value - best,
        (value - best) / abs(best) if best else None,
        _at_limit(x, own.low, own.high),
    )


def _at_limit(x: Floats, low: Floats, high: Floats) -> int:
    near = _AT_LIMIT * np.maximum(np.abs(x), np.where(np.isfinite(high), high, 0.0))
    return int(((x - low <= near) | (high - x <= near)).sum())


def _linear(programme: Programme, today: Floats) -> Floats | None:
    at = np.maximum(today, programme.polytope.low)
    slope = programme.weight * programme.responses.slope(at) - programme.cost
    return programme.polytope.maximise(slope).x


def _scaled(programme: Programme, today: Floats) -> Floats | None:
    """Return the best multiple of today's amounts within the limits, or ``None``."""
    least, most = _multiples(programme, today)
    if not least <= most or not np.isfinite(most):
        return None
    left, right = least, most
    best = least
    for _ in range(_ROUNDS):
        tried = np.linspace(left, right, GRID)
        values = [programme.value(factor * today) for factor in tried]
        at = int(np.argmax(values))
        best = float(tried[at])
        left, right = float(tried[max(at - 1, 0)]), float(tried[min(at + 1, GRID - 1)])
    return np.asarray(best * today)


_ROUNDS = 6


def _multiples(programme: Programme, today: Floats) -> tuple[float, float]:
    """Return the least and the largest factor at which today's amounts are within the limits."""
    own = programme.polytope
    at = np.concatenate([own.matrix @ today, today])
    low = np.concatenate([own.row_low, own.low])
    high = np.concatenate([own.row_high, own.high])
    size = np.concatenate([abs(own.matrix) @ today, today])
    none = np.abs(at) <= ALLOWANCE * size
    slack = ALLOWANCE * np.maximum(1.0, size)
    if (none & ((low > slack) | (high < -slack))).any():
        return 1.0, 0.0
    ends = np.array([low[~none], high[~none]]) / at[~none]
    return max(0.0, float(ends.min(axis=0).max(initial=0.0))), float(
        ends.max(axis=0).min(initial=np.inf)
    )

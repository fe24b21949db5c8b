"""The optimum of a concave programme, certified: what a solver says of itself is not read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from core.optimize.escape import unlimited
from core.optimize.frank_wolfe import relative_to
from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.optimize.scaling import in_units
from core.optimize.search import Search
from core.optimize.solution import Solution, judged, without_plan

RESCALED = ((1e6, 1.0), (1e-9, 1.0), (1.0, 1e-3), (1.0, 1e6))
"""Units of money and of amounts in which the plan is solved again."""


def solve(programme: Programme, *, start: Floats | None = None, second: bool = True) -> Solution:
    """Return the certified optimum of a concave programme.

    Up to 100 variables (:data:`core.optimize.search.SMALL`) SLSQP solves and Clarabel checks it;
    above, Clarabel solves and the augmented Lagrangian method checks; a linear programme goes to
    HiGHS. A point that misses the certificate is solved again by another method, and the best
    point is named after what found it.

    Parameters
    ----------
    programme : Programme
        What is maximised and what is allowed.
    start : ndarray, shape (n,), optional
        A plan near which SLSQP starts; not used if it is outside the limits.
    second : bool
        Whether a second solver is asked. Above 1,000 variables it takes several times as long as
        the first.

    Returns
    -------
    Solution
        Without a plan if a linear programme shows that none is allowed, or that the objective
        grows without limit.

    Raises
    ------
    ValueError
        If the programme is not concave: its optimum needs another method.
    """
    if not programme.concave:
        message = "the programme is not concave: S-curves need the exact method for S-curves"
        raise ValueError(message)
    if programme.polytope.maximise(np.zeros(programme.n)).status == "infeasible":
        return without_plan("infeasible")
    search = Search(programme, start)
    names = unlimited(search.scaled.programme)
    if names:
        return without_plan("unbounded", names)
    best = _first_certified(search.attempts())
    if best.status != "optimal" and best.x is not None:
        search = Search(programme, start, near=best.x)
        attempts = itertools.chain(search.attempts(), _corner(programme, best), [best])
        best = _first_certified(attempts)
    return search.compared(best) if second else best


def unit_scale_test(programme: Programme, solution: Solution) -> float:
    """Return how much the plan changes when money and amounts are counted in other units.

    The programme is written anew with its objective multiplied by 1e-6 and by 1e9, and with its
    variables counted in units of 1e-3 and of 1e6, and solved again each time.

    Returns
    -------
    float
        Largest difference of a variable, relative to the plan's largest; NaN without a plan,
        infinite if it has none in other units.
    """
    if solution.x is None:
        return float("nan")
    size = float(np.abs(solution.x).max(initial=0.0))
    worst = 0.0
    for money, amount in RESCALED:
        units = np.full(programme.n, amount)
        again = solve(in_units(programme, units, money), second=False)
        if again.x is None:
            return float("inf")
        change = float(np.abs(again.x * units - solution.x).max(initial=0.0))
        worst = max(worst, relative_to(change, size))
    return worst


def _corner(programme: Programme, best: Solution) -> Iterator[Solution]:
    """Yield the plan at which the tangent is largest: where costs prevail it is the optimum."""
    if best.gap is None or best.gap.better is None:
        return
    own, x = programme.polytope, best.gap.better
    near = ALLOWANCE * own.sizes[0]
    for limit in (own.low, own.high):
        x = np.where(np.abs(x - limit) <= near, limit, x)
    yield judged(programme, x, None, "HiGHS, on the tangent", 0)


def _first_certified(attempts: Iterator[Solution]) -> Solution:
    """Return the first certified plan, or the one that misses the certificate least."""
    best = without_plan("not certified")
    for found in attempts:
        if found.status == "optimal":
            return found
        best = found if best.x is None or found.missed < best.missed else best
    return best

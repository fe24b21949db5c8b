"""A made-up problem of S-curves for teaching, and where local searches of a problem end."""

from __future__ import annotations

from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Cell, Constraint, Problem, Response
from core.errors import InputError
from core.errors import Problem as Finding
from core.optimize.basins import Basins, multi_start

SLOPES = (1.0, 6.0)
BUDGET = 24.0
_CAMPAIGNS = ((9.0, 7.0), (7.5, 5.0), (6.0, 9.0), (8.0, 11.0), (5.0, 4.0), (6.5, 6.5), (4.0, 3.0),
              (7.0, 8.0))  # fmt: skip
"""Most response and half-saturation of each campaign. Declared, not estimated from anything."""


def scurve_problem(slope: float, budget: float = BUDGET) -> Problem:
    """Return eight made-up campaigns with Hill curves that share one budget.

    Parameters
    ----------
    slope : float
        Hill slope of every curve, 1 to 6: at 1 the curves are concave, above it they start
        convex.
    budget : float, default 24
        What the campaigns share; the half-saturations sum to 53.5.

    Raises
    ------
    InputError
        If a value is out of its range.
    """
    for name, value, low, high in (("slope", slope, *SLOPES), ("budget", budget, 1.0, 200.0)):
        if not low <= value <= high:
            raise InputError.from_problems((Finding(
                name, f"{value:g}", "range", f"{value:g} is not in the range of this example.",
                f"Choose from {low:g} to {high:g}.",
            ),))  # fmt: skip
    cells = tuple(
        Cell(
            name=f"Campaign {letter}", product="Campaign", region=letter, now=budget / 8, low=0.0,
            high=budget, response=Response("s-curve", scale, half, slope),
        )
        for letter, (scale, half) in zip("ABCDEFGH", _CAMPAIGNS, strict=True)
    )  # fmt: skip
    return Problem(
        title="Eight made-up campaigns on one budget",
        money="units of response",
        amount="units of budget",
        cells=cells,
        constraints=(Constraint("Budget", "amount", {c.name: 1.0 for c in cells}, None, budget),),
        notes=("The campaigns and their curves are made up for teaching.",),
    )


def scurve_basins(problem: Problem, starts: int = 200, seed: int = 0) -> Basins:
    """Return where local searches from random plans end, beside the proven optimum.

    Parameters
    ----------
    problem : Problem
        Without a price of risk; any curves and constraints.
    starts : int, default 200
        Number of random plans.
    seed : int, default 0
        Seed of the random plans.

    Raises
    ------
    InputError
        If the problem has a price of risk, no plan or no limits, or the number of starts is out of
        range.
    """
    return multi_start(compiled(problem).programme, starts, seed)

"""What safety costs: the best plan at every price of risk, and the worth of a looser limit."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import numpy as np

from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Problem
from core.apple_sales.planning.solving import no_plan, refused, require_concave
from core.optimize.solve import solve
from core.plain import plain

POINTS = 25
REACH = 1e4
"""Largest price of variance on the frontier over the smallest above 0."""


@dataclasses.dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The best plan at one price of risk.

    Attributes
    ----------
    aversion : float
        Price of variance.
    expected : float
        Objective without the price of risk, in money.
    risk_sd : float
        Standard deviation of the outcome, in money.
    gap : float
        Relative Frank-Wolfe gap of the plan.
    x : tuple of float
        Amount of each cell.
    """

    aversion: float
    expected: float
    risk_sd: float
    gap: float
    x: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Frontier:
    """Expected outcome against risk.

    Attributes
    ----------
    cells : tuple of str
        Names of the cells.
    points : tuple of FrontierPoint
        In order of falling risk.
    now : tuple of float
        Risk and expected outcome of today's amounts.
    money : str
        Unit of money.
    """

    cells: tuple[str, ...]
    points: tuple[FrontierPoint, ...]
    now: tuple[float, float]
    money: str

    def to_dict(self) -> dict[str, Any]:
        """Return the frontier as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result


def frontier(problem: Problem, points: int = POINTS) -> Frontier:
    """Return the plans that earn most at each price of risk, from 0 upwards in equal ratios.

    Every point is a plan of its own with its own certificate. The first ignores risk; the largest
    price is such that the price of today's risk is a hundred times today's outcome.

    Parameters
    ----------
    problem : Problem
        Concave, with a risk: some cell has an exposure or a risk of its own.
    points : int, default 25
        Number of plans, 2 to 100.

    Raises
    ------
    InputError
        If the problem has S-curves, no risk, or limits that no plan meets.
    """
    if not 2 <= points <= 100:
        raise refused("points", f"{points}", "is not a number of plans.", "Give 2 to 100.")
    require_concave(problem)
    programme = compiled(problem).programme
    now = np.array([cell.now for cell in problem.cells])
    variance = programme.variance(now)
    if variance == 0:
        raise refused(
            "cells", "", "carry no risk, so that every plan is as safe.",
            "Give exposures, or risks of their own.",
        )  # fmt: skip
    largest = 200 * max(abs(programme.expected(now)), 1e-12) / variance
    prices = np.concatenate([[0.0], np.geomspace(largest / REACH, largest, points - 1)])
    found = []
    for price in prices:
        solution = solve(dataclasses.replace(programme, aversion=float(price)), second=False)
        if solution.x is None:
            raise no_plan()
        x = solution.x
        found.append(
            FrontierPoint(
                float(price),
                programme.expected(x),
                float(np.sqrt(programme.variance(x))),
                solution.gap.relative if solution.gap else float("nan"),
                tuple(map(float, x)),
            )
        )
    names = tuple(cell.name for cell in problem.cells)
    here = (float(np.sqrt(variance)), programme.expected(now))
    return Frontier(names, tuple(found), here, problem.money)


@dataclasses.dataclass(frozen=True, slots=True)
class ValueCurve:
    """The optimum as one limit moves.

    Attributes
    ----------
    constraint, side : str
        Which limit.
    limits : tuple of float
        Values of the limit, ascending.
    objectives : tuple of float or None
        The optimum at each; ``None`` where no plan meets the limits.
    prices : tuple of float or None
        The limit's shadow price at each: the slope of the curve there.
    here : float
        The limit as given.
    money : str
        Unit of the objective.
    """

    constraint: str
    side: str
    limits: tuple[float, ...]
    objectives: tuple[float | None, ...]
    prices: tuple[float | None, ...]
    here: float
    money: str

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result


def value_curve(
    problem: Problem, constraint: str, *, reach: float = 0.2, points: int = 21
) -> ValueCurve:
    """Return what the best plan earns while one limit moves by up to ``reach`` to either side.

    Parameters
    ----------
    problem : Problem
        Concave.
    constraint : str
        Name of a constraint; its upper limit moves, or its lower one where it has no upper.
    reach : float, default 0.2
        How far the limit moves, as a share of it.
    points : int, default 21
        Number of limits.

    Raises
    ------
    InputError
        If there is no such constraint, or the problem has S-curves.
    """
    require_concave(problem)
    names = [one.name for one in problem.constraints]
    if constraint not in names:
        fix = f"Known: {', '.join(names) or 'none'}."
        raise refused("constraint", constraint, "is not a constraint of this problem.", fix)
    place = names.index(constraint)
    given = problem.constraints[place]
    side: Side = "high" if given.high is not None else "low"
    here = float(given.high if given.high is not None else given.low or 0.0)
    limits = sorted(float(v) for v in here * np.linspace(1 - reach, 1 + reach, points))
    found = [_optimum(problem, place, side, limit) for limit in limits]
    objectives, prices = zip(*found, strict=True)
    return ValueCurve(constraint, side, tuple(limits), objectives, prices, here, problem.money)


Side = Literal["low", "high"]


def _optimum(
    problem: Problem, place: int, side: Side, limit: float
) -> tuple[float | None, float | None]:
    """Return the best objective with one limit moved, and the limit's price there."""
    given = problem.constraints[place]
    moved = (
        dataclasses.replace(given, high=limit)
        if side == "high"
        else dataclasses.replace(given, low=limit)
    )
    others = (*problem.constraints[:place], moved, *problem.constraints[place + 1 :])
    made = compiled(dataclasses.replace(problem, constraints=others))
    solution = solve(made.programme, second=False)
    if solution.x is None or solution.kkt is None:
        return None, None
    rows = [index for index, row in enumerate(made.rows) if row.constraint is moved]
    price = float(solution.kkt.row_prices[rows].sum())
    return solution.value, price if given.kind == "amount" else None

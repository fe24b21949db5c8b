"""Shadow prices of binding limits, each checked by solving again with the limit moved."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from core.apple_sales.planning.compile import Compiled, Row, Side
from core.apple_sales.planning.plan_result import Multiplier, Verified
from core.apple_sales.planning.problem import Constraint, Problem
from core.optimize.polytope import Floats

AGREE = 1e-3
"""Largest difference, relative to the price, of a price called verified."""

STEP = 1e-4
"""First step of a limit, relative to its size; one-sided, as prices may differ up and down."""

OTHER_STEP, TRIES = 30.0, 3

LEAST_STEP = 1e-6
"""A smaller step is within the tolerance to which solvers keep limits."""

_TOUCHES = 1e-6
_WORTH = 1e-8
_NOTHING = 1e-6
_SHARE = 0.01
_TINY = 1e-300

Best = Callable[[Problem], tuple[float, float] | None]
"""Returns the best objective of a problem and how much may be missing; ``None`` if infeasible."""


@dataclasses.dataclass(frozen=True, slots=True)
class Binding:
    """A limit that the plan touches.

    Attributes
    ----------
    name, kind, side : str
        The limit, as in :class:`core.apple_sales.planning.plan_result.Multiplier`.
    place : int
        Place of the constraint or cell in the problem.
    limit : float
        The limit.
    price : float
        Change of the best objective per unit of the limit.
    size : float
        Size of the limit, for steps; positive.
    share : bool
        Whether the limit is a part of the sum of all amounts.
    """

    name: str
    kind: Literal["constraint", "cell"]
    side: Side
    place: int
    limit: float
    price: float
    size: float
    share: bool = False

    @property
    def worth(self) -> float:
        """Change of the objective if the limit moved by its own size at this price."""
        return abs(self.price) * self.size

    def moved(self, problem: Problem, step: float) -> Problem | None:
        """Return the problem with the limit moved; ``None`` where such a limit has no meaning."""
        to = self.limit + step
        if (to < 0 and (self.share or self.kind == "cell")) or (self.share and to > 1):
            return None
        return with_limit(problem, self.kind, self.place, self.side, to)


def with_limit(
    problem: Problem, kind: Literal["constraint", "cell"], place: int, side: Side, to: float
) -> Problem:
    """Return the problem with one limit of one constraint or cell changed."""
    sides = ("low", "high") if side == "both" else (side,)
    change: dict[str, Any] = dict.fromkeys(sides, to)
    if kind == "cell":
        cells = list(problem.cells)
        cells[place] = dataclasses.replace(cells[place], **change)
        return dataclasses.replace(problem, cells=tuple(cells))
    rows = list(problem.constraints)
    rows[place] = dataclasses.replace(rows[place], **change)
    return dataclasses.replace(problem, constraints=tuple(rows))


def bindings(
    problem: Problem, made: Compiled, x: Floats, row_prices: Floats, bound_prices: Floats
) -> tuple[Binding, ...]:
    """Return the limits that bind: those of constraints first, those worth most first.

    Parameters
    ----------
    problem, made : Problem, Compiled
        The problem and its programme.
    x : ndarray, shape (n,)
        The plan.
    row_prices, bound_prices : ndarray, shapes (m,) and (n,)
        Prices of the rows and of the variables' limits.
    """
    value = max(abs(made.programme.value(x)), _TINY)
    rows = _of_rows(problem, made, x, row_prices)
    typical, _ = made.programme.polytope.sizes
    cells = [
        _of_cell(problem, place, float(price), float(typical[place]))
        for place, price in enumerate(bound_prices)
    ]
    priced = (binding for binding in cells if binding.worth > _WORTH * value)
    return (*sorted(rows, key=_worth_less), *sorted(priced, key=_worth_less))


def _worth_less(binding: Binding) -> float:
    return -binding.worth


def _of_rows(problem: Problem, made: Compiled, x: Floats, row_prices: Floats) -> list[Binding]:
    """Return the rows that the plan touches, or that have a price."""
    own, total = made.programme.polytope, float(np.abs(x).sum())
    _, typical = own.sizes
    sums, sizes = own.matrix @ x, abs(own.matrix) @ np.abs(x)
    places = {constraint.name: place for place, constraint in enumerate(problem.constraints)}
    small = _WORTH * max(abs(made.programme.value(x)), _TINY)
    found = []
    for index, row in enumerate(made.rows):
        size = float(sizes[index]) or float(typical[index])
        price = float(row_prices[index])
        slack = [sums[index] - own.row_low[index], own.row_high[index] - sums[index]]
        if min(slack) <= _TOUCHES * size or abs(price) * size > small:
            side = row.side if row.side != "both" else _side(row.constraint, price, slack)
            found.append(_of_row(row, side, places[row.constraint.name], price, size, total))
    return found


def _side(constraint: Constraint, price: float, slack: Sequence[float]) -> Side:
    """Return which of two limits binds: by the sign of the price, or the nearer one."""
    if constraint.low == constraint.high:
        return "both"
    return "high" if price > 0 or (price == 0 and slack[1] <= slack[0]) else "low"


def _of_row(row: Row, side: Side, place: int, price: float, size: float, total: float) -> Binding:
    constraint = row.constraint
    limit = float((constraint.low if side == "low" else constraint.high) or 0.0)
    if constraint.kind == "share":
        # A share s moved by ds moves the row "sum (c - s) x" by ds times the sum of all amounts.
        size = max(limit, _SHARE)
        return Binding(constraint.name, "constraint", side, place, limit, price * total, size, True)
    return Binding(constraint.name, "constraint", side, place, limit, price, size)


def _of_cell(problem: Problem, place: int, price: float, typical: float) -> Binding:
    cell = problem.cells[place]
    side: Side = "high" if price > 0 else "low"
    side = "both" if cell.low == cell.high else side
    limit = cell.low if side == "low" else cell.high
    size = abs(limit) or max(min(cell.now, cell.high), min(cell.response.shift, cell.high))
    return Binding(cell.name, "cell", side, place, float(limit), price, float(size) or typical)


def multiplier(binding: Binding, problem: Problem, checked: Checked | None) -> Multiplier:
    """Return a price as it is reported; of a share, per percentage point."""
    part = 0.01 if binding.share else 1.0
    right, left = (None, None) if checked is None else (checked.right, checked.left)
    per = "percentage point" if binding.share else "unit"
    return Multiplier(
        binding.name,
        binding.kind,
        binding.side,
        binding.limit,
        part * binding.price,
        None if right is None else part * right,
        None if left is None else part * left,
        "not checked" if checked is None else checked.verified,
        f"{problem.money} per {per}",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """Differences of the best objective when a limit moves up and down, per unit, and the verdict.

    ``None`` where the limit cannot be moved that way.
    """

    right: float | None
    left: float | None
    verified: Verified


def check(binding: Binding, problem: Problem, base: tuple[float, float], best: Best) -> Checked:
    """Hold a price against two solutions with the limit moved.

    The best objective is concave in a limit, so its price lies between the differences to the
    right and to the left. They come together with the step, unless the price differs up and down;
    a step too small drowns in the solver's tolerance, and a step too large may leave no plan. So
    other steps are tried before a limit is called degenerate.

    Parameters
    ----------
    binding : Binding
        The limit and its price.
    problem : Problem
        The problem it belongs to.
    base : tuple of float
        Best objective, and how much may be missing.
    best : callable
        Solves a problem for the two.
    """
    step = STEP * binding.size
    near = AGREE * max(abs(binding.price), _NOTHING * abs(base[0]) / binding.size)
    for _ in range(TRIES):
        sides = [_difference(binding, problem, base, best, sign * step) for sign in (1.0, -1.0)]
        checked = _verdict(binding, sides, near)
        if checked.verified == "yes":
            break
        noise = max((side.noise for side in sides if side is not None), default=0.0)
        blocked = any(side is not None and side.slope is None for side in sides)
        step *= OTHER_STEP if noise > near and not blocked else 1 / OTHER_STEP
        if step < LEAST_STEP * binding.size:
            break
    return checked


@dataclasses.dataclass(frozen=True, slots=True)
class _Side:
    slope: float | None
    """Difference per unit; ``None`` where no plan exists."""
    noise: float


def _difference(
    binding: Binding, problem: Problem, base: tuple[float, float], best: Best, step: float
) -> _Side | None:
    """Return the difference for a step, or ``None`` where such a limit has no meaning."""
    moved = binding.moved(problem, step)
    if moved is None:
        return None
    found = best(moved)
    if found is None:
        return _Side(None, 0.0)
    return _Side((found[0] - base[0]) / step, (found[1] + base[1]) / abs(step))


def _verdict(binding: Binding, sides: Sequence[_Side | None], near: float) -> Checked:
    right, left = (None if side is None else side.slope for side in sides)
    slopes = [slope for slope in (right, left) if slope is not None]
    exists = all(side is None or side.slope is not None for side in sides)
    if slopes and exists and all(abs(slope - binding.price) <= near for slope in slopes):
        return Checked(right, left, "yes")
    above = right is None or right <= binding.price + near
    below = left is None or left >= binding.price - near
    return Checked(right, left, "degenerate" if above and below else "no")

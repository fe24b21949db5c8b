"""A plan with the evidence for it, and the limits that evidence is held to."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import numpy as np

from core.optimize.escape import closed
from core.optimize.frank_wolfe import Gap, frank_wolfe_gap
from core.optimize.kkt import Kkt, kkt
from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.plain import plain

Status = Literal["optimal", "not certified", "infeasible", "unbounded"]

GAP_LIMIT = 1e-6
"""Largest Frank-Wolfe gap, relative to the objective, of a plan called optimal."""

KKT_LIMIT = 1e-5
"""Largest residual of the optimality conditions of a plan called optimal."""

OPEN_SIDE = 10.0
"""Multiple of the plan up to which the gap looks where limits leave an amount open."""


@dataclasses.dataclass(frozen=True)
class Solution:
    """A plan with the evidence for it.

    Attributes
    ----------
    status : {"optimal", "not certified", "infeasible", "unbounded"}
        ``"optimal"``: within all limits, gap at most :data:`GAP_LIMIT`, residual at most
        :data:`KKT_LIMIT`. ``"not certified"``: a plan within reach of the solvers that misses
        one of them.
    x : ndarray, shape (n,), or None
        The plan; ``None`` if there is none.
    value : float
        Its objective; NaN without a plan.
    gap : Gap or None
        What no plan within the limits can beat it by; where the limits leave amounts open, no
        plan of up to :data:`OPEN_SIDE` times its amounts.
    kkt : Kkt or None
        Residual of the optimality conditions, and prices of the limits.
    solver : str
        What found the plan.
    second_solver : str or None
        What else solved the same programme independently; ``None`` if not asked or failed.
    second_difference : float or None
        Difference of the two objectives, relative to what :class:`Gap` is relative to.
    iterations : int
        Iterations of the solver.
    unlimited : tuple of str
        Variables that can grow without limit at a profit; empty unless unbounded.
    """

    status: Status
    x: Floats | None
    value: float
    gap: Gap | None
    kkt: Kkt | None
    solver: str
    second_solver: str | None = None
    second_difference: float | None = None
    iterations: int = 0
    unlimited: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the solution as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result

    @property
    def missed(self) -> float:
        """Factor by which the plan misses its evidence: optimal up to 1."""
        if self.gap is None or self.kkt is None:
            return float("inf")
        return max(
            self.gap.relative / GAP_LIMIT,
            self.kkt.residual / KKT_LIMIT,
            self.kkt.feasibility / ALLOWANCE,
        )


def judged(
    programme: Programme, x: Floats, prices: Floats | None, solver: str, iterations: int
) -> Solution:
    """Return a plan with its evidence, whatever its solver says of it.

    Parameters
    ----------
    programme : Programme
        Concave.
    x : ndarray, shape (n,)
        The plan.
    prices : ndarray, shape (m,), or None
        The solver's prices of the rows; fitted ones replace them where they do not suffice.
    solver : str
        What found the plan.
    iterations : int
        Its iterations.
    """
    conditions = kkt(programme, x, row_prices=prices)
    if prices is not None and conditions.residual > KKT_LIMIT:
        conditions = min(conditions, kkt(programme, x), key=lambda found: found.residual)
    found = Solution(
        "not certified",
        x,
        programme.value(x),
        gap_of(programme, x),
        conditions,
        solver,
        iterations=iterations,
    )
    return dataclasses.replace(found, status="optimal") if found.missed <= 1 else found


def without_plan(status: Status, unlimited: tuple[str, ...] = ()) -> Solution:
    """Return the finding that there is no plan, which linear programmes make."""
    return Solution(status, None, float("nan"), None, None, "HiGHS", unlimited=unlimited)


def gap_of(programme: Programme, x: Floats) -> Gap:
    """Return the Frank-Wolfe gap; up to :data:`OPEN_SIDE` times x where limits are open."""
    polytope = programme.polytope
    gap = frank_wolfe_gap(programme, x, polytope)
    if np.isfinite(gap.relative):
        return gap
    return frank_wolfe_gap(programme, x, closed(polytope, x, OPEN_SIDE))

"""Solving a slightly changed problem again, from the plan of the unchanged one."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Problem
from core.optimize.answer import Answer
from core.optimize.frank_wolfe import frank_wolfe_gap
from core.optimize.polytope import Floats
from core.optimize.programme import Programme
from core.optimize.refine import refine
from core.optimize.response import FAMILIES
from core.optimize.scaling import autoscale
from core.optimize.solve import solve

TIGHT = 1e-9
"""Gap, relative to the objective, up to which Newton's steps count as a solution."""

WITHIN = 1e-11
"""Relative excess over a limit up to which they do: an excess is worth its price."""


@dataclasses.dataclass(frozen=True)
class Known:
    """A plan and the prices of the rows at it.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The plan.
    row_prices : ndarray, shape (m,)
        Change of the optimum with each row's active limit.
    """

    x: Floats
    row_prices: Floats

    def best(self, problem: Problem) -> tuple[float, float] | None:
        """Return the best objective of a problem near the known one, and what may be missing.

        A few Newton steps from the known plan usually solve it. Their result counts only if the
        Frank-Wolfe gap of the changed problem proves it; otherwise it is solved from the start.

        Returns
        -------
        tuple of float, or None
            Objective and gap; ``None`` if the changed problem allows no plan.
        """
        programme = compiled(problem).programme
        return self._stepped(programme) or _solved(programme)

    def _stepped(self, programme: Programme) -> tuple[float, float] | None:
        curved = (programme.responses.family != FAMILIES.index("linear")).any()
        if not (curved or programme.aversion > 0):
            return None
        scaled = autoscale(programme)
        prices = self.row_prices / (scaled.money * scaled.rows)
        answer = refine(scaled.programme, Answer(scaled.inward(self.x), prices, 0))
        own = programme.polytope
        x = np.clip(scaled.outward(answer.x), own.low, own.high)
        if own.violation(x) > WITHIN:
            return None
        gap = frank_wolfe_gap(programme, x, own)
        return (programme.value(x), gap.absolute) if gap.relative <= TIGHT else None


def _solved(programme: Programme) -> tuple[float, float] | None:
    found = solve(programme, second=False)
    return None if found.gap is None else (found.value, found.gap.absolute)

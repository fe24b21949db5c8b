"""One plan for many programmes that differ in their curves: the best mean, and how it spreads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from core.optimize.frank_wolfe import Gap, frank_wolfe_gap
from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import Responses
from core.optimize.scaling import autoscale, responses_in_units
from core.optimize.slsqp import inside, slsqp


@dataclasses.dataclass(frozen=True)
class Averaged:
    """The mean of d concave programmes with the same worth, cost, risk and limits.

    Concave, as a mean of concave functions is, so that the Frank-Wolfe gap certifies its optimum.

    Attributes
    ----------
    base : Programme
        What the programmes share; its own curves are not used.
    draws : Responses
        d n curves; that of variable i in programme k stands at ``k n + i``.
    """

    base: Programme
    draws: Responses

    @property
    def polytope(self) -> Polytope:
        """What is allowed."""
        return self.base.polytope

    @property
    def n(self) -> int:
        """Number of variables."""
        return self.base.n

    def values(self, x: Floats) -> Floats:
        """Return the objective under each programme, shape (d,)."""
        gained = self._each(self.draws.value, x) @ self.base.weight
        fixed = self.base.cost @ x + self.base.aversion / 2 * self.base.variance(x)
        return np.asarray(gained - fixed, dtype=np.float64)

    def value(self, x: Floats) -> float:
        """Return the mean objective."""
        return float(self.values(x).mean())

    def gradient(self, x: Floats) -> Floats:
        """Return the gradient of the mean objective, shape (n,)."""
        slope = self._each(self.draws.slope, x).mean(axis=0)
        own = self.base.responses.slope(x)
        found = self.base.gradient(x) + self.base.weight * (slope - own)
        return np.asarray(found, dtype=np.float64)

    def _each(self, curve: Callable[[Floats], Floats], x: Floats) -> Floats:
        count = len(self.draws) // self.n
        found = curve(np.tile(x, count)).reshape(count, self.n)
        return np.asarray(found, dtype=np.float64)


def best_mean(averaged: Averaged) -> tuple[Floats | None, Gap | None]:
    """Return the plan of the best mean objective with its certificate; ``None`` if none is allowed.

    Parameters
    ----------
    averaged : Averaged
        Programmes of one problem.
    """
    scaled = autoscale(averaged.base)
    begin = inside(scaled.programme.polytope)
    if begin is None:
        return None, None
    count = len(averaged.draws) // averaged.n
    curves = responses_in_units(averaged.draws, np.tile(scaled.units, count))
    found = slsqp(Averaged(scaled.programme, curves), begin)
    x = np.clip(scaled.outward(found.x), averaged.polytope.low, averaged.polytope.high)
    gap = frank_wolfe_gap((averaged.gradient(x), averaged.value(x)), x, averaged.polytope)
    return x, gap

"""Which solver is asked first, what is tried when it misses, and who gives a second opinion."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import numpy as np

from core.optimize.answer import Answer
from core.optimize.augmented import augmented_lagrangian
from core.optimize.conic import conic
from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.optimize.refine import refine
from core.optimize.response import FAMILIES
from core.optimize.scaling import autoscale
from core.optimize.slsqp import inside, slsqp
from core.optimize.solution import Solution, gap_of, judged

SMALL = 100
"""Most variables that SLSQP, whose steps cost about n squared, is the first to solve."""

OPINION_LIMIT = 1e-4
"""Largest gap of a point that counts as a second opinion; beyond, its solver has failed."""

NEARNESS = 0.9
"""How near SLSQP starts to a given plan, on the way from the middle of what is allowed."""

SLSQP, CLARABEL, LAGRANGIAN = "SLSQP", "Clarabel", "Augmented Lagrangian with L-BFGS-B"


class Search:
    """The solvers for one programme, each run at most once, and the judge of what they find."""

    def __init__(
        self, programme: Programme, start: Floats | None, near: Floats | None = None
    ) -> None:
        self.programme, self.start = programme, start
        self.scaled = autoscale(programme, near)
        curved = programme.responses.family != FAMILIES.index("linear")
        self.linear = programme.aversion == 0 and not curved.any()

    @functools.cached_property
    def by_clarabel(self) -> Answer | None:
        """Clarabel's point."""
        return conic(self.scaled.programme)

    @functools.cached_property
    def by_lagrangian(self) -> Answer:
        """The augmented Lagrangian method's point."""
        return augmented_lagrangian(self.scaled.programme)

    def attempts(self) -> Iterator[Solution]:
        """Yield judged plans, the most promising solver's first."""
        if self.linear:
            yield from self._highs()
        elif self.programme.n <= SMALL:
            begin = self._beginning()
            if begin is not None:
                yield from self._judged(slsqp(self.scaled.programme, begin), SLSQP)
            if self.by_clarabel is not None:
                polished = slsqp(self.scaled.programme, self.by_clarabel.x)
                yield from self._judged(polished, f"{SLSQP}, restarted from Clarabel's point")
        if self.by_clarabel is not None:
            yield from self._judged(self.by_clarabel, CLARABEL)
        yield from self._judged(self.by_lagrangian, LAGRANGIAN)

    def compared(self, best: Solution) -> Solution:
        """Return the solution with the objective that an independent solver reaches."""
        if best.x is None:
            return best
        marginal = float(np.abs(self.programme.gradient(best.x)) @ np.abs(best.x))
        size = max(abs(best.value), marginal) or self.scaled.money
        for name, answer in self._opinions(best.solver):
            x = self.scaled.outward(answer.x)
            if gap_of(self.programme, x).relative <= OPINION_LIMIT:
                difference = abs(self.programme.value(x) - best.value) / size
                return dataclasses.replace(best, second_solver=name, second_difference=difference)
        return best

    def _opinions(self, solver: str) -> Iterator[tuple[str, Answer]]:
        """Yield what solvers other than the one named have found."""
        large = self.programme.n > SMALL and not self.linear
        if not large and CLARABEL not in solver and self.by_clarabel is not None:
            yield CLARABEL, self.by_clarabel
        if LAGRANGIAN not in solver:
            yield LAGRANGIAN, self.by_lagrangian

    def _beginning(self) -> Floats | None:
        """Return where SLSQP starts: inside the limits, near the given start if that is allowed."""
        polytope = self.scaled.programme.polytope
        inner = inside(polytope)
        if inner is None or self.start is None or len(self.start) != self.programme.n:
            return inner
        given = self.scaled.inward(self.start)
        return (
            inner
            if polytope.violation(given) > ALLOWANCE
            else NEARNESS * given + (1 - NEARNESS) * inner
        )

    def _highs(self) -> Iterator[Solution]:
        own = self.programme
        found = own.polytope.maximise(own.gradient(np.zeros(own.n)))
        if found.x is not None:
            yield judged(own, found.x, found.row_prices, "HiGHS", 0)

    def _judged(self, answer: Answer, solver: str) -> Iterator[Solution]:
        """Yield the answer after Newton steps, then as the solver gave it."""
        if not self.linear:
            refined = refine(self.scaled.programme, answer)
            if refined is not answer:
                yield self._outward(refined, f"{solver}, refined by Newton steps")
        yield self._outward(answer, solver)

    def _outward(self, answer: Answer, solver: str) -> Solution:
        polytope = self.programme.polytope
        x = np.clip(self.scaled.outward(answer.x), polytope.low, polytope.high)
        prices = answer.row_prices
        prices = None if prices is None else self.scaled.outward_prices(prices)
        return judged(self.programme, x, prices, solver, answer.iterations)

"""Any linear rows: branch and bound over boxes, bounded by prices of the rows.

At given prices of the rows the objective falls apart into terms of one variable, and the sum of
their maxima is an upper bound (Lagrange). The prices come from a linear programme over chords of
the curves, to which the maxima just found are added until the two meet (Dantzig and Wolfe 1960).
What stays open is the duality gap of the box: the variable with the largest distance between
chord and curve is cut there (Falk and Soland 1969). With m rows at most m variables lie between
two points of their curve, so few boxes need to be opened.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator

import numpy as np

from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.optimize.scurve_chords import ChordProgramme, Mix, chords
from core.optimize.scurve_terms import Bracket, Terms, peaks
from core.optimize.slsqp import slsqp

ROUNDS, POINTS = 12, 17
EDGE = 0.05
"""A cut keeps this share of the width away from the ends, so that both boxes shrink."""
MAX_NODES = 3000


@dataclasses.dataclass(order=True)
class _Box:
    rank: tuple[float, int]
    low: Floats = dataclasses.field(compare=False)
    high: Floats = dataclasses.field(compare=False)
    points: list[Floats] = dataclasses.field(compare=False)
    mix: Mix = dataclasses.field(compare=False)

    @property
    def bound(self) -> float:
        return -self.rank[0]


class _Search:
    def __init__(self, programme: Programme, relative_gap: float) -> None:
        self.programme, self.relative_gap = programme, relative_gap
        self.terms = Terms.of(programme)
        self.rows = ChordProgramme(programme.polytope)
        self.x: Floats | None = None
        self.value, self.closed, self.nodes = -np.inf, -np.inf, 0

    def close(self, bound: float) -> bool:
        """Whether a box with this bound need not be opened; its bound is kept."""
        enough = bound <= self.value + self.relative_gap * abs(self.value)
        if enough:
            self.closed = max(self.closed, bound)
        return enough

    def open(self, low: Floats, high: Floats, points: list[Floats], above: float) -> _Box | None:
        """Return the box with its bound; None where no plan in it is better, or none is found."""
        self.nodes += 1
        bound: float = above
        mix: Mix | None = None
        for _ in range(ROUNDS):
            new = self.rows.solve(chords(self.terms, points))
            if new == "infeasible":
                return None
            if new == "failed":
                break
            mix = new
            best = peaks(self.terms.less(mix.price), low, high)
            bound = min(bound, mix.worth + float(best.bound.sum()))
            self.offer(mix.x)
            if bound - mix.hull.sum() <= 0.1 * self.relative_gap * abs(bound):
                break
            if bound <= self.value + self.relative_gap * abs(self.value):
                break
            points = [np.union1d(own, [x]) for own, x in zip(points, best.x, strict=True)]
        if mix is None:
            self.closed = max(self.closed, bound)
            return None
        if bound > self.value:
            self.offer(slsqp(self.programme, mix.x).x)
        return None if self.close(bound) else _Box((-bound, self.nodes), low, high, points, mix)

    def halves(self, box: _Box) -> Iterator[_Box]:
        """Cut the box where the hull exceeds its curve most."""
        i = int(np.argmax(box.mix.hull - self.terms.value(box.mix.x)))
        width = box.high[i] - box.low[i]
        at = float(box.mix.x[i])
        cut = float(np.clip(at, box.low[i] + EDGE * width, box.high[i] - EDGE * width))
        for side in (0, 1):
            low, high, points = box.low.copy(), box.high.copy(), list(box.points)
            (high if side == 0 else low)[i] = cut
            inside = (points[i] >= low[i]) & (points[i] <= high[i])
            points[i] = np.union1d(points[i][inside], np.linspace(low[i], high[i], POINTS))
            half = self.open(low, high, points, box.bound)
            if half is not None:
                yield half

    def offer(self, x: Floats) -> None:
        """Keep a plan that is allowed and better than the best so far."""
        if self.programme.polytope.violation(x) <= ALLOWANCE:
            value = self.programme.expected(x)
            if value > self.value:
                self.x, self.value = x, value


def branch_and_bound(
    programme: Programme, *, relative_gap: float, start: Floats | None = None
) -> Bracket:
    """Return the optimum of a separable programme within a relative gap.

    Parameters
    ----------
    programme : Programme
        Separable, in working units, with finite limits; its price of risk is ignored.
    relative_gap : float
        Gap at which to stop; after 3,000 boxes the search stops with the gap it has.
    start : ndarray, shape (n,), optional
        A plan that is known already.
    """
    search = _Search(programme, relative_gap)
    if start is not None:
        search.offer(start)
    low, high = programme.polytope.low, programme.polytope.high
    points = [np.unique(np.linspace(a, b, POINTS)) for a, b in zip(low, high, strict=True)]
    root = search.open(low, high, points, np.inf)
    boxes = [] if root is None else [root]
    while boxes and search.nodes < MAX_NODES:
        box = heapq.heappop(boxes)
        if search.close(box.bound):
            continue
        for half in search.halves(box):
            heapq.heappush(boxes, half)
    bound = max([search.value, search.closed, *(box.bound for box in boxes)])
    return Bracket(search.x, search.value, bound, search.nodes)

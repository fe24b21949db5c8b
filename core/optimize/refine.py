"""Newton's method on the active limits: from a solver's point to the optimum of full precision.

Interior-point methods stop a little off the limits, SLSQP where the objective stops changing; both
leave the plan accurate to about the square root of the objective's accuracy. Given which limits
bind, the optimum solves a smooth system of equations, on which Newton's method converges
quadratically; limits are added when a step meets them and dropped when their price has the wrong
sign (Nocedal and Wright 2006, Numerical Optimization, section 16.5). Nothing is proven here: the
result is judged like any other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.optimize.answer import Answer
from core.optimize.polytope import Floats
from core.optimize.programme import Programme

Signs = NDArray[np.int8]

MOST_STEPS = 60
MOST_UNKNOWNS = 1500
"""Size of the dense system above which the answer is left as it is."""
STILL = 1e-11
"""Step (working units) below which the point has settled."""
WRONG = 1e-10
"""Price of the wrong sign (working units) at which a limit is dropped."""
WORST = 0.3
"""Share of the most wrong price from which a limit is dropped together with the worst."""
FLAT = 1e-6
"""Curvature, relative to the largest, of a variable that is not eliminated."""
LONG = 1e8
"""Length of a step along which nothing bends (times the slope, working units)."""
ROUNDING = 1e-13
"""Move (working units) that meets no limit."""
CLOSE = 1e-3
"""Slack (working units) beyond which a limit does not bind, whatever its price."""
NEAR = 1e-9
"""Slack (working units) at which a limit without a known price counts as binding."""


def refine(programme: Programme, answer: Answer) -> Answer:
    """Return the answer after Newton steps on the limits that bind.

    Parameters
    ----------
    programme : Programme
        In working units, concave, not linear.
    answer : Answer
        A point near the optimum.

    Returns
    -------
    Answer
        The answer itself if no step could be taken.
    """
    state = _State(programme, answer)
    for _ in range(MOST_STEPS):
        move = state.newton()
        if not np.isfinite(move).all():
            return answer
        free_step = state.advance(move)
        if free_step and np.abs(move).max(initial=0.0) <= STILL and not state.drop():
            break
    return Answer(state.x, state.prices, answer.iterations + state.steps)


class _State:
    """A point, and on which side (-1 low, 0 neither, 1 high) each limit is taken to bind."""

    def __init__(self, programme: Programme, answer: Answer) -> None:
        polytope = programme.polytope
        self.programme, self.polytope = programme, polytope
        self.matrix = polytope.matrix
        self.equal = polytope.row_low == polytope.row_high
        self.fixed = polytope.low == polytope.high
        self.steps, self.x = 0, answer.x.copy()
        self.prices = np.zeros(polytope.m) if answer.row_prices is None else answer.row_prices
        reduced = programme.gradient(self.x) - self.matrix.T @ self.prices
        reduced = np.zeros(programme.n) if answer.row_prices is None else reduced
        self.bound = _binding(self.x, polytope.low, polytope.high, reduced)
        self.row = _binding(self.matrix @ self.x, polytope.row_low, polytope.row_high, self.prices)
        self.row[self.equal] = 1
        self.x = np.where(self.bound < 0, polytope.low, self.x)
        self.x = np.where(self.bound > 0, polytope.high, self.x)

    def newton(self) -> Floats:
        """Return the step to the optimum of the quadratic model on the binding limits, or NaN.

        The curved variables are eliminated; of the flat ones, whose curvature may be 0, there
        are about as many as binding rows, and they stay in the system.
        """
        programme, free, rows = self.programme, self.bound == 0, np.flatnonzero(self.row)
        shocks = np.sqrt(programme.aversion) * programme.loadings[free].T
        links = np.vstack([shocks, self.matrix[rows][:, np.flatnonzero(free)].toarray()])
        gradient, curvature = programme.gradient(self.x)[free], self._curvature()[free]
        flat = curvature <= FLAT * curvature.max(initial=0.0)
        if flat.sum() + len(links) > MOST_UNKNOWNS:
            return np.full(programme.n, np.nan)
        wanted = np.concatenate([np.zeros(len(shocks)), self._missing(rows)])
        easy = links[:, ~flat] / curvature[~flat]
        corner = easy @ links[:, ~flat].T
        corner[: len(shocks), : len(shocks)] += np.eye(len(shocks))
        system = np.block([[np.diag(curvature[flat]), links[:, flat].T], [links[:, flat], -corner]])
        right = np.concatenate([gradient[flat], wanted - easy @ gradient[~flat]])
        steps, prices = _solve(system, right, int(flat.sum()))
        self.prices = np.zeros(self.polytope.m)
        self.prices[rows] = prices[len(shocks) :]
        inner = np.empty(len(gradient))
        inner[flat] = steps
        inner[~flat] = (gradient - links.T @ prices)[~flat] / curvature[~flat]
        move = np.zeros(programme.n)
        move[free] = inner
        return move

    def advance(self, move: Floats) -> bool:
        """Step until a limit is met, which then binds; return whether none was."""
        self.steps += 1
        polytope = self.polytope
        to_bound = _room(self.x, move, polytope.low, polytope.high, self.bound)
        across = self.matrix @ move
        to_row = _room(self.matrix @ self.x, across, polytope.row_low, polytope.row_high, self.row)
        length = min(1.0, to_bound.min(initial=1.0), to_row.min(initial=1.0))
        self.x = np.clip(self.x + length * move, polytope.low, polytope.high)
        if length == 1.0:
            return True
        if to_bound.min(initial=2.0) <= to_row.min(initial=2.0):
            place = int(to_bound.argmin())
            self.bound[place] = 1 if move[place] > 0 else -1
            self.x[place] = (polytope.high if move[place] > 0 else polytope.low)[place]
        else:
            place = int(to_row.argmin())
            self.row[place] = 1 if across[place] > 0 else -1
        return False

    def _curvature(self) -> Floats:
        """Return minus the second derivative of each variable's own terms."""
        own = self.programme.aversion * np.square(self.programme.own_risk)
        return np.asarray(own - self.programme.weight * self.programme.responses.bend(self.x))

    def _missing(self, rows: NDArray[np.intp]) -> Floats:
        """Return how far rows that bind are from their limits."""
        target = np.where(self.row > 0, self.polytope.row_high, self.polytope.row_low)
        return np.asarray((target - self.matrix @ self.x)[rows])

    def drop(self) -> bool:
        """Free the limits whose prices are most wrong; return whether there were any."""
        reduced = self.programme.gradient(self.x) - self.matrix.T @ self.prices
        of_bounds = np.where(self.fixed, 0.0, -self.bound * reduced)
        of_rows = np.where(self.equal, 0.0, -self.row * self.prices)
        worst = max(of_bounds.max(initial=0.0), of_rows.max(initial=0.0))
        self.bound[of_bounds > max(WRONG, WORST * worst)] = 0
        self.row[of_rows > max(WRONG, WORST * worst)] = 0
        return bool(worst > WRONG)


def _binding(values: Floats, low: Floats, high: Floats, prices: Floats) -> Signs:
    """Return on which side each limit binds: where it is close and its price exceeds its slack."""
    above = (high - values <= _reach(prices)).astype(np.int8)
    below = (values - low <= _reach(-prices)).astype(np.int8)
    return np.asarray(np.where(above > 0, above, -below), dtype=np.int8)


def _reach(prices: Floats) -> Floats:
    """Return the slack up to which a limit of such a price counts as binding."""
    return np.asarray(np.where(prices < 0, 0.0, np.clip(prices, NEAR, CLOSE)))


def _room(values: Floats, move: Floats, low: Floats, high: Floats, side: Signs) -> Floats:
    """Return which multiple of the move meets each limit; infinite where it already binds."""
    limit = np.where(move > 0, high, low)
    moving = (side == 0) & (np.abs(move) > ROUNDING) & np.isfinite(limit)
    room = np.full(len(values), np.inf)
    room[moving] = np.maximum((limit - values)[moving] / move[moving], 0.0)
    return room


def _solve(system: Floats, right: Floats, flat: int) -> tuple[Floats, Floats]:
    """Return the steps of the flat variables, which come first, and the prices.

    The system is symmetric and may have dependent rows; they are brought to size 1. Where it has
    no solution the objective grows along what is left over, at no curvature and on all limits
    that bind: a long step that way ends at the next limit.
    """
    size = np.sqrt(np.abs(system).max(axis=1, initial=0.0))
    size[size == 0] = 1.0
    scaled, wanted = system / np.outer(size, size), right / size
    solution = np.linalg.lstsq(scaled, wanted, rcond=None)[0]
    left = wanted - scaled @ solution
    left[np.abs(left) <= ROUNDING * max(1.0, np.abs(wanted).max(initial=0.0))] = 0.0
    steps, prices = np.split(solution / size, [flat])
    return steps + LONG * (left / size)[:flat], prices

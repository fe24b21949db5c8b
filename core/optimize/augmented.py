"""The augmented Lagrangian method with L-BFGS-B: slow and simple, a second opinion at any size.

Rows are priced and their violation punished; bounds are kept exactly (Hestenes 1969; Powell 1969;
Conn, Gould and Toint 1991, SIAM Journal on Numerical Analysis 28, 545-572).
"""

from __future__ import annotations

import numpy as np

from core.optimize.answer import Answer
from core.optimize.polytope import Floats
from core.optimize.programme import Programme

MOST_ROUNDS = 40
MOST_STEPS = 2000
PENALTY = 10.0
GROWTH = 4.0
PROGRESS = 0.25
"""Share of the violation that may remain after a round before the penalty grows."""
EXACT = 1e-10
"""Violation, and relative change of the prices, at which the method stops (working units)."""


def augmented_lagrangian(programme: Programme, start: Floats | None = None) -> Answer:
    """Return the optimum of a concave programme by priced and punished rows.

    Parameters
    ----------
    programme : Programme
        In working units, see :func:`core.optimize.scaling.autoscale`.
    start : ndarray, shape (n,), optional
        Where to start; the middle of the bounds unless given.
    """
    polytope = programme.polytope
    x = _middle(polytope.low, polytope.high) if start is None else start
    prices, penalty, before, iterations = np.zeros(polytope.m), PENALTY, np.inf, 0
    for _ in range(MOST_ROUNDS):
        x, steps = _minimise(programme, x, prices, penalty)
        iterations += steps
        rows = polytope.matrix @ x
        wanted = np.clip(rows + prices / penalty, polytope.row_low, polytope.row_high)
        updated = prices + penalty * (rows - wanted)
        missed = float(np.abs(updated - prices).max(initial=0.0)) / penalty
        settled = np.abs(updated - prices).max(initial=0.0) <= EXACT * max(
            1.0, np.abs(updated).max(initial=0.0)
        )
        prices = updated
        if settled or missed <= EXACT:
            break
        if missed > PROGRESS * before:
            penalty *= GROWTH
        before = missed
    return Answer(x, prices, iterations)


def _minimise(
    programme: Programme, start: Floats, prices: Floats, penalty: float
) -> tuple[Floats, int]:
    """Return the least of cost and punishment within the bounds, and the steps taken."""
    from scipy.optimize import Bounds, minimize

    polytope = programme.polytope
    matrix, transposed = polytope.matrix, polytope.matrix.T.tocsr()

    def punished(x: Floats) -> tuple[float, Floats]:
        shifted = matrix @ x + prices / penalty
        excess = shifted - np.clip(shifted, polytope.row_low, polytope.row_high)
        value = penalty / 2 * float(excess @ excess) - programme.value(x)
        return value, penalty * (transposed @ excess) - programme.gradient(x)

    found = minimize(
        punished,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(polytope.low, polytope.high),
        options={"maxiter": MOST_STEPS, "maxfun": 2 * MOST_STEPS, "ftol": 1e-15, "gtol": 1e-9},
    )
    x = np.clip(np.asarray(found.x, dtype=np.float64), polytope.low, polytope.high)
    return x, int(found.nit)


def _middle(low: Floats, high: Floats) -> Floats:
    """Return the middle of each range, or a point one unit inside where a side is open."""
    below = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high - 2, -1.0))
    above = np.where(np.isfinite(high), high, below + 2)
    middle: Floats = (below + above) / 2
    return middle

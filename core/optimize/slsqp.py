"""Sequential least squares (SciPy's SLSQP) with exact derivatives, started inside the limits.

SLSQP (Kraft 1988, DFVLR-FB 88-28) is dense: a step costs about n squared to n cubed. Its success
flag is not evidence (SciPy issues 12361 and 8378) and is not read; what it returns is judged by
the certificates of :mod:`core.optimize.frank_wolfe` and :mod:`core.optimize.kkt`.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from scipy import sparse

from core.optimize.answer import Answer
from core.optimize.polytope import Floats, Polytope

STOP = 1e-12
MOST_STEPS = 200
FAR_INSIDE = 0.1
"""Distance to the limits beyond which a start is not moved further inside (working units)."""


class Objective(Protocol):
    """What SLSQP maximises, such as :class:`core.optimize.programme.Programme`."""

    @property
    def polytope(self) -> Polytope:
        """What is allowed."""

    def value(self, x: Floats) -> float:
        """Return the objective."""

    def gradient(self, x: Floats) -> Floats:
        """Return its gradient, shape (n,)."""


def slsqp(programme: Objective, start: Floats) -> Answer:
    """Return where SLSQP stops: for a concave programme the optimum, if it succeeds.

    Curves that are not concave are allowed; the point is then a local optimum at best.

    Parameters
    ----------
    programme : Programme or other objective
        In working units, see :func:`core.optimize.scaling.autoscale`.
    start : ndarray, shape (n,)
        Where to start, with finite slopes.
    """
    from scipy.optimize import Bounds, minimize

    polytope = programme.polytope

    def cost(x: Floats) -> float:
        return -programme.value(x)

    def slope(x: Floats) -> Floats:
        return -programme.gradient(x)

    found: Any = minimize(
        cost,
        start,
        jac=slope,
        bounds=Bounds(polytope.low, polytope.high),
        constraints=_constraints(polytope),
        method="SLSQP",
        options={"ftol": STOP, "maxiter": MOST_STEPS},
    )
    x = np.clip(np.asarray(found.x, dtype=np.float64), polytope.low, polytope.high)
    return Answer(x, _prices(polytope, found), int(found.get("nit", 0)))


def inside(polytope: Polytope) -> Floats | None:
    """Return a point away from the limits as far as they allow, or ``None`` if there is none.

    A linear programme: the greatest common distance from all limits, up to :data:`FAR_INSIDE`.

    Parameters
    ----------
    polytope : Polytope
        In working units, rows of unit norm.
    """
    sides = sparse.vstack([polytope.matrix, sparse.eye_array(polytope.n)], format="csr")
    low = np.concatenate([polytope.row_low, polytope.low])
    high = np.concatenate([polytope.row_high, polytope.high])
    depth = sparse.csr_array((low < high)[:, None].astype(np.float64))
    nowhere = np.full(len(low), np.inf)
    deep = Polytope(
        sparse.csr_array(
            sparse.vstack([sparse.hstack([sides, depth]), sparse.hstack([sides, -depth])])
        ),
        np.concatenate([-nowhere, low]),
        np.concatenate([high, nowhere]),
        np.append(polytope.low, 0.0),
        np.append(polytope.high, FAR_INSIDE),
        (*polytope.row_names, *polytope.names) * 2,
        (*polytope.names, "depth"),
    )
    found = deep.maximise(np.append(np.zeros(polytope.n), 1.0))
    return None if found.x is None else found.x[:-1]


def _at_most(polytope: Polytope) -> tuple[sparse.csr_array, Floats, Any]:
    """Return all one-sided rows as ``matrix @ x <= height``, and which rows are equations."""
    equal = polytope.row_low == polytope.row_high
    above = np.isfinite(polytope.row_high) & ~equal
    below = np.isfinite(polytope.row_low) & ~equal
    matrix = sparse.vstack([polytope.matrix[above], -polytope.matrix[below]], format="csr")
    return matrix, np.concatenate([polytope.row_high[above], -polytope.row_low[below]]), equal


def _constraints(polytope: Polytope) -> list[Any]:
    """Return the rows as at most two vectors of constraints with constant Jacobians."""
    limits, heights, equal = _at_most(polytope)
    constraints: list[Any] = []
    if equal.any():
        matrix, target = polytope.matrix[equal].toarray(), polytope.row_low[equal]
        constraints.append(
            {"type": "eq", "fun": lambda x: matrix @ x - target, "jac": lambda x: matrix}
        )
    if len(heights):
        sides = -limits.toarray()
        constraints.append(
            {"type": "ineq", "fun": lambda x: heights + sides @ x, "jac": lambda x: sides}
        )
    return constraints


def _prices(polytope: Polytope, found: Any) -> Floats | None:
    """Return SLSQP's multipliers (SciPy 1.16 and later) as prices of the rows."""
    multipliers = getattr(found, "multipliers", None)
    if multipliers is None or not np.isfinite(multipliers).all():
        return None
    equal = polytope.row_low == polytope.row_high
    above = np.isfinite(polytope.row_high) & ~equal
    below = np.isfinite(polytope.row_low) & ~equal
    split = np.cumsum([equal.sum(), above.sum()])
    of_equal, of_above, of_below = np.split(np.asarray(multipliers, dtype=np.float64), split)
    prices = np.zeros(polytope.m)
    prices[equal] = -of_equal
    prices[above] += of_above
    prices[below] -= of_below
    return prices

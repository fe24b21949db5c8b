"""How much better any plan could be: the gap of Frank and Wolfe, from one linear programme.

For a concave f, ``f(y) <= f(x) + f'(x) @ (y - x)`` for every y (Frank and Wolfe 1956, Naval
Research Logistics Quarterly 3, 95-110; as a certificate: Jaggi 2013, ICML). The largest right side
over the allowed y bounds what any plan can add, whichever solver found x.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """Bound of what any allowed plan can add to the objective.

    Attributes
    ----------
    absolute : float
        No allowed plan is better by more, in units of the objective; not negative, infinite if
        the bound does not exist. It comes from prices of the rows (weak duality), so the
        tolerances of the linear solver make it larger, never too small, and it includes what
        sums of so many terms may lose to rounding.
    relative : float
        ``absolute / max(|f(x)|, |f'(x)| @ |x|)``: the same in all units, and not inflated where
        gains and costs cancel to an objective near 0. 0 where the gap is 0; of a plan of nothing,
        relative to :data:`FLOOR` of typical amounts.
    better : ndarray, shape (n,), or None
        The plan at which the linear model is best, a vertex; ``None`` if there is none.
    """

    absolute: float
    relative: float
    better: Floats | None


FLOOR = 1e-9
"""Amounts, as a share of typical ones, below which a plan counts as nothing at all when the gap is
made relative to it."""

_HALF_UNIT = float(np.finfo(np.float64).eps) / 2


def frank_wolfe_gap(
    objective: Programme | tuple[Floats, float], x: Floats, polytope: Polytope
) -> Gap:
    """Bound what any allowed plan can add to a concave objective.

    A point x slightly outside its limits is compared with plans inside, so its own violation is
    not part of the figure; see :meth:`core.optimize.polytope.Polytope.violation`.

    Parameters
    ----------
    objective : Programme, or tuple of ndarray of shape (n,) and float
        The concave objective, or its gradient and its value at x.
    x : ndarray, shape (n,)
        The plan to judge.
    polytope : Polytope
        What is allowed.

    Returns
    -------
    Gap
        Infinite if the slopes at x are not finite, the linear programme is unbounded or nothing
        is allowed.
    """
    if isinstance(objective, Programme):
        gradient, value = objective.gradient(x), objective.value(x)
    else:
        gradient, value = objective
    if not np.isfinite(gradient).all():
        return Gap(float("inf"), float("inf"), None)
    found = polytope.maximise(gradient, origin=x)
    if found.status != "optimal":
        return Gap(float("inf"), float("inf"), None)
    slopes = np.abs(gradient)
    size = max(abs(value), float(slopes @ np.abs(x)), FLOOR * float(slopes @ polytope.sizes[0]))
    # A sum of k terms is exact to about k / 2 units in the last place (Higham 2002, section 4.2).
    absolute = max(0.0, found.bound) + (polytope.n + polytope.m) * _HALF_UNIT * size
    return Gap(absolute, relative_to(absolute, size), found.x)


def relative_to(amount: float, size: float) -> float:
    """Return ``amount / size``: 0 for nothing, infinite for something relative to nothing."""
    if amount == 0:
        return 0.0
    return amount / size if size > 0 else float("inf")

"""One variable at a time: the terms of a separable objective, and their maxima with a proof."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.optimize.polytope import Floats
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses

STEPS = 80
"""Newton steps at most; each at least halves a bracket that cannot be improved otherwise."""
CLOSE = 1e-12
"""Slack of a maximum, relative to the size of the term, that counts as rounding."""
_HILL = FAMILIES.index("s-curve")


@dataclasses.dataclass(frozen=True)
class Terms:
    """Terms ``g_i(x) = w_i r_i(x) - c_i x``, each convex up to a point and concave after it.

    Attributes
    ----------
    responses : Responses
        The curves r.
    weight, cost : ndarray, shape (n,)
        Worth w of one unit of response, not negative, and cost c of one unit of the variable.
    """

    responses: Responses
    weight: Floats
    cost: Floats

    @classmethod
    def of(cls, programme: Programme) -> Terms:
        """Return the terms of a programme without its price of risk."""
        return cls(programme.responses, programme.weight, programme.cost)

    def value(self, x: Floats) -> Floats:
        """Return every term at its own point, shape (n,)."""
        return self.weight * self.responses.value(x) - self.cost * x

    def slope(self, x: Floats) -> Floats:
        """Return the first derivatives, shape (n,)."""
        return self.weight * self.responses.slope(x) - self.cost

    def bend(self, x: Floats) -> Floats:
        """Return the second derivatives, shape (n,)."""
        return self.weight * self.responses.bend(x)

    def less(self, price: Floats) -> Terms:
        """Return the terms less a price for each unit of the variable."""
        return dataclasses.replace(self, cost=self.cost + price)

    def take(self, which: NDArray[np.intp]) -> Terms:
        """Return the terms at these places, shape (k,); a place may come more than once."""
        r = self.responses
        curves = Responses(r.family[which], r.scale[which], r.shift[which], r.exponent[which])
        return Terms(curves, self.weight[which], self.cost[which])

    def inflections(self) -> Floats:
        """Return where each term turns from convex to concave; 0 for concave terms, shape (n,)."""
        r, result = self.responses, np.zeros(len(self.weight))
        s = (r.family == _HILL) & (r.exponent > 1)
        t = r.exponent[s]
        result[s] = r.shift[s] * ((t - 1) / (t + 1)) ** (1 / t)
        return result


@dataclasses.dataclass(frozen=True)
class Peaks:
    """Maxima of terms on intervals.

    Attributes
    ----------
    x : ndarray, shape (n,)
        Where they are taken.
    bound : ndarray, shape (n,)
        No point of the interval has a larger value.
    """

    x: Floats
    bound: Floats


def peaks(terms: Terms, low: Floats, high: Floats) -> Peaks:
    """Return the largest value of every term on its interval ``[low, high]``.

    On the convex part an end is best. On the concave part the slope falls, so its sign brackets
    the maximum, and the tangent at any point of the bracket is an upper bound.
    """
    left = np.clip(terms.inflections(), low, high)
    x, slack = _concave_peak(terms, left, high)
    at_low, at_x = terms.value(low), terms.value(x)
    better = at_low >= at_x
    return Peaks(np.where(better, low, x), np.maximum(at_low, at_x + slack))


def _concave_peak(terms: Terms, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the best point of every concave piece and how much may be missing there."""
    a, b = low.copy(), high.copy()
    falls, rises = terms.slope(low) <= 0, terms.slope(high) >= 0
    b[falls] = a[falls]
    a[rises & ~falls] = b[rises & ~falls]
    x = (a + b) / 2
    for _ in range(STEPS):
        slope = np.where(b > a, terms.slope(x), 0.0)
        a, b = np.where(slope > 0, x, a), np.where(slope < 0, x, b)
        slack = np.where(slope > 0, slope * (b - x), -slope * (x - a))
        if (slack <= CLOSE * (np.abs(terms.value(x)) + CLOSE)).all():
            break
        bend = terms.bend(x)
        step = x - np.divide(slope, bend, out=np.full_like(x, np.inf), where=bend < 0)
        inside = (step > a) & (step < b) & (slope != 0)
        x = np.where(inside, step, np.where(slope == 0, x, (a + b) / 2))
    return x, slack


@dataclasses.dataclass(frozen=True)
class Bracket:
    """A plan, and what no plan can exceed.

    Attributes
    ----------
    x : ndarray, shape (n,), or None
        The best plan found; ``None`` when no plan meets the limits.
    value, bound : float
        Its objective, and a proven upper bound of the optimum.
    nodes : int
        Boxes, or cells of the grid, that were evaluated.
    """

    x: Floats | None
    value: float
    bound: float
    nodes: int

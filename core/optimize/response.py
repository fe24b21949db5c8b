"""What an amount brings in: response curves of several families, evaluated all at once.

Curve i gives ``r_i(x)`` for an amount ``x >= 0`` (``a`` scale, ``d`` shift, ``t`` exponent):

=============  =================================  ================================
family         r(x)                               concave
=============  =================================  ================================
linear         a x                                yes
power          a ((x + d)^t - d^t), 0 < t < 1     yes
log            a log(1 + x / d)                   yes
saturating     a x / (x + d)                      yes (Michaelis and Menten)
s-curve        a x^t / (x^t + d^t), t > 1         no (Hill): starts convex
=============  =================================  ================================
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Family = Literal["linear", "power", "log", "saturating", "s-curve"]
FAMILIES: tuple[Family, ...] = ("linear", "power", "log", "saturating", "s-curve")


@dataclasses.dataclass(frozen=True)
class Responses:
    """Response curves of n variables.

    Attributes
    ----------
    family : ndarray of int, shape (n,)
        Place of each curve's family in :data:`FAMILIES`.
    scale : ndarray, shape (n,)
        Factor a, not negative.
    shift : ndarray, shape (n,)
        Shift or half-saturation d, positive except for linear curves, and for power curves whose
        variable stays above 0.
    exponent : ndarray, shape (n,)
        Exponent t; ignored by families without one.
    """

    family: NDArray[np.intp]
    scale: Floats
    shift: Floats
    exponent: Floats

    def __len__(self) -> int:
        return len(self.scale)

    @property
    def concave(self) -> bool:
        """Whether no curve starts convex."""
        return bool((self.family != FAMILIES.index("s-curve")).all())

    def value(self, x: Floats) -> Floats:
        """Return r_i(x_i), shape (n,)."""
        return self._each(x, _VALUE)

    def slope(self, x: Floats) -> Floats:
        """Return the first derivative of every curve, shape (n,)."""
        return self._each(x, _SLOPE)

    def bend(self, x: Floats) -> Floats:
        """Return the second derivative of every curve, shape (n,)."""
        return self._each(x, _BEND)

    def _each(self, x: Floats, formulas: tuple[_Formula, ...]) -> Floats:
        result = np.empty(len(self))
        for place, formula in enumerate(formulas):
            own = self.family == place
            if own.any():
                result[own] = formula(x[own], self.scale[own], self.shift[own], self.exponent[own])
        return result


def _power(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    return a * ((x + d) ** t - d**t)


def _power_slope(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    return a * t * np.maximum(x + d, _TINY) ** (t - 1)


def _power_bend(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    return a * t * (t - 1) * np.maximum(x + d, _TINY) ** (t - 2)


def _hill(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    return a * _filled(x, d, t)


def _hill_slope(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    share = _filled(x, d, t)
    return a * t * share * (1 - share) / np.maximum(x, _TINY)


def _hill_bend(x: Floats, a: Floats, d: Floats, t: Floats) -> Floats:
    share = _filled(x, d, t)
    return _hill_slope(x, a, d, t) * (t * (1 - 2 * share) - 1) / np.maximum(x, _TINY)


def _filled(x: Floats, d: Floats, t: Floats) -> Floats:
    """Return ``x^t / (x^t + d^t)`` without overflow: the logistic function of t log(x / d)."""
    return np.asarray(np.exp(-np.logaddexp(0.0, t * np.log(d / np.maximum(x, _TINY)))))


_TINY = 1e-30
"""Amount that stands for 0 where a slope at 0 is infinite or 0 / 0."""
_Formula = Callable[[Floats, Floats, Floats, Floats], Floats]
_VALUE: tuple[_Formula, ...] = (
    lambda x, a, d, t: a * x,
    _power,
    lambda x, a, d, t: a * np.log1p(x / d),
    lambda x, a, d, t: a * x / (x + d),
    _hill,
)
_SLOPE: tuple[_Formula, ...] = (
    lambda x, a, d, t: a,
    _power_slope,
    lambda x, a, d, t: a / (x + d),
    lambda x, a, d, t: a * d / (x + d) ** 2,
    _hill_slope,
)
_BEND: tuple[_Formula, ...] = (
    lambda x, a, d, t: np.zeros_like(x),
    _power_bend,
    lambda x, a, d, t: -a / (x + d) ** 2,
    lambda x, a, d, t: -2 * a * d / (x + d) ** 3,
    _hill_bend,
)

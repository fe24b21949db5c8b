"""Numerical integration, the route that knows nothing of conjugacy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PANELS, NODES = 64, 16
_X, _W = np.polynomial.legendre.leggauss(NODES)


def integral(function: Callable[[Floats], Any], low: float, high: float) -> Floats:
    """Integrate by the Gauss-Legendre rule on equal panels; the last axis is integrated."""
    edges = np.linspace(low, high, PANELS + 1)
    half = (high - low) / PANELS / 2
    points = ((edges[:-1] + half)[:, None] + half * _X).ravel()
    return np.asarray(function(points) @ np.tile(half * _W, PANELS))


def counts(n: int) -> Floats:
    """Return 0, 1, ..., n."""
    return np.arange(n + 1, dtype=np.float64)


def average(
    function: Callable[[Floats], Any],
    weight: Callable[[Floats], Any],
    low: float,
    high: float,
) -> Floats:
    """Return the mean of a function under a weight that need not integrate to 1."""
    top = integral(lambda t: function(t) * weight(t), low, high)
    return np.asarray(top / integral(weight, low, high))

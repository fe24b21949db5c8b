"""Ways of measuring that more than one article needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COMPLEX_STEP = 1e-30


def complex_gradient(function: Callable[[NDArray[np.complex128]], Any], at: Floats) -> Floats:
    """Return a gradient by complex steps, which lose no digits to cancellation.

    Parameters
    ----------
    function : callable
        Analytic, and computed so that it accepts complex entries.
    at : ndarray, shape (n,)
        The point.
    """
    steps = np.eye(at.size) * COMPLEX_STEP * 1j
    return np.array([complex(function(at + step)).imag / COMPLEX_STEP for step in steps])


def nearest(value: float, offered: Sequence[float]) -> int:
    """Return the place of the offered number that is nearest to a computed one."""
    return int(np.argmin(np.abs(np.asarray(offered, dtype=float) - value)))

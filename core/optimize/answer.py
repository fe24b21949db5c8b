"""What a solver hands back before anything about it is certified."""

from __future__ import annotations

import dataclasses

from core.optimize.polytope import Floats


@dataclasses.dataclass(frozen=True)
class Answer:
    """A point a solver stopped at. No claim is made for it.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The point.
    row_prices : ndarray, shape (m,), or None
        Change of the optimum with each row's active limit: not negative where the upper limit
        binds, not positive where the lower one does. ``None`` if the solver gave none.
    iterations : int
        Iterations made.
    """

    x: Floats
    row_prices: Floats | None
    iterations: int

"""Random plans within linear limits, about equally likely everywhere."""

from __future__ import annotations

import numpy as np

from core.errors import SuiteError
from core.optimize.polytope import Floats, Polytope

STEPS_EACH = 10
"""Steps of a walk for each variable."""
FLAT = 1e-12


def random_plans(allowed: Polytope, count: int, rng: np.random.Generator) -> Floats:
    """Return plans within the limits from as many walks.

    Each walk starts at a random mix of corners and then steps, in random directions along which
    all equations stay met, to a uniformly drawn point of the line within the limits (hit and run,
    Smith 1984). The distribution tends to the uniform one; it is not exactly uniform.

    Parameters
    ----------
    allowed : Polytope
        Bounded, with at least one plan.
    count : int
        Number of plans.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (count, n)
        The plans.

    Raises
    ------
    SuiteError
        If no plan is within the limits, or they do not bound the plans.
    """
    corners = _corners(allowed, rng)
    spread = corners - corners.mean(axis=0)
    x = rng.dirichlet(np.ones(len(corners)), count) @ corners
    for _ in range(STEPS_EACH * allowed.n):
        direction = rng.standard_normal((count, len(corners))) @ spread
        back, ahead = _reach(allowed, x, direction)
        x = x + rng.uniform(back, ahead)[:, None] * direction
    result: Floats = np.clip(x, allowed.low, allowed.high)
    return result


def _corners(allowed: Polytope, rng: np.random.Generator) -> Floats:
    """Return the furthest corners along every axis, both ways, and in as many random directions."""
    eye = np.eye(allowed.n)
    found = []
    for direction in (*eye, *-eye, *rng.standard_normal((allowed.n, allowed.n))):
        corner = allowed.maximise(direction).x
        if corner is None:
            message = "Random plans cannot be drawn: the limits allow none, or plans of any size."
            raise SuiteError(message)
        found.append(corner)
    return np.unique(np.array(found), axis=0)


def _reach(allowed: Polytope, x: Floats, direction: Floats) -> tuple[Floats, Floats]:
    """Return how far every plan may go back and ahead along its direction, shape (count,) each."""
    at = np.hstack([x, (allowed.matrix @ x.T).T])
    speed = np.hstack([direction, (allowed.matrix @ direction.T).T])
    low = np.concatenate([allowed.low, allowed.row_low])
    high = np.concatenate([allowed.high, allowed.row_high])
    # Equations are met along the whole line, up to rounding that must not stop the walk.
    moving = (np.abs(speed) > FLAT * (1 + np.abs(at))) & (low < high)
    pace = np.where(moving, speed, np.inf)
    ends = np.stack([(low - at) / pace, (high - at) / pace])
    ends = np.where(moving, ends, np.array([-np.inf, np.inf])[:, None, None])
    back, ahead = ends.min(axis=0).max(axis=1), ends.max(axis=0).min(axis=1)
    return np.minimum(back, 0.0), np.maximum(ahead, 0.0)

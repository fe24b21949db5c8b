"""Whether a concave objective can grow for ever, and which variables carry it away.

A concave objective over a polytope has no best plan only if it never falls along some direction
that the limits leave open (Rockafellar 1970, Convex Analysis, theorem 27.1). Along a direction
curves of diminishing returns keep a slope of 0 and risk grows without limit, so both questions,
"does it grow steadily" and "does it grow ever more slowly", are linear programmes.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import sparse

from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES

TINY = 1e-9
"""Share of a direction (working units) that counts as none."""


def unlimited(programme: Programme) -> tuple[str, ...]:
    """Return the variables that can grow without limit at a profit; empty if a best plan exists.

    Parameters
    ----------
    programme : Programme
        In working units, concave, with some allowed plan.
    """
    polytope = programme.polytope
    if np.isfinite(polytope.low).all() and np.isfinite(polytope.high).all():
        return ()
    straight = programme.responses.family == FAMILIES.index("linear")
    worth = programme.weight * programme.responses.scale
    steady = np.where(straight, worth, 0.0) - programme.cost
    cone = _directions(programme)
    found = cone.maximise(steady)
    if found.x is not None and found.value > TINY:
        return _names(polytope, found.x)
    growing = (~straight & (worth > 0)).astype(np.float64)
    if not growing.any():
        return ()
    found = _with_rows(cone, steady[None, :], 0.0, np.inf).maximise(growing)
    if found.x is not None and found.value > TINY:
        return _names(polytope, found.x)
    return ()


def closed(polytope: Polytope, x: Floats, times: float) -> Polytope:
    """Return the polytope with open sides closed at a multiple of a plan's amounts.

    Parameters
    ----------
    polytope : Polytope
        What is allowed.
    x : ndarray, shape (n,)
        A plan.
    times : float
        Multiple of the plan's amount, or of the typical amount if larger.
    """
    reach = times * np.maximum(np.abs(x), polytope.sizes[0])
    return dataclasses.replace(
        polytope,
        low=np.where(np.isfinite(polytope.low), polytope.low, -reach),
        high=np.where(np.isfinite(polytope.high), polytope.high, reach),
    )


def _directions(programme: Programme) -> Polytope:
    """Return the open directions of length at most 1 in each variable along which risk is 0."""
    polytope = programme.polytope
    risky = (programme.own_risk > 0) & (programme.aversion > 0)
    low = np.where(np.isfinite(polytope.low) | risky, 0.0, -1.0)
    high = np.where(np.isfinite(polytope.high) | risky, 0.0, 1.0)
    row_low = np.where(np.isfinite(polytope.row_low), 0.0, -np.inf)
    row_high = np.where(np.isfinite(polytope.row_high), 0.0, np.inf)
    cone = dataclasses.replace(polytope, low=low, high=high, row_low=row_low, row_high=row_high)
    return _with_rows(cone, programme.loadings.T, 0.0, 0.0) if programme.aversion > 0 else cone


def _with_rows(polytope: Polytope, rows: Floats, low: float, high: float) -> Polytope:
    count = len(rows)
    return dataclasses.replace(
        polytope,
        matrix=sparse.csr_array(sparse.vstack([polytope.matrix, sparse.csr_array(rows)])),
        row_low=np.append(polytope.row_low, np.full(count, low)),
        row_high=np.append(polytope.row_high, np.full(count, high)),
        row_names=polytope.row_names + ("",) * count,
    )


def _names(polytope: Polytope, direction: Floats) -> tuple[str, ...]:
    moving = np.abs(direction) > TINY * np.abs(direction).max()
    return tuple(name for name, moves in zip(polytope.names, moving, strict=True) if moves)

"""Curves replaced by chords between some of their points, and the linear programme over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.optimize.polytope import Floats, Polytope
from core.optimize.scurve_terms import Terms


@dataclasses.dataclass(frozen=True)
class Chords:
    """The upper hull of points on every curve, as chords of falling slope.

    Attributes
    ----------
    low, base : ndarray, shape (n,)
        First point of every variable and the term there.
    owner : ndarray of int, shape (k,)
        Variable of each chord.
    width, slope : ndarray, shape (k,)
        Length of the chord along its variable, and its slope.
    """

    low: Floats
    base: Floats
    owner: NDArray[np.intp]
    width: Floats
    slope: Floats


@dataclasses.dataclass(frozen=True)
class Mix:
    """Optimum of the linear programme over chords.

    Attributes
    ----------
    x : ndarray, shape (n,)
        A plan within the limits.
    hull : ndarray, shape (n,)
        Value of every hull there; at least the term itself.
    price : ndarray, shape (n,)
        What one unit of each variable takes from the rows, at the prices of the rows.
    worth : float
        Limits of the rows times their prices.
    """

    x: Floats
    hull: Floats
    price: Floats
    worth: float


class ChordProgramme:
    """Linear programmes over chords, for the rows of one polytope."""

    def __init__(self, allowed: Polytope) -> None:
        matrix = allowed.matrix.toarray()
        equal = allowed.row_low == allowed.row_high
        above, below = np.isfinite(allowed.row_high) & ~equal, np.isfinite(allowed.row_low) & ~equal
        self._at_most = np.vstack([matrix[above], -matrix[below]])
        self._limit = np.concatenate([allowed.row_high[above], -allowed.row_low[below]])
        self._equal, self._target = matrix[equal], allowed.row_high[equal]

    def solve(self, chords: Chords) -> Mix | Literal["infeasible", "failed"]:
        """Return the best mix of points on the curves; ``"failed"`` says nothing of the plans."""
        from scipy.optimize import linprog

        limits = np.column_stack([np.zeros(len(chords.width)), chords.width])
        rows: dict[str, Any] = {"bounds": limits}
        if len(self._limit):
            rows["A_ub"] = self._at_most[:, chords.owner]
            rows["b_ub"] = self._limit - self._at_most @ chords.low
        if len(self._target):
            rows["A_eq"] = self._equal[:, chords.owner]
            rows["b_eq"] = self._target - self._equal @ chords.low
        found: Any = linprog(-chords.slope, method="highs", **rows)
        if found.status != 0:
            return "infeasible" if found.status == 2 else "failed"
        # Any prices of the right sign give a valid bound, so the solver need not be trusted.
        at_most, equal = (-found.ineqlin.marginals).clip(min=0.0), -found.eqlin.marginals
        n = len(chords.low)
        return Mix(
            chords.low + np.bincount(chords.owner, found.x, minlength=n),
            chords.base + np.bincount(chords.owner, chords.slope * found.x, minlength=n),
            at_most @ self._at_most + equal @ self._equal,
            float(at_most @ self._limit + equal @ self._target),
        )


def chords(terms: Terms, points: Sequence[Floats]) -> Chords:
    """Return the upper hulls of the curves' points; the points of a variable ascend."""
    owner = np.repeat(np.arange(len(points)), [len(own) for own in points])
    values = terms.take(owner).value(np.concatenate(points))
    cuts = np.cumsum([len(own) for own in points])[:-1]
    pieces = [_hull(x, y) for x, y in zip(points, np.split(values, cuts), strict=True)]
    return Chords(
        np.array([own[0] for own in points]),
        np.array([own[0] for own in np.split(values, cuts)]),
        np.repeat(np.arange(len(points)), [len(width) for width, _ in pieces]),
        np.concatenate([width for width, _ in pieces]),
        np.concatenate([slope for _, slope in pieces]),
    )


def _hull(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return widths and slopes of the upper hull (monotone chain, Andrew 1979)."""
    if len(x) == 1:
        return np.zeros(1), np.zeros(1)
    kept: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        while len(kept) > 1 and _below(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    hull = np.array(kept)
    width = np.diff(hull[:, 0])
    return width, np.diff(hull[:, 1]) / width


def _below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])

"""Risk that is a sum over the axes: tables instead of model calls, proof by best responses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.optimize.cells import Axis, CellGrid

Floats = NDArray[np.float64]

TIE = 1e-12
"""Scores this close count as equal: a level is dropped only if it is clearly no better."""


@dataclasses.dataclass(frozen=True)
class SeparableRisk:
    """A risk score of the form base + sum over axes of a term that depends on that axis alone.

    Attributes
    ----------
    base : float
        Score of the present state.
    terms : tuple of ndarray
        For each axis, the change of the score at each of its levels; 0 at level 0.
    """

    base: float
    terms: tuple[Floats, ...]

    def lowest(self) -> float:
        """Return the lowest score any cell can have: every axis at its best response.

        Exact, since the terms do not depend on each other: when it exceeds the permitted score,
        no cell is acceptable, and only ``sum(len(term))`` levels had to be looked at.
        """
        return self.base + float(sum(term.min() for term in self.terms))

    def scores(self, grid: CellGrid) -> Floats:
        """Return the score of every cell of a grid over the same axes, shape (n,)."""
        total = np.full(len(grid), self.base)
        for index, term in enumerate(self.terms):
            total += term[grid.levels[:, index]]
        return total

    def without_dominated(self, axes: Sequence[Axis]) -> tuple[tuple[Axis, ...], SeparableRisk]:
        """Drop the levels that cost more than another level and lower the score no further.

        An optimal cell never needs one of them: exchanging it for the cheaper level keeps the
        cell acceptable and reduces the effort, whatever the other axes do.
        """
        kept = [_undominated(axis, term) for axis, term in zip(axes, self.terms, strict=True)]
        reduced = tuple(axis.keep(levels) for axis, levels in zip(axes, kept, strict=True))
        terms = tuple(term[list(levels)] for term, levels in zip(self.terms, kept, strict=True))
        return reduced, SeparableRisk(self.base, terms)


def _undominated(axis: Axis, term: Floats) -> tuple[int, ...]:
    best, kept = term[0], [0]
    for level in np.lexsort((term, np.array(axis.moves), np.array(axis.costs))):
        if level != 0 and term[level] < best + TIE:
            best = min(best, term[level])
            kept.append(int(level))
    return tuple(kept)

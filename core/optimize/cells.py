"""Least effort over a grid of discrete levels: every cell in order of effort, so the first is best.

The problem: each axis offers levels, level 0 being the present state at no cost; the effort of a
cell is the sum of its levels' costs; wanted is the cheapest cell that meets a condition. With the
cells in order of effort, the first acceptable one is optimal, and the rejection of all is a proof
that none exists. The condition may be any function: no convexity or monotony is assumed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.intp]

MAX_CELLS = 2_000_000
DECIMALS = 12
"""Efforts that differ by less than this many decimals count as equal; sums round differently."""


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """One quantity that may be moved.

    Attributes
    ----------
    name : str
        Name of the quantity.
    values : tuple of float
        Its levels; the first is the present value.
    costs : tuple of float
        Effort of each level, not negative; the first is 0.
    moves : tuple of float
        Size of each move regardless of its weight, not negative. Decides between cells of equal
        effort, so that nothing is moved for nothing when a weight is 0.

    Raises
    ------
    ValueError
        If the three differ in length, are empty, or the present value has a cost.
    """

    name: str
    values: tuple[float, ...]
    costs: tuple[float, ...]
    moves: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.values) == len(self.costs) == len(self.moves) > 0:
            message = f"axis {self.name}: values, costs and moves must be of one length, not empty"
            raise ValueError(message)
        if self.costs[0] != 0 or min(self.costs) < 0 or not all(map(math.isfinite, self.costs)):
            message = f"axis {self.name}: costs must be finite, not negative, and start at 0"
            raise ValueError(message)

    def keep(self, indices: Sequence[int]) -> Axis:
        """Return the axis with only these levels; the present value must be among them."""
        return Axis(
            self.name,
            tuple(self.values[i] for i in indices),
            tuple(self.costs[i] for i in indices),
            tuple(self.moves[i] for i in indices),
        )


@dataclasses.dataclass(frozen=True)
class CellGrid:
    """Every combination of levels, in order of effort.

    Attributes
    ----------
    axes : tuple of Axis
        The quantities.
    levels : ndarray of int, shape (n, m)
        Level of each of the m axes in each of the n cells; row 0 is the present state.
    effort : ndarray, shape (n,)
        Sum of the costs, ascending.
    changed : ndarray of int, shape (n,)
        Number of axes that leave their present value.
    """

    axes: tuple[Axis, ...]
    levels: Levels
    effort: Floats
    changed: NDArray[np.intp]

    @classmethod
    def build(cls, axes: Sequence[Axis]) -> CellGrid:
        """Enumerate the cells.

        Raises
        ------
        ValueError
            If there are more than ``MAX_CELLS``.
        """
        shape = tuple(len(axis.values) for axis in axes)
        total = math.prod(shape)
        if total > MAX_CELLS:
            message = f"the grid has {total} cells, more than {MAX_CELLS}"
            raise ValueError(message)
        levels = np.stack(np.unravel_index(np.arange(total), shape), axis=1) if axes else _EMPTY
        effort = _total([axis.costs for axis in axes], levels)
        moves = _total([axis.moves for axis in axes], levels)
        changed = (levels > 0).sum(axis=1)
        order = np.lexsort((changed, moves.round(DECIMALS), effort.round(DECIMALS)))
        return cls(tuple(axes), levels[order], effort[order], changed[order])

    def __len__(self) -> int:
        return len(self.levels)

    def values(self, cell: int) -> dict[str, float]:
        """Return the value of every axis in one cell."""
        return {
            axis.name: axis.values[level]
            for axis, level in zip(self.axes, self.levels[cell], strict=True)
        }

    def matrix(self) -> Floats:
        """Return the values of all cells, shape (n, m)."""
        columns = [
            np.array(axis.values)[self.levels[:, index]] for index, axis in enumerate(self.axes)
        ]
        return np.stack(columns, axis=1) if columns else np.empty((len(self), 0))

    def cheapest(
        self, passes: Bools, accept: Callable[[int], bool], most_changes: int | None = None
    ) -> int | None:
        """Return the cell of least effort that is acceptable, or ``None``.

        Parameters
        ----------
        passes : ndarray of bool, shape (n,)
            A fast screen. It may let a cell through that ``accept`` turns down; it must not turn
            down a cell that ``accept`` would take, or the answer is not a proof.
        accept : callable
            Takes a cell and gives the binding decision.
        most_changes : int, optional
            Consider only cells in which at most this many axes move.
        """
        allowed = passes if most_changes is None else passes & (self.changed <= most_changes)
        return next((int(cell) for cell in np.flatnonzero(allowed) if accept(int(cell))), None)

    def lowest(self, risk: Floats, most_changes: int | None = None) -> int:
        """Return the cell of lowest risk, the one of least effort among equals."""
        if most_changes is not None:
            risk = np.where(self.changed <= most_changes, risk, np.inf)
        return int(np.argmin(risk))


def distinct_levels(axis: Axis, thresholds: Sequence[float]) -> tuple[int, ...]:
    """Return the levels to keep when a model distinguishes values only by its split values.

    Between two neighbouring split values a tree model cannot tell values apart, so the cheapest
    level of each interval stands for all. The comparison is made in single precision, as the
    trees make it: a value below the split goes one way, an equal or larger one the other.

    Parameters
    ----------
    axis : Axis
        Its levels.
    thresholds : sequence of float
        Sorted split values.
    """
    values = np.array(axis.values, dtype=np.float32)
    interval = np.searchsorted(np.array(thresholds, dtype=np.float32), values, side="right")
    order = np.lexsort((axis.moves, axis.costs))
    keep: dict[int, int] = {int(interval[0]): 0}
    for level in order:
        keep.setdefault(int(interval[level]), int(level))
    return tuple(sorted(keep.values()))


_EMPTY = np.empty((1, 0), dtype=np.intp)


def _total(parts: Sequence[tuple[float, ...]], levels: Levels) -> Floats:
    total = np.zeros(len(levels))
    for index, part in enumerate(parts):
        total += np.array(part)[levels[:, index]]
    return total

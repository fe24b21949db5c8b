"""From a problem with names to a programme with matrices, and back."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

import numpy as np
from scipy import sparse

from core.apple_sales.planning.problem import Constraint, Problem
from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses

Side = Literal["low", "high", "both"]

_EVER = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Where a row of the programme comes from.

    Attributes
    ----------
    constraint : Constraint
        The constraint.
    side : {"low", "high", "both"}
        Which of its limits the row holds. A share with two limits makes two rows, because the
        limits multiply the sum of all amounts.
    """

    constraint: Constraint
    side: Side

    @property
    def name(self) -> str:
        """Name of the row; that of the constraint, with its side where it is one of two."""
        two = self.constraint.low is not None and self.constraint.high is not None
        if self.side == "both" or not two:
            return self.constraint.name
        return f"{self.constraint.name} ({'at least' if self.side == 'low' else 'at most'})"


@dataclasses.dataclass(frozen=True)
class Compiled:
    """A programme and what its rows stand for."""

    programme: Programme
    rows: tuple[Row, ...]


def compiled(problem: Problem) -> Compiled:
    """Return the programme of a problem.

    A share ``s`` of all amounts is linear in them: ``sum c x >= s sum x`` is the row
    ``sum (c - s) x >= 0``.
    """
    cells = problem.cells
    curves = [cell.response for cell in cells]
    rows = rows_of(problem)
    programme = Programme(
        Responses(
            np.array([FAMILIES.index(curve.family) for curve in curves], dtype=np.intp),
            np.array([curve.scale for curve in curves], dtype=np.float64),
            np.array([curve.shift for curve in curves], dtype=np.float64),
            np.array([curve.exponent for curve in curves], dtype=np.float64),
        ),
        np.array([cell.weight for cell in cells], dtype=np.float64),
        np.array([cell.cost for cell in cells], dtype=np.float64),
        _loadings(problem),
        np.array([cell.own_risk for cell in cells], dtype=np.float64),
        float(problem.aversion),
        polytope(problem, rows),
    )
    return Compiled(programme, rows)


def rows_of(problem: Problem) -> tuple[Row, ...]:
    """Return the rows of the programme, in the order of the constraints."""
    return tuple(row for constraint in problem.constraints for row in _rows(constraint))


def _rows(constraint: Constraint) -> tuple[Row, ...]:
    if constraint.low is None or constraint.high is None:
        return (Row(constraint, "low" if constraint.high is None else "high"),)
    if constraint.kind == "amount" or constraint.low == constraint.high:
        return (Row(constraint, "both"),)
    return (Row(constraint, "low"), Row(constraint, "high"))


def polytope(problem: Problem, rows: tuple[Row, ...]) -> Polytope:
    """Return the limits of a problem as matrices."""
    cells = problem.cells
    place = {cell.name: index for index, cell in enumerate(cells)}
    lines = [_line(row, place) for row in rows]
    return Polytope(
        sparse.csr_array(sparse.vstack(lines) if lines else np.empty((0, len(cells)))),
        np.array([_limit(row, "low") for row in rows], dtype=np.float64),
        np.array([_limit(row, "high") for row in rows], dtype=np.float64),
        np.array([cell.low for cell in cells], dtype=np.float64),
        np.array([cell.high for cell in cells], dtype=np.float64),
        tuple(row.name for row in rows),
        tuple(cell.name for cell in cells),
    )


def _line(row: Row, place: dict[str, int]) -> sparse.csr_array:
    given = row.constraint.coefficients
    columns = np.array([place[name] for name in given], dtype=np.intp)
    values = np.array([*given.values()], dtype=np.float64)
    if row.constraint.kind == "share":
        share = row.constraint.high if row.side == "high" else row.constraint.low
        full = np.full(len(place), -float(share or 0.0))
        full[columns] += values
        columns, values = np.arange(len(place)), full
    kept = values != 0
    shape = (1, len(place))
    return sparse.csr_array((values[kept], (np.zeros(kept.sum(), int), columns[kept])), shape)


def _limit(row: Row, side: Literal["low", "high"]) -> float:
    limit = row.constraint.low if side == "low" else row.constraint.high
    if row.side not in (side, "both") or limit is None:
        return -math.inf if side == "low" else math.inf
    return 0.0 if row.constraint.kind == "share" else float(limit)


def _loadings(problem: Problem) -> Floats:
    shocks = {shock: None for cell in problem.cells for shock in cell.exposure}
    column = {shock: index for index, shock in enumerate(shocks)}
    loadings = np.zeros((len(problem.cells), len(column)))
    for index, cell in enumerate(problem.cells):
        for shock, exposure in cell.exposure.items():
            loadings[index, column[shock]] = exposure
    return loadings


def unbounded(problem: Problem) -> tuple[str, ...]:
    """Return the cells that the limits allow to grow for ever.

    They are the support of the directions d >= 0 in which no limit is ever met. The sum of
    ``min(d_i, 1)`` over these directions is largest where the support is, so one linear programme
    finds them all.
    """
    from scipy.optimize import linprog

    limits = polytope(problem, rows_of(problem))
    n = limits.n
    above, below = np.isfinite(limits.row_high), np.isfinite(limits.row_low)
    never = sparse.vstack([limits.matrix[above], -limits.matrix[below]], format="csr")
    capped = sparse.hstack([-sparse.eye_array(n), sparse.eye_array(n)])
    nothing = sparse.csr_array((never.shape[0], n))
    free = np.where(np.isfinite(limits.high), 0.0, np.inf)
    programme: dict[str, Any] = {
        "c": np.concatenate([np.zeros(n), -np.ones(n)]),
        "A_ub": sparse.vstack([sparse.hstack([never, nothing]), capped], format="csr"),
        "b_ub": np.zeros(never.shape[0] + n),
        "bounds": np.column_stack([np.zeros(2 * n), np.concatenate([free, np.ones(n)])]),
    }
    found = linprog(method="highs", **programme)
    ends = np.asarray(found.x, dtype=np.float64)[n:] > _EVER
    return tuple(name for name, end in zip(limits.names, ends, strict=True) if end)

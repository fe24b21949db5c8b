"""Linear constraints: named rows and bounds, and the linear programme over them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Kind = Literal["row", "bound"]
Side = Literal["low", "high"]

ALLOWANCE = 1e-7
"""Violation, relative to the size of a limit, that counts as rounding."""

ROUNDING = 1e-9
"""Reduced value, relative to the largest value of a variable, that counts as zero."""

BALANCING_STEPS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """One side of one row or variable.

    Attributes
    ----------
    kind : {"row", "bound"}
        What is limited.
    index : int
        Place of the row or variable.
    name : str
        Its name.
    side : {"low", "high"}
        ``"low"``: at least the value; ``"high"``: at most.
    value : float
        The limit.
    """

    kind: Kind
    index: int
    name: str
    side: Side
    value: float


@dataclasses.dataclass(frozen=True, slots=True)
class LinearOptimum:
    """Answer of a linear programme.

    Attributes
    ----------
    status : {"optimal", "infeasible", "unbounded", "failed"}
        What the solver found; ``"failed"`` says nothing about the problem.
    x : ndarray, shape (n,), or None
        A vertex at which the optimum is taken.
    value : float
        The optimum; NaN without one.
    bound : float
        Upper bound of the optimum, by weak duality from the solver's prices: it holds whatever
        the solver's tolerances are (variables without a limit excepted, whose reduced values
        count as 0 below :data:`ROUNDING`). NaN without an optimum.
    row_prices : ndarray, shape (m,), or None
        Change of the optimum with each row's active limit.
    """

    status: str
    x: Floats | None
    value: float
    bound: float = float("nan")
    row_prices: Floats | None = None


@dataclasses.dataclass(frozen=True)
class Polytope:
    """All x with ``row_low <= matrix @ x <= row_high`` and ``low <= x <= high``.

    Attributes
    ----------
    matrix : sparse array, shape (m, n)
        One row a constraint, in compressed row form.
    row_low, row_high : ndarray, shape (m,)
        Limits of the rows; infinite where there is none, equal for an equation.
    low, high : ndarray, shape (n,)
        Limits of the variables; infinite where there is none.
    row_names : tuple of str
        Names of the rows.
    names : tuple of str
        Names of the variables.
    """

    matrix: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    row_names: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of variables."""
        return len(self.low)

    @property
    def m(self) -> int:
        """Number of rows."""
        return len(self.row_low)

    @functools.cached_property
    def sizes(self) -> tuple[Floats, Floats]:
        """Typical amount of each variable, shape (n,), and of each row, shape (m,).

        Powers of two that bring the matrix and its limits near 1 (Ruiz 2001, RAL-TR-2001-034),
        so that a solver's absolute tolerances mean the same in all units. What is typical is read
        from the bounds or from the rows, whichever says less: a bound that only stands for "none",
        such as 1e12, has no weight then.
        """
        matrix = abs(self.matrix)
        row, column = np.ones(self.m), np.ones(self.n)
        for _ in range(BALANCING_STEPS):
            balanced = sparse.diags_array(1 / row) @ matrix @ sparse.diags_array(column)
            row *= np.sqrt(_largest(balanced, 1))
            column /= np.sqrt(_largest(balanced, 0))
        terms = _positive(sparse.diags_array(1 / row) @ matrix @ column)
        unit = min(
            _typical(self.low / column, self.high / column),
            _typical(self.row_low / row / terms, self.row_high / row / terms),
        )
        unit = unit if np.isfinite(unit) else 1.0
        return _power_of_two(column * unit), _power_of_two(row * unit)

    @functools.cached_property
    def balanced(self) -> sparse.csr_array:
        """The matrix for amounts and rows counted in their typical sizes: entries are near 1."""
        column, row = self.sizes
        product = sparse.diags_array(1 / row) @ self.matrix @ sparse.diags_array(column)
        return sparse.csr_array(product)

    @functools.cached_property
    def _sides(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Rows that are equations, that have an upper limit, and that have a lower limit."""
        equal = self.row_low == self.row_high
        return equal, np.isfinite(self.row_high) & ~equal, np.isfinite(self.row_low) & ~equal

    @functools.cached_property
    def _matrices(self) -> dict[str, Any]:
        equal, above, below = self._sides
        at_most = sparse.vstack([self.balanced[above], -self.balanced[below]], format="csr")
        return {
            "A_ub": at_most if above.any() or below.any() else None,
            "A_eq": self.balanced[equal] if equal.any() else None,
        }

    def maximise(self, direction: Floats, origin: Floats | None = None) -> LinearOptimum:
        """Return a point at which ``direction @ (x - origin)`` is largest.

        Parameters
        ----------
        direction : ndarray, shape (n,)
            Value of one unit of each variable.
        origin : ndarray, shape (n,), optional
            Point from which the value is counted, 0 unless given. Counting from a point avoids
            the difference of two large numbers.
        """
        start = np.zeros(self.n) if origin is None else origin
        if (self.low > self.high).any():
            return LinearOptimum("infeasible", None, float("nan"))
        column, _ = self.sizes
        worth = float(_power_of_two(np.array([np.abs(direction * column).max(initial=0.0)]))[0])
        found = solve_linear(-direction * column / worth, self._matrices | self._limits(start))
        status = {0: "optimal", 2: "infeasible", 3: "unbounded"}.get(found.status, "failed")
        if status != "optimal":
            return LinearOptimum(status, None, float("nan"))
        x = np.clip(start + column * found.x, self.low, self.high)
        prices = worth * self._prices(found)
        value = float(direction @ (x - start))
        return LinearOptimum(status, x, value, self._bound(direction, prices, start), prices)

    def _limits(self, origin: Floats) -> dict[str, Any]:
        equal, above, below = self._sides
        column, row = self.sizes
        at = self.matrix @ origin
        high, low = (self.row_high - at) / row, (self.row_low - at) / row
        limits = np.concatenate([high[above], -low[below]])
        return {
            "b_ub": limits if len(limits) else None,
            "b_eq": low[equal] if equal.any() else None,
            "bounds": np.column_stack([self.low - origin, self.high - origin]) / column[:, None],
        }

    def _prices(self, found: Any) -> Floats:
        equal, above, below = self._sides
        _, row = self.sizes
        prices = np.zeros(self.m)
        inequalities, count = found.ineqlin.marginals, int(above.sum())
        prices[above] -= np.minimum(inequalities[:count], 0.0)
        prices[below] += np.minimum(inequalities[count:], 0.0)
        prices[equal] = -found.eqlin.marginals
        return prices / row

    def _bound(self, direction: Floats, prices: Floats, origin: Floats) -> float:
        """Return ``sup direction @ (x - origin)`` with the rows priced instead of kept."""
        at = self.matrix @ origin
        reduced = direction - self.matrix.T @ prices
        free = ~np.isfinite(np.where(reduced > 0, self.high, self.low))
        column, _ = self.sizes
        size = np.abs(direction * column).max(initial=0.0)
        reduced[free & (np.abs(reduced * column) <= ROUNDING * size)] = 0.0
        return _support(prices, self.row_low - at, self.row_high - at) + _support(
            reduced, self.low - origin, self.high - origin
        )

    def violation(self, x: Floats) -> float:
        """Return the largest excess over a limit, relative to the size of what is limited.

        That size is the greatest of the limit, the typical amount (:attr:`sizes`) and, for a row,
        the sum of its terms' absolute values. It changes with the units, so the result does not.
        A point that is not finite exceeds every limit.
        """
        if not np.isfinite(x).all():
            return float("inf")
        column, row = self.sizes
        terms = abs(self.matrix) @ np.abs(x)
        return max(
            _excess(self.matrix @ x, self.row_low, self.row_high, np.maximum(row, terms)),
            _excess(x, self.low, self.high, column),
        )

    def limit(
        self, kind: Literal["row", "bound"], index: int, side: Literal["low", "high"]
    ) -> Limit:
        """Return one side of one row or variable."""
        low, high, names = (
            (self.row_low, self.row_high, self.row_names)
            if kind == "row"
            else (self.low, self.high, self.names)
        )
        value = low[index] if side == "low" else high[index]
        return Limit(kind, index, names[index], side, float(value))

    def relaxed(self, values: Mapping[Limit, float]) -> Polytope:
        """Return the polytope with some limits at other values; infinite values remove them."""
        fields = {
            ("row", "low"): self.row_low.copy(),
            ("row", "high"): self.row_high.copy(),
            ("bound", "low"): self.low.copy(),
            ("bound", "high"): self.high.copy(),
        }
        for limit, value in values.items():
            fields[limit.kind, limit.side][limit.index] = value
        row_low, row_high, low, high = fields.values()
        return Polytope(self.matrix, row_low, row_high, low, high, self.row_names, self.names)


def solve_linear(costs: Floats, limits: dict[str, Any]) -> Any:
    """Minimise ``costs @ x`` with HiGHS (Huangfu and Hall 2018, Math. Prog. Comp. 10, 119-142).

    Parameters
    ----------
    costs : ndarray, shape (n,)
        Cost of one unit of each variable.
    limits : dict
        ``A_ub``, ``b_ub``, ``A_eq``, ``b_eq`` and ``bounds`` of :func:`scipy.optimize.linprog`.

    Returns
    -------
    OptimizeResult
        Of a second run without presolve if the first has no verdict: presolve may not tell
        infeasible from unbounded.
    """
    from scipy.optimize import linprog

    found = linprog(costs, method="highs", **limits)
    if found.status in {0, 2, 3}:
        return found
    return linprog(costs, method="highs", options={"presolve": False}, **limits)


def _largest(matrix: Any, axis: int) -> Floats:
    """Return the largest entry of every row (axis 1) or column (axis 0); 1 where there is none."""
    if 0 in matrix.shape:
        return np.ones(matrix.shape[1 - axis])
    return _positive(np.asarray(matrix.max(axis=axis).todense(), dtype=np.float64).ravel())


def _power_of_two(values: Floats) -> Floats:
    """Return the nearest powers of two, by which dividing is exact; 1 for 0."""
    return np.asarray(np.exp2(np.round(np.log2(_positive(values)))), dtype=np.float64)


def _positive(values: Floats) -> Floats:
    """Return the values, with 1 for 0."""
    return np.where(values > 0, values, 1.0)


def _typical(low: Floats, high: Floats) -> float:
    """Return the median size of the limits other than 0; infinite without any."""
    sizes = np.abs(np.concatenate([low, high]))
    known = sizes[np.isfinite(sizes) & (sizes > 0)]
    return float(np.median(known)) if len(known) else float("inf")


def _support(prices: Floats, low: Floats, high: Floats) -> float:
    """Return the largest ``prices @ v`` with ``low <= v <= high``."""
    priced = prices != 0
    return float(prices[priced] @ np.where(prices > 0, high, low)[priced])


def _excess(values: Floats, low: Floats, high: Floats, sizes: Floats) -> float:
    """Return the largest relative excess of values over their finite limits, at least 0."""
    excess = [0.0]
    for limit, sign in ((high, 1.0), (low, -1.0)):
        known = np.isfinite(limit)
        if known.any():
            over = sign * (values[known] - limit[known])
            excess.append(float((over / np.maximum(sizes[known], np.abs(limit[known]))).max()))
    return max(excess)

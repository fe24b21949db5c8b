"""Whether a plan meets the conditions of Karush, Kuhn and Tucker, and the prices that show it.

For a concave programme over linear limits a plan x is optimal if and only if there are prices of
the limits with ``gradient = matrix' @ row_prices + bound_prices`` (stationarity), x within its
limits (feasibility), and a price other than 0 only at a limit that x touches (complementarity).
A price is the change of the optimum for one unit of the limit, where the optimum has a derivative.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.optimize.frank_wolfe import relative_to
from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme

TOUCHING = (1e-10, 1e-8, 1e-6, 1e-4, 1e-3)
"""Distances, relative to the size of a limit, up to which a limit counts as touched.

Active-set solvers end on their limits, interior-point solvers near them, so no single distance
serves all. Each is tried and the prices with the smallest residual are kept; that is sound at any
distance, because what is left open is charged as complementarity.
"""

CLEAR = 1e-9
"""Residual of a fit below which no other prices are looked for."""

Flags = NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, slots=True)
class Kkt:
    """How well a plan meets the conditions of optimality; every figure is the same in all units.

    Attributes
    ----------
    residual : float
        Largest of the three figures below.
    stationarity : float
        Largest ``|gradient - matrix' @ row_prices - bound_prices|``, each variable counted in its
        typical amount, relative to the largest marginal gain, cost or risk of a variable.
    feasibility : float
        Largest relative excess over a limit.
    complementarity : float
        Sum of price times distance over all limits, relative to the objective (or to the sum of
        its marginal gains, costs and risks times the amounts, where these cancel). With
        stationarity 0 it bounds what any plan can add.
    row_prices : ndarray, shape (m,)
        Change of the optimum with the row's active limit: not negative where the upper limit
        binds, not positive where the lower one does, 0 where neither.
    bound_prices : ndarray, shape (n,)
        The same for the limits of the variables (reduced gradient).
    """

    residual: float
    stationarity: float
    feasibility: float
    complementarity: float
    row_prices: Floats
    bound_prices: Floats


def kkt(programme: Programme, x: Floats, *, row_prices: Floats | None = None) -> Kkt:
    """Measure how far a plan is from the conditions of optimality.

    Parameters
    ----------
    programme : Programme
        What is maximised and what is allowed.
    x : ndarray, shape (n,)
        The plan.
    row_prices : ndarray, shape (m,), optional
        A solver's own prices. Those of the wrong sign or of rows that x does not touch become 0.
        Unless given, prices are fitted: by bounded least squares over the variables off their
        bounds, or, where these are too few to tell, as the prices of the linear programme of
        :func:`core.optimize.frank_wolfe.frank_wolfe_gap`; whichever leaves less.

    Returns
    -------
    Kkt
        Infinite residuals if a slope at x is not finite.
    """
    gradient = programme.gradient(x)
    if not np.isfinite(gradient).all():
        worst = float("inf")
        return Kkt(worst, worst, worst, worst, np.zeros(programme.polytope.m), np.zeros(len(x)))
    check = _Check(programme, x, gradient)
    best = check.best(row_prices)
    if row_prices is None and best.residual > CLEAR:
        linear = programme.polytope.maximise(gradient, origin=x).row_prices
        if linear is not None:
            best = min(best, check.best(linear), key=_residual)
    return best


@dataclasses.dataclass(frozen=True, slots=True)
class _Touched:
    """Which lower and which upper limits are touched, and the distance to each."""

    low: Flags
    high: Flags
    to_low: Floats
    to_high: Floats

    @classmethod
    def of(
        cls, values: Floats, low: Floats, high: Floats, sizes: Floats, distance: float
    ) -> _Touched:
        to_low, to_high = np.abs(values - low), np.abs(high - values)
        return cls(
            np.isfinite(low) & (to_low <= distance * np.maximum(sizes, np.abs(low))),
            np.isfinite(high) & (to_high <= distance * np.maximum(sizes, np.abs(high))),
            to_low,
            to_high,
        )

    def signs(self) -> tuple[Floats, Floats]:
        """Return the least and the largest price that touched limits allow."""
        return np.where(self.low, -np.inf, 0.0), np.where(self.high, np.inf, 0.0)

    def project(self, prices: Floats) -> Floats:
        """Return the nearest prices that touched limits allow."""
        return np.clip(prices, *self.signs())

    def cost(self, prices: Floats) -> float:
        """Return the sum of price times distance."""
        up, down = prices > 0, prices < 0
        return float(prices[up] @ self.to_high[up] - prices[down] @ self.to_low[down])


class _Check:
    """A plan, its gradient, and the sizes its residuals are relative to."""

    def __init__(self, programme: Programme, x: Floats, gradient: Floats) -> None:
        self.x = x
        self.polytope: Polytope = programme.polytope
        self.columns, self.rows = self.polytope.sizes
        gain = programme.weight * programme.responses.slope(x)
        self.gradient = gradient
        marginal = np.abs(gain) + np.abs(programme.cost)
        marginal += np.abs(gain - programme.cost - self.gradient)
        self.largest = float((marginal * self.columns).max(initial=0.0))
        self.objective = max(abs(programme.value(x)), float(marginal @ np.abs(x)))
        self.feasibility = self.polytope.violation(x)

    def best(self, given: Floats | None) -> Kkt:
        """Return the residuals at the distance where they are smallest."""
        return min((self.at(distance, given) for distance in TOUCHING), key=_residual)

    def at(self, distance: float, given: Floats | None) -> Kkt:
        """Return the residuals with limits up to a distance counted as touched."""
        own, x = self.polytope, self.x
        rows = _Touched.of(own.matrix @ x, own.row_low, own.row_high, self.rows, distance)
        bounds = _Touched.of(x, own.low, own.high, self.columns, distance)
        prices = self._fitted(rows, bounds) if given is None else rows.project(given)
        reduced = self.gradient - own.matrix.T @ prices
        at_bounds = bounds.project(reduced)
        left = float((np.abs(reduced - at_bounds) * self.columns).max(initial=0.0))
        stationarity = relative_to(left, self.largest)
        complementarity = relative_to(rows.cost(prices) + bounds.cost(at_bounds), self.objective)
        residual = max(stationarity, self.feasibility, complementarity)
        return Kkt(residual, stationarity, self.feasibility, complementarity, prices, at_bounds)

    def _fitted(self, rows: _Touched, bounds: _Touched) -> Floats:
        """Return the least-squares prices of touched rows over variables off their bounds."""
        from scipy.optimize import lsq_linear

        prices = np.zeros(self.polytope.m)
        touched, free = rows.low | rows.high, ~(bounds.low | bounds.high)
        if not touched.any() or not free.any() or self.largest == 0:
            return prices
        terms = self.polytope.balanced[touched][:, free].T.toarray()
        target = (self.gradient * self.columns)[free] / self.largest
        lower, upper = rows.signs()
        fitted = lsq_linear(terms, target, (lower[touched], upper[touched]), method="bvls").x
        prices[touched] = fitted * self.largest / self.rows[touched]
        return prices


def _residual(found: Kkt) -> float:
    return found.residual

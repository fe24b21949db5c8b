"""A concave programme as a conic one, solved by Clarabel's interior-point method.

Each curve is bounded by a variable t within a cone (p is the shifted, scaled amount):

==========  ====================  =========================================
power       t <= p^theta          power cone, (p, 1, t)
log         t <= log p            exponential cone, (t, 1, p)
saturating  t >= 1 / p            second-order cone, (p + t, p - t, 2)
==========  ====================  =========================================

The common shocks enter as z = B' x, so that the quadratic term stays diagonal and the matrices
sparse at any number of variables. Source: Goulart and Chen, "Clarabel", arXiv 2405.12762.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.optimize.answer import Answer
from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES

Places = NDArray[np.intp]
Block = tuple[sparse.csr_array, Floats]

ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10},
    {"tol_gap_abs": 1e-8, "tol_gap_rel": 1e-8, "tol_feas": 1e-8, "equilibrate_enable": False},
)
"""Settings tried in turn: power cones may stall on badly scaled data (Clarabel 120 and 132)."""


def conic(programme: Programme) -> Answer | None:
    """Return the optimum of a concave programme by Clarabel, or ``None`` if it has no answer.

    Parameters
    ----------
    programme : Programme
        In working units, see :func:`core.optimize.scaling.autoscale`; no S-curves.
    """
    import clarabel

    model = _Model(programme)
    cones = [
        clarabel.ZeroConeT(model.zeros),
        clarabel.NonnegativeConeT(model.sides),
        *(clarabel.PowerConeT(float(t)) for t in programme.responses.exponent[model.power]),
        *(clarabel.ExponentialConeT() for _ in model.log),
        *(clarabel.SecondOrderConeT(3) for _ in model.saturating),
    ]
    answer = None
    for attempt in ATTEMPTS:
        settings = clarabel.DefaultSettings()
        settings.verbose, settings.max_threads = False, 1
        for name, value in attempt.items():
            setattr(settings, name, value)
        found = clarabel.DefaultSolver(
            model.quadratic, model.linear, model.matrix, model.right, cones, settings
        ).solve()
        status = str(found.status)
        if np.isfinite(found.x).all() and "Infeasible" not in status:
            answer = model.answer(found)
        if status in ("Solved", "AlmostSolved"):
            break
    return answer


class _Model:
    """The arrays of ``min v' P v / 2 + q' v`` with ``b - A v`` in the cones; v = (x, t, z)."""

    def __init__(self, programme: Programme) -> None:
        curves, self.polytope = programme.responses, programme.polytope
        self.worth = programme.weight * curves.scale
        self.power, self.log, self.saturating = (
            np.flatnonzero((curves.family == FAMILIES.index(name)) & (self.worth != 0))
            for name in ("power", "log", "saturating")
        )
        self.n = programme.n
        self.curved = len(self.power) + len(self.log) + len(self.saturating)
        shocks = programme.loadings.shape[1] if programme.aversion > 0 else 0
        self.width = self.n + self.curved + shocks
        self.divisor = np.maximum(1.0, curves.shift)
        middle = np.sqrt(curves.shift * (1 + curves.shift))
        self.divisor[self.saturating] = middle[self.saturating]
        self.offset = curves.shift / self.divisor
        self.linear = self._objective(programme)
        own = programme.aversion * np.square(programme.own_risk)
        diagonal = np.concatenate([own, np.zeros(self.curved), np.ones(shocks)])
        self.quadratic = sparse.csc_matrix(sparse.diags_array(diagonal))
        self._assemble(programme, shocks)

    def answer(self, found: Any) -> Answer:
        """Return Clarabel's point and its dual values as prices of the rows."""
        x = np.clip(np.array(found.x[: self.n]), self.polytope.low, self.polytope.high)
        dual = np.array(found.z)
        equal, above, below = _kinds(self.polytope)
        prices = np.zeros(self.polytope.m)
        prices[equal] = dual[: equal.sum()]
        dual = dual[self.zeros :]
        prices[above] += dual[: above.sum()]
        prices[below] -= dual[above.sum() : above.sum() + below.sum()]
        return Answer(x, prices, int(found.iterations))

    def _objective(self, programme: Programme) -> Floats:
        curves = programme.responses
        straight = curves.family == FAMILIES.index("linear")
        return np.concatenate(
            [
                programme.cost - np.where(straight, self.worth, 0.0),
                -(self.worth * self.divisor**curves.exponent)[self.power],
                -self.worth[self.log],
                (self.worth * self.offset)[self.saturating],
                np.zeros(self.width - self.n - self.curved),
            ]
        )

    def _assemble(self, programme: Programme, shocks: int) -> None:
        zero = self._equations(programme, shocks)
        side = self._sides()
        self.zeros = sum(len(right) for _, right in zero)
        self.sides = sum(len(right) for _, right in side)
        blocks = [*zero, *side, *self._curves()]
        self.matrix = sparse.csc_matrix(sparse.vstack([block for block, _ in blocks]))
        self.right = np.concatenate([right for _, right in blocks])

    def _equations(self, programme: Programme, shocks: int) -> list[Block]:
        polytope = self.polytope
        equal, _, _ = _kinds(polytope)
        fixed = np.flatnonzero(polytope.low == polytope.high)
        pinned = _entries(np.arange(len(fixed)), fixed, np.ones(len(fixed)), self.width)
        blocks = [
            (self._wide(polytope.matrix[equal]), polytope.row_low[equal]),
            (pinned, polytope.low[fixed]),
        ]
        if shocks:
            loads = sparse.csr_array(np.sqrt(programme.aversion) * programme.loadings.T)
            gap = sparse.csr_array((shocks, self.width - self.n - shocks))
            tie = sparse.hstack([loads, gap, -sparse.eye_array(shocks)], format="csr")
            blocks.append((tie, np.zeros(shocks)))
        return blocks

    def _sides(self) -> list[Block]:
        polytope = self.polytope
        _, above, below = _kinds(polytope)
        free = polytope.low < polytope.high
        up = np.flatnonzero(np.isfinite(polytope.high) & free)
        down = np.flatnonzero(np.isfinite(polytope.low) & free)
        return [
            (self._wide(polytope.matrix[above]), polytope.row_high[above]),
            (self._wide(-polytope.matrix[below]), -polytope.row_low[below]),
            (_entries(np.arange(len(up)), up, np.ones(len(up)), self.width), polytope.high[up]),
            (
                _entries(np.arange(len(down)), down, -np.ones(len(down)), self.width),
                -polytope.low[down],
            ),
        ]

    def _curves(self) -> list[Block]:
        """Return three rows a curve: what must lie in its cone."""
        of_log = self.n + len(self.power)
        of_saturating = of_log + len(self.log)
        return [
            self._cone(self.power, self.n, (0,), ((2, -1.0),), (None, 1.0, 0.0)),
            self._cone(self.log, of_log, (2,), ((0, -1.0),), (0.0, 1.0, None)),
            self._cone(
                self.saturating, of_saturating, (0, 1), ((0, -1.0), (1, 1.0)), (None, None, 2.0)
            ),
        ]

    def _cone(
        self,
        own: Places,
        first: int,
        amount: tuple[int, ...],
        bound: tuple[tuple[int, float], ...],
        constant: tuple[float | None, ...],
    ) -> Block:
        """Return the rows of one family; ``None`` in ``constant`` stands for the curve's shift."""
        rows, t = 3 * np.arange(len(own)), first + np.arange(len(own))
        parts = [(rows + place, own, -1 / self.divisor[own]) for place in amount]
        parts += [(rows + place, t, np.full(len(own), sign)) for place, sign in bound]
        row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
        right = [self.offset[own] if c is None else np.full(len(own), c) for c in constant]
        matrix = sparse.csr_array((value, (row, column)), shape=(3 * len(own), self.width))
        return matrix, np.stack(right, axis=1).ravel()

    def _wide(self, matrix: sparse.csr_array) -> sparse.csr_array:
        """Return the matrix with columns of zeros for t and z."""
        empty = sparse.csr_array((matrix.shape[0], self.width - self.n))
        return sparse.csr_array(sparse.hstack([matrix, empty], format="csr"))


def _kinds(polytope: Polytope) -> tuple[NDArray[np.bool_], ...]:
    """Return which rows are equations, have an upper limit, have a lower limit."""
    equal = polytope.row_low == polytope.row_high
    above = np.isfinite(polytope.row_high) & ~equal
    below = np.isfinite(polytope.row_low) & ~equal
    return equal, above, below


def _entries(rows: Places, columns: Places, values: Floats, width: int) -> sparse.csr_array:
    return sparse.csr_array((values, (rows, columns)), shape=(len(rows), width))

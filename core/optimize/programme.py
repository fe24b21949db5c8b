"""A concave programme: separable response curves less cost and risk, over linear constraints."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.optimize.polytope import Floats, Polytope
from core.optimize.response import FAMILIES, Responses


@dataclasses.dataclass(frozen=True)
class Programme:
    """Maximise ``sum w_i r_i(x_i) - c_i x_i - (g / 2) (|B' x|^2 + sum s_i^2 x_i^2)``.

    Concave, and so with a certifiable optimum, if its curves are; see :attr:`concave`.

    Attributes
    ----------
    responses : Responses
        The curves r.
    weight : ndarray, shape (n,)
        Worth w of one unit of response, not negative.
    cost : ndarray, shape (n,)
        Cost c of one unit of the variable.
    loadings : ndarray, shape (n, k)
        Exposure B of one unit of each variable to k common shocks of unit variance.
    own_risk : ndarray, shape (n,)
        Standard deviation s of the variable's own shock, for one unit.
    aversion : float
        Price g of variance, not negative.
    polytope : Polytope
        What is allowed.
    """

    responses: Responses
    weight: Floats
    cost: Floats
    loadings: Floats
    own_risk: Floats
    aversion: float
    polytope: Polytope

    @property
    def n(self) -> int:
        """Number of variables."""
        return len(self.weight)

    @property
    def concave(self) -> bool:
        """Whether every local optimum is the optimum: no S-curve, no curve of negative worth."""
        straight = self.responses.family == FAMILIES.index("linear")
        worth = self.weight * self.responses.scale
        return self.responses.concave and bool((straight | (worth >= 0)).all())

    def variance(self, x: Floats) -> float:
        """Return the variance of the outcome, ``|B' x|^2 + sum s_i^2 x_i^2``."""
        common = self.loadings.T @ x
        return float(common @ common + np.square(self.own_risk * x).sum())

    def expected(self, x: Floats) -> float:
        """Return the objective without its price of risk."""
        return float(self.weight @ self.responses.value(x) - self.cost @ x)

    def value(self, x: Floats) -> float:
        """Return the objective."""
        return self.expected(x) - self.aversion / 2 * self.variance(x)

    def gradient(self, x: Floats) -> Floats:
        """Return the gradient of the objective, shape (n,)."""
        common = self.loadings @ (self.loadings.T @ x)
        risk = self.aversion * (common + np.square(self.own_risk) * x)
        return self.weight * self.responses.slope(x) - self.cost - risk

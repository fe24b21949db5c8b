"""The conic form: closed-form optima, signs of prices, families, agreement with SLSQP."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.apple_solvers import instance
from core.optimize import Programme, autoscale, solve
from core.optimize.answer import Answer
from core.optimize.augmented import augmented_lagrangian
from core.optimize.conic import conic
from tests.core.optimize.programmes import programme


def solved(own: Programme) -> tuple[np.ndarray, np.ndarray]:
    scaled = autoscale(own)
    answer = conic(scaled.programme)
    assert isinstance(answer, Answer)
    assert answer.row_prices is not None
    return scaled.outward(answer.x), scaled.outward_prices(answer.row_prices)


def test_water_filling() -> None:
    # a_i log(1 + x_i / d_i) under a budget: marginal returns a_i / (d_i + x_i) are equal.
    own = programme(["log"] * 3, scale=[6, 3, 1], shift=[2, 1, 5], rows=[([1, 1, 1], -np.inf, 6.0)])
    x, prices = solved(own)
    price = (6 + 3) / (6 + 2 + 1)  # the third cell, at 1 / 5, is not worth it
    assert x == pytest.approx([6 / price - 2, 3 / price - 1, 0.0], abs=1e-4)
    assert prices == pytest.approx([price], abs=1e-5)


def test_markowitz_with_full_investment() -> None:
    # max m'x - g/2 x'Sx with 1'x = 1: x = S^-1 (m - price) / g, the price from the equation.
    loadings, own_risk = np.array([[0.2], [0.1], [0.3]]), np.array([0.1, 0.2, 0.15])
    gain, aversion = np.array([0.08, 0.05, 0.11]), 3.0
    own = programme(
        ["linear"] * 3, scale=gain, low=-5.0, high=5.0, rows=[([1, 1, 1], 1.0, 1.0)],
        loadings=loadings, own_risk=own_risk, aversion=aversion,
    )  # fmt: skip
    inverse = np.linalg.inv(loadings @ loadings.T + np.diag(own_risk**2))
    price = (inverse.sum(axis=0) @ gain - aversion) / inverse.sum()
    x, prices = solved(own)
    assert x == pytest.approx(inverse @ (gain - price) / aversion, abs=1e-6)
    assert prices == pytest.approx([price], abs=1e-5)


@pytest.mark.parametrize(
    ("family", "exponent"), [("power", 0.3), ("power", 0.9), ("log", 1.0), ("saturating", 1.0)]
)
@pytest.mark.parametrize("shift", [1e-3, 1.0, 1e3])
def test_each_family_meets_its_cost_at_the_margin(
    family: str, exponent: float, shift: float
) -> None:
    own = programme([family], scale=[3.0], shift=shift, exponent=exponent, high=10.0)
    cost = own.responses.slope(np.array([4.0]))
    own = programme([family], scale=[3.0], shift=shift, exponent=exponent, cost=cost, high=10.0)
    found = solve(own)
    assert found.x == pytest.approx([4.0], rel=1e-9)
    assert found.second_difference is not None
    assert found.second_difference < 1e-6


def test_prices_have_the_sign_of_the_limit_that_binds() -> None:
    own = programme(
        ["log"] * 3, scale=[5, 4, 3], cost=1.0, high=50.0,
        rows=[([1, 0, 0], -np.inf, 2.0), ([0, 1, 0], 5.0, np.inf), ([0, 0, 1], 0.0, 9.0)],
    )  # fmt: skip
    x, prices = solved(own)
    assert x == pytest.approx([2, 5, 2], abs=1e-4)
    assert prices == pytest.approx([5 / 3 - 1, 4 / 6 - 1, 0.0], abs=1e-6)


def test_fixed_amounts_and_worthless_curves() -> None:
    own = programme(
        ["power", "log", "saturating"], scale=[0, 4, 3], low=[0, 2, 0], high=[9, 2, 9],
        cost=[1, 0, 0], rows=[([1, 1, 1], -np.inf, 6.0)],
    )  # fmt: skip
    x, _ = solved(own)
    assert x == pytest.approx([0, 2, 4], abs=1e-7)


def test_no_answer_where_nothing_is_allowed() -> None:
    own = programme(["log"] * 2, scale=[1, 1], high=1.0, rows=[([1, 1], 3.0, np.inf)])
    assert conic(autoscale(own).programme) is None


def test_a_stalled_solver_is_asked_again_with_other_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import clarabel

    asked: list[float] = []
    real = clarabel.DefaultSolver

    class Stalled:
        status = "InsufficientProgress"

        def __init__(self, found: object) -> None:
            self.x, self.z, self.iterations = found.x, found.z, found.iterations

    class Solver:
        def __init__(self, *args: object) -> None:
            self.solver, self.settings = real(*args), args[-1]

        def solve(self) -> object:
            asked.append(self.settings.tol_gap_rel)
            return Stalled(self.solver.solve())

    monkeypatch.setattr(clarabel, "DefaultSolver", Solver)
    answer = conic(autoscale(instance(np.random.default_rng(2), 5)).programme)
    assert asked == [1e-10, 1e-8]
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("n", [4, 25])
@pytest.mark.parametrize("seed", range(6))
def test_three_methods_reach_the_same_objective(n: int, seed: int) -> None:
    own = instance(np.random.default_rng([n, seed]), n)
    scaled, found = autoscale(own), solve(own)
    assert found.status == "optimal"
    assert found.second_solver == "Clarabel"
    assert found.second_difference is not None
    assert found.second_difference < 1e-9
    other = augmented_lagrangian(scaled.programme)
    assert own.value(scaled.outward(other.x)) == pytest.approx(found.value, rel=1e-6)

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.optimize.frank_wolfe import frank_wolfe_gap
from core.optimize.kkt import kkt
from core.optimize.polytope import Polytope
from core.optimize.programme import Programme
from core.optimize.response import Responses

INF = np.inf


def roots(low=(0.0, 0.0), high=(INF, INF), limit=10.0):
    """Maximise 2 sqrt(x) + 4 sqrt(y) with x + y <= limit."""
    curves = Responses(np.array([1, 1]), np.array([2.0, 4.0]), np.zeros(2), np.full(2, 0.5))
    polytope = Polytope(
        sparse.csr_array([[1.0, 1.0]]),
        np.array([-INF]),
        np.array([limit]),
        np.array(low),
        np.array(high),
        ("budget",),
        ("x", "y"),
    )
    return Programme(curves, np.ones(2), np.zeros(2), np.zeros((2, 0)), np.zeros(2), 0.0, polytope)


@dataclasses.dataclass(frozen=True)
class Known:
    """A programme made around its optimum."""

    programme: Programme
    x: np.ndarray
    row_prices: np.ndarray
    bound_prices: np.ndarray


def around_an_optimum(seed, n, m):
    """Choose the optimum and its prices first, then the costs that make it one."""
    rng = np.random.default_rng(seed)
    x, state, side = rng.uniform(0.5, 3, n), rng.integers(0, 4, n), rng.integers(0, 4, m)
    matrix = rng.uniform(-1, 1, (m, n)) * (rng.random((m, n)) < 0.7)
    at, tied = matrix @ x, side == 3
    polytope = Polytope(
        sparse.csr_array(matrix),
        np.where((side == 1) | tied, at, at - rng.uniform(0.1, 1, m)),
        np.where((side == 2) | tied, at, at + rng.uniform(0.1, 1, m)),
        np.where(state == 1, x, x - rng.uniform(0.1, 0.5, n)),
        np.where(state == 2, x, x + rng.uniform(0.1, 2, n)),
        tuple(f"r{row}" for row in range(m)),
        tuple(f"x{place}" for place in range(n)),
    )
    sign = np.select([side == 1, side == 2, tied], [-1, 1, rng.choice([-1, 1], m)], 0)
    rows = sign * rng.uniform(0.1, 1, m)
    bounds = np.select([state == 1, state == 2], [-1, 1], 0) * rng.uniform(0.1, 1, n)
    curves = Responses(
        rng.integers(0, 4, n), *rng.uniform(0.5, 2, (2, n)), rng.uniform(0.3, 0.8, n)
    )
    free = Programme(
        curves, np.ones(n), np.zeros(n), rng.normal(size=(n, 2)), rng.uniform(0, 0.3, n), 0.5,
        polytope,
    )  # fmt: skip
    cost = free.gradient(x) - matrix.T @ rows - bounds
    return Known(dataclasses.replace(free, cost=cost), x, rows, bounds)


known = st.builds(
    around_an_optimum, st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 6)
)


def test_the_price_of_a_budget_by_hand():
    # 1 / sqrt(x) = 2 / sqrt(y) and x + y = 10: x = 2, y = 8, price 1 / sqrt(2)
    found = kkt(roots(), np.array([2.0, 8.0]))
    assert found.residual <= 1e-12
    assert found.row_prices == pytest.approx([1 / np.sqrt(2)])
    assert found.bound_prices == pytest.approx([0, 0])


def test_the_price_of_a_bound_by_hand():
    # y <= 4, so x = 6: the budget is worth 1 / sqrt(6), the bound 2 / sqrt(4) less that
    found = kkt(roots(high=(INF, 4.0)), np.array([6.0, 4.0]))
    assert found.residual <= 1e-12
    assert found.row_prices == pytest.approx([1 / np.sqrt(6)])
    assert found.bound_prices == pytest.approx([0, 1 - 1 / np.sqrt(6)])


def test_a_lower_bound_has_a_negative_price():
    # x >= 5, so y = 5: the budget is worth 2 / sqrt(5), the bound costs 1 / sqrt(5)
    found = kkt(roots(low=(5.0, 0.0)), np.array([5.0, 5.0]))
    assert found.residual <= 1e-12
    assert found.bound_prices == pytest.approx([-1 / np.sqrt(5), 0])


def test_a_price_is_the_derivative_of_the_optimum():
    step = 1e-4
    ends = [2 * np.sqrt(b / 5) + 4 * np.sqrt(4 * b / 5) for b in (10 - step, 10 + step)]
    price = kkt(roots(), np.array([2.0, 8.0])).row_prices[0]
    assert (ends[1] - ends[0]) / (2 * step) == pytest.approx(price, rel=1e-6)


def test_a_plan_that_is_not_optimal():
    found = kkt(roots(), np.array([5.0, 5.0]))
    assert found.stationarity > 0.1
    assert found.residual == found.stationarity
    idle = kkt(roots(), np.array([1.0, 4.0]))
    assert idle.row_prices.tolist() == [0]
    assert idle.residual == pytest.approx(1)


def test_a_plan_that_is_not_allowed():
    found = kkt(roots(), np.array([2.2, 8.8]))
    assert found.feasibility == pytest.approx(1 / 16, rel=0.5)
    assert found.residual >= found.feasibility


def test_an_infinite_slope_has_no_finite_residual():
    endless = dataclasses.replace(roots(), weight=np.array([INF, 1.0]))
    assert kkt(endless, np.array([5.0, 5.0])).residual == INF


def test_a_variable_left_at_an_infinite_slope_is_not_optimal():
    assert kkt(roots(), np.array([0.0, 10.0])).residual >= 0.9


@given(known)
def test_an_optimum_has_no_residual(case):
    found = kkt(case.programme, case.x)
    assert found.residual <= 1e-9
    gradient = case.programme.gradient(case.x)
    prices = case.programme.polytope.matrix.T @ found.row_prices + found.bound_prices
    assert gradient == pytest.approx(prices, abs=1e-8)


@given(known)
def test_prices_have_the_signs_of_the_limits_they_belong_to(case):
    own = case.programme.polytope
    found = kkt(case.programme, case.x)
    at = own.matrix @ case.x
    assert (at[found.row_prices > 0] >= own.row_high[found.row_prices > 0] - 1e-2).all()
    assert (at[found.row_prices < 0] <= own.row_low[found.row_prices < 0] + 1e-2).all()


@given(known)
def test_given_prices_are_used(case):
    found = kkt(case.programme, case.x, row_prices=case.row_prices)
    assert found.residual <= 1e-12
    assert found.row_prices == pytest.approx(case.row_prices)
    assert found.bound_prices == pytest.approx(case.bound_prices, abs=1e-9)


def test_given_prices_of_the_wrong_sign_are_dropped():
    found = kkt(roots(), np.array([2.0, 8.0]), row_prices=np.array([-1.0]))
    assert found.row_prices.tolist() == [0]
    assert found.residual > 0.5


@given(known, st.integers(0, 2**32 - 1))
def test_a_point_near_its_limits_is_judged_by_what_it_lacks(case, seed):
    # interior-point answers: about 1e-6 inside, with the prices of the solver
    rng, own = np.random.default_rng(seed), case.programme.polytope
    x = np.clip(case.x + 1e-6 * rng.normal(size=len(case.x)), own.low, own.high)
    assert kkt(case.programme, x, row_prices=case.row_prices).residual <= 2e-5


@given(known, st.floats(0, 0.05), st.integers(0, 2**32 - 1))
def test_the_residual_bounds_the_gap_when_stationary(case, far, seed):
    own, rng = case.programme.polytope, np.random.default_rng(seed)
    x = np.clip(case.x * (1 + far * rng.normal(size=len(case.x))), own.low, own.high)
    found, gap = kkt(case.programme, x), frank_wolfe_gap(case.programme, x, own)
    if found.residual <= 1e-9:
        assert gap.relative <= 1e-6


@given(known, st.floats(1e-9, 1e9), st.integers(-20, 20), st.floats(0, 0.1))
def test_the_residual_is_the_same_in_all_units(case, worth, power, far):
    amount, own = 2.0**power, case.programme.polytope
    polytope = Polytope(
        own.matrix, own.row_low * amount, own.row_high * amount, own.low * amount,
        own.high * amount, own.row_names, own.names,
    )  # fmt: skip
    curves = case.programme.responses
    bare = np.isin(curves.family, (0, 1))
    exponent = np.where(curves.family == 0, 1.0, curves.exponent)
    scaled = Programme(
        Responses(
            curves.family,
            curves.scale * np.where(bare, amount**-exponent, 1.0),
            curves.shift * amount,
            curves.exponent,
        ),
        worth * case.programme.weight,
        worth * case.programme.cost / amount,
        worth * case.programme.loadings / amount,
        worth * case.programme.own_risk / amount,
        case.programme.aversion / worth,
        polytope,
    )
    x = np.clip(case.x * (1 + far), own.low, own.high)
    one, two = kkt(case.programme, x), kkt(scaled, amount * x)
    assert two.residual == pytest.approx(one.residual, rel=1e-5, abs=1e-9)

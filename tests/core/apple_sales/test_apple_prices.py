"""Shadow prices: against closed forms, re-solves, and limits whose price differs up and down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from core.apple_sales import Cell, Constraint, Problem, Response, default_problem, plan
from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.prices import Binding, check
from core.optimize.solve import solve
from tests.core.apple_sales.test_apple_plan import feasible


def linear(name: str, slope: float, high: float) -> Cell:
    return Cell(name, "", "", 1.0, 0.0, high, Response("linear", slope))


def log(name: str, scale: float, shift: float, low: float = 0.0, high: float = 100.0) -> Cell:
    return Cell(name, "", "", 1.0, low, high, Response("log", scale, shift))


def prices(*cells: Cell, rows: tuple[Constraint, ...] = ()) -> dict[str, object]:
    return {m.name: m for m in plan(Problem("", "$", "u", cells, rows)).multipliers}


def test_a_limit_of_a_cell_is_priced_by_its_slope():
    found = prices(log("a", 8, 1, high=3), log("b", 8, 1, low=5, high=5))
    assert found["a"].price == pytest.approx(2.0)  # 8 / (3 + 1)
    assert (found["a"].kind, found["a"].side, found["a"].verified) == ("cell", "high", "yes")
    assert found["b"].price == pytest.approx(8 / 6)
    assert (found["b"].side, found["b"].verified) == ("both", "yes")


def test_a_lower_limit_has_a_negative_price():
    floor = Constraint("Floor", "amount", {"a": 1.0}, 3.0, None)
    budget = Constraint("Budget", "amount", {"a": 1.0, "b": 1.0}, None, 4.0)
    found = prices(log("a", 1, 1), log("b", 8, 1), rows=(floor, budget))
    assert found["Budget"].price == pytest.approx(4.0)  # all extra goes to b: 8 / (1 + 1)
    assert found["Floor"].price == pytest.approx(0.25 - 4.0)
    assert (found["Floor"].side, found["Floor"].verified) == ("low", "yes")


def test_an_equation_has_a_price_with_a_sign():
    exact = Constraint("Exactly", "amount", {"a": 1.0}, 3.0, 3.0)
    cell = Cell("a", "", "", 1.0, 0.0, 9.0, Response("log", 8.0, 1.0), cost=3.0)
    found = prices(cell, rows=(exact,))
    assert found["Exactly"].price == pytest.approx(8 / 4 - 3)
    assert (found["Exactly"].side, found["Exactly"].verified) == ("both", "yes")


def test_a_share_is_priced_per_percentage_point():
    # With x + y = 10 and x <= s 10 the optimum is f(s) = 8 log(1 + 10 s) + log(11 - 10 s).
    everything = Constraint("All", "amount", {"a": 1.0, "b": 1.0}, 10.0, 10.0)
    mix = Constraint("Mix", "share", {"a": 1.0}, None, 0.4)
    found = prices(log("a", 8, 1), log("b", 1, 1), rows=(everything, mix))
    assert found["Mix"].price == pytest.approx((80 / 5 - 10 / 7) / 100)
    assert (found["Mix"].limit, found["Mix"].verified) == (0.4, "yes")
    assert found["Mix"].unit == "$ per percentage point"


def test_a_price_that_differs_up_and_down_is_called_degenerate():
    # Up to 4 the better cell takes everything (2 a unit), beyond it the other does (1 a unit).
    budget = Constraint("Budget", "amount", {"a": 1.0, "b": 1.0}, None, 4.0)
    found = prices(linear("a", 2, 4), linear("b", 1, 4), rows=(budget,))["Budget"]
    assert found.verified == "degenerate"
    assert (found.right, found.left) == (pytest.approx(1.0), pytest.approx(2.0))
    assert 1.0 <= found.price <= 2.0 + 1e-9


def test_a_limit_that_cannot_move_one_way_is_degenerate():
    floor = Constraint("Floor", "amount", {"a": 1.0}, 3.0, None)
    found = prices(log("a", 8, 1, high=3), rows=(floor,))["Floor"]
    assert (found.right, found.verified) == (None, "degenerate")


def test_a_cell_at_nothing_is_checked_upwards_only():
    budget = Constraint("Budget", "amount", {"a": 1.0, "b": 1.0}, None, 1.0)
    found = prices(log("a", 1, 10), log("b", 8, 1), rows=(budget,))["a"]
    assert (found.side, found.limit, found.left, found.verified) == ("low", 0.0, None, "yes")
    assert found.price == pytest.approx(0.1 - 4.0)


def test_a_limit_that_cannot_move_at_all_is_degenerate():
    exact = Constraint("Exactly", "amount", {"a": 1.0}, 3.0, 3.0)
    found = prices(log("a", 8, 1, low=3, high=3), rows=(exact,))["Exactly"]
    assert (found.right, found.left, found.verified) == (None, None, "degenerate")


def test_a_step_that_leaves_no_plan_is_made_smaller():
    # the shift is far larger than the cell's room, and sizes the first step
    cell = Cell("a", "", "", 0.0, 0.0, 1e-5, Response("log", 1.0, 100.0), cost=1.0)
    other = Cell("b", "", "", 1.0, 0.0, 9.0, Response("log", 8.0, 1.0), cost=1.0)
    assert prices(cell, other)["a"].verified == "yes"


def test_a_wrong_price_is_found_out():
    cell = Cell("a", "", "", 1.0, 0.0, 3.0, Response("log", 8.0, 1.0))
    problem = Problem("", "", "", (cell,))
    binding = Binding("a", "cell", "high", 0, 3.0, 1.7, 3.0)

    def best(changed: Problem) -> tuple[float, float]:
        found = solve(compiled(changed).programme)
        return found.value, found.gap.absolute

    assert check(binding, problem, best(problem), best).verified == "no"


@settings(max_examples=15)
@given(feasible())
def test_every_price_is_verified_or_flagged(problem):
    found = plan(problem)
    assert all(m.verified in ("yes", "degenerate") for m in found.multipliers)
    for m in found.multipliers:
        if m.verified == "yes":
            for side in (m.right, m.left):
                assert side is None or abs(side - m.price) <= 1e-3 * max(
                    abs(m.price), abs(found.objective)
                )


def test_prices_add_up_to_the_gradient():
    problem = default_problem()
    programme = compiled(problem).programme
    found = solve(programme)
    gradient = programme.gradient(found.x)
    rebuilt = programme.polytope.matrix.T @ found.kkt.row_prices + found.kkt.bound_prices
    assert rebuilt == pytest.approx(gradient, abs=1e-6 * np.abs(gradient).max())

"""The plan: hand-solved problems, the default problem, and what no plan may ever do."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.apple_sales import (
    Cell,
    Constraint,
    Plan,
    Problem,
    Response,
    default_problem,
    plan,
    read_problem,
)
from core.apple_sales.planning.compile import compiled
from core.errors import InputError

BUDGET = {
    "title": "Two cells", "money": "$ billion", "amount": "units",
    "cells": [
        {"name": "a", "now": 1, "response": {"family": "log", "scale": 6, "shift": 2}},
        {"name": "b", "now": 5, "response": {"family": "log", "scale": 3, "shift": 1}},
    ],
    "constraints": [{"name": "Budget", "high": 6}],
    "notes": ["An example."],
}  # fmt: skip


@pytest.fixture(scope="module")
def default_plan() -> Plan:
    return plan(default_problem())


def test_two_log_curves_under_a_budget_have_a_closed_form():
    # 6 / (x + 2) = 3 / (y + 1) = price and x + y = 6 give price = 9 / 9 = 1, x = 4, y = 2.
    found = plan(read_problem(BUDGET))
    assert found.status == "optimal"
    assert found.x == pytest.approx({"a": 4.0, "b": 2.0}, rel=1e-8)
    assert found.objective == pytest.approx(9 * math.log(3), rel=1e-12)
    assert found.revenue == found.expected == found.objective
    assert found.risk_sd == 0
    (price,) = found.multipliers
    assert (price.name, price.kind, price.side, price.limit) == ("Budget", "constraint", "high", 6)
    assert price.price == pytest.approx(1.0, rel=1e-8)
    assert price.verified == "yes"
    assert price.unit == "$ billion per unit"
    assert found.now.objective == pytest.approx(6 * math.log(1.5) + 3 * math.log(6))
    assert found.now.feasible
    assert found.notes == ("An example.",)


def test_variance_has_its_price():
    # x - g / 2 s^2 x^2 is largest at 1 / (g s^2) = 1 / (0.5 * 4); two exposures add as a sum.
    cell = Cell("a", "", "", 1.0, 0.0, 9.0, Response("linear", 1.0), own_risk=2.0)
    found = plan(Problem("", "", "", (cell,), (), 0.5))
    assert found.x == pytest.approx({"a": 0.5}, rel=1e-8)
    assert found.risk_sd == pytest.approx(1.0)
    assert found.objective == pytest.approx(0.25)
    assert found.expected == pytest.approx(0.5)


def test_weight_and_cost_count():
    # 0.5 * 8 / (x + 1) = 1 at x = 3.
    cell = Cell("a", "", "", 1.0, 0.0, 9.0, Response("log", 8.0, 1.0), weight=0.5, cost=1.0)
    found = plan(Problem("", "", "", (cell,)))
    assert found.x == pytest.approx({"a": 3.0}, rel=1e-7)
    assert found.revenue == pytest.approx(8 * math.log(4))
    assert found.objective == pytest.approx(4 * math.log(4) - 3)
    assert found.multipliers == ()


def test_s_curves_are_solved_to_the_global_optimum():
    cells = [
        {"name": name, "now": 2, "high": 10,
         "response": {"family": "s-curve", "scale": scale, "shift": 3, "exponent": 4}}
        for name, scale in (("a", 10), ("b", 9))
    ]  # fmt: skip
    found = plan(read_problem({"cells": cells, "constraints": [{"name": "Budget", "high": 5}]}))
    grid = np.linspace(0, 5, 100_001)
    hill = [s * grid**4 / (grid**4 + 81) for s in (10, 9)]
    assert found.status == "optimal"
    assert found.certificate.kkt_residual is None
    assert found.objective == pytest.approx((hill[0] + hill[1][::-1]).max(), rel=1e-4)
    assert found.certificate.fw_gap_rel <= 1e-4
    assert {price.verified for price in found.multipliers} == {"not checked"}
    assert found.certificate.unit_scale_rel_diff <= 1e-4


def test_the_default_problem_is_planned_with_proof(default_plan):
    proof = default_plan.certificate
    assert default_plan.status == "optimal"
    assert proof.fw_gap_rel <= 1e-6
    assert proof.kkt_residual <= 1e-5
    assert proof.second_solver_rel_diff <= 1e-6
    assert proof.unit_scale_rel_diff <= 1e-6
    assert "No plan within the limits can add more than" in default_plan.reason
    assert default_plan.objective > default_plan.now.objective
    assert {price.verified for price in default_plan.multipliers} == {"yes"}


def test_gross_profit_agrees_with_its_parts(default_plan):
    problem = default_problem()
    x = np.array([default_plan.x[cell.name] for cell in problem.cells])
    curves = [
        cell.response.scale * amount**cell.response.exponent
        for cell, amount in zip(problem.cells, x, strict=True)
    ]
    cost = sum(cell.cost * amount for cell, amount in zip(problem.cells, x, strict=True))
    assert default_plan.revenue == pytest.approx(sum(curves))
    assert default_plan.expected == pytest.approx(sum(curves) - cost)
    risk = default_plan.expected - problem.aversion / 2 * default_plan.risk_sd**2
    assert default_plan.objective == pytest.approx(risk)


def test_equal_problems_give_equal_bytes(default_plan):
    first = json.dumps(default_plan.to_dict(), allow_nan=False)
    assert json.dumps(plan(default_problem()).to_dict(), allow_nan=False) == first
    assert {
        "title", "money", "amount", "status", "x", "objective", "expected", "revenue", "risk_sd",
        "now", "certificate", "multipliers", "infeasibility", "notes", "comparison",
    } <= {*json.loads(first)}  # fmt: skip


def test_without_checks_nothing_is_claimed_to_be_checked():
    found = plan(read_problem(BUDGET), checks=False)
    assert found.certificate.unit_scale_rel_diff is None
    assert [price.verified for price in found.multipliers] == ["not checked"]
    assert (found.multipliers[0].right, found.multipliers[0].left) == (None, None)


def test_a_problem_without_end_names_its_cells():
    free = Cell("endless", "", "", 1.0, 0.0, math.inf, Response("log", 8.0, 1.0))
    with pytest.raises(InputError, match='"endless" can grow without limit'):
        plan(Problem("", "", "", (free,)))


def test_s_curves_with_a_price_of_risk_are_refused_in_words():
    cell = Cell("a", "", "", 1.0, 0.0, 9.0, Response("s-curve", 8.0, 1.0, 2.0), own_risk=1.0)
    with pytest.raises(InputError, match="price of risk"):
        plan(Problem("", "", "", (cell,), (), 0.5))


@st.composite
def feasible(draw: st.DrawFn) -> Problem:
    """A concave problem whose present amounts are within all limits."""
    n = draw(st.integers(2, 5))
    sizes = st.floats(0.1, 10)
    cells = []
    for index in range(n):
        family = draw(st.sampled_from(["linear", "power", "log", "saturating"]))
        curve = Response(family, draw(sizes), 0.0 if family == "linear" else draw(sizes))
        curve = dataclasses.replace(curve, exponent=draw(st.floats(0.2, 0.9)))
        now = draw(sizes)
        cells.append(
            Cell(
                f"c{index}", "", "", now, now * draw(st.floats(0, 1)), now * draw(st.floats(1, 3)),
                curve, cost=draw(st.floats(0, 1)), own_risk=draw(st.floats(0, 0.5)),
                exposure={"market": draw(st.floats(-0.5, 0.5))},
            )
        )  # fmt: skip
    total = sum(cell.now for cell in cells)
    everything = {cell.name: 1.0 for cell in cells}
    share = cells[0].now / total
    rows = (
        Constraint("Supply", "amount", everything, None, total * draw(st.floats(1, 1.5))),
        Constraint(
            "Pair", "amount", {"c0": 1.0, "c1": draw(sizes)}, cells[0].now * draw(st.floats(0, 1)),
            None,
        ),
        Constraint("Mix", "share", {"c0": 1.0}, share * draw(st.floats(0, 1)), min(1.0, 2 * share)),
    )  # fmt: skip
    return Problem("", "m", "u", tuple(cells), rows, draw(st.sampled_from([0.0, 0.1])))


@settings(max_examples=40)
@given(feasible())
def test_no_rival_within_the_limits_beats_a_certified_plan(problem):
    found = plan(problem, checks=False)
    assert found.status == "optimal"
    x = np.array([*found.x.values()])
    programme = compiled(problem).programme
    assert programme.polytope.violation(x) <= 1e-7
    room = found.certificate.fw_gap + 1e-9 * abs(found.objective)
    assert all(
        rival.objective <= found.objective + room for rival in found.comparison if rival.feasible
    )
    assert found.now.feasible
    assert found.now.objective <= found.objective + room


def test_where_every_amount_only_costs_the_plan_is_nothing_at_any_scale():
    data = {
        "cells": [
            {"name": "a", "now": 1, "high": 7e7, "weight": 0, "cost": 1, "exposure": {"s": 7.6e8},
             "response": {"family": "linear", "scale": 0}},
            {"name": "b", "now": 1, "high": 5.4e7, "weight": 0, "cost": 2.1e8,
             "response": {"family": "log", "scale": 0, "shift": 5.5e5}},
        ],
        "constraints": [{"name": "all", "high": 1e12}],
        "aversion": 3.8e8,
    }  # fmt: skip
    found = plan(read_problem(data))
    assert found.status == "optimal"
    assert found.x == {"a": 0.0, "b": 0.0}


def test_a_share_below_one_of_the_only_product_leaves_nothing_and_that_is_certified():
    cell = {"name": "a", "now": 1, "high": 3e4,
            "response": {"family": "saturating", "scale": 0.2, "shift": 5e3}}  # fmt: skip
    rows = [{"name": "most", "kind": "share", "low": 0.1, "high": 0.98}]
    found = plan(read_problem({"cells": [cell], "constraints": rows}))
    assert found.status == "optimal"
    assert found.x == {"a": 0.0}

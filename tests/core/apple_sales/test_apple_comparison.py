"""What stands beside a plan: today's mix, the linear corner, today's mix scaled."""

from __future__ import annotations

import math

import pytest

from core.apple_sales import Constraint, Problem, default_problem, plan, read_problem

CELLS = [
    {"name": "a", "now": 1, "high": 5, "response": {"family": "log", "scale": 6, "shift": 2}},
    {"name": "b", "now": 2, "high": 5, "response": {"family": "log", "scale": 3, "shift": 1}},
]
BUDGET = {"cells": CELLS, "constraints": [{"name": "Budget", "high": 6}]}


def test_the_three_rivals_by_hand():
    today, corner, scaled = plan(read_problem(BUDGET)).comparison
    best = 9 * math.log(3)
    assert today.objective == pytest.approx(6 * math.log(1.5) + 3 * math.log(3))
    assert today.difference == pytest.approx(today.objective - best)
    assert today.difference_rel == pytest.approx((today.objective - best) / best)
    # slopes at today are 2 and 1: five of the first, the last unit of the second
    assert corner.x == pytest.approx({"a": 5.0, "b": 1.0})
    assert corner.at_limit == 1
    assert corner.objective == pytest.approx(6 * math.log(3.5) + 3 * math.log(2))
    # every multiple up to 2 is allowed, and more is better
    assert scaled.x == pytest.approx({"a": 2.0, "b": 4.0})
    assert scaled.feasible


def test_the_best_multiple_may_lie_inside():
    costly = [{**cell, "cost": 1.0} for cell in CELLS]
    scaled = plan(read_problem({**BUDGET, "cells": costly})).comparison[2]
    factor = scaled.x["a"]
    slope = 6 / (factor + 2) + 2 * 3 / (2 * factor + 1) - 3
    assert slope == pytest.approx(0, abs=1e-6)


def test_todays_mix_outside_the_limits_is_said():
    share = {"name": "Mix", "kind": "share", "cells": ["a"], "low": 0.5}
    found = plan(
        read_problem({"cells": [{**c, "low": 0.1} for c in CELLS], "constraints": [share]})
    )
    today, _, scaled = found.comparison
    assert not today.feasible
    assert not found.now.feasible
    assert found.now.violation > 0
    assert (scaled.x, scaled.objective, scaled.feasible) == (None, None, False)
    assert scaled.how == "No multiple of today's mix is within the limits."


def test_a_mix_of_nothing_cannot_be_scaled():
    cells = [{**cell, "now": 0} for cell in CELLS]
    row = {"name": "Floor", "low": 1}
    scaled = plan(read_problem({"cells": cells, "constraints": [row]})).comparison[2]
    assert scaled.x is None


def test_the_linear_plan_is_a_corner_and_worse():
    found = plan(default_problem(), checks=False)
    corner = next(rival for rival in found.comparison if rival.name == "Linear plan")
    rows = len(default_problem().constraints)
    assert corner.feasible
    assert corner.at_limit >= 25 - rows
    assert corner.objective < found.objective


def test_present_amounts_that_are_best_lose_nothing():
    problem = read_problem(BUDGET)
    best = plan(problem)
    held = tuple(
        Constraint(f"hold {name}", "amount", {name: 1.0}, amount, amount)
        for name, amount in best.x.items()
    )
    fixed = Problem("", "", "", problem.cells, held)
    assert plan(fixed).objective == pytest.approx(best.objective)

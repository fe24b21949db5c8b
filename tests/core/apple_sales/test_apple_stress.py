from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.apple_sales import (
    PRIORS,
    Cell,
    Constraint,
    Problem,
    Response,
    default_problem,
    frontier,
    plan,
    regret,
    robust,
    tornado,
    value_curve,
)
from core.apple_sales.input.response import isoelastic
from core.apple_sales.planning.compile import compiled
from core.apple_sales.stress.scenarios import drawn, ranges, revenue_now, with_elasticities
from core.errors import InputError
from core.optimize.polytope import ALLOWANCE

EXACT = 1e-9


@pytest.fixture(scope="module")
def problem() -> Problem:
    return default_problem()


def small(**changes) -> Problem:
    """Two products with elastic demand and one budget."""
    cells = tuple(
        Cell(name, name, "here", 10.0, 5.0, 15.0, isoelastic(10.0, 10.0, elasticity))
        for name, elasticity in (("a", -2.0), ("b", -4.0))
    )
    given = Problem("Small", "money", "units", cells, (Constraint("budget", "amount", {
        "a": 1.0, "b": 1.0}, None, 20.0),))  # fmt: skip
    return dataclasses.replace(given, **changes)


def test_other_elasticities_leave_todays_revenue_as_it_is(problem):
    moved = with_elasticities(problem, {"iPhone": -1.9})
    for before, after in zip(problem.cells, moved.cells, strict=True):
        assert revenue_now(after) == pytest.approx(revenue_now(before), rel=1e-12)
        assert (after.response == before.response) == (after.product != "iPhone")


def test_ranges_are_the_declared_ones_where_the_problem_uses_them(problem):
    assert ranges(problem) == {name: (p.low, p.high) for name, p in PRIORS.items()}
    assert ranges(small()) == {"a": (-2.5, -1.5), "b": (-5.0, -3.0)}


def test_draws_are_the_curves_of_their_elasticities():
    given = small()
    elasticities, curves = drawn(given, 5, seed=3)
    for k in range(5):
        other = with_elasticities(given, {name: float(v[k]) for name, v in elasticities.items()})
        for place, cell in enumerate(other.cells):
            assert curves.scale[2 * k + place] == pytest.approx(cell.response.scale)
            assert curves.exponent[2 * k + place] == pytest.approx(cell.response.exponent)


def test_a_frontier_falls_in_risk_and_in_gain_with_every_plan_certified(problem):
    found = frontier(problem)
    assert len(found.points) == 25
    assert max(one.gap for one in found.points) <= 1e-6
    assert (np.diff([one.risk_sd for one in found.points]) <= EXACT).all()
    assert (np.diff([one.expected for one in found.points]) <= EXACT).all()
    polytope = compiled(problem).programme.polytope
    assert all(polytope.violation(np.array(one.x)) <= ALLOWANCE for one in found.points)
    assert found.now[1] < found.points[0].expected


def test_the_first_plan_of_the_frontier_is_the_plan_without_a_price_of_risk(problem):
    best = plan(dataclasses.replace(problem, aversion=0.0), checks=False)
    assert frontier(problem, 2).points[0].expected == pytest.approx(best.objective, rel=1e-9)


def test_a_value_curve_is_concave_and_its_slope_is_the_shadow_price(problem):
    found = value_curve(problem, "Hardware supply", points=81)
    known = [i for i, value in enumerate(found.objectives) if value is not None]
    values = np.array([found.objectives[i] for i in known])
    slopes = np.diff(values) / np.diff([found.limits[i] for i in known])
    assert (np.diff(slopes) <= 1e-6).all()
    prices = np.array([found.prices[i] for i in known])
    # A concave curve has its chords between the slopes at their ends.
    assert (slopes <= prices[:-1] + 1e-6).all()
    assert (slopes >= prices[1:] - 1e-6).all()
    assert None in found.objectives  # far below today's volume the floors cannot be met


def test_a_share_has_a_value_curve_without_prices(problem):
    found = value_curve(problem, "Greater China share", points=5)
    assert set(found.prices) == {None}
    assert any(value is not None for value in found.objectives)


def test_planning_anew_is_never_worse_than_holding_on(problem):
    found = tornado(problem)
    assert found.objective == pytest.approx(plan(problem, checks=False).objective, rel=1e-9)
    assert {one.product for one in found.swings} == set(PRIORS)
    assert min(one.regret for one in found.swings) >= -EXACT * found.objective
    spans = [abs(one.kept - found.objective) for one in found.swings]
    pairs = [max(spans[i : i + 2]) for i in range(0, len(spans), 2)]
    assert pairs == sorted(pairs, reverse=True)
    document = found.to_dict()
    assert document["swings"][0]["regret"] == found.swings[0].regret


def test_regret_is_nothing_where_the_plan_was_made_for_the_truth(problem):
    found = regret(problem, draws=200)
    table = np.array(found.loss)
    assert table.min() >= -1e-7
    assert np.abs(np.diag(table)).max() <= 1e-7
    assert found.plans[-2:] == ("Robust plan", "Today's amounts")
    assert found.to_dict()["worst"] == [max(row) for row in found.loss]


def test_the_robust_plan_has_the_best_mean_and_is_the_same_for_the_same_seed(problem):
    found = robust(problem, draws=300, seed=7)
    by_name = {one.plan: one for one in found.spreads}
    assert found.gap <= 1e-6
    assert by_name["Robust plan"].mean >= by_name["Declared plan"].mean - 1e-6
    assert by_name["Today's amounts"].beats_now is None
    assert found.to_dict() == robust(problem, draws=300, seed=7).to_dict()
    assert "outcomes" not in found.to_dict()
    values = np.array(found.outcomes["Declared plan"])
    assert by_name["Declared plan"].median == pytest.approx(np.median(values))


def test_one_draw_range_gives_the_declared_plan(monkeypatch):
    given = small()
    fixed = {"a": (-2.0, -2.0), "b": (-4.0, -4.0)}
    monkeypatch.setattr("core.apple_sales.stress.scenarios.ranges", lambda _: fixed)
    best = plan(given, checks=False)
    assert robust(given, draws=10).x == pytest.approx(best.x, rel=1e-4)


S_CURVE = Response("s-curve", 5.0, 3.0, 3.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: frontier(p, 1), "1 is not|points"),
        (lambda p: frontier(small()), "carry no risk"),
        (lambda p: value_curve(p, "Nothing"), "Known: Hardware supply"),
        (lambda p: robust(p, draws=5), "10 to 5,000"),
        (lambda p: tornado(_without_elasticities()), "no cell has an elasticity"),
        (lambda p: tornado(_two_elasticities()), "different elasticities"),
        (lambda p: tornado(_s_curved()), "S-curves"),
        (lambda p: frontier(_s_curved()), "S-curves"),
        (lambda p: tornado(_impossible()), "leave no plan"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(problem, call, words):
    with pytest.raises(InputError, match=words):
        call(problem)


def _with_response(response: Response) -> Problem:
    given = small()
    cells = tuple(dataclasses.replace(cell, response=response) for cell in given.cells)
    return dataclasses.replace(given, cells=cells)


def _without_elasticities() -> Problem:
    return _with_response(Response("log", 5.0, 2.0))


def _s_curved() -> Problem:
    return _with_response(S_CURVE)


def _two_elasticities() -> Problem:
    given = small()
    cells = tuple(dataclasses.replace(cell, product="same") for cell in given.cells)
    return dataclasses.replace(given, cells=cells)


def _impossible() -> Problem:
    return small(constraints=(Constraint("budget", "amount", {"a": 1.0, "b": 1.0}, None, 1.0),))

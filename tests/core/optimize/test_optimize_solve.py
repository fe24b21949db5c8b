"""The certified optimum: closed forms, evidence, prices, units, fallbacks, and no plan at all."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.apple_solvers import instance
from core.optimize import (
    Programme,
    Solution,
    autoscale,
    frank_wolfe_gap,
    in_units,
    solve,
    unit_scale_test,
)
from core.optimize import search as module
from core.optimize.answer import Answer
from core.optimize.polytope import Floats
from tests.core.optimize.programmes import programme


def optimal(own: Programme) -> tuple[Floats, Solution]:
    found = solve(own)
    assert found.status == "optimal"
    assert found.x is not None
    assert found.kkt is not None
    return found.x, found


def logs(**options: object) -> Programme:
    return programme(["log"] * 3, scale=[5, 4, 3], **options)  # type: ignore[arg-type]


# --- closed forms ---


@given(
    scale=st.lists(st.floats(0.5, 20.0), min_size=5, max_size=5),
    shift=st.lists(st.floats(0.2, 9.0), min_size=5, max_size=5),
    budget=st.floats(0.5, 60.0),
)
@settings(max_examples=20)
def test_water_filling(scale: list[float], shift: list[float], budget: float) -> None:
    own = programme(["log"] * 5, scale=scale, shift=shift, rows=[([1] * 5, -np.inf, budget)])
    low, high = 1e-9, 1e3
    for _ in range(200):  # the water level, by bisection of spending in the marginal return
        price = np.sqrt(low * high)
        spent = np.maximum(0.0, np.array(scale) / price - shift).sum()
        low, high = (price, high) if spent > budget else (low, price)
    x, found = optimal(own)
    assert x == pytest.approx(np.maximum(0.0, np.array(scale) / price - shift), abs=1e-8)
    assert found.kkt is not None
    assert found.kkt.row_prices == pytest.approx([price], rel=1e-8)


def test_equal_powers_split_by_the_closed_form() -> None:
    # max sum a_i sqrt(x_i), sum x = 14: x_i proportional to a_i squared.
    own = programme(
        ["power"] * 3, scale=[1, 2, 3], shift=0.0, exponent=0.5, rows=[([1, 1, 1], 14.0, 14.0)]
    )
    x, found = optimal(own)
    assert x == pytest.approx([1.0, 4.0, 9.0], rel=1e-9)
    assert found.value == pytest.approx(14.0)
    assert found.kkt is not None
    assert found.kkt.row_prices == pytest.approx([0.5])


def test_linear_worth_less_risk_without_limits() -> None:
    own = programme(
        ["linear"] * 2, scale=[3, 1], cost=[1, 3], own_risk=[1, 1], aversion=0.5, low=-np.inf
    )
    x, _ = optimal(own)
    assert x == pytest.approx([4.0, -4.0])


def test_linear_programme_goes_to_highs() -> None:
    own = programme(
        ["linear"] * 2, scale=[3, 2], high=[4, 10], rows=[([1, 1], -np.inf, 6), ([1, 3], -9, 9)]
    )
    x, found = optimal(own)
    assert x == pytest.approx([4.0, 5 / 3])
    assert (found.solver, found.second_solver) == ("HiGHS", "Clarabel")
    assert found.kkt is not None
    assert found.kkt.row_prices == pytest.approx([0.0, 2 / 3])


# --- evidence ---


@pytest.mark.parametrize("seed", range(5))
def test_no_allowed_plan_found_at_random_is_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = instance(rng, 6)
    x, found = optimal(own)
    assert found.gap is not None
    limits = own.polytope
    corners = [limits.maximise(rng.normal(size=6)).x for _ in range(40)]
    for share in rng.dirichlet(np.full(len(corners), 0.1), 200):
        other = share @ np.array(corners)
        assert own.value(other) <= found.value + found.gap.absolute + 1e-9
    assert limits.violation(x) <= 1e-9


def test_prices_are_what_a_wider_limit_brings() -> None:
    own = instance(np.random.default_rng(11), 10)
    _, found = optimal(own)
    assert found.kkt is not None
    limits, prices = own.polytope, found.kkt.row_prices
    assert np.abs(prices).max() > 0.01
    for row in np.flatnonzero(np.abs(prices) > 1e-6):
        step = np.zeros(limits.m)
        step[row] = 1e-5 * (1 if prices[row] > 0 else -1)
        wider = dataclasses.replace(
            limits,
            row_high=limits.row_high + np.maximum(step, 0),
            row_low=limits.row_low + np.minimum(step, 0),
        )
        gained = solve(dataclasses.replace(own, polytope=wider), second=False).value - found.value
        assert gained / step[row] == pytest.approx(prices[row], rel=1e-3)


def test_result_is_the_same_each_time_and_strict_json() -> None:
    own = instance(np.random.default_rng(5), 8)
    first, again = (json.dumps(solve(own).to_dict(), allow_nan=False, sort_keys=True) for _ in "12")
    assert first == again
    nothing = solve(logs(high=1.0, rows=[([1, 1, 1], 9.0, np.inf)]))
    assert json.loads(json.dumps(nothing.to_dict(), allow_nan=False))["value"] is None


def test_a_start_changes_the_way_not_the_plan() -> None:
    own = instance(np.random.default_rng(8), 8)
    x, _ = optimal(own)
    for start in (x, np.full(8, 1e9), own.polytope.low):
        assert solve(own, start=start).x == pytest.approx(x, abs=1e-8)


def test_without_second_opinion() -> None:
    found = solve(instance(np.random.default_rng(8), 8), second=False)
    assert found.second_solver is None
    assert found.second_difference is None


# --- units ---


@pytest.mark.parametrize("n", [4, 25])
def test_plan_is_the_same_in_other_units(n: int) -> None:
    own = instance(np.random.default_rng(n), n)
    assert unit_scale_test(own, solve(own)) <= 1e-6


@given(
    money=st.floats(-9, 9),
    amounts=st.lists(st.floats(-6, 6), min_size=6, max_size=6),
)
@settings(max_examples=15)
def test_every_amount_may_have_its_own_unit(money: float, amounts: list[float]) -> None:
    own = instance(np.random.default_rng(2), 6)
    units = 10.0 ** np.array(amounts)
    x, _ = optimal(own)
    again, _ = optimal(in_units(own, units, 10.0**money))
    assert again * units == pytest.approx(x, abs=1e-7 * np.abs(x).max())


def test_powers_of_two_change_nothing_at_all() -> None:
    own = instance(np.random.default_rng(2), 6)
    linear = dataclasses.replace(
        own, responses=dataclasses.replace(own.responses, family=np.array([0, 2, 3, 0, 2, 3]))
    )
    units = 2.0 ** np.array([-9, 5, 0, 12, 3, -4])
    ours, theirs = autoscale(linear), autoscale(in_units(linear, units, 2.0**20))
    assert (ours.programme.gradient(np.ones(6)) == theirs.programme.gradient(np.ones(6))).all()
    assert (ours.units == theirs.units * units).all()


def test_unit_scale_test_needs_a_plan() -> None:
    nothing = logs(high=1.0, rows=[([1, 1, 1], 9.0, np.inf)])
    assert np.isnan(unit_scale_test(nothing, solve(nothing)))
    open_side = solve(logs(rows=[([1, 1, 1], -np.inf, 9.0)]))
    assert unit_scale_test(nothing, open_side) == np.inf


def test_limits_far_beyond_the_plan_do_not_spoil_the_units() -> None:
    x, _ = optimal(logs(cost=1e-3, high=1e12))
    assert x == pytest.approx([4999, 3999, 2999], rel=1e-9)


# --- awkward but legal ---


def test_no_rows_and_no_upper_limits_but_a_cost() -> None:
    x, found = optimal(logs(cost=[1, 0.5, 0.5]))
    assert x == pytest.approx([4, 7, 5], rel=1e-9)
    assert found.gap is not None
    assert found.gap.relative <= 1e-6


def test_everything_fixed() -> None:
    x, _ = optimal(logs(low=2.0, high=2.0, rows=[([1, 1, 1], -np.inf, 9.0)]))
    assert x == pytest.approx([2, 2, 2])


def test_doubled_and_dependent_rows() -> None:
    row = ([1, 1, 1], -np.inf, 10.0)
    doubled = logs(rows=[row, row, ([2, 2, 2], 20.0, 20.0), ([1, 1, 1], 10.0, np.inf)])
    x, _ = optimal(doubled)
    assert x == pytest.approx(optimal(logs(rows=[row]))[0])


def test_nothing_to_gain() -> None:
    worthless = programme(["log"] * 2, scale=[0, 0], high=5.0, rows=[([1, 1], -np.inf, 6.0)])
    _, found = optimal(worthless)
    assert found.value == 0
    dear, found = optimal(logs(cost=9.0, high=5.0))
    assert dear == pytest.approx([0, 0, 0])
    assert found.second_difference is not None
    assert found.second_difference < 1e-6


def test_flat_and_curved_cells_without_risk() -> None:
    own = programme(["linear", "log"], scale=[2, 8], high=50.0, rows=[([1, 1], -np.inf, 10.0)])
    x, _ = optimal(own)  # 8 / (1 + x) = 2
    assert x == pytest.approx([7.0, 3.0])


# --- no plan ---


def test_infeasible_before_any_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "slsqp", None)
    found = solve(logs(high=1.0, rows=[([1, 1, 1], 9.0, np.inf)]))
    assert (found.status, found.x, found.gap, found.kkt) == ("infeasible", None, None, None)
    assert found.missed == np.inf
    assert solve(logs(low=2.0, high=1.0)).status == "infeasible"


def test_unbounded_names_the_variables_that_run_away() -> None:
    assert solve(logs(cost=[1, 0, 0.5])).unlimited == ("cell 1",)
    linear = programme(["linear"] * 3, scale=[5, 4, 3], cost=[1, 5, 3], high=[np.inf, 9, np.inf])
    found = solve(linear)
    assert (found.status, found.unlimited, found.x) == ("unbounded", ("cell 0",), None)


def test_pairs_that_hedge_each_other_run_away_together() -> None:
    pair = programme(
        ["linear"] * 3, scale=[5, 4, 3], cost=[1, 1, 1], loadings=[[1], [-1], [0]],
        own_risk=[0, 0, 1], aversion=1.0,
    )  # fmt: skip
    assert solve(pair).unlimited == ("cell 0", "cell 1")
    assert optimal(dataclasses.replace(pair, own_risk=np.ones(3)))[1].unlimited == ()


def test_a_row_may_hold_what_has_no_limit_of_its_own() -> None:
    assert solve(logs(rows=[([1, 1, 1], -np.inf, 9.0)])).status == "optimal"
    assert solve(logs(rows=[([1, 1, 0], -np.inf, 9.0)])).unlimited == ("cell 2",)


def test_s_curves_are_refused() -> None:
    own = programme(["s-curve"], scale=[1], exponent=2.0, high=5.0)
    with pytest.raises(ValueError, match="not concave: S-curves need"):
        solve(own)


# --- the solvers and their failures ---


def stuck(own: Programme, start: Floats) -> Answer:
    """What SLSQP does at worst: stay at its start."""
    return Answer(start, None, 1)


def as_it_is(own: Programme, answer: Answer) -> Answer:
    return answer


def test_slsqp_that_stays_put_is_restarted_from_clarabel(monkeypatch: pytest.MonkeyPatch) -> None:
    own = instance(np.random.default_rng(4), 8)
    real, calls = module.slsqp, []

    def first_time_stuck(own: Programme, start: Floats) -> Answer:
        calls.append(start)
        return stuck(own, start) if len(calls) == 1 else real(own, start)

    monkeypatch.setattr(module, "slsqp", first_time_stuck)
    monkeypatch.setattr(module, "refine", as_it_is)
    found = solve(own)
    assert found.status == "optimal"
    assert found.solver.startswith("SLSQP, restarted from Clarabel's point")
    assert found.second_solver == "Augmented Lagrangian with L-BFGS-B"


def test_newton_steps_rescue_a_poor_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "slsqp", stuck)
    found = solve(instance(np.random.default_rng(4), 8))
    assert found.status == "optimal"
    assert "refined by Newton steps" in found.solver


def test_without_slsqp_and_clarabel_the_lagrangian_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    own = logs(rows=[([1, 1, 1], -np.inf, 10.0)])
    expected = optimal(own)[1].value
    monkeypatch.setattr(module, "slsqp", stuck)
    monkeypatch.setattr(module, "conic", lambda own: None)
    monkeypatch.setattr(module, "refine", as_it_is)
    found = solve(own)
    assert found.solver == "Augmented Lagrangian with L-BFGS-B"
    assert found.second_solver is None
    assert found.value == pytest.approx(expected, rel=1e-6)


def test_a_plan_without_its_evidence_is_not_called_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("conic", "augmented_lagrangian", "slsqp"):
        monkeypatch.setattr(
            module, name, lambda own, start=None: Answer(own.polytope.low + 0.01, None, 1)
        )
    monkeypatch.setattr(module, "refine", as_it_is)
    own = instance(np.random.default_rng(4), 8)
    found = solve(own)
    assert found.status == "not certified"
    assert found.x is not None
    assert found.gap is not None
    assert found.gap.absolute >= frank_wolfe_gap(own, found.x, own.polytope).absolute * 0.999
    assert found.missed > 1
    assert found.second_solver is None


def test_large_programmes_go_to_clarabel_with_another_method_as_check() -> None:
    own = instance(np.random.default_rng(1), 150)
    _, found = optimal(own)
    assert found.solver.startswith("Clarabel")
    assert found.second_solver == "Augmented Lagrangian with L-BFGS-B"
    assert found.second_difference is not None
    assert found.second_difference < 1e-6

"""SLSQP in working units: the start, the prices, and the failures of SLSQP as it comes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, minimize

from benchmarks.apple_solvers import instance
from core.optimize import autoscale, in_units, solve
from core.optimize.answer import Answer
from core.optimize.conic import conic
from core.optimize.refine import refine
from core.optimize.slsqp import inside, slsqp
from tests.core.optimize.programmes import programme


def test_start_is_as_far_inside_as_the_limits_allow() -> None:
    own = programme(["log"] * 2, scale=[1, 1], high=1.0, rows=[([1, 1], -np.inf, 0.1)])
    begin = inside(own.polytope)
    assert begin is not None
    room = np.concatenate([begin, [0.1 - begin.sum()]])
    assert room.min() == pytest.approx(0.1 / 3)


def test_start_meets_equations_and_stays_at_fixed_amounts() -> None:
    own = programme(
        ["log"] * 3, scale=[1] * 3, low=[0, 0, 2], high=[9, 9, 2], rows=[([1, 1, 1], 5.0, 5.0)]
    )
    begin = inside(own.polytope)
    assert begin is not None
    assert begin[2] == 2
    assert begin.sum() == pytest.approx(5.0)
    assert begin.min() >= 0.1 - 1e-9


def test_no_start_where_nothing_is_allowed() -> None:
    own = programme(["log"] * 2, scale=[1, 1], high=1.0, rows=[([1, 1], 3.0, np.inf)])
    assert inside(own.polytope) is None


@pytest.mark.parametrize("seed", range(4))
def test_prices_agree_with_clarabel(seed: int) -> None:
    scaled = autoscale(instance(np.random.default_rng(seed), 12))
    begin = inside(scaled.programme.polytope)
    assert begin is not None
    ours, theirs = slsqp(scaled.programme, begin), conic(scaled.programme)
    assert theirs is not None
    assert ours.row_prices is not None
    assert theirs.row_prices is not None
    assert ours.row_prices == pytest.approx(theirs.row_prices, abs=1e-5)


def test_multipliers_that_scipy_does_not_give_are_no_prices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from scipy import optimize

    scaled = autoscale(instance(np.random.default_rng(1), 6))
    begin = inside(scaled.programme.polytope)
    assert begin is not None

    def older(*args: object, **options: object) -> object:
        found = minimize(*args, **options)
        del found["multipliers"]
        return found

    monkeypatch.setattr(optimize, "minimize", older)
    answer = slsqp(scaled.programme, begin)
    assert answer.row_prices is None
    found = solve(instance(np.random.default_rng(1), 6))
    assert (found.status, found.solver) == ("optimal", "SLSQP, refined by Newton steps")


def test_slsqp_as_it_comes_stops_at_its_start_with_success_and_ours_does_not() -> None:
    own = in_units(instance(np.random.default_rng(7), 8), np.ones(8), 1e6)
    limits, begin = own.polytope, inside(own.polytope)
    assert begin is not None
    raw = minimize(
        lambda x: -own.value(x),
        begin,
        jac=lambda x: -own.gradient(x),
        bounds=Bounds(limits.low, limits.high),
        constraints=LinearConstraint(limits.matrix.toarray(), limits.row_low, limits.row_high),
        method="SLSQP",
    )
    found = solve(own)
    assert raw.success
    assert raw.nit == 1
    assert found.status == "optimal"
    assert found.value > own.value(raw.x) + 0.1 * abs(found.value)


def test_newton_steps_reach_full_precision_from_a_rough_point() -> None:
    scaled = autoscale(instance(np.random.default_rng(3), 10))
    exact = conic(scaled.programme)
    assert exact is not None
    best = refine(scaled.programme, exact)
    assert best.row_prices is not None
    rough = Answer(exact.x * (1 + 1e-4), exact.row_prices, 0)
    again = refine(scaled.programme, rough)
    assert again.x == pytest.approx(best.x, abs=1e-12)
    assert again.iterations > 0


def test_newton_steps_take_and_leave_limits_without_any_price() -> None:
    own = programme(["log"] * 3, scale=[5, 4, 0.1], high=20.0, rows=[([1, 1, 1], -np.inf, 10.0)])
    scaled = autoscale(own)
    corner = Answer(scaled.inward(np.array([0.0, 10.0, 0.0])), None, 0)
    found = scaled.outward(refine(scaled.programme, corner).x)
    assert found == pytest.approx([17 / 3, 13 / 3, 0.0], abs=1e-10)

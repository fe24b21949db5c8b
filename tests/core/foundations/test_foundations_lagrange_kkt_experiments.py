"""What the experiments on multipliers compute."""

from __future__ import annotations

import numpy as np
import pytest

from core.apple_sales import default_problem
from core.foundations import lagrange_kkt
from core.foundations.lagrange_kkt.experiments_models import COVARIANCE, MEANS


def test_gradients_are_parallel_where_the_path_is_highest_and_nowhere_near():
    best = lagrange_kkt.walk(0.0).best
    top = lagrange_kkt.walk(best)
    assert top.residual < 1e-8
    assert top.angle < 1e-6
    assert top.value >= top.heights.max()
    aside = lagrange_kkt.walk(best + 40)
    assert aside.residual > 0.2
    assert aside.angle == pytest.approx(np.degrees(np.arcsin(aside.residual)), rel=1e-9)
    assert aside.height.shape == (len(aside.y), len(aside.x))


def test_the_plus_reaches_the_least_value_and_the_minus_never():
    a, b = lagrange_kkt.PARABOLA
    found = lagrange_kkt.signs(2 * a * b)
    assert found.bound_right == pytest.approx(found.least, rel=1e-12)
    assert found.best_right == pytest.approx(found.least, rel=1e-12)
    assert found.best_wrong == 0
    assert (found.right <= found.least + 1e-12).all()
    for mu in (0.5, 4.0):
        at = lagrange_kkt.signs(mu)
        assert at.lagrangian_right.min() == pytest.approx(at.bound_right, abs=1e-3)
        assert at.lagrangian_wrong.min() == pytest.approx(at.bound_wrong, abs=1e-3)


def test_the_best_value_is_convex_and_lies_on_or_above_its_line():
    found = lagrange_kkt.perturbed(0.0)
    assert found.value == pytest.approx(found.promised, rel=1e-9)
    assert (found.values >= found.line - 1e-9).all()
    assert (np.diff(found.values, 2) >= -1e-9).all()
    assert (np.diff(found.prices) <= 1e-4).all()
    assert found.prices.min() >= -1e-6
    assert found.price > 0


def test_dearer_slack_narrows_the_street():
    streets = [lagrange_kkt.street(power) for power in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    widths = [one.width for one in streets]
    assert widths == sorted(widths, reverse=True)
    for one in streets:
        assert one.primal == pytest.approx(one.dual, rel=1e-9)
        assert one.at_price + one.between + one.idle == 40
        full = one.side["at the price C"]
        assert (full[0] <= 1 + 1e-6).all()
        np.testing.assert_allclose(full[1], one.price)
    between = streets[2].side["between"]
    dots = np.column_stack(streets[2].places["edges"])
    along = (dots[1] - dots[0]) / np.linalg.norm(dots[1] - dots[0])
    spread = np.ptp(dots @ np.array([-along[1], along[0]]))
    assert spread == pytest.approx(streets[2].width, rel=1e-9)
    np.testing.assert_allclose(between[0], 1.0, rtol=1e-9)


def test_the_tangent_touches_the_frontier():
    found = lagrange_kkt.frontier(6.0)
    assert (found.variances >= found.tangent - 1e-9).all()
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights @ MEANS == pytest.approx(6.0)
    assert found.weights @ COVARIANCE @ found.weights == pytest.approx(found.variance)
    calm = lagrange_kkt.frontier(found.least[0])
    assert calm.price == pytest.approx(0.0, abs=1e-9)
    assert calm.variance == pytest.approx(found.least[1])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_ball_that_binds_has_a_price_on_the_curve(share):
    found = lagrange_kkt.ball(share)
    assert found.price > 0
    assert found.residual < 1e-8
    assert np.square(found.theta).sum() == pytest.approx(found.size)
    on_curve = np.interp(share, found.sizes, found.prices)
    assert found.price == pytest.approx(on_curve, rel=0.05, abs=0.01)


def test_a_ball_that_does_not_bind_has_none():
    found = lagrange_kkt.ball(1.3)
    assert found.price == 0
    assert found.residual < 1e-8
    np.testing.assert_allclose(found.theta, found.free)


def test_limits_of_the_plan_are_priced_or_slack():
    found = lagrange_kkt.plan_limits()
    count = sum(
        (one.low is not None) + (one.high is not None) for one in default_problem().constraints
    )
    assert len(found) == count
    for one in found:
        room = one.limit - one.used if one.side == "at most" else one.used - one.limit
        assert room >= -1e-9
        assert (one.price != 0) == (room < 1e-6)
        assert (one.up is None) == (one.price == 0)
    assert sum(one.price != 0 for one in found) == len(lagrange_kkt.apple_plan().multipliers)
    units = {one.name: one.unit for one in found}
    for given in default_problem().constraints:
        share = given.kind == "share"
        assert units[given.name] == ("% of all volume" if share else default_problem().amount)
        for side, limit in (("at least", given.low), ("at most", given.high)):
            shown = [one.limit for one in found if (one.name, one.side) == (given.name, side)]
            wanted = [] if limit is None else [100 * limit if share else limit]
            assert shown == pytest.approx(wanted)


def test_the_gap_bounds_what_is_missing_all_the_way():
    found = lagrange_kkt.approach(0)
    assert (found.gaps >= found.shortfalls - 1e-9).all()
    assert (np.diff(found.shortfalls) < 0).all()
    assert found.gaps[-1] < 1e-9
    plan = lagrange_kkt.apple_plan()
    assert found.shortfall == pytest.approx(plan.objective - plan.now.objective, rel=1e-9)

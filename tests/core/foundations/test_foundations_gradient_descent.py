"""Formulas of the article on gradient descent against published values and libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, optimize

from core import foundations
from core.foundations import gradient_descent as gd
from core.foundations.gradient_descent import (
    acceleration,
    breaks_methods,
    formulas,
    functions,
    momentum,
    rates,
    runs,
    stochastic,
)

SEEDS = st.integers(0, 2**31)
few = settings(max_examples=30, deadline=None)


def test_the_article_holds_what_it_promises():
    topic = gd.TOPIC
    assert len(topic.statements) >= 20
    assert len(topic.breaks) >= 8
    assert len(topic.errata) >= 10
    assert len(topic.questions) >= 6
    assert {s.section for s in topic.statements} == {s.key for s in topic.sections}


def test_rates_of_a_condition_number_of_a_hundred():
    assert formulas.best_rate(100) == pytest.approx(99 / 101)
    assert formulas.gap_factor(100, 1) == pytest.approx(0.9801)
    assert math.sqrt(formulas.heavy_ball_momentum(100)) == pytest.approx(9 / 11)
    assert formulas.nesterov_rate(100) == pytest.approx(0.9)


def test_the_sharp_convex_bound_of_ten_and_a_hundred_steps():
    # Drori and Teboulle (2014): L R^2 / (4 T + 2).
    assert formulas.convex_bound(1, 1, 10) == pytest.approx(1 / 42)
    assert rates.worst_on_huber(1, 1, 10) == pytest.approx(1 / 42, rel=1e-12)
    assert rates.worst_on_huber(1, 1, 100) == pytest.approx(1 / 402, rel=1e-12)


def test_the_reach_of_a_growing_momentum_by_hand():
    # Moves of 1, 5/4, 3/2 gradient steps.
    assert [formulas.growing_reach(t) for t in (1, 2, 3)] == [1, 2.25, 3.75]


def test_the_reach_without_momentum_is_the_number_of_steps():
    assert formulas.constant_reach(0.0, 17) == 17
    assert formulas.reach_gap(2, 3, 17) == formulas.convex_bound(2, 3, 17)


@few
@given(SEEDS)
def test_nesterov_stays_below_its_bound_on_convex_functions(seed):
    rng = np.random.default_rng(seed)
    f, x0, steps = functions.smooth(rng), 2 * rng.normal(size=4), 25
    best = f.minimiser()
    path = runs.nesterov(f.gradient, x0, 1 / f.smoothness, acceleration.growing_betas(steps))
    gaps = f.value(path) - f.value(best)
    distance = float(np.linalg.norm(x0 - best))
    bounds = [formulas.accelerated_bound(f.smoothness, distance, t) for t in range(steps + 1)]
    assert (gaps <= np.array(bounds) + 1e-9).all()


def test_a_constant_below_the_curvature_turns_the_energy_red(monkeypatch):
    real = functions.Smooth.smoothness.fget
    monkeypatch.setattr(functions.Smooth, "smoothness", property(lambda f: real(f) / 6))
    assert not foundations.verify(ids=["GD-22"]).rows[0].passed


def test_a_function_that_is_not_convex_turns_the_energy_red(monkeypatch):
    class Wavy(functions.Smooth):
        @property
        def smoothness(self):
            return super().smoothness + 9

        def value(self, x):
            return super().value(x) + np.sum(np.cos(3 * x), axis=-1)

        def gradient(self, x):
            return super().gradient(x) - 3 * np.sin(3 * x)

    real = functions.smooth

    def wavy(rng):
        f = real(rng)
        return Wavy(f.bowl, f.hinges, f.offsets)

    monkeypatch.setattr(functions, "smooth", wavy)
    assert not foundations.verify(ids=["GD-22"]).rows[0].passed


def test_the_numbers_of_nesterov_grow_by_one_half_at_least():
    t = acceleration.weights(2000)
    assert acceleration.least_growth() == pytest.approx(0.5, rel=1e-14)
    assert (np.diff(t) > acceleration.least_growth()).all()
    assert np.diff(t)[-1] == pytest.approx(0.5, rel=1e-3)


def test_the_limit_of_a_sequence_with_a_fixed_factor_is_exact():
    k = np.arange(6)
    assert stochastic.end_of(7 - 3 * 0.4**k) == pytest.approx(7, rel=1e-14)


@pytest.mark.parametrize("steps", [1, 5, 30, 100])
def test_nesterov_stays_below_its_bound_on_every_huber_function(steps):
    f = functions.Huber(1.0, np.geomspace(1e-5, 1, 200))
    path = runs.nesterov(f.gradient, np.ones(200), 1.0, acceleration.growing_betas(steps))
    assert f.value(path[-1]).max() <= formulas.accelerated_bound(1, 1, steps)


def test_the_bound_of_nesterov_is_nearly_reached_on_a_long_run():
    steps = 1000
    betas = acceleration.growing_betas(steps)
    f = functions.Huber(1.0, np.geomspace(1e-6, 1e-4, 400))
    path = runs.nesterov(f.gradient, np.ones(400), 1.0, betas)
    assert f.value(path[-1]).max() > 0.97 * formulas.accelerated_bound(1, 1, steps)


def test_a_strong_momentum_may_leave_more_after_a_swing_through_the_parabola():
    reach = formulas.constant_reach(0.9, 5)
    on_tangent = rates.worst_on_huber(1, 1, 5, 0.9, on_tangent=True)
    assert on_tangent == pytest.approx(formulas.reach_gap(1, 1, reach), rel=1e-12)
    assert rates.worst_on_huber(1, 1, 5, 0.9) > 1.05 * on_tangent


def test_the_matrix_of_a_step_reproduces_a_run():
    curvatures = np.array([0.3, 1.1, 2.0])
    path = runs.heavy_ball(lambda x: curvatures * x, np.ones(3), 0.4, 0.6, 9)
    powers = np.linalg.matrix_power(momentum.heavy_ball_blocks(0.4, 0.6, curvatures), 9)
    np.testing.assert_allclose(powers.sum(axis=2)[:, 0], path[-1], rtol=1e-11)


def test_the_numbers_of_nesterov_grow_by_at_least_a_half():
    t = acceleration.weights(50)
    np.testing.assert_allclose(t[1:] ** 2 - t[1:], t[:-1] ** 2, rtol=1e-12)
    assert (np.diff(t) >= 0.5).all()
    assert acceleration.growing_betas(2000)[-1] > 0.998


@few
@given(SEEDS)
def test_gradients_of_random_functions_agree_with_scipy(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=4)
    for f in (functions.smooth(rng), functions.quadratic(rng)):
        found = optimize.approx_fprime(x, lambda at, f=f: float(f.value(at)), 1e-7)
        np.testing.assert_allclose(f.gradient(x), found, atol=2e-5)


@few
@given(SEEDS)
def test_curvatures_of_random_functions_lie_between_their_constants(seed):
    rng = np.random.default_rng(seed)
    f, x, y = functions.smooth(rng), rng.normal(size=4), rng.normal(size=4)
    change = np.linalg.norm(f.gradient(x) - f.gradient(y)) / np.linalg.norm(x - y)
    assert f.convexity - 1e-12 <= change <= f.smoothness + 1e-12
    best = f.minimiser()
    assert float(np.linalg.norm(f.gradient(best))) < 1e-11


@few
@given(SEEDS)
def test_the_line_search_step_agrees_with_scipy(seed):
    rng = np.random.default_rng(seed)
    bowl, x = functions.quadratic(rng), rng.normal(size=4)
    g = bowl.gradient(x)
    found = optimize.minimize_scalar(lambda s: float(bowl.value(x - s * g)), tol=1e-12)
    assert formulas.line_search_step(bowl.matrix, g) == pytest.approx(found.x, rel=1e-6)


@few
@given(st.floats(0.05, 3.9), st.floats(0.02, 0.98), st.floats(0.01, 1.0))
def test_the_radius_is_the_larger_eigenvalue(step, beta, curvature):
    values = linalg.eigvals(momentum.heavy_ball_blocks(step, beta, np.array([curvature]))[0])
    claimed = formulas.heavy_ball_radius(np.array(step), np.array(beta), np.array(curvature))
    assert float(claimed) == pytest.approx(np.abs(values).max(), rel=1e-6)


@few
@given(st.floats(0.05, 1.9), st.floats(0.3, 3.0))
def test_the_noise_floor_solves_the_lyapunov_equation(scaled, curvature):
    step = scaled / curvature
    keep = np.array([[1 - scaled]])
    found = linalg.solve_discrete_lyapunov(keep, np.array([[step**2 * 0.7]]))
    assert formulas.noise_floor(step, curvature, 0.7) == pytest.approx(found[0, 0], rel=1e-9)


def test_long_averages_forget_the_step():
    for step in (0.1, 0.5, 1.3):
        found = formulas.polyak_variance(step, 1.2, 0.7, 10**7)
        assert found == pytest.approx(formulas.averaging_variance(1.2, 0.7, 10**7), rel=1e-5)


def test_the_whole_data_set_has_no_noise():
    assert formulas.batch_variance(2.5, 40, 40) == 0
    assert formulas.batch_variance(2.5, 1, 40) == 2.5


@pytest.mark.parametrize("slope", [2.01, 2.5, 4.0, 50.0])
def test_adam_drifts_up_and_amsgrad_down_for_every_large_slope(slope):
    beta = 1 / (1 + slope**2)
    assert formulas.adam_drift(1.0, slope, beta) > 0.55
    assert formulas.amsgrad_drift(1.0, slope, beta) < 0


def test_a_long_memory_turns_adam_round():
    assert formulas.adam_drift(1.0, 4.0, 0.999) < 0


def test_adam_matches_its_published_first_step():
    # Kingma and Ba (2015), section 2.1: the first step has the length of the learning rate.
    path, _ = runs.adam(
        lambda _k, x: 1e-3 * x, 5.0, step=0.01, steps=1, beta1=0.9, beta2=0.999, epsilon=0.0
    )
    assert path[1] == pytest.approx(4.99)


@few
@given(st.floats(1e-6, 1e6))
def test_adam_does_not_see_the_scale(scale):
    def run(c: float) -> np.ndarray:
        return runs.adam(
            lambda _k, x: c * (x**3 + x), 2.0, step=0.05, steps=40, beta1=0.9, beta2=0.99
        )[0]

    np.testing.assert_allclose(run(scale), run(1.0), rtol=1e-9)


def test_the_three_parabolas_cycle_as_published_and_gradient_descent_converges():
    # Lessard, Recht and Packard (2016).
    path = breaks_methods.lessard_path(3.3, 300)
    np.testing.assert_allclose(np.sort(path[-3:]), [-1.80, 0.65, 2.12], atol=0.005)
    step = formulas.best_step(25, 1)
    plain = runs.descend(breaks_methods.lessard_slope, 3.3, step, 400)
    assert abs(plain[-1]) < 1e-9


def lessard_value(x):
    """Return the function whose slope the break follows; its minimum is 0 at 0."""
    middle, outer = x**2 / 2 + 24 * x - 12, 25 * x**2 / 2 - 24 * x + 36
    return np.select([x < 1, x < 2], [25 * x**2 / 2, middle], outer)


def test_the_three_parabolas_join_smoothly():
    for x in (1.0, 2.0):
        around = np.array([x - 1e-9, x + 1e-9])
        assert np.ptp(lessard_value(around)) < 1e-6
        assert np.ptp(breaks_methods.lessard_slope(around)) < 1e-6
    x = np.array([-0.7, 0.4, 1.5, 3.1])
    h = 1e-6
    measured = (lessard_value(x + h) - lessard_value(x - h)) / (2 * h)
    np.testing.assert_allclose(measured, breaks_methods.lessard_slope(x), rtol=1e-7)


def test_all_sequences_of_tosses_are_different():
    tosses = runs.signs(6)
    assert len(np.unique(tosses, axis=0)) == 64
    assert set(np.unique(tosses)) == {-1.0, 1.0}


@few
@given(SEEDS, st.floats(0.0, 0.7))
def test_the_working_step_is_found_without_eigenvalues(seed, beta):
    bowl = functions.quadratic(np.random.default_rng(seed), 3, condition=(4.0, 8.0))
    found = runs.largest_working_step(bowl.matrix, beta)
    limit = 2 * (1 + beta) / linalg.eigvalsh(bowl.matrix)[-1]
    assert found == pytest.approx(limit, rel=1e-9)

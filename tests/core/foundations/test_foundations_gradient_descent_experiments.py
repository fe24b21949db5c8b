"""What the experiments on gradient descent show agrees with the statements."""

from __future__ import annotations

import numpy as np
import pytest

from core.foundations import gradient_descent as gd
from core.foundations.gradient_descent import experiments, questions


@pytest.mark.parametrize(("share", "grows"), [(0.3, False), (1.9, False), (2.1, True)])
def test_the_error_grows_above_the_limit_only(share, grows):
    found = gd.try_step_size(share)
    assert (found.errors[-1] > found.errors[0]) == grows
    assert (found.rate > 1) == grows


def test_two_over_l_swings_for_ever():
    found = gd.try_step_size(2.0, steps=400)
    np.testing.assert_allclose(found.path[-1], found.path[-3], atol=1e-12)
    assert found.rate == pytest.approx(1)


def test_the_best_step_has_the_best_rate():
    best = gd.try_step_size(1.0).best
    rates = [gd.try_step_size(share).rate for share in np.linspace(0.1, 2.1, 201)]
    assert gd.try_step_size(best).rate == pytest.approx(gd.try_step_size(best).best_rate)
    assert min(rates) >= gd.try_step_size(best).best_rate


def test_a_path_that_leaves_the_picture_is_cut():
    found = gd.try_step_size(2.2)
    assert len(found.path) < len(found.errors)
    assert np.abs(found.path).max() < 12


def test_no_pair_on_the_map_beats_the_best():
    found = gd.momentum_map(1.5, 0.6)
    assert np.nanmin(found.radius) >= found.best_radius
    assert np.nanmin(found.radius) == pytest.approx(found.best_radius, rel=0.02)
    at_best = gd.momentum_map(*found.best)
    assert at_best.chosen == pytest.approx(found.best_radius, rel=1e-6)
    assert found.best_radius < found.plain


def test_the_map_is_blank_where_the_run_diverges():
    found = gd.momentum_map(3.5, 0.2)
    assert found.chosen > 1
    assert found.errors[-1] > found.errors[0]
    near = (np.abs(found.steps - 3.5).argmin(), np.abs(found.betas - 0.2).argmin())
    assert np.isnan(found.radius[near[1], near[0]])


def test_the_run_shrinks_by_the_radius():
    found = gd.momentum_map(1.2, 0.7, steps=120)
    per_step = (found.errors[110] - found.errors[10]) / 100
    assert 10**per_step == pytest.approx(found.chosen, rel=0.02)


def test_the_run_on_the_map_is_the_method_itself():
    found = gd.momentum_map(1.2, 0.7, condition=20, steps=30)
    path = experiments.runs.heavy_ball(
        lambda x: np.array([1 / 20, 1.0]) * x, np.ones(2), 1.2, 0.7, 30
    )
    np.testing.assert_allclose(10**found.errors, np.linalg.norm(path, axis=1), rtol=1e-9)


def test_huber_reaches_the_sharp_bound_for_every_number_of_steps():
    found = gd.convex_bounds(25)
    np.testing.assert_allclose(found.reached, found.sharp, rtol=1e-12)
    assert found.gap == pytest.approx(found.sharp[24])
    assert (found.classic > 2 * found.sharp).all()
    assert found.fast_gap <= found.accelerated[24]


def test_amsgrad_repairs_the_online_problem():
    assert gd.online(4.0, keep_largest=False).end > 0.9
    repaired = gd.online(4.0, keep_largest=True)
    assert repaired.end < -0.9
    assert repaired.drift < 0 < gd.online(4.0, keep_largest=False).drift
    assert repaired.regret[-1] < gd.online(4.0, keep_largest=False).regret[-1]


@pytest.mark.parametrize(("step", "batch"), [(0.2, 10), (0.5, 1), (0.1, 100)])
def test_the_floor_is_reached(step, batch):
    found = gd.noise_floor(step, batch)
    assert found.last == pytest.approx(found.floor, rel=0.15)


def test_the_same_call_gives_the_same_numbers():
    np.testing.assert_array_equal(
        gd.noise_floor(0.2, 10).mean_square, gd.noise_floor(0.2, 10).mean_square
    )


@pytest.mark.parametrize("question", questions.QUESTIONS, ids=lambda q: q.id)
def test_answers(question):
    right = {"GD-q1": 2, "GD-q2": 1, "GD-q3": 2, "GD-q4": 3, "GD-q5": 2, "GD-q6": 1, "GD-q7": 1,
             "GD-q8": 2}  # fmt: skip
    assert question.answer() == right[question.id]

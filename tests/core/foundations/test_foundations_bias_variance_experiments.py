"""What the sliders on bias and variance compute."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.foundations import bias_variance
from core.foundations.bias_variance import formulas_many
from core.foundations.bias_variance.experiments_many import descent_parts


def test_the_error_of_a_degree_is_the_sum_of_its_parts():
    found = bias_variance.polynomial_fits(9, 0.3, 30)
    assert found.noise + found.bias_squared + found.variance == pytest.approx(found.fresh)
    assert found.fresh - found.training == pytest.approx(2 * found.variance)
    assert found.best == 3
    assert found.fan.shape == (12, len(found.x))
    assert found.fan.mean(axis=0) == pytest.approx(found.truth, abs=0.5)


def test_the_same_seed_gives_the_same_fan():
    one, two = (bias_variance.polynomial_fits(5, 0.3, 30, seed=2) for _ in range(2))
    assert np.array_equal(one.fan, two.fan)
    assert not np.array_equal(one.fan, bias_variance.polynomial_fits(5, 0.3, 30, seed=3).fan)


def test_more_noise_asks_for_a_lower_degree():
    assert bias_variance.polynomial_fits(3, 0.1, 30).best > 3
    assert bias_variance.polynomial_fits(3, 1.0, 30).best <= 3


def test_the_path_of_ridge_trades_variance_for_bias():
    found = bias_variance.ridge_path(-2.0)
    assert (np.diff(found.bias_squared) > 0).all()
    assert (np.diff(found.variance) < 0).all()
    total = found.bias_squared + found.variance
    safe = found.log_penalties <= found.safe
    assert safe.sum() > 10
    assert (total[safe] < found.least_squares).all()
    assert total.min() < found.least_squares < total[-1]
    place = int(np.argmin(np.abs(found.log_penalties + 2)))
    assert found.chosen == pytest.approx((found.bias_squared[place], found.variance[place]))
    assert found.freedom == pytest.approx(found.shares.sum())


def test_simulated_averages_follow_the_formula():
    found = bias_variance.ensemble(12, 0.4)
    assert found.simulated == pytest.approx(found.claimed, rel=0.15)
    assert found.shared + found.own == pytest.approx(found.claimed[11])


def test_cross_validation_is_pessimistic_and_its_folds_are_too_sure():
    found = bias_variance.validated(5, 40)
    inner = found.degrees >= 3
    assert (found.expected > found.true)[inner].all()
    assert (found.suggested < found.spread)[inner].all()
    assert found.fewer == 32
    assert found.chosen == int(found.degrees[np.argmin(found.one)])


def test_the_expectation_of_cross_validation_is_met_by_simulation():
    runs = [bias_variance.validated(5, 40, seed=seed).one for seed in range(150)]
    mean, error = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    expected = bias_variance.validated(5, 40).expected
    assert (np.abs(mean - expected) < 4 * error).all()


def test_leaving_one_out_agrees_with_the_shortcut():
    from core.foundations.bias_variance.instances import hat, midpoints, wave

    found = bias_variance.validated(40, 40, sigma=0.3, seed=5)
    x = midpoints(40)
    y = wave(x) + 0.3 * np.random.default_rng(5).normal(size=(400, 40))[0]
    for degree in (2, 5):
        H = hat(x, degree)
        shortcut = formulas_many.leave_one_out(y - H @ y, np.diag(H))
        assert found.one[degree - 1] == pytest.approx(shortcut)


@pytest.mark.parametrize("p", [5, 12, 40, 90])
def test_the_parts_of_double_descent_are_met_by_simulation(p):
    rng = np.random.default_rng(p)
    theta = 0.9 ** np.arange(bias_variance.FEATURES)
    theta /= np.sqrt(theta @ theta)
    errors = []
    for _ in range(1500):
        X = rng.normal(size=(bias_variance.ROWS, bias_variance.FEATURES))
        y = X @ theta + 0.3 * rng.normal(size=bias_variance.ROWS)
        fit = np.linalg.lstsq(X[:, :p], y, rcond=None)[0]
        errors.append(np.sum((fit - theta[:p]) ** 2) + np.sum(theta[p:] ** 2))
    error = np.std(errors, ddof=1) / np.sqrt(len(errors))
    assert abs(np.mean(errors) - sum(descent_parts(p, theta, 0.3))) < 4 * error


def test_the_error_falls_rises_and_falls_again():
    found = bias_variance.double_descent(20)
    assert 0 < int(np.argmin(found.few_error)) < len(found.few) - 1
    assert found.few_error[-1] > 5 * found.few_error.min()
    assert found.many_error[0] > 2 * found.many_error.min()
    assert math.isinf(found.variance)
    assert not set(found.few) & set(found.many)
    assert len(found.few) + len(found.many) == bias_variance.FEATURES - 3
    for p in (19, 21):
        assert math.isinf(bias_variance.double_descent(p).variance)
    one = bias_variance.double_descent(40)
    place = list(one.many).index(40.0)
    assert one.missed + one.bias + one.variance == pytest.approx(one.many_error[place])

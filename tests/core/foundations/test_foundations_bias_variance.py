"""Formulas on bias and variance: published values, properties, other libraries."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.foundations.bias_variance import TOPIC, formulas, formulas_many
from core.foundations.bias_variance.errata import interval_bias
from core.foundations.bias_variance.instances import (
    COIN,
    NORMAL_LIKE,
    bartlett_designs,
    chi_square_like,
    every,
    fit_ridge,
    hat,
    kernel_smoother,
    mean_and_variance,
    midpoints,
    normal_designs,
    skewed,
    wave,
)
from core.foundations.bias_variance.more_data import close, orbit
from core.foundations.bias_variance.validation import fold_errors
from tests.core.foundations.mutations_bias_variance import MUTATIONS

POSITIVE = st.floats(0.05, 5)


def test_the_article_is_as_large_as_promised():
    assert len(TOPIC.statements) >= 16
    assert len(TOPIC.breaks) >= 6
    assert len(TOPIC.errata) >= 9
    assert len(TOPIC.questions) >= 6
    assert len({one.section for one in TOPIC.statements}) == len(TOPIC.sections) == 6


def test_errors_of_polynomials_on_the_grid():
    # A line fitted to sin(2 pi x) on [0, 1] leaves 1/2 - 3/pi^2.
    x = midpoints(2000)
    line = formulas.smoother_bias_squared(hat(x, 1), wave(x))
    assert line == pytest.approx(0.5 - 3 / np.pi**2, abs=1e-5)
    x = midpoints(30)
    bias = [formulas.smoother_bias_squared(hat(x, d), wave(x)) ** 0.5 for d in (5, 9)]
    errors = [
        formulas.expected_error(0.09, b, formulas.ols_variance(0.3, p, 30))
        for b, p in zip(bias, (6, 10), strict=True)
    ]
    assert errors == pytest.approx([0.108, 0.12], abs=2e-5)


@pytest.mark.parametrize(("m", "bias_squared"), [(20, 0.031), (100, 0.0004), (500, 0.0000032)])
def test_the_bias_of_five_neighbours_on_an_interval_falls(m, bias_squared):
    assert interval_bias(m) == pytest.approx(bias_squared, rel=0.05)


@pytest.mark.parametrize(
    ("models", "expected"),
    # Harter (1961), expected largest of n standard normal values.
    [(2, 0.56419), (3, 0.84628), (5, 1.16296), (10, 1.53875), (20, 1.86748)],
)
def test_expected_extremes_of_normal_values(models, expected):
    assert formulas_many.selection_optimism(1.0, models) == pytest.approx(expected, abs=1e-5)
    assert formulas_many.selection_optimism(0.1, models) == pytest.approx(expected / 10, abs=1e-6)


def test_tail_at_the_peak_is_that_of_an_inverse_chi_square():
    for level in (0.2, 1.0, 50.0):
        assert formulas_many.square_tail(level) == pytest.approx(stats.chi2(1).cdf(1 / level))


@pytest.mark.parametrize(("p", "m"), [(3, 12), (7, 30)])
def test_excess_is_the_mean_of_inverse_chi_squares(p, m):
    each = stats.chi2(m - p + 1).expect(lambda u: 1 / u)
    assert formulas_many.ols_excess(1.3, p, m) == pytest.approx(1.3**2 * p * each, rel=1e-6)


@given(POSITIVE, st.integers(1, 40), st.floats(0, 1))
def test_an_average_lies_between_shared_variance_and_one_model(v, models, correlation):
    found = formulas_many.ensemble_variance(correlation, v, models)
    assert correlation * v - 1e-12 <= found <= v + 1e-12
    assert formulas_many.ensemble_variance(1.0, v, models) == pytest.approx(v)
    assert formulas_many.ensemble_variance(0.0, v, models) == pytest.approx(v / models)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8), st.floats(-50, 50))
def test_an_average_is_never_worse_than_its_members_on_average(predictions, target):
    given_ = np.array(predictions)
    weights = np.full(len(given_), 1 / len(given_))
    found = formulas_many.ambiguity_error(weights, given_, target)
    assert found == pytest.approx((given_.mean() - target) ** 2, abs=1e-8)
    assert found <= np.mean((given_ - target) ** 2) + 1e-8


@given(POSITIVE, st.integers(3, 40), st.integers(2, 6))
def test_cross_validation_of_the_mean_is_the_error_with_fewer_rows(sigma, rows, k):
    m = rows * k
    fewer = formulas_many.mean_error(sigma, (k - 1) * rows)
    assert formulas_many.kfold_error(sigma, m, k) == pytest.approx(fewer)
    parts = formulas_many.fold_variance(sigma, m, k), formulas_many.fold_covariance(sigma, m, k)
    short = formulas_many.cv_variance(*parts, k) - formulas_many.reported_variance(*parts, k)
    assert short == pytest.approx(parts[1])


@given(POSITIVE, POSITIVE)
def test_filters_keep_shares_and_more_steps_keep_more(penalty, scale):
    d = np.linspace(0.1, 1, 5) * scale
    kept = formulas.ridge_filter(d, penalty)
    assert ((kept > 0) & (kept < 1)).all()
    assert (np.diff(kept) > 0).all()
    assert formulas.degrees_of_freedom(d, penalty) == pytest.approx(kept.sum())
    rate = 0.9 / scale**2
    few, many = (formulas.stopping_filter(d, rate, steps) for steps in (3, 9))
    assert (many >= few).all()


def test_ridge_and_its_shortcut_agree_with_another_library():
    from sklearn.linear_model import Ridge, RidgeCV

    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(25, 4)), rng.normal(size=25)
    other = Ridge(alpha=0.7, fit_intercept=False).fit(X, y).coef_
    assert formulas.ridge_coefficients(X, y, 0.7) == pytest.approx(other)
    assert fit_ridge(X, y, 0.7) == pytest.approx(other)
    H = X @ fit_ridge(X, np.eye(25), 0.7)
    score = -RidgeCV(alphas=[0.7], fit_intercept=False).fit(X, y).best_score_
    assert formulas_many.leave_one_out(y - H @ y, np.diag(H)) == pytest.approx(score)


def test_folds_agree_with_another_library():
    from sklearn.dummy import DummyRegressor
    from sklearn.model_selection import PredefinedSplit, cross_val_score

    y = np.random.default_rng(4).normal(size=12)
    split = PredefinedSplit(np.arange(12) % 3)
    other = cross_val_score(
        DummyRegressor(), np.zeros((12, 1)), y, cv=split, scoring="neg_mean_squared_error"
    )
    assert fold_errors(y[None], 3)[0] == pytest.approx(-other)


def test_noise_laws_have_the_moments_they_promise():
    values, chances = NORMAL_LIKE
    moments = [chances @ values**power for power in range(6)]
    assert moments == pytest.approx([1, 0, 1, 0, 3, 0])
    law = skewed(np.random.default_rng(0), 0.7)
    assert mean_and_variance(*law) == pytest.approx((0, 0.49))
    assert abs(law[1] @ law[0] ** 3) > 0.01
    outcomes, odds = every(law, 4)
    assert outcomes.shape == (81, 4)
    assert odds.sum() == pytest.approx(1)


def test_a_coin_has_mean_0_and_variance_1():
    assert mean_and_variance(*COIN) == pytest.approx((0, 1))


@pytest.mark.parametrize("freedom", [3, 4, 9])
def test_three_values_have_the_moments_of_a_chi_square(freedom):
    values, chances = chi_square_like(freedom)
    law = stats.chi2(freedom)
    for power in range(5):
        assert chances @ values**power == pytest.approx(law.moment(power) if power else 1)
    assert chances @ (1 / values) == pytest.approx(law.expect(lambda u: 1 / u), rel=1e-6)


@pytest.mark.parametrize(("m", "p"), [(7, 1), (9, 2), (12, 3)])
def test_finite_designs_have_the_mean_inverse_of_normal_ones(m, p):
    X, chances = bartlett_designs(np.random.default_rng(1), m, p)
    assert chances.sum() == pytest.approx(1)
    gram = np.einsum("n,nmi,nmj->ij", chances, X, X)
    assert gram == pytest.approx(m * np.eye(p), abs=1e-9)
    exact = chances @ np.sum(np.linalg.pinv(X) ** 2, axis=(1, 2))
    normal = normal_designs(np.random.default_rng(2), m, p, 20_000)
    draws = np.sum(np.linalg.pinv(normal) ** 2, axis=(1, 2))
    error = draws.std() / np.sqrt(len(draws))
    assert error < 0.02 * exact
    assert abs(draws.mean() - exact) < 3.5 * error


def test_shifts_and_signs_average_a_projection_to_a_multiple_of_the_identity():
    X = orbit(np.random.default_rng(3).normal(size=(2, 5)))
    assert len(np.unique(X.reshape(len(X), -1), axis=0)) == 5 * 2**5
    mean = (np.linalg.pinv(X) @ X).mean(axis=0)
    assert mean == pytest.approx(2 / 5 * np.eye(5))


@pytest.mark.parametrize("m", [2, 3, 6])
def test_terms_of_square_normal_matrices_follow_the_integral(m):
    inverse = np.linalg.inv(normal_designs(np.random.default_rng(m), m, m, 30_000))
    share = np.mean(np.sum(inverse[:, 0, :] ** 2, axis=1) > 2)
    exact = close(m, 2**-0.5)
    assert abs(share - exact) < 3.5 * np.sqrt(exact * (1 - exact) / 30_000)


def test_a_local_mean_is_a_mean_and_not_symmetric():
    H = kernel_smoother(np.random.default_rng(0), 6)
    assert H.sum(axis=1) == pytest.approx(np.ones(6))
    assert np.abs(H - H.T).max() > 0.01


def test_mutations_change_the_source():
    assert len(MUTATIONS) >= 8
    for function, old, new in MUTATIONS:
        assert inspect.getsource(function).count(old) >= 1, (function.__name__, old)
        assert old != new

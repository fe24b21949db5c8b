"""Formulas of the article on multipliers against published values, properties and libraries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from scipy.optimize import LinearConstraint, minimize
from sklearn.linear_model import Lasso, Ridge
from sklearn.svm import SVC

from core.apple_sales import default_problem, plan
from core.foundations import lagrange_kkt
from core.foundations.lagrange_kkt import (
    apple,
    formulas,
    formulas_models,
    instances,
    margins,
    numeric,
    portfolio,
    shrinkage,
)

SEEDS = st.integers(0, 2**31)
few = settings(max_examples=40, deadline=None)


def test_the_article_holds_what_it_promises():
    topic = lagrange_kkt.TOPIC
    assert len(topic.statements) >= 20
    assert len(topic.breaks) >= 8
    assert len(topic.errata) >= 9
    assert len(topic.questions) >= 6
    assert {s.section for s in topic.statements} == {s.key for s in topic.sections}


def test_a_parabola_against_a_wall_known_by_hand():
    # Minimise x^2 subject to 1 - x <= 0: multiplier 2, value 1; with a minus the dual stays at 0.
    assert formulas.parabola_price(1.0, 1.0) == 2
    assert formulas.parabola_dual(np.array(2.0), 1.0, 1.0) == 1
    assert formulas.parabola_dual(-np.linspace(0, 9, 50), 1.0, 1.0).max() == 0


def test_the_ellipse_whose_squared_distances_are_one_and_four():
    # x^2 + 4 y^2 = 4 has the half axes 2 and 1.
    m = np.diag([1.0, 4.0])
    np.testing.assert_allclose(formulas.ellipse_distances(m, 4.0), [2.0, 1.0], rtol=1e-15)


def test_boyds_example_of_a_dual():
    # Boyd and Vandenberghe, exercise 5.1: (x - 2)(x - 4) <= 0, minimise x^2 + 1.
    # p* = 5 at x = 2, multiplier 2, dual value 5.
    x = np.linspace(-1.0, 6.0, 70001)
    f, h = x**2 + 1, ((x - 2) * (x - 4))[:, None]
    assert f[h[:, 0] <= 1e-12].min() == pytest.approx(5.0)
    assert formulas.lagrangian(f, h, np.array([2.0])).min() == pytest.approx(5.0, abs=1e-6)


def test_figures_of_small_models_known_by_hand():
    assert formulas_models.margin(np.array([3.0, 4.0])) == pytest.approx(0.4)
    cov = np.diag([1.0, 4.0])
    np.testing.assert_allclose(formulas_models.least_variance_weights(cov), [0.8, 0.2])
    assert formulas_models.least_variance(cov) == pytest.approx(0.8)
    y = np.array([3.0, -4.0])
    np.testing.assert_allclose(formulas_models.ridge(np.eye(2), y, 1.0), y / 2)
    np.testing.assert_allclose(
        formulas_models.soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0), [2.0, 0.0, -1.0]
    )
    assert formulas.budget_price(np.array([0.3, 0.7]), 50.0) == pytest.approx(0.02)
    assert formulas.envelope_gap(1.0, 3.0, 1.0) == 2


def test_a_plane_between_two_points_known_by_hand():
    x, y = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([1.0, -1.0])
    alpha, b = margins.hard_margin(x, y)
    np.testing.assert_allclose(alpha, 0.25)
    np.testing.assert_allclose(formulas_models.svm_weights(alpha, y, x), 0.5)
    assert b == pytest.approx(0.0)


def test_groups_that_overlap_have_no_hard_margin():
    x, y = margins.overlapping(np.random.default_rng(0))
    with pytest.raises(ValueError, match="No plane"):
        margins.hard_margin(x, y)


@few
@given(SEEDS)
def test_the_part_in_the_span_leaves_a_rest_at_right_angles(seed):
    rng = np.random.default_rng(seed)
    df, jacobian = rng.normal(size=6), rng.normal(size=(3, 6))
    part = formulas.span_part(df, jacobian)
    np.testing.assert_allclose(jacobian @ (df - part), 0.0, atol=1e-9)
    np.testing.assert_allclose(formulas.span_part(part, jacobian), part, atol=1e-9)


@few
@given(SEEDS)
def test_primal_and_dual_meet_and_all_four_conditions_hold(seed):
    one = numeric.Quadratic(np.random.default_rng(seed))
    (x, value), mu = one.primal(), one.dual()
    assert (one.g @ x <= one.h + 1e-9).all()
    assert (mu >= 0).all()
    assert mu.max() > 0
    np.testing.assert_allclose(mu * (one.g @ x - one.h), 0.0, atol=1e-8)
    np.testing.assert_allclose(one.q @ x + one.c, formulas.pull(one.g, mu), atol=1e-8)
    assert one.low(mu) == pytest.approx(value, rel=1e-9, abs=1e-9)


@few
@given(SEEDS)
def test_no_multipliers_give_a_higher_bound(seed):
    rng = np.random.default_rng(seed)
    one = numeric.Quadratic(rng)
    best = formulas.quadratic_dual(one.q, one.c, one.g, one.h, one.dual())
    for mu in rng.exponential(1.0, (10, 3)):
        assert formulas.quadratic_dual(one.q, one.c, one.g, one.h, mu) <= best + 1e-9


@few
@given(SEEDS)
def test_the_gap_of_choices_is_never_negative(seed):
    one = instances.Choices(np.random.default_rng(seed))
    mu, bound = numeric.finite_dual(one.f, one.h)
    assert bound <= one.best + 1e-9
    assert bound == pytest.approx(numeric.finite_mixture(one.f, one.h), abs=1e-8)
    assert formulas.lagrangian(one.f, one.h, mu).min() == pytest.approx(bound, abs=1e-8)


@few
@given(SEEDS)
def test_no_pair_of_points_is_closer_than_the_hulls(seed):
    rng = np.random.default_rng(seed)
    x, y = margins.separable(rng)
    plus, minus = x[y > 0], x[y < 0]
    p, q = margins.hull_pair(plus, minus)
    mixes = rng.dirichlet(np.ones(6), 200) @ plus, rng.dirichlet(np.ones(6), 200) @ minus
    assert np.linalg.norm(p - q) <= np.linalg.norm(mixes[0] - mixes[1], axis=1).min() + 1e-12
    back = margins.hull_pair(minus, plus)
    np.testing.assert_allclose(back, (q, p))


@few
@given(SEEDS, st.floats(0.0, 9.0))
def test_no_other_portfolio_with_the_return_has_less_variance(seed, r):
    rng = np.random.default_rng(seed)
    cov, mean = portfolio.market(rng)
    w = formulas_models.target_weights(cov, mean, r)
    assert w.sum() == pytest.approx(1.0)
    assert w @ mean == pytest.approx(r, abs=1e-8)
    best = formulas_models.frontier_variance(cov, mean, np.array(r))
    assert w @ cov @ w == pytest.approx(float(best), rel=1e-8)
    assert best >= formulas_models.least_variance(cov) - 1e-9


@few
@given(SEEDS, st.floats(0.1, 5.0))
def test_the_ball_of_a_penalty_gives_the_penalty_back(seed, price):
    x, y = shrinkage.design(np.random.default_rng(seed))
    theta = formulas_models.ridge(x, y, price)
    assert formulas_models.ball_price(x, y, theta) == pytest.approx(price, rel=1e-8)


def test_the_quadratic_programme_agrees_with_slsqp():
    for seed in range(3):
        one = numeric.Quadratic(np.random.default_rng(seed))
        limits = LinearConstraint(one.g, -np.inf, one.h)
        found = minimize(one.f, np.zeros(4), jac=lambda x, o=one: o.q @ x + o.c,
                         constraints=[limits], method="SLSQP", options={"ftol": 1e-14})  # fmt: skip
        x, value = one.primal()
        assert found.fun == pytest.approx(value, rel=1e-8)
        np.testing.assert_allclose(x, found.x, atol=1e-5)


def test_margins_agree_with_scikit_learn():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x, y = margins.overlapping(rng)
        alpha, w, b = margins.soft_margin(x, y, 0.8)
        model = SVC(kernel="linear", C=0.8, tol=1e-8).fit(x, y)
        np.testing.assert_allclose(w, model.coef_[0], rtol=1e-5)
        assert b == pytest.approx(model.intercept_[0], rel=1e-4, abs=1e-5)
        assert ((alpha >= 0) & (alpha <= 0.8)).all()
        slack = formulas_models.hinge(y, x @ w + b)
        cost = formulas_models.soft_objective(w, 0.8, slack)
        assert cost == pytest.approx(formulas_models.svm_dual(alpha, y, x), rel=1e-10)


def test_shrinkage_agrees_with_scikit_learn():
    rng = np.random.default_rng(5)
    x, y = shrinkage.design(rng)
    theirs = Ridge(alpha=1.7, fit_intercept=False, solver="cholesky").fit(x, y).coef_
    np.testing.assert_allclose(formulas_models.ridge(x, y, 1.7), theirs, rtol=1e-10)
    q = np.linalg.qr(rng.normal(size=(30, 6)))[0]
    y = q @ np.array([2.0, -1.5, 0.3, -0.2, 1.0, 0.0]) + 0.05 * rng.normal(size=30)
    lasso = Lasso(alpha=0.5 / 30, fit_intercept=False, tol=1e-12).fit(q, y).coef_
    np.testing.assert_allclose(formulas_models.soft_threshold(q.T @ y, 0.5), lasso, atol=1e-9)


def test_the_exponential_distribution_agrees_with_scipy():
    energy = np.array([0.3, 1.1, 2.9, 4.0])
    p = formulas_models.gibbs(energy, 0.7)
    np.testing.assert_allclose(p, special.softmax(-0.7 * energy), rtol=1e-14)
    assert formulas_models.gibbs_entropy(energy, 0.7) == pytest.approx(stats.entropy(p), rel=1e-13)


def test_the_opened_plan_is_the_plan_of_the_apple_pages():
    own, found = apple.opened(), plan(default_problem(), checks=False)
    assert own.plan.x == found.x
    assert np.real(own.objective(own.x)) == pytest.approx(found.objective, rel=1e-12)
    assert (own.rows @ own.x <= own.limits + 1e-9).all()
    assert own.plan.certificate.input_hash == found.certificate.input_hash
    assert {cell.response.family for cell in own.problem.cells} == {"power"}

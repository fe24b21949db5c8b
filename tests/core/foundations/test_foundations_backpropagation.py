"""Formulas of backpropagation against known values, libraries and their own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize, special
from sklearn.neural_network import MLPRegressor

from core.foundations.backpropagation import TOPIC, counting, formulas, numeric
from core.foundations.backpropagation import formulas_network as network
from core.foundations.schema import Kind

scores = hnp.arrays(float, st.integers(2, 6), elements=st.floats(-5, 5))
widths = st.lists(st.integers(2, 7), min_size=2, max_size=5)


def test_the_article_has_what_was_promised():
    assert len(TOPIC.statements) >= 30
    assert len(TOPIC.breaks) >= 18
    assert len(TOPIC.errata) >= 10
    assert len(TOPIC.questions) >= 6


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_no_check_is_left_to_chance(seed):
    for k, one in enumerate(TOPIC.statements):
        reading = one.check(np.random.default_rng([seed, k]))
        assert reading.kind is not Kind.SAMPLED, one.id
        assert reading.passed, (one.id, reading)


def test_listed_outcomes_are_a_law_with_the_moments_that_were_asked_for():
    values, chances = law = numeric.skewed(np.random.default_rng(5), 0.7)
    assert chances.sum() == pytest.approx(1)
    assert chances @ values == pytest.approx(0)
    assert chances @ values**2 == pytest.approx(0.49)
    assert abs(chances @ values**3) > 0.1
    vectors, joint = numeric.outcomes(law, 3)
    assert vectors.shape == (8, 3)
    assert joint.sum() == pytest.approx(1)
    np.testing.assert_allclose((vectors.T * joint) @ vectors, 0.49 * np.eye(3), atol=1e-12)


@pytest.mark.parametrize("one", TOPIC.breaks, ids=lambda one: one.id)
def test_breaks_fail_by_a_wide_margin(one):
    for seed in range(10):
        reading = one.check(np.random.default_rng(seed))
        away = abs(reading.measured - reading.claimed)
        assert away > 5 * reading.tolerance, (seed, reading)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("BP-q1", "36"),
        ("BP-q2", "$(0.7, -0.8, 0.1)$"),
        ("BP-q3", "one 1024th"),
        ("BP-q4", "1/256"),
        ("BP-q5", "49"),
        ("BP-q6", "$10^{-5}$"),
        ("BP-q7", "They stay equal."),
    ],
)
def test_the_right_options(number, right):
    (question,) = (one for one in TOPIC.questions if one.id == number)
    assert question.options[question.answer()] == right


def test_known_values():
    assert formulas.reverse_cost([6, 4, 3, 1]) == 36
    assert formulas.forward_cost([6, 4, 3, 1]) == 90
    assert network.sigmoid_bound(1, 5) == 1 / 1024
    assert network.xavier_variance(300, 100) == pytest.approx(0.005)
    assert network.best_step(1.0, 2.0**-53) == pytest.approx(6.93e-6, rel=1e-3)
    assert network.degree_of_network(2, 3) == 8


def test_the_textbook_matrix_chain():
    # Cormen et al., section 15.2: six matrices whose best order takes 15125 multiplications.
    assert counting.cheapest([30, 35, 15, 5, 10, 20, 25]) == 15125


@given(scores)
def test_softmax_agrees_with_scipy(z):
    np.testing.assert_allclose(formulas.softmax(z), special.softmax(z), rtol=1e-10)


@given(scores)
def test_softmax_jacobian_is_symmetric_semidefinite_without_constants(z):
    found = formulas.softmax_jacobian(formulas.softmax(z))
    np.testing.assert_allclose(found, found.T)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-12)
    assert np.linalg.eigvalsh(found).min() > -1e-12


@given(st.floats(-30, 30))
def test_the_sigmoid_slope_is_at_most_a_quarter(z):
    assert 0 <= formulas.sigmoid_slope(numeric.sigmoid(np.array(z))) <= 0.25


@settings(max_examples=40)
@given(widths)
def test_reverse_is_cheapest_for_one_output(given_widths):
    chain = [*given_widths, 1]
    assert formulas.reverse_cost(chain) == counting.cheapest(chain)


@given(widths)
def test_forward_is_reverse_of_the_mirrored_chain(given_widths):
    assert formulas.forward_cost(given_widths) == formulas.reverse_cost(given_widths[::-1])


@given(hnp.arrays(float, 6, elements=st.floats(-3, 3)))
def test_a_normalisation_sends_back_nothing_along_constants_and_output(delta):
    x = np.array([0.3, -1.2, 0.8, 2.0, -0.5, 0.1])
    output = (x - x.mean()) / x.std()
    back = formulas.normalisation_gradient(output, float(x.std()), delta)
    assert abs(back.sum()) < 1e-9
    assert abs(back @ output) < 1e-9


def test_normalisation_agrees_with_an_independent_gradient():
    x, worth = np.array([0.3, -1.2, 0.8, 2.0]), np.array([1.0, -0.4, 0.2, 0.7])
    output = (x - x.mean()) / x.std()
    found = formulas.normalisation_gradient(output, float(x.std()), worth)
    measured = optimize.approx_fprime(x, lambda v: worth @ ((v - v.mean()) / v.std()), 1e-7)
    np.testing.assert_allclose(found, measured, atol=1e-5)


def test_pooling_keeps_the_total_gradient():
    windows, delta = np.array([[1.0, 4.0, 2.0], [0.0, -1.0, -2.0]]), np.array([0.5, -2.0])
    by_max = formulas.max_pool_gradient(windows, delta)
    np.testing.assert_array_equal(by_max, [[0, 0.5, 0], [-2.0, 0, 0]])
    np.testing.assert_allclose(formulas.average_pool_gradient(delta, 3).sum(axis=1), delta)


def test_the_hessian_product_is_linear_and_symmetric():
    rng = np.random.default_rng(3)
    weights = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
    u, v = ((rng.normal(size=(4, 3)), rng.normal(size=(2, 4))) for _ in range(2))
    x, y = rng.normal(size=3), rng.normal(size=2)
    hu, hv = network.hessian_vector(weights, u, x, y), network.hessian_vector(weights, v, x, y)
    left = sum((a * b).sum() for a, b in zip(u, hv, strict=True))
    right = sum((a * b).sum() for a, b in zip(v, hu, strict=True))
    assert left == pytest.approx(right)


def test_the_backward_pass_agrees_with_sklearn():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=7)
    options = {"hidden_layer_sizes": (4,), "activation": "tanh", "solver": "sgd", "alpha": 0.0,
               "momentum": 0.0, "batch_size": 7, "random_state": 1, "shuffle": False}  # fmt: skip
    start, model = (MLPRegressor(learning_rate_init=rate, **options) for rate in (1e-30, 1))
    start.partial_fit(x, y)
    model.partial_fit(x, y)
    w1, w2 = (weight.T for weight in start.coefs_)
    b1, b2 = start.intercepts_
    hidden = np.tanh(w1 @ x.T + b1[:, None])
    delta = (w2 @ hidden + b2[:, None] - y) / 7
    pairs = network.backward([w1, w2], [x.T, hidden], delta)
    for (gradient, _), before, moved in zip(pairs, (w1, w2), model.coefs_, strict=True):
        np.testing.assert_allclose(before - gradient, moved.T, atol=1e-12)


def test_counting_counts_products_only():
    counter = counting.Counter()
    product = counter.matrix(np.array([[1.0, 2.0, 3.0]])) @ counter.matrix(
        np.array([[1.0], [2.0], [3.0]])
    )
    assert product[0, 0].value == 14.0
    assert counter.count == 3

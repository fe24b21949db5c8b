from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from core.explain.attribution import MAX_PLAYERS, faithfulness, probability_shares

log_odds = st.floats(-4, 4)
players = st.lists(log_odds, min_size=1, max_size=8).map(np.array)


def brute_force(base, contributions):
    """Average marginal contribution over all orders of arrival."""
    d = len(contributions)
    total = np.zeros(d)
    orders = list(itertools.permutations(range(d)))
    for order in orders:
        z = base
        for player in order:
            total[player] += expit(z + contributions[player]) - expit(z)
            z += contributions[player]
    return total / len(orders)


@given(log_odds, st.lists(log_odds, min_size=1, max_size=5).map(np.array))
def test_shares_equal_the_average_over_all_orders(base, contributions):
    shares = probability_shares(base, contributions)
    assert shares == pytest.approx(brute_force(base, contributions), abs=1e-12)


@given(log_odds, players)
def test_shares_add_up_to_the_distance_from_the_reference(base, contributions):
    distance = expit(base + contributions.sum()) - expit(base)
    assert probability_shares(base, contributions).sum() == pytest.approx(distance, abs=1e-12)


@given(log_odds, players)
def test_shares_keep_sign_and_order_of_the_contributions(base, contributions):
    shares = probability_shares(base, contributions)
    assert np.all(shares * np.sign(contributions) >= -1e-15)
    order = np.argsort(contributions)
    assert np.all(np.diff(shares[order]) >= -1e-12)


@given(log_odds, players, log_odds)
def test_equal_players_get_equal_shares_and_a_dummy_gets_none(base, contributions, twin):
    shares = probability_shares(base, np.array([*contributions, twin, twin, 0.0]))
    assert shares[-2] == pytest.approx(shares[-3], abs=1e-12)
    assert shares[-1] == 0
    without = probability_shares(base, np.array([*contributions, twin, twin]))
    assert shares[:-1] == pytest.approx(without, abs=1e-12)


def test_two_players_by_hand():
    # Worths expit(0) = .5, expit(1) = .7310586, expit(-2) = .1192029, expit(-1) = .2689414
    shares = probability_shares(0.0, np.array([1.0, -2.0]))
    assert shares == pytest.approx([0.1903985, -0.4214571], abs=1e-7)


def test_thirteen_players_are_exact_and_more_than_the_limit_refused():
    contributions = np.linspace(-1, 1.4, 13)
    total = expit(0.3 + contributions.sum()) - expit(0.3)
    assert probability_shares(0.3, contributions).sum() == pytest.approx(total, abs=1e-14)
    with pytest.raises(ValueError, match="enumeration"):
        probability_shares(0.0, np.zeros(MAX_PLAYERS + 1))


@pytest.fixture
def linear_case():
    rng = np.random.default_rng(0)
    slopes = np.array([3.0, 1.0, 0.3, 0.0])
    background = rng.normal(size=(200, 4))
    return (lambda X: X @ slopes), slopes, np.array([2.0, 2.0, 2.0, 2.0]), background


def test_the_true_order_replaces_what_matters_first(linear_case):
    predict, slopes, x, background = linear_case
    right = faithfulness(predict, x, slopes * x, background, orders=50)
    wrong = faithfulness(predict, x, 1 / (slopes + 0.1), background, orders=50)
    assert right.area > right.random_area > wrong.area
    assert right.beaten > 0.9
    assert wrong.beaten == 0
    assert (right.orders, right.n) == (50, 200)


def test_area_by_hand():
    x, background = np.array([1.0, 1.0]), np.zeros((1, 2))
    found = faithfulness(lambda X: X @ [3.0, 1.0], x, np.array([3.0, 1.0]), background)
    assert found.area == pytest.approx((3 + 4) / 2 / 4)


def test_missing_features_are_left_alone(linear_case):
    _, slopes, x, background = linear_case
    x[0] = np.nan
    seen = []

    def predict(X):
        seen.append(X)
        return np.nan_to_num(X) @ slopes

    faithfulness(predict, x, slopes, background)
    assert all(np.isnan(X[:, 0]).all() for X in seen)


def test_nothing_to_explain_gives_none(linear_case):
    _, slopes, x, background = linear_case
    assert faithfulness(lambda X: np.ones(len(X)), x, slopes, background) is None


def test_the_random_orders_are_seeded(linear_case):
    predict, slopes, x, background = linear_case
    first, again, other = (
        faithfulness(predict, x, slopes, background, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.random_area != other.random_area

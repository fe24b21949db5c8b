from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import r2_score

from core.stats.error_size import (
    mean_interval,
    quantile_interval,
    rank_association,
    root_mean_square,
    skill,
)


def sample(n, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x + rng.normal(size=n), x


def test_mean_agrees_with_scipy():
    values = np.random.default_rng(0).exponential(size=30)
    found = mean_interval(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert math.isnan(mean_interval(np.array([3.0])).low)


def test_root_mean_square_is_the_root_of_the_mean_square():
    values = np.array([3.0, -4.0, 5.0])
    found = root_mean_square(values)
    assert found.estimate == pytest.approx(math.sqrt(50 / 3))
    assert found.low < found.estimate < found.high
    assert math.isnan(root_mean_square(np.zeros(5)).high)


@given(st.integers(1, 60), st.sampled_from([0.1, 0.5, 0.9]))
def test_limits_of_a_quantile_are_exact(n, q):
    values = np.arange(1.0, n + 1)
    found = quantile_interval(values, q)
    # P(rank below the lower limit) and above the upper one, whatever the law.
    if not math.isnan(found.low):
        assert stats.binom.cdf(found.low - 1, n, q) <= 0.025 + 1e-9
    if not math.isnan(found.high):
        assert stats.binom.sf(found.high - 1, n, q) <= 0.025 + 1e-9
    assert found.estimate == pytest.approx(np.quantile(values, q))


def test_limits_of_a_quantile_hold():
    rng = np.random.default_rng(0)
    truth = stats.expon.ppf(0.9)
    held = [
        not (found.low > truth or found.high < truth)
        for found in (quantile_interval(rng.exponential(size=50), 0.9) for _ in range(500))
    ]
    assert np.mean(held) >= 0.94


def test_skill_is_r2():
    y, x = sample(60)
    assert skill(y, x).estimate == pytest.approx(r2_score(y, x), abs=1e-12)
    assert skill(y, x + 0.0).interval().method == "Fieller"


@given(st.integers(0, 100), st.integers(10, 80))
def test_interval_and_p_values_agree(seed, n):
    found = skill(*sample(n, seed))
    interval = found.interval()
    if math.isnan(interval.low):
        return
    assert interval.low <= interval.estimate <= interval.high <= 1
    assert found.p_values(interval.low)[0] == pytest.approx(0.025, abs=1e-6)
    assert sum(found.p_values(0.3)) == pytest.approx(1)


def test_skill_holds_what_it_claims():
    rng = np.random.default_rng(5)
    true, held, wrong = 0.5, 0, np.zeros(2)
    for _ in range(800):
        x = rng.normal(size=60)
        found = skill(x + rng.normal(size=60), x)
        interval = found.interval()
        held += interval.low <= true <= interval.high
        wrong += np.array(found.p_values(true)) <= 0.05
    assert held / 800 >= 0.93
    assert (wrong / 800 <= 0.075).all()


def test_perfect_predictions_have_skill_and_are_never_broken():
    y = np.arange(20.0)
    found = skill(y, y)
    assert found.estimate == 1
    met, broken = found.p_values(0.0)
    assert met < 0.001
    assert broken > 0.999


def test_skill_needs_outcomes_that_vary():
    assert skill(np.ones(10), np.arange(10.0)) is None
    assert skill(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None


def test_predicting_one_of_two_values_exactly_uses_the_sign_test():
    y = np.array([-1.0, 1.0] * 4)
    assert skill(y, y).p_values(0.0) == (0.5**8, 1.0)


def test_rank_association():
    x, y = np.arange(20.0), np.random.default_rng(0).normal(size=20)
    found = rank_association(x, y)
    assert found.estimate == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.low < found.estimate < found.high
    assert math.isnan(rank_association(x, np.ones(20)).estimate)
    assert math.isnan(rank_association(x[:3], y[:3]).estimate)
    assert rank_association(x, 2 * x).estimate == pytest.approx(1)
    assert math.isnan(rank_association(x, 2 * x).low)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from core.stats.binary import net_benefit
from core.stats.decision_curve import GRID, DecisionCurve, decision_curve, ranges


def at(threshold, hits, alarms, positives, negatives):
    return DecisionCurve(
        np.array([threshold]), np.array([hits]), np.array([alarms]), positives, negatives
    )


def test_by_hand():
    # 100 cases, 20 with the outcome; at 10 % 18 of them and 27 others are called.
    curve = at(0.1, 18, 27, 20, 80)
    assert curve.model[0] == pytest.approx(0.18 - 0.27 / 9, abs=1e-15)
    assert curve.treat_all[0] == pytest.approx(0.2 - 0.8 / 9, abs=1e-15)
    assert curve.gain[0] == pytest.approx(0.15 - 1 / 9, abs=1e-12)
    assert curve.standardised[0] == pytest.approx(0.75, abs=1e-12)
    # 53 fewer people are treated than if everybody were, and two cases are missed, at 9 each.
    assert curve.avoided_per_100[0] == pytest.approx(55 - 2 * 10, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), digits=st.sampled_from([1, 2, 9]))
def test_every_threshold_as_if_alone(seed, n, digits):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, n), rng.random(n).round(digits)
    curve = decision_curve(y, p)
    one_by_one = [net_benefit(y, p, t) for t in GRID]
    everybody = [net_benefit(y, np.ones(n), t) for t in GRID]
    np.testing.assert_allclose(curve.model, one_by_one, atol=1e-12, rtol=1e-12)
    np.testing.assert_allclose(curve.treat_all, everybody, atol=1e-12, rtol=1e-12)
    low, high = curve.model_limits()
    assert np.all(low <= curve.model + 1e-12)
    assert np.all(curve.model <= high + 1e-12)
    low, high = curve.gain_limits()
    assert np.all(low <= curve.gain + 1e-12)
    assert np.all(curve.gain <= high + 1e-12)


def test_a_probability_at_the_threshold_is_acted_on():
    curve = decision_curve(np.array([1, 0]), np.array([0.3, 0.3]), np.array([0.3, 0.300001]))
    assert curve.hits.tolist() == [1, 0]
    assert curve.alarms.tolist() == [1, 0]


def test_thresholds_are_checked():
    for wrong in ([0.0, 0.5], [0.5, 1.0], [0.5, 0.4]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            decision_curve(np.array([1]), np.array([0.5]), np.array(wrong))


def test_the_p_values_are_binomial():
    curve = at(0.2, 12, 20, 15, 85)
    better = max(binom.sf(11, 32, 0.2), binom.cdf(3, 68, 0.2))
    worse = 2 * min(binom.cdf(12, 32, 0.2), binom.sf(2, 68, 0.2))
    assert curve.p_not_better()[0] == pytest.approx(better, rel=1e-10)
    assert curve.p_not_worse()[0] == pytest.approx(min(worse, 1.0), rel=1e-10)


def test_without_calls_or_without_rest_nothing_is_shown():
    for curve in (at(0.5, 0, 0, 3, 30), at(0.1, 3, 30, 3, 3 + 27)):
        assert curve.p_not_better()[0] == 1.0
    assert at(0.5, 0, 0, 0, 30).p_not_worse()[0] == 1.0
    assert np.isnan(at(0.5, 0, 0, 0, 30).standardised[0])


def test_few_calls_at_a_high_threshold_prove_little():
    # Twenty hits without an alarm look certain to a bootstrap, which cannot draw an alarm.
    curve = at(0.95, 20, 0, 60, 60)
    assert curve.p_not_better()[0] == pytest.approx(0.95**20, rel=1e-9)
    assert curve.gain_limits()[0][0] < 0


@pytest.mark.parametrize(
    ("n", "share", "threshold", "sensitivity", "specificity"),
    [(60, 0.3, 0.2, 0.9, 0.8), (171, 0.37, 0.9, 0.6, 0.99), (171, 0.1, 0.1, 0.8, 0.8)],
)
def test_the_limits_cover(n, share, threshold, sensitivity, specificity):
    cells = np.array(
        [
            share * sensitivity,
            (1 - share) * (1 - specificity),
            share * (1 - sensitivity),
            (1 - share) * specificity,
        ]
    )
    odds = threshold / (1 - threshold)
    truth = cells[0] - odds * cells[1]
    gain = min(truth, odds * cells[3] - cells[2])
    model, better = [], []
    for hits, alarms, misses, spared in np.random.default_rng(0).multinomial(n, cells, 1_500):
        curve = at(threshold, hits, alarms, hits + misses, alarms + spared)
        low, high = curve.model_limits()
        model.append(low[0] <= truth <= high[0])
        low, high = curve.gain_limits()
        better.append(low[0] <= gain <= high[0])
    assert np.mean(model) >= 0.93
    assert np.mean(better) >= 0.93


def test_a_useless_model_is_rarely_shown_better_or_worse():
    rng = np.random.default_rng(3)
    better, worse = [], []
    for _ in range(1_000):
        # Calls that say nothing, at the threshold where all three choices are worth the same.
        y, called = rng.random(200) < 0.3, rng.random(200) < 0.4
        curve = at(0.3, int((y & called).sum()), int((~y & called).sum()), y.sum(), (~y).sum())
        better.append(curve.p_not_better()[0] <= 0.05)
        worse.append(curve.p_not_worse()[0] <= 0.05)
    assert np.mean(better) <= 0.05
    assert np.mean(worse) <= 0.06


def test_runs_of_thresholds():
    shown = np.array([False, True, True, False, True])
    assert ranges(np.array([0.1, 0.2, 0.3, 0.4, 0.5]), shown) == ((0.2, 0.3), (0.5, 0.5))
    assert ranges(np.array([0.1]), np.array([False])) == ()

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from scipy.special import expit, logit

from core.stats.calibration_tests import LARGE_VARIANCE, in_the_large_p, slope_p


def test_the_mean_risk_against_the_binomial():
    """With equal risks the sum is binomial; 6 of 40 at a risk of 5 % is far off."""
    y = np.array([1] * 6 + [0] * 34)
    both = scipy.stats.binom.sf(5, 40, 0.05) + scipy.stats.binom.cdf(-2 - 1e-9, 40, 0.05)
    assert in_the_large_p(y, np.full(40, logit(0.05))) == pytest.approx(both, abs=0.004)


def test_large_samples_use_the_normal_law():
    rng = np.random.default_rng(0)
    score = rng.normal(size=500)
    p = expit(score)
    y = (rng.random(500) < p).astype(np.int64)
    assert np.sum(p * (1 - p)) > LARGE_VARIANCE
    z = (y - p).sum() / math.sqrt((p * (1 - p)).sum())
    assert in_the_large_p(y, score) == pytest.approx(2 * scipy.stats.norm.sf(abs(z)))


@pytest.mark.parametrize("n", [40, 400])
@pytest.mark.parametrize("test", [in_the_large_p, slope_p])
def test_the_level_holds_for_right_probabilities(test, n):
    rng, runs, alarms = np.random.default_rng(n), 150, 0
    for seed in range(runs):
        score = 4 * rng.normal(size=n)
        alarms += test((rng.random(n) < expit(score)).astype(np.int64), score, seed) <= 0.05
    assert alarms / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)


def test_each_test_sees_its_own_fault():
    rng = np.random.default_rng(3)
    score = 2 * rng.normal(size=600)
    shifted = (rng.random(600) < expit(score + 1)).astype(np.int64)
    assert in_the_large_p(shifted, score) < 0.001
    steeper = (rng.random(600) < expit(score)).astype(np.int64)
    assert slope_p(steeper, 2 * score) < 0.001
    assert in_the_large_p(steeper, 2 * score) > 0.01


def test_certainty_is_right_or_wrong():
    sure = np.array([800.0, -800.0])
    assert in_the_large_p(np.array([1, 0]), sure) == 1.0
    assert in_the_large_p(np.array([0, 0]), sure) == 0.0

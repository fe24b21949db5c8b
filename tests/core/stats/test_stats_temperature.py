from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import chi2

from core.stats.calibration_fit import fit_factor
from core.stats.calibration_null import tally
from core.stats.temperature import NO_CHOICE, NO_ERROR, temperature_profile, temperature_test


def sample(n, k, seed, stretch=1.0):
    rng = np.random.default_rng(seed)
    score = 1.5 * rng.normal(size=(n, k))
    y = (softmax(score, axis=1).cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
    return y, softmax(stretch * score, axis=1)


def log_likelihood(y, proba, slope):
    return float(log_softmax(slope * np.log(proba), axis=1)[np.arange(len(y)), y].sum())


@pytest.mark.parametrize(("n", "k"), [(40, 3), (200, 4), (1000, 10)])
def test_estimate_and_test_by_brute_force(n, k):
    y, proba = sample(n, k, n, 1.6)
    found = temperature_profile(y, proba)
    best = minimize_scalar(lambda b: -log_likelihood(y, proba, b), (0.1, 2), tol=1e-12)
    assert found.estimate == pytest.approx(best.x, abs=1e-5)
    test = temperature_test(found)
    assert test.statistic == pytest.approx(2 * (-best.fun - log_likelihood(y, proba, 1)), abs=1e-6)
    assert test.p == pytest.approx(chi2.sf(test.statistic, 1))
    interval = found.interval()
    assert interval.low < interval.estimate < interval.high
    assert found.p_above(interval.low) == pytest.approx(0.025, abs=1e-4)
    assert found.p_below(interval.high) == pytest.approx(0.025, abs=1e-4)


def test_two_classes_are_the_factor_of_the_log_odds():
    y, proba = sample(150, 2, 3, 0.7)
    expected = fit_factor(tally(y, proba[:, 1]))
    assert temperature_profile(y, proba).estimate == pytest.approx(expected, abs=1e-7)


def test_the_interval_covers():
    hits, runs = 0, 400
    for seed in range(runs):
        interval = temperature_profile(*sample(60, 3, seed)).interval()
        hits += interval.low <= 1 <= interval.high
    assert hits / runs >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / runs)


def test_what_has_no_value_says_why():
    y = np.array([0, 1, 2])
    for proba, why in ((np.full((3, 3), 1 / 3), NO_CHOICE), (np.eye(3), NO_ERROR)):
        found = temperature_profile(y, proba)
        assert found.why == why
        assert math.isnan(found.interval().estimate)
        assert temperature_test(found) is None


def test_certain_and_wrong():
    y = np.array([0, 1, 2, 0, 1, 2])
    proba = np.eye(3)[[0, 1, 2, 1, 1, 2]]
    found = temperature_profile(y, proba).interval()
    assert 0 < found.low < found.estimate < found.high < 1


def test_scores_that_point_the_wrong_way_have_a_negative_slope():
    y, proba = sample(300, 3, 1)
    turned = 1 / proba
    found = temperature_profile(y, turned / turned.sum(axis=1, keepdims=True))
    assert found.interval().high < 0

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit, ndtri
from scipy.stats import norm

from core.stats import calibration
from core.stats.calibration_fit import (
    ONE_CLASS,
    ONE_PROBABILITY,
    SEPARATED,
    fit_factor,
    fit_line,
    intercept_profile,
    line_intercept_profile,
    slope_profile,
)
from core.stats.calibration_null import tally
from core.stats.profile_likelihood import Point, Profile


def sample(n, seed, slope=0.7, shift=0.3):
    rng = np.random.default_rng(seed)
    score = rng.normal(-0.3, 1.4, n)
    return (rng.random(n) < expit(slope * score + shift)).astype(np.int64), expit(score)


def log_likelihood(y, p, a, b):
    eta = a + b * logit(p)
    return float(np.sum(y * eta - np.logaddexp(0, eta)))


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(60, 400))
def test_estimates_agree_with_the_regression_of_the_suite(seed, n):
    y, p = sample(n, seed)
    table = tally(y, p)
    a, b = calibration.recalibration(y, logit(p))
    assert slope_profile(table).estimate == pytest.approx(b, abs=1e-7)
    assert line_intercept_profile(table).estimate == pytest.approx(a, abs=1e-7)
    assert intercept_profile(table).estimate == pytest.approx(
        calibration.offset(y, logit(p)), abs=1e-7
    )
    assert fit_line(table) == pytest.approx((a, b), abs=1e-7)


def test_the_factor_is_a_regression_without_intercept():
    y, p = sample(300, 1, shift=0.0)
    best = minimize_scalar(lambda b: -log_likelihood(y, p, 0, b), (0, 1), tol=1e-12)
    assert fit_factor(tally(y, p)) == pytest.approx(best.x, abs=1e-5)


def test_profile_likelihood_ratio_by_brute_force():
    y, p = sample(80, 2)
    found = slope_profile(tally(y, p))

    def height(slope):
        best = minimize_scalar(lambda a: -log_likelihood(y, p, a, slope), (-1, 1), tol=1e-12)
        return -best.fun

    peak = height(found.estimate)
    assert found.peak == pytest.approx(peak, abs=1e-8)
    for slope in (0.2, 0.6, 1.0, 1.7):
        assert found.ratio(slope) == pytest.approx(2 * (peak - height(slope)), abs=1e-6)
    edge = brentq(lambda b: found.ratio(b) - ndtri(0.975) ** 2, found.estimate, 4)
    assert found.interval().high == pytest.approx(edge, abs=0.1)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(20, 300))
def test_interval_and_p_values_say_the_same(seed, n):
    y, p = sample(n, seed)
    for profile in (slope_profile, intercept_profile, line_intercept_profile):
        found = profile(tally(y, p))
        interval = found.interval(0.9)
        if not found.defined:
            continue
        assert interval.low <= interval.estimate <= interval.high
        if math.isfinite(interval.low):
            assert found.p_above(interval.low) == pytest.approx(0.05, abs=1e-4)
        if math.isfinite(interval.high):
            assert found.p_below(interval.high) == pytest.approx(0.05, abs=1e-4)
        assert found.p_above(1) + found.p_below(1) == pytest.approx(1)


def test_corrected_root_is_exact_for_an_exponential_mean():
    """For a rate of n exponential waits r* gives the gamma tail to three digits, even at n = 2."""
    from scipy.stats import gamma

    n, total = 2, 1.3
    rate = n / total

    def curve(value):
        return Point(n * math.log(value) - value * total, n / value - total)

    # The natural parameter is minus the rate; the sign is turned to keep the derivative.
    found = Profile(rate, curve(rate).height, rate / math.sqrt(n), n / rate**2, n, curve)
    for value in (0.4, 0.9, 2.5, 4.0):
        exact = gamma.cdf(total * value, n)
        assert found.p_above(value) == pytest.approx(exact, rel=0.02)
    plain = norm.sf(math.sqrt(found.ratio(0.4)))
    assert abs(plain / gamma.cdf(total * 0.4, n) - 1) > 0.2


def test_what_has_no_finite_fit_says_why():
    p = np.array([0.1, 0.2, 0.8, 0.9])
    cases = {
        SEPARATED: ([0, 0, 1, 1], p),
        ONE_CLASS: ([1, 1, 1, 1], p),
        ONE_PROBABILITY: ([0, 1, 0, 1], np.full(4, 0.3)),
    }
    for why, (y, q) in cases.items():
        found = slope_profile(tally(np.array(y), q))
        assert not found.defined
        assert found.interval().method == why
        assert math.isnan(found.interval().estimate)
        assert fit_line(tally(np.array(y), q)) is None
    assert slope_profile(tally(np.array([1, 1, 0, 0]), p)).why == SEPARATED
    touching = tally(np.array([0, 0, 1, 1]), np.array([0.2, 0.5, 0.5, 0.9]))
    assert slope_profile(touching).why == SEPARATED
    assert intercept_profile(tally(np.array([1, 1]), p[:2])).why == ONE_CLASS
    assert intercept_profile(tally(np.array([0, 1, 0]), np.full(3, 0.3))).defined
    assert fit_factor(tally(np.array([0, 0, 1, 1]), p)) is None
    assert fit_factor(tally(np.array([0, 1]), np.full(2, 0.5))) is None


def test_certain_and_wrong_probabilities_still_have_a_fit():
    y = np.array([0, 1, 1, 0, 1, 0])
    p = np.array([0.0, 1.0, 0.0, 1.0, 0.7, 0.2])
    interval = slope_profile(tally(y, p)).interval()
    assert interval.low < interval.estimate < interval.high < 1


@pytest.mark.parametrize(("n", "spread"), [(30, 1.5), (60, 3.0)])
def test_one_sided_errors_hold_their_level_with_few_rows(n, spread):
    rng, above, below, runs = np.random.default_rng(n), 0, 0, 600
    for _ in range(runs):
        score = rng.normal(0, spread, n)
        found = slope_profile(tally((rng.random(n) < expit(score)).astype(np.int64), expit(score)))
        if found.defined:
            above += found.p_above(1) <= 0.05
            below += found.p_below(1) <= 0.05
    most = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert above / runs <= most
    assert below / runs <= most

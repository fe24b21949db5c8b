from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binom

from core.stats.calibration_null import tally
from core.stats.intervals import clopper_pearson
from core.stats.observed_share import observed_share
from core.stats.range_claim import range_p


def share_of(events, n, p):
    y = np.zeros(n, dtype=np.int64)
    y[:events] = 1
    return observed_share(tally(y, np.full(n, p) if np.isscalar(p) else p))


@pytest.mark.parametrize(("events", "n", "p"), [(3, 40, 0.1), (12, 30, 0.5), (29, 30, 0.9)])
def test_uninformative_probabilities_give_the_exact_interval(events, n, p):
    found = share_of(events, n, p)
    exact, interval = clopper_pearson(events, n), found.interval()
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert found.p_above(0.2) == pytest.approx(binom.sf(events - 1, n, 0.2))
    assert found.p_below(0.7) == pytest.approx(binom.cdf(events, n, 0.7))


def test_sharp_probabilities_narrow_the_interval():
    p = np.repeat([0.02, 0.98], 100)
    y = np.concatenate([np.zeros(98), np.ones(102)]).astype(np.int64)
    interval, exact = observed_share(tally(y, p)).interval(), clopper_pearson(102, 200)
    assert interval.high - interval.low < 0.5 * (exact.high - exact.low)
    assert interval.low < 0.5 < interval.high


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 200))
def test_interval_and_p_values_say_the_same(seed, n):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.5, 0.5, n)
    found = observed_share(tally((rng.random(n) < p).astype(np.int64), p))
    interval = found.interval()
    assert 0 <= interval.low <= found.share <= interval.high <= 1
    if interval.low > 0:
        assert found.p_above(interval.low) == pytest.approx(0.025, abs=1e-6)
    if interval.high < 1:
        assert found.p_below(interval.high) == pytest.approx(0.025, abs=1e-6)


def test_impossible_limits():
    found = share_of(3, 10, 0.4)
    assert found.p_above(-0.1) == 0
    assert found.p_below(1.1) == 0
    assert found.p_above(1.0) == 1
    assert found.p_below(0.0) == 1
    assert share_of(0, 10, 0.4).interval().low == 0
    assert share_of(10, 10, 0.4).interval().high == 1


def test_no_error_among_certain_probabilities_is_not_taken_for_certainty():
    y = np.array([0, 1] * 20)
    found = observed_share(tally(y, y.astype(float)))
    # Three more events than predicted would have gone unseen with the probability exp(-3).
    assert found.p_below(0.5 + 3 / 40) >= math.exp(-3) * 0.6
    assert found.interval().high > 0.5 + 3 / 40


def test_range_p_values():
    found = share_of(60, 100, 0.6)
    met, broken = range_p(found, 0.4, 0.8)
    assert met == max(found.p_below(0.8), found.p_above(0.4)) < 0.05
    assert broken > 0.99
    met, broken = range_p(found, 0.2, 0.4)
    assert met > 0.99
    assert broken == pytest.approx(found.p_above(0.4) + found.p_above(0.2))
    # Limits that meet make it a two-sided test.
    assert range_p(found, 0.5, 0.5)[1] == pytest.approx(2 * found.p_above(0.5))


@pytest.mark.parametrize(("n", "mean", "spread"), [(30, 0, 3), (100, -2.5, 1), (200, -0.5, 1.5)])
def test_coverage_whatever_the_slope(n, mean, spread):
    rng, runs = np.random.default_rng(n), 400
    for bend in (0.6, 1.0, 1.6):
        hits = 0
        for _ in range(runs):
            score = rng.normal(mean, spread, n)
            risk = expit(bend * score)
            y = (rng.random(n) < risk).astype(np.int64)
            interval = observed_share(tally(y, expit(score))).interval()
            hits += interval.low <= risk.mean() <= interval.high
        assert hits / runs >= 0.93

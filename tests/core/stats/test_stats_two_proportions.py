from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom, binomtest

from core.errors import InputError, NotEnoughDataError
from core.stats.two_proportions import (
    detectable_difference,
    difference_limit,
    difference_p,
    newcombe,
)

# Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]

samples = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(("k1", "n1", "k2", "n2", "low", "high"), PUBLISHED)
def test_published_limits(k1, n1, k2, n2, low, high):
    found = newcombe(k1, n1, k2, n2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.estimate == pytest.approx(k1 / n1 - k2 / n2)
    assert found.n == n1 + n2


@given(samples, samples, levels)
def test_is_made_of_the_wilson_limits_of_scipy(first, second, level):
    found = newcombe(*first, *second, level)
    (p1, one), (p2, two) = (
        (k / n, binomtest(k, n).proportion_ci(level, "wilson")) for k, n in (first, second)
    )
    assert found.low == pytest.approx(p1 - p2 - math.hypot(p1 - one.low, two.high - p2), abs=1e-9)
    assert found.high == pytest.approx(p1 - p2 + math.hypot(one.high - p1, p2 - two.low), abs=1e-9)


@given(samples, samples, levels)
def test_holds_the_estimate_and_turns_with_the_order(first, second, level):
    found, other = newcombe(*first, *second, level), newcombe(*second, *first, level)
    assert -1 <= found.low <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-other.high, -other.low), abs=1e-12)


@given(samples, samples, st.floats(-0.5, 0.5))
def test_p_is_the_error_at_which_the_limit_meets_the_margin(first, second, margin):
    p = float(difference_p(*first, *second, margin))
    if 1e-12 < p < 1 - 1e-12:
        assert difference_limit(*first, *second, ndtri(1 - p)) == pytest.approx(margin, abs=1e-6)
    opposite = float(difference_p(*second, *first, -margin))
    assert p + opposite == pytest.approx(1.0, abs=1e-6)


@given(samples, samples, st.floats(0.01, 0.5))
def test_p_rises_with_the_margin(first, second, margin):
    p = difference_p(*first, *second, np.array([-margin, 0.0, margin]))
    assert p[0] <= p[1] + 1e-9
    assert p[1] <= p[2] + 1e-9


def test_p_and_interval_decide_alike_and_arrays_broadcast():
    rng = np.random.default_rng(0)
    n1, n2 = rng.integers(5, 300, 200), rng.integers(5, 300, 200)
    k1, k2 = rng.binomial(n1, 0.9), rng.binomial(n2, 0.7)
    p = difference_p(k1, n1, k2, n2, np.array([[0.05], [0.1]]))
    assert p.shape == (2, 200)
    low = difference_limit(k1, n1, k2, n2, ndtri(0.95))
    assert ((low > 0.1) == (p[1] < 0.05)).all()


@pytest.mark.parametrize(("n1", "n2", "baseline"), [(100, 100, 0.85), (60, 200, 0.7)])
def test_a_detectable_difference_is_detected_in_80_of_100_samples(n1, n2, baseline):
    fall = float(detectable_difference(n1, n2, baseline))
    k1, k2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    pooled = (k1 + k2) / (n1 + n2)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-12) * (1 / n1 + 1 / n2))
    rejected = np.abs(k1 / n1 - k2 / n2) / error > ndtri(0.975)
    chance = binom.pmf(k1, n1, baseline) * binom.pmf(k2, n2, baseline - fall)
    assert float((chance * rejected).sum()) == pytest.approx(0.8, abs=0.03)


def test_a_detectable_difference_rises_where_no_fall_can_be_shown_and_may_not_exist():
    assert math.isnan(float(detectable_difference(3, 3, 0.5)))
    rise = float(detectable_difference(100, 100, 0.02))
    assert 0.02 < rise < 0.2
    many = detectable_difference(np.array([50, 100, 1000]), 100, 0.85)
    assert (np.diff(many) < 0).all()


def test_what_is_no_proportion_is_refused():
    with pytest.raises(NotEnoughDataError, match="second proportion needs"):
        newcombe(1, 2, 0, 0)
    with pytest.raises(InputError, match="first proportion has 3 successes in 2"):
        newcombe(3, 2, 0, 1)

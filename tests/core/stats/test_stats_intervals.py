from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.errors import NotEnoughDataError
from core.stats.intervals import Interval, clopper_pearson, wilson

# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]

counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(("k", "n", "score", "exact"), NEWCOMBE)
def test_published_limits(k, n, score, exact):
    for found, expected in ((wilson(k, n), score), (clopper_pearson(k, n), exact)):
        assert (found.low, found.high) == pytest.approx(expected, abs=5e-5)
        assert (found.estimate, found.n, found.level) == (k / n, n, 0.95)


@given(counts, levels)
def test_agrees_with_scipy(count, level):
    k, n = count
    for found, method in ((wilson(k, n, level), "wilson"), (clopper_pearson(k, n, level), "exact")):
        expected = binomtest(k, n).proportion_ci(level, method)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(counts, levels)
def test_interval_holds_the_estimate_and_lies_within_0_and_1(count, level):
    k, n = count
    for found in (wilson(k, n, level), clopper_pearson(k, n, level)):
        assert 0 <= found.low <= found.estimate <= found.high <= 1


@given(counts)
def test_swapping_success_and_failure_mirrors_the_interval(count):
    k, n = count
    for method in (wilson, clopper_pearson):
        one, other = method(k, n), method(n - k, n)
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_no_observation_is_not_enough_data(method):
    with pytest.raises(NotEnoughDataError, match="at least one observation"):
        method(0, 0)
    with pytest.raises(ValueError, match="not a proportion"):
        method(3, 2)


def test_plain_data_and_text():
    found = Interval(0.9123, 0.8811, math.nan, 303, 0.95, "test")
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["high"] is None
    assert plain["n"] == 303
    assert wilson(45, 50).text(2) == "0.90 [0.79, 0.96], n = 50"

"""Paired differences: published intervals, symmetry, agreement with SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.stats.paired import mean_difference, proportion_difference


def flags(both, only_first, only_second, neither):
    first = [True] * (both + only_first) + [False] * (only_second + neither)
    second = [True] * both + [False] * only_first + [True] * only_second + [False] * neither
    return np.array(first, dtype=bool), np.array(second, dtype=bool)


def test_the_published_interval():
    # Newcombe (1998), Statistics in Medicine 17, table II, method 10
    found = proportion_difference(*flags(36, 12, 2, 0))
    assert (found.low, found.high) == pytest.approx((0.0569, 0.3404), abs=6e-5)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_swapping_the_two_mirrors_the_interval(pairs):
    first, second = np.array(pairs, dtype=bool).T
    there, back = proportion_difference(first, second), proportion_difference(second, first)
    assert there.estimate == pytest.approx(-back.estimate)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert -1 - 1e-12 <= there.low <= there.estimate <= there.high <= 1 + 1e-12


def test_means_agree_with_scipy():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=40), rng.normal(0.3, 1, size=40)
    low, high = stats.ttest_rel(first, second).confidence_interval(0.95)
    found = mean_difference(first, second)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_too_few_rows_have_no_difference():
    assert np.isnan(mean_difference(np.array([1.0]), np.array([2.0])).estimate)
    nothing = np.array([], dtype=bool)
    assert np.isnan(proportion_difference(nothing, nothing).low)

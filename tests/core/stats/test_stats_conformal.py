"""Conformal p values count, are valid for exchangeable scores, and say nothing about nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.conformal import conformal_p


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.floats(-1, 11))
def test_conformal_p_counts(calibration, score):
    expected = (1 + sum(c >= score for c in calibration)) / (len(calibration) + 1)
    assert conformal_p([score], np.sort(calibration))[0] == pytest.approx(expected)


@given(st.integers(0, 10_000))
def test_conformal_p_is_valid_for_exchangeable_scores(seed):
    scores = np.random.default_rng(seed).normal(size=200)
    ranks = [conformal_p(scores[i : i + 1], np.sort(np.delete(scores, i)))[0] for i in range(200)]
    assert np.mean(np.array(ranks) <= 0.05) <= 0.05


def test_conformal_p_of_nothing_is_nothing():
    assert math.isnan(conformal_p([math.nan], np.array([1.0]))[0])
    assert conformal_p([math.inf], np.array([1.0]))[0] == 0.5

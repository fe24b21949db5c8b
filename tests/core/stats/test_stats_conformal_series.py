"""Conformal bands: the rank by hand, the promise on exchangeable errors, and refusals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.conformal_series import band
from core.stats.conformal_trial import coverage_trial


def test_the_band_reaches_to_the_ranked_error():
    # ceil(11 * 0.9) = 10: the largest of ten errors.
    found = band(100.0, np.arange(1.0, 11.0), 0.9)
    assert (found.low, found.high, found.needed) == (90, 110, 9)
    assert found.promised == pytest.approx(10 / 11)
    # ceil(20 * 0.9) = 18 of nineteen errors.
    assert band(0.0, np.arange(1.0, 20.0), 0.9).high == 18


def test_a_scale_makes_errors_shares_of_the_forecast():
    found = band(200.0, np.full(9, 0.1), 0.9, scale=200.0)
    assert (found.low, found.high) == pytest.approx((180, 220))


def test_too_few_errors_say_how_many_are_needed():
    found = band(100.0, np.arange(8.0), 0.9)
    assert not found.exists
    assert math.isnan(found.low)
    assert found.holds(100.0) is None
    assert found.reason == (
        "Not enough data: a 90 % band needs 9 earlier errors at this horizon, there are 8."
    )
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["low"] is None


@given(st.integers(9, 60), st.floats(0.5, 0.9))
def test_the_promise_is_at_least_the_level_and_at_most_one_rank_more(n, level):
    found = band(0.0, np.arange(1.0, n + 1), level)
    assert level - 1e-9 <= found.promised <= level + 1 / (n + 1) + 1e-9


@given(st.integers(9, 40), st.integers(0, 10_000))
def test_the_promise_is_exact_over_all_orders(n, seed):
    """Over all choices of the one left out, the share covered is exactly rank / (n + 1)."""
    errors = np.random.default_rng(seed).uniform(size=n + 1)
    held = [band(0.0, np.delete(errors, i), 0.9).holds(errors[i]) for i in range(n + 1)]
    assert np.mean(held) == pytest.approx(band(0.0, errors[:-1], 0.9).promised)


@pytest.mark.parametrize("seed", [0, 1])
def test_held_out_coverage_over_500_splits(seed):
    trial = coverage_trial(splits=500, level=0.9, seed=seed)
    assert abs(trial.conformal.estimate - 0.9) <= 0.02
    assert trial.in_sample.estimate < trial.claimed - 0.05
    assert trial.fitted + trial.calibration + trial.left == 1_000


def test_the_trial_is_the_same_every_time_and_plain():
    first, second = (coverage_trial(splits=20, seed=3) for _ in range(2))
    assert first == second
    json.dumps(first.to_dict(), allow_nan=False)

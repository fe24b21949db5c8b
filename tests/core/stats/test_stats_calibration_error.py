from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from core.stats.calibration import ece
from core.stats.calibration_error import binned_error, debiased_square, smooth_error
from core.stats.calibration_null import draw, merged, tally


def oracle(n, seed, spread=1.5, stretch=1.0):
    rng = np.random.default_rng(seed)
    score = rng.normal(-0.5, spread, n)
    return (rng.random(n) < expit(score)).astype(np.int64), expit(stretch * score)


def table_of(n, seed, **kind):
    return tally(*oracle(n, seed, **kind))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([60, 300, 4000]), st.sampled_from([1.0, 1.8]))
def test_smooth_error_agrees_with_relplot(seed, n, stretch):
    import relplot

    y, p = oracle(n, seed, stretch=stretch)
    assert smooth_error(tally(y, p)).value == pytest.approx(relplot.smECE(p, y), abs=1e-3)


def test_smooth_error_by_hand():
    """Everybody is told 0.5 and 0.8 happens: nothing can be smoothed away."""
    y = np.array([1] * 80 + [0] * 20)
    assert smooth_error(tally(y, np.full(100, 0.5))).value == pytest.approx(0.3, abs=1e-6)
    # Two errors of opposite sign, far apart, do not cancel; close together they do.
    far = np.repeat([0.1, 0.9], 100)
    y = np.array([1] * 30 + [0] * 70 + [1] * 70 + [0] * 30)
    assert smooth_error(tally(y, far)).value == pytest.approx(0.2, abs=0.01)
    near = np.repeat([0.49, 0.51], 100)
    y = np.array([1] * 69 + [0] * 31 + [1] * 31 + [0] * 69)
    assert ece(y, near, 100) == pytest.approx(0.2)
    assert smooth_error(tally(y, near)).value < 0.05


def test_perfect_certainty_has_no_error():
    y = np.array([0, 1] * 50)
    found = smooth_error(tally(y, y.astype(float)))
    assert found.value == 0
    assert found.interval().low == 0
    assert found.p_above(0.05) == 1
    assert found.p_below(0.05) < 0.05


def test_a_few_errors_of_certain_probabilities_prove_nothing():
    """Without noise to simulate, one error in ten must not pass for proof."""
    y = np.array([0, 1] * 5)
    p = y.astype(float)
    p[0] = 1.0
    assert smooth_error(tally(y, p)).p_above(0.05) > 0.05


@given(st.integers(0, 10_000), st.integers(1, 300))
@settings(max_examples=40)
def test_interval_holds_the_estimate_and_agrees_with_the_p_values(seed, n):
    found = smooth_error(table_of(n, seed, stretch=1.5))
    interval = found.interval()
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    if interval.high < 1:
        assert found.p_below(interval.high * 1.01) <= 0.025
    if interval.low > 0.011:
        assert found.p_above(interval.low * 0.97) <= 0.03
    assert found.p_above(interval.high) == 1.0


def test_smooth_null_quantile_is_that_of_calibrated_samples():
    y, p = oracle(200, 3)
    limit = smooth_error(tally(y, p)).null_95
    rng = np.random.default_rng(4)
    values = [
        smooth_error(tally((rng.random(200) < p).astype(np.int64), p)).value for _ in range(500)
    ]
    # The limit itself rests on 400 simulated tables.
    assert np.mean(np.array(values) <= limit) == pytest.approx(0.95, abs=0.045)


def test_gross_errors_are_shown_beyond_the_reach_of_simulation():
    found = smooth_error(table_of(20_000, 5, stretch=4))
    assert found.p_above(0.05) < 1e-6
    assert found.p_below(0.05) > 0.99


@given(st.integers(0, 10_000))
def test_binned_error_equals_the_plain_one(seed):
    y, p = oracle(150, seed)
    table = tally(y, p)
    null = merged(table)
    drawn = draw(null, 199, seed)
    found = binned_error(table, null, drawn)
    assert found.ece == pytest.approx(ece(y, p), abs=1e-12)
    assert found.largest >= found.ece
    simulated = [ece(*_rows(null, events)) for events in drawn[:50]]
    assert found.null_mean == pytest.approx(np.mean(simulated), rel=0.25)
    assert found.null_mean < found.null_95
    assert 1 / 200 <= found.p <= 1


def _rows(table, events):
    assert table.trials.max() == 1
    return events.astype(np.int64), table.p


def test_debiased_square_by_hand():
    y = np.array([0, 1, 1, 1])
    p = np.array([0.2, 0.4, 0.6, 0.8])
    # Two bins of two: gaps 0.5 - 0.3 and 1 - 0.7; variances 0.25 / 1 and 0.
    expected = (2 * (0.2**2 - 0.25) + 2 * 0.3**2) / 4
    assert debiased_square(tally(y, p), 2) == pytest.approx(expected)
    assert math.isnan(debiased_square(tally(y[:1], p[:1])))


@pytest.mark.parametrize("n", [50, 200])
def test_debiased_square_averages_zero_if_probabilities_are_right(n):
    values = np.array([debiased_square(table_of(n, seed)) for seed in range(1500)])
    assert abs(values.mean()) < 4 * values.std() / math.sqrt(len(values)) + 2e-4


def test_debiased_square_finds_a_known_error():
    rng = np.random.default_rng(6)
    p = np.repeat([0.3, 0.6], 20_000)
    y = (rng.random(40_000) < p + 0.1).astype(np.int64)
    assert math.sqrt(debiased_square(tally(y, p))) == pytest.approx(0.1, abs=0.01)

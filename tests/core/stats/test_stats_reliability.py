from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from core.stats.calibration_null import draw, merged, tally
from core.stats.reliability import brier_score, corp, isotonic, murphy, reliability_curve


@st.composite
def outcomes(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, grid = draw(st.integers(1, 400)), draw(st.sampled_from([0, 10, 500]))
    p = rng.beta(0.5, 0.8, n)
    p = np.round(p * grid) / grid if grid else p
    return (rng.random(n) < p).astype(np.int64), p


@settings(max_examples=40)
@given(outcomes())
def test_isotonic_agrees_with_scikit_learn(case):
    y, p = case
    table = tally(y, p)
    expected = IsotonicRegression(y_min=0, y_max=1).fit(p, y).predict(table.p)
    np.testing.assert_allclose(isotonic(table), expected, atol=1e-9)
    assert (np.diff(isotonic(table)) >= 0).all()


@settings(max_examples=60)
@given(outcomes())
def test_decompositions_add_up(case):
    y, p = case
    table = tally(y, p)
    score = brier_score(table)
    assert score == pytest.approx(brier_score_loss(y, p, pos_label=1), abs=1e-12)
    a, b = corp(table), murphy(table)
    assert a.miscalibration - a.discrimination + a.uncertainty == pytest.approx(score, abs=1e-12)
    terms = b.reliability - b.resolution + b.uncertainty + b.within_variance - b.within_covariance
    assert terms == pytest.approx(score, abs=1e-12)
    assert min(a.miscalibration, a.discrimination, b.reliability, b.within_variance) >= 0


def test_decomposition_by_hand():
    """Four bins' worth of equal probabilities: nothing is hidden inside a bin."""
    y = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    p = np.array([0.1] * 4 + [0.9] * 4)
    found = murphy(tally(y, p))
    assert found.reliability == pytest.approx(0.15**2)
    assert found.resolution == pytest.approx(0.25**2)
    assert found.within_variance == pytest.approx(0, abs=1e-15)
    assert corp(tally(y, p)).miscalibration == pytest.approx(0.15**2)


def curve_of(y, p, sims=200, seed=0):
    null = merged(tally(y, p))
    return reliability_curve(null, draw(null, sims, seed))


@settings(max_examples=20)
@given(outcomes())
def test_bands_are_nested_around_the_diagonal(case):
    curve = curve_of(*case, sims=60)
    for low, high in ((curve.low, curve.high), (curve.low_all, curve.high_all)):
        assert (low <= curve.p).all()
        assert (high >= curve.p).all()
        assert (low >= 0).all()
        assert (high <= 1).all()
    assert len(curve.p) <= 400
    assert curve.rows.sum() == len(case[0])


def test_the_simultaneous_band_holds_whole_curves():
    rng, runs, inside, alarms = np.random.default_rng(2), 200, 0, 0
    for seed in range(runs):
        p = expit(rng.normal(-0.5, 1.5, 120))
        curve = curve_of((rng.random(120) < p).astype(np.int64), p, seed=seed)
        inside += bool(
            (curve.observed >= curve.low_all - 1e-12).all()
            and (curve.observed <= curve.high_all + 1e-12).all()
        )
        alarms += curve.p_value <= 0.05
    slack = 3 * math.sqrt(0.05 * 0.95 / runs)
    assert inside / runs == pytest.approx(0.95, abs=slack + 0.01)
    assert alarms / runs <= 0.05 + slack


def test_wrong_probabilities_leave_the_band():
    rng = np.random.default_rng(3)
    score = rng.normal(0, 1.5, 1000)
    curve = curve_of((rng.random(1000) < expit(score)).astype(np.int64), expit(2 * score))
    assert curve.p_value < 0.01
    assert (curve.observed > curve.high_all).any() or (curve.observed < curve.low_all).any()


def test_one_row():
    curve = curve_of(np.array([1]), np.array([0.3]))
    assert curve.observed.tolist() == [1.0]
    assert curve.p_value > 0.05

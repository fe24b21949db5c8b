from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from core.stats import calibration


@st.composite
def predictions(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(60, 300))
    score = rng.normal(draw(st.floats(-2, 2)), 1.2, n)
    y = (rng.random(n) < expit(0.6 * score + 0.3)).astype(int)
    y[:2] = 0, 1
    return y, expit(score)


@given(predictions())
def test_slope_agrees_with_an_unpenalised_regression(case):
    y, p = case
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000).fit(logit(p)[:, None], y)
    slope, _ = calibration.slope_intercept(y, p)
    a, b = calibration.recalibration(y, logit(p))
    assert slope == b
    assert b == pytest.approx(fit.coef_[0, 0], abs=1e-4)
    assert a == pytest.approx(fit.intercept_[0], abs=1e-4)


@given(predictions(), st.floats(-8, 8))
def test_offset_makes_the_mean_risk_equal_the_observed_share(case, shift):
    y, p = case
    score = logit(p) + shift
    assert expit(score + calibration.offset(y, score)).mean() == pytest.approx(y.mean())


def test_perfect_probabilities_have_slope_one_and_intercept_zero():
    p = np.repeat([0.2, 0.5, 0.8], 10)
    y = np.concatenate([[1] * 2 + [0] * 8, [1] * 5 + [0] * 5, [1] * 8 + [0] * 2])
    assert calibration.slope_intercept(y, p) == pytest.approx((1, 0), abs=1e-9)
    assert calibration.ece(y, p) == pytest.approx(0, abs=1e-12)
    z, p_value = calibration.spiegelhalter(y, p)
    assert z == pytest.approx(0, abs=1e-12)
    assert p_value == pytest.approx(1)


def test_no_finite_fit_is_nan():
    separated = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    assert math.isnan(calibration.slope_intercept(*separated)[0])
    one_class = np.ones(4, dtype=int), separated[1]
    assert all(math.isnan(v) for v in calibration.slope_intercept(*one_class))
    assert math.isnan(calibration.spiegelhalter(np.array([0, 1]), np.array([0.5, 0.5]))[0])


def test_certain_probabilities_stay_finite():
    assert np.isfinite(calibration.log_odds(np.array([0.0, 0.5, 1.0]))).all()


def test_ece_by_hand():
    y, p = np.array([0, 1, 1, 0]), np.array([0.05, 0.15, 0.95, 1.0])
    # bins: {0.05} gap 0.05, {0.15} gap 0.85, {0.95, 1.0} mean p 0.975 against 0.5
    assert calibration.ece(y, p) == pytest.approx((0.05 + 0.85 + 2 * 0.475) / 4)


def test_ece_of_equally_many_patients_by_hand():
    y = np.array([0, 1, 0, 1, 1, 1])
    p = np.array([0.01, 0.02, 0.03, 0.9, 0.95, 0.98])
    # Two bins of three: |1 - 0.06| and |3 - 2.83|; bins of equal width give the same here.
    assert calibration.ece(y, p, 2, equal_mass=True) == pytest.approx((0.94 + 0.17) / 6)
    assert calibration.ece(y, p, 2) == calibration.ece(y, p, 2, equal_mass=True)
    # Three of two: |1 - 0.03|, |1 - 0.93| and |2 - 1.93|.
    assert calibration.ece(y, p, 3, equal_mass=True) == pytest.approx((0.97 + 0.07 + 0.07) / 6)


def test_equal_mass_null_is_that_of_equal_mass_bins():
    rng = np.random.default_rng(5)
    p = rng.random(300) ** 6
    limit = calibration.ece_null_quantile(p, 0.95, equal_mass=True)
    simulated = [
        calibration.ece((rng.random(300) < p).astype(int), p, equal_mass=True) for _ in range(500)
    ]
    assert np.mean(np.array(simulated) <= limit) == pytest.approx(0.95, abs=0.03)


def test_ece_of_a_perfect_model_is_noise_of_known_size():
    rng = np.random.default_rng(0)
    p = rng.random(303)
    limit = calibration.ece_null_quantile(p, 0.95)
    simulated = [calibration.ece((rng.random(303) < p).astype(int), p) for _ in range(500)]
    assert np.mean(np.array(simulated) <= limit) == pytest.approx(0.95, abs=0.03)
    assert limit == calibration.ece_null_quantile(p, 0.95)
    assert calibration.ece_null_quantile(p, 0.5) < limit


@given(predictions())
def test_reliability_bins_hold_every_patient_once(case):
    y, p = case
    bins = calibration.reliability(y, p)
    assert sum(b.n for b in bins) == len(y)
    assert sum(b.n * b.observed.estimate for b in bins) == pytest.approx(y.sum())
    assert all(b.low <= b.mean_p <= b.high for b in bins)
    gap = sum(b.n * abs(b.observed.estimate - b.mean_p) for b in bins) / len(y)
    assert gap == pytest.approx(calibration.ece(y, p))
    assert bins[0].to_dict()["observed"]["method"] == "Wilson"


@given(predictions())
def test_spiegelhalter_by_its_definition(case):
    y, p = case
    expected = np.sum(p * (1 - p))
    variance = np.sum((1 - 2 * p) ** 2 * p * (1 - p))
    z = (np.sum((y - p) ** 2) - expected) / math.sqrt(variance)
    found, p_value = calibration.spiegelhalter(y, p)
    assert found == pytest.approx(z, abs=1e-9)
    assert p_value == pytest.approx(2 * norm.sf(abs(z)), abs=1e-12)

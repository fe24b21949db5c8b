from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.stats.binary import (
    accuracy,
    auc,
    auc_interval,
    brier,
    net_benefit,
    predictive_value,
    sensitivity,
    sensitivity_at_specificity,
    specificity,
)


@st.composite
def predictions(draw):
    n = draw(st.integers(4, 60))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n).filter(lambda v: 0 < sum(v) < n))
    p = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))
    return np.array(y), np.array(p) / 20


@given(predictions())
def test_agrees_with_scikit_learn(case):
    y, p = case
    called = (p >= 0.5).astype(int)
    assert auc(y, p) == pytest.approx(metrics.roc_auc_score(y, p))
    assert brier(y, p) == pytest.approx(metrics.brier_score_loss(y, p, pos_label=1))
    assert accuracy(y, p) == pytest.approx(metrics.accuracy_score(y, called))
    assert sensitivity(y, p) == pytest.approx(metrics.recall_score(y, called))
    assert specificity(y, p) == pytest.approx(metrics.recall_score(y, called, pos_label=0))


@given(predictions())
def test_auc_depends_on_ranks_only(case):
    y, p = case
    assert auc(y, 3 * p - 7) == pytest.approx(auc(y, p))
    assert auc(1 - y, p) == pytest.approx(1 - auc(y, p))


@given(predictions(), st.floats(0.05, 0.95))
def test_net_benefit_by_counting(case, threshold):
    y, p = case
    true = int(np.sum((p >= threshold) & (y == 1)))
    false = int(np.sum((p >= threshold) & (y == 0)))
    expected = (true - false * threshold / (1 - threshold)) / len(y)
    assert net_benefit(y, p, threshold) == pytest.approx(expected)


def test_net_benefit_of_treating_all_is_zero_at_the_prevalence():
    y = np.array([1, 0, 0, 0])
    assert net_benefit(y, np.ones(4), 0.25) == pytest.approx(0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        net_benefit(y, np.ones(4), 1.0)


def test_one_class_leaves_measures_undefined():
    ones, p = np.ones(3, dtype=int), np.array([0.2, 0.5, 0.8])
    assert math.isnan(auc(ones, p))
    assert math.isnan(specificity(ones, p))
    assert math.isnan(sensitivity(1 - ones, p))
    assert sensitivity(ones, p) == pytest.approx(2 / 3)


def test_predictive_value_interval_by_hand():
    # Adjusted shares: (90 + 1.92) / (100 + 3.84) and (20 + 1.92) / (200 + 3.84).
    k = 1.959963984540054**2
    own, other = (90 + k / 2) / (100 + k), (20 + k / 2) / (200 + k)
    middle = math.log(own * 0.1 / (other * 0.9))
    half = math.sqrt(k) * math.sqrt((1 - own) / own / (100 + k) + (1 - other) / other / (200 + k))
    found = predictive_value(90, 100, 20, 200, 0.1)
    assert found.estimate == pytest.approx(0.09 / (0.09 + 0.09))
    assert found.low == pytest.approx(1 / (1 + math.exp(half - middle)))
    assert found.high == pytest.approx(1 / (1 + math.exp(-half - middle)))


def test_predictive_value_without_a_wrong_call_still_has_an_interval():
    found = predictive_value(40, 42, 0, 72, 0.37)
    assert found.estimate == 1.0
    assert 0.8 < found.low < 1.0
    assert found.high == 1.0


def test_predictive_value_of_no_call_is_undefined():
    found = predictive_value(0, 42, 0, 72, 0.37)
    assert found.to_dict()["estimate"] is None


def test_predictive_value_interval_covers():
    rng = np.random.default_rng(2)
    se, sp, share = 0.9, 0.85, 0.2
    truth = se * share / (se * share + (1 - sp) * (1 - share))
    hits, alarms = rng.binomial(120, se, 2000), rng.binomial(250, 1 - sp, 2000)
    found = [
        predictive_value(int(h), 120, int(a), 250, share) for h, a in zip(hits, alarms, strict=True)
    ]
    assert np.mean([f.low <= truth <= f.high for f in found]) == pytest.approx(0.95, abs=0.02)


@given(predictions(), st.sampled_from((0.5, 0.8, 0.9, 0.95, 1.0)))
def test_sensitivity_at_specificity_is_the_best_cut_that_keeps_it(case, at_least):
    y, p = case
    cuts = [*np.unique(p), np.inf]
    allowed = [t for t in cuts if specificity(y, p, t) >= at_least - 1e-12]
    expected = max(sensitivity(y, p, t) for t in allowed)
    assert sensitivity_at_specificity(y, p, at_least) == pytest.approx(expected)


def test_sensitivity_at_specificity_needs_both_classes():
    assert math.isnan(sensitivity_at_specificity(np.ones(3, dtype=int), np.ones(3), 0.95))


def test_auc_interval_exists_for_perfect_separation():
    y = np.repeat([0, 1], [36, 21])
    found = auc_interval(y, y.astype(float))
    assert (found.estimate, found.high, found.n) == (1.0, 1.0, 57)
    # The limit solves (1 - a)^2 = z^2 a (1 - a) (1 + (n/2 - 1) ((1-a)/(2-a) + a/(1+a))) / pairs.
    a = found.low
    spread = a * (1 - a) * (1 + 27.5 * ((1 - a) / (2 - a) + a / (1 + a))) / (36 * 21)
    assert (1 - a) ** 2 == pytest.approx(1.959963984540054**2 * spread)
    assert 0.85 < a < 0.97
    mirrored = auc_interval(y, -y.astype(float))
    assert (mirrored.low, mirrored.high) == pytest.approx((0.0, 1 - a))


def test_auc_interval_covers():
    rng = np.random.default_rng(4)
    y = np.repeat([0, 1], [40, 30])
    truth = 0.921350  # P(N(2, 1) > N(0, 1)) = Phi(2 / sqrt(2))
    found = [auc_interval(y, 2 * y + rng.normal(size=70)) for _ in range(500)]
    assert np.mean([f.low <= truth <= f.high for f in found]) == pytest.approx(0.95, abs=0.03)

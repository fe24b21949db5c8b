from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.stats.binary import accuracy, auc, brier, net_benefit, sensitivity, specificity


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

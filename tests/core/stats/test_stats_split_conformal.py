from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.classification import SplitConformalClassifier
from scipy.stats import beta
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression

from core.stats.split_conformal import (
    aps_scores,
    conformal_quantile,
    conformal_quantiles,
    coverage_spread,
    lac_scores,
    prediction_sets,
    rank_of,
    rows_needed,
)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("classes", [2, 3])
def test_lac_sets_are_mapies(level, classes):
    if classes == 3:
        X, y = load_iris(return_X_y=True)
    else:
        X, y = make_classification(600, n_informative=3, flip_y=0.2, random_state=0)
    part = np.random.default_rng(0).permutation(np.arange(len(y)) % 3)
    fit, calibrate, new = part == 0, part == 1, part == 2
    model = LogisticRegression(max_iter=1_000).fit(X[fit], y[fit])
    theirs = SplitConformalClassifier(
        model, confidence_level=level, conformity_score="lac", prefit=True
    )
    theirs.conformalize(X[calibrate], y[calibrate])
    sets = theirs.predict_set(X[new])[1][:, :, 0]
    scores = lac_scores(model.predict_proba(X[calibrate]))
    quantile = conformal_quantile(scores[np.arange(calibrate.sum()), y[calibrate]], level)
    ours = prediction_sets(lac_scores(model.predict_proba(X[new])), quantile)
    np.testing.assert_array_equal(ours, sets)


def test_aps_by_hand():
    found = aps_scores(np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]]))
    np.testing.assert_allclose(found, [[1.0, 0.5, 0.8], [0.8, 0.8, 1.0]])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(2, 6))
def test_aps_is_the_probability_of_all_as_likely(seed, k):
    proba = np.random.default_rng(seed).dirichlet(np.ones(k), 12).round(1)
    by_hand = [[row[row >= one].sum() for one in row] for row in proba]
    np.testing.assert_allclose(aps_scores(proba), by_hand, atol=1e-12)


def test_the_rank_is_not_a_victim_of_rounding():
    assert rank_of(9, 0.9) == 9
    assert rank_of(29, 0.9) == 27
    assert rank_of(8, 0.9) == 9
    assert [rows_needed(level) for level in (0.5, 0.8, 0.9, 0.95, 0.99)] == [1, 4, 9, 19, 99]


def test_too_few_rows_rule_nothing_out():
    assert conformal_quantile(np.linspace(0, 1, 8), 0.9) == math.inf
    assert conformal_quantile(np.linspace(0, 1, 9), 0.9) == 1.0
    limits = conformal_quantiles(np.arange(12.0), np.repeat([0, 1], [10, 2]), 2, 0.9)
    assert limits.tolist() == [9.0, math.inf]
    assert prediction_sets(np.array([[5.0, 99.0]]), limits).all()


def test_the_spread_is_the_beta_law():
    found = coverage_spread(99, 0.9)
    law = beta(90, 10)
    assert found.low == pytest.approx(law.ppf(0.025))
    assert found.high == pytest.approx(law.ppf(0.975))
    assert found.estimate == pytest.approx(0.9)
    assert coverage_spread(5, 0.9).low == 1.0


def test_coverage_and_its_spread_are_as_promised():
    rng = np.random.default_rng(0)
    covered = np.array([conformal_quantile(rng.random(99), 0.9) for _ in range(2_000)])
    spread = coverage_spread(99, 0.9)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.003)
    assert np.mean((covered >= spread.low) & (covered <= spread.high)) == pytest.approx(
        0.95, abs=0.015
    )

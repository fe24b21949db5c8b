from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.ensemble import RandomForestClassifier

from core.breast_cancer import data
from core.breast_cancer.forest import BOOSTER_FILE, Forest, from_sklearn, strict_bound
from core.breast_cancer.model import models
from core.stats.platt import Calibration

LINE = Calibration(-4.0, 9.0)


@pytest.fixture(scope="module")
def fitted():
    cohort = data.wdbc()
    return RandomForestClassifier(60, min_samples_leaf=2, random_state=0).fit(cohort.X, cohort.y)


@pytest.fixture(scope="module")
def forest(fitted):
    return from_sklearn(fitted, LINE)


def cases_at_thresholds(fitted, rng, n):
    """Every value is a split value of its column."""
    values = [[] for _ in range(30)]
    for estimator in fitted.estimators_:
        tree = estimator.tree_
        for column, threshold in zip(tree.feature, tree.threshold, strict=True):
            if column >= 0:
                values[column].append(threshold)
    return np.column_stack([rng.choice(column, n) for column in values])


def test_training_cases_get_the_forests_probabilities(fitted, forest):
    X = data.wdbc().X
    assert np.abs(fitted.predict_proba(X)[:, 1] - forest.raw(X)).max() <= 1e-6


def test_values_exactly_at_and_beside_the_thresholds(fitted, forest):
    at = cases_at_thresholds(fitted, np.random.default_rng(1), 2000)
    singles = at.astype(np.float32)
    beside = [np.nextafter(singles, np.float32(side * np.inf)) for side in (-1, 1)]
    for X in (at, singles, *beside):
        X = X.astype(np.float64)
        assert np.abs(fitted.predict_proba(X)[:, 1] - forest.raw(X)).max() <= 1e-6


@given(seed=st.integers(0, 10**6), scale=st.sampled_from((1e-3, 1.0, 50.0, 1e6)))
def test_random_cases_get_the_forests_probabilities(fitted, forest, seed, scale):
    X = np.random.default_rng(seed).lognormal(0, 2, (20, 30)) * scale
    assert np.abs(fitted.predict_proba(X)[:, 1] - forest.raw(X)).max() <= 1e-6


@given(arrays(np.float64, 5, elements=st.floats(-1e30, 1e30)))
def test_strict_bound_splits_single_precision_as_scikit_learn_does(thresholds):
    bound = strict_bound(thresholds).astype(np.float32)
    near = thresholds.astype(np.float32)
    for x in (
        near,
        np.nextafter(near, np.float32(-np.inf)),
        np.nextafter(near, np.float32(np.inf)),
    ):
        assert np.array_equal(x.astype(np.float64) <= thresholds, x < bound)


def test_contributions_add_up_to_the_probability(forest):
    X = data.wdbc().X
    shares = forest.contributions(X)
    assert shares.shape == X.shape
    assert np.abs(shares.sum(axis=1) + forest.base - forest.raw(X)).max() <= 1e-6
    assert forest.base == pytest.approx(212 / 569, abs=0.02)


def test_contributions_of_a_single_split_are_those_done_by_hand():
    X = np.zeros((8, 30))
    X[:, 3] = [1, 2, 3, 4, 5, 6, 7, 8]
    y = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    stump = RandomForestClassifier(1, bootstrap=False, max_features=None, random_state=0).fit(X, y)
    forest = from_sklearn(stump, LINE)
    assert forest.base == pytest.approx(2 / 8)
    for row, expected in ((0, -2 / 8), (7, 6 / 8)):
        shares = forest.contributions(X[[row]])[0]
        assert shares[3] == pytest.approx(expected)
        assert np.abs(np.delete(shares, 3)).max() == 0


def test_calibration_is_a_line_from_share_to_log_odds(forest):
    X = data.wdbc().X[:20]
    assert np.allclose(forest.log_odds(X), LINE.a + LINE.b * forest.raw(X))
    assert np.allclose(forest.probability(X), 1 / (1 + np.exp(-forest.log_odds(X))))


def test_an_incomplete_case_has_no_answer(forest):
    X = data.wdbc().X[:3].copy()
    X[1, 7] = np.nan
    assert np.array_equal(np.isnan(forest.raw(X)), [False, True, False])
    assert np.array_equal(np.isnan(forest.probability(X)), [False, True, False])


def test_saved_and_loaded_forest_is_the_same(forest, tmp_path):
    forest.save(tmp_path)
    content = (tmp_path / BOOSTER_FILE).read_bytes()
    again = Forest.load(content, forest.to_dict(), "tag")
    X = data.wdbc().X
    assert (again.trees, again.tag, again.calibration) == (60, "tag", LINE)
    assert np.array_equal(again.raw(X), forest.raw(X))
    again.save(tmp_path)
    assert (tmp_path / BOOSTER_FILE).read_bytes() == content


def test_stored_forest_has_no_pickle_and_separates_the_held_out_cases():
    cohort, forest = data.wdbc(), models().forest
    assert forest.trees == 300
    assert not models().artifact.path(BOOSTER_FILE).read_bytes().startswith(b"\x80")
    p = forest.probability(cohort.X[cohort.held])
    assert np.mean((p >= 0.5) == (cohort.y[cohort.held] == 1)) > 0.9

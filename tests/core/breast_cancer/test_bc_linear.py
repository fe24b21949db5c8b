"""The champion's form: parity with scikit-learn, additivity, refits on one scale, JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.breast_cancer.data import wdbc
from core.breast_cancer.linear import LinearModel, fit_linear
from core.stats.platt import Calibration


@pytest.fixture(scope="module")
def fitted():
    cohort = wdbc()
    return fit_linear(cohort.X[cohort.train], cohort.y[cohort.train], penalty=1.0)


def test_it_is_the_scaled_logistic_regression_of_scikit_learn(fitted):
    cohort = wdbc()
    other = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-10, max_iter=5000))
    other.fit(cohort.X[cohort.train], cohort.y[cohort.train])
    np.testing.assert_allclose(
        fitted.log_odds(cohort.X), other.decision_function(cohort.X), atol=1e-5
    )


def test_contributions_add_up_and_vanish_at_the_mean(fitted):
    X = wdbc().X
    total = fitted.base + fitted.contributions(X).sum(axis=1)
    np.testing.assert_allclose(total, fitted.log_odds(X), atol=1e-9)
    np.testing.assert_allclose(fitted.contributions(fitted.mean[None]), 0)


def test_refits_are_the_same_functions_on_the_model_s_own_scale(fitted):
    cohort, rng = wdbc(), np.random.default_rng(0)
    rows = [rng.integers(cohort.n, size=300) for _ in range(3)]
    refits = [fit_linear(cohort.X[r], cohort.y[r], penalty=1.0) for r in rows]
    found = fitted.with_refits(refits).refits(cohort.X)
    expected = np.array([refit.log_odds(cohort.X) for refit in refits])
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_calibration_is_a_line_through_the_log_odds(fitted):
    X = wdbc().X
    found = fitted.calibrated(Calibration(0.3, 1.2))
    np.testing.assert_allclose(found.log_odds(X), 0.3 + 1.2 * fitted.log_odds(X), atol=1e-9)


def test_a_missing_value_gives_no_log_odds(fitted):
    row = wdbc().X[:1].copy()
    row[0, 4] = np.nan
    assert np.isnan(fitted.log_odds(row)[0])


def test_a_model_survives_json(fitted):
    stored = json.loads(json.dumps(fitted.to_dict()))
    again = LinearModel.from_dict(stored, "tag")
    np.testing.assert_array_equal(again.log_odds(wdbc().X), fitted.log_odds(wdbc().X))
    assert again.tag == "tag"

"""The integrity score: conditional residuals, conformal p values, blame and units."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core.breast_cancer import integrity
from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import (
    FLAG_LEVEL,
    UNIT_FACTORS,
    IntegrityReference,
    blame,
    blamed,
    fit_reference,
    unit_guesses,
)
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError


@pytest.fixture(scope="module")
def cohort():
    return wdbc()


@pytest.fixture(scope="module")
def reference(cohort):
    return fit_reference(cohort.X[cohort.train])


def test_residuals_are_those_of_a_regression_on_the_other_columns(cohort, monkeypatch):
    """Without shrinkage they are the least-squares residuals on all the others, standardised."""
    monkeypatch.setattr(integrity, "SHRINKAGE", 0.0)
    X = cohort.X[cohort.train]
    found = fit_reference(X)
    logs = np.log(X + found.offset)
    z = logs - logs.mean(axis=0)
    for j in (0, 7, 21):
        others = np.delete(z, j, axis=1)
        beta, *_ = np.linalg.lstsq(others, z[:, j], rcond=None)
        left = z[:, j] - others @ beta
        np.testing.assert_allclose(found.residuals(X)[:, j], left / left.std(ddof=1), atol=1e-6)
        assert found.spread[j] == pytest.approx(left.std(ddof=1), rel=1e-6)


def test_left_out_residuals_are_those_of_a_fit_without_the_case(cohort):
    X = cohort.X[cohort.train]
    found = fit_reference(X)
    for i in (0, 100, 511):
        without = np.delete(X, i, axis=0)
        logs = np.log(without + found.offset)
        mean, scale = np.log(X + found.offset).mean(axis=0), found.scale
        z = (logs - mean) / scale
        covariance = np.cov(z.T)
        precision = np.linalg.inv(covariance + 1e-3 * np.diag(np.diag(covariance)))
        row = (np.log(X[i] + found.offset) - mean) / scale - z.mean(axis=0)
        expected = row @ precision / np.sqrt(np.diag(precision))
        np.testing.assert_allclose(found.calibration_residuals[i], expected, atol=1e-9)


def test_held_out_cases_are_flagged_about_as_often_as_stated(cohort):
    """Over ten splits; the standard error of the mean is about half a percentage point."""
    rng, rates = np.random.default_rng(0), []
    for _ in range(10):
        order = rng.permutation(cohort.n)
        found = fit_reference(cohort.X[order[:400]])
        p = found.p_value(found.score(cohort.X[order[400:]]))
        rates.append(float(np.mean(p <= FLAG_LEVEL)))
    assert 0.03 <= np.mean(rates) <= 0.07


@pytest.mark.parametrize("factor", [10, 0.1, 2.54, 1 / 2.54, 25.4, 1 / 25.4, 100, 1000, 0.001])
def test_a_wrong_unit_is_flagged_blamed_and_guessed(cohort, reference, factor):
    rng = np.random.default_rng(0)
    X = cohort.X[cohort.held].copy()
    rows, columns = np.arange(len(X)), rng.integers(30, size=len(X))
    rows = rows[X[rows, columns] > 0]
    columns = columns[rows]
    X[rows, columns] *= factor
    X = X[rows]
    residuals = reference.residuals(X)
    found, ratios = blamed(reference, X, residuals)
    at = (np.arange(len(X)), found)
    guesses = unit_guesses(reference, found, X[at], residuals[at])
    name = UNIT_FACTORS[min(UNIT_FACTORS, key=lambda f: abs(f - max(factor, 1 / factor)))]
    assert np.mean(reference.p_value(np.abs(residuals).max(axis=1)) <= FLAG_LEVEL) >= 0.99
    assert np.mean(found == columns) >= 0.98
    assert np.mean(guesses == f"{'x' if factor > 1 else '/'} {name}") >= 0.95
    assert np.median(ratios / factor) == pytest.approx(1, abs=0.1)


def test_prevalence_alone_is_no_fault(cohort):
    rng, rates = np.random.default_rng(1), []
    for _ in range(10):
        order = rng.permutation(cohort.n)
        found = fit_reference(cohort.X[order[:400]])
        rest = order[400:]
        ill = rest[cohort.y[rest] == 1]
        rates.append(float(np.mean(found.p_value(found.score(cohort.X[ill])) <= FLAG_LEVEL)))
    assert np.mean(rates) <= 0.10


def test_an_incomplete_case_has_no_score(cohort, reference):
    X = cohort.X[:2].copy()
    X[0, 5] = math.nan
    score = reference.score(X)
    assert math.isnan(score[0])
    assert math.isnan(reference.p_value(score)[0])
    assert score[1] > 0


def test_blame_speaks(cohort, reference):
    case = cohort.X[cohort.held][0].copy()
    at = FEATURES.names.index("worst_area")
    case[at] *= 10
    found = blame(reference, case)
    assert (found.column, found.unit_guess) == ("worst_area", "x 10")
    assert found.low < found.expected < found.high < found.observed
    assert found.ratio == pytest.approx(10, rel=0.15)
    assert "check the unit" in found.sentence()
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_value_where_none_is_expected_has_an_infinite_ratio(cohort, reference):
    case = cohort.X[(cohort.X == 0).any(axis=1)][0].copy()
    case[FEATURES.names.index("concavity_error")] = 5.0
    found = blame(reference, case)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.column == "concavity_error"


def test_a_reference_survives_json(reference, cohort):
    again = IntegrityReference.from_dict(json.loads(json.dumps(reference.to_dict())))
    np.testing.assert_array_equal(again.score(cohort.X), reference.score(cohort.X))
    np.testing.assert_array_equal(again.calibration, reference.calibration)


def test_a_reference_needs_enough_whole_cases(cohort):
    with pytest.raises(NotEnoughDataError, match="199"):
        fit_reference(cohort.X[:199])
    with pytest.raises(InputError, match="30 columns"):
        fit_reference(cohort.X[:, :5])
    broken = cohort.X[:300].copy()
    broken[3, 4] = math.nan
    with pytest.raises(InputError, match="mean_smoothness"):
        fit_reference(broken)
    constant = cohort.X[:300].copy()
    constant[:, 2] = 1.0
    with pytest.raises(InputError, match="mean_perimeter"):
        fit_reference(constant)

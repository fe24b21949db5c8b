"""The map of the cases: the same axes as scikit-learn finds, fitted to training cases only."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.breast_cancer.data import wdbc
from core.breast_cancer.projection import projection


def test_the_axes_are_the_principal_components_of_the_training_cases():
    cohort, found = wdbc(), projection()
    logs = np.log(cohort.X[cohort.train] + found.offset)
    z = (logs - logs.mean(axis=0)) / logs.std(axis=0, ddof=1)
    expected = PCA(2, svd_solver="full").fit(z)
    assert found.explained == pytest.approx(expected.explained_variance_ratio_)
    for mine, theirs in zip(found.components, expected.components_, strict=True):
        assert abs(mine @ theirs) == pytest.approx(1)
        assert mine[np.abs(mine).argmax()] > 0


def test_no_axis_is_a_single_column():
    """On unscaled values the first axis is the worst area, and nothing else."""
    assert (np.abs(projection().components).max(axis=1) < 0.4).all()


def test_projecting_the_training_cases_gives_their_points():
    cohort, found = wdbc(), projection()
    np.testing.assert_allclose(found.project(cohort.X[cohort.train]), found.points, atol=1e-9)
    np.testing.assert_array_equal(found.y, cohort.y[cohort.train])
    np.testing.assert_allclose(found.points.mean(axis=0), 0, atol=1e-9)


def test_held_out_cases_fall_on_the_side_of_their_diagnosis():
    cohort, found = wdbc(), projection()
    first = found.project(cohort.X[cohort.held])[:, 0]
    y = cohort.y[cohort.held]
    assert first[y == 1].mean() > 1.5 > -0.5 > first[y == 0].mean()


def test_an_incomplete_case_has_no_place():
    X = wdbc().X[:2].copy()
    X[0, 3] = math.nan
    places = projection().project(X)
    assert np.isnan(places[0]).all()
    assert np.isfinite(places[1]).all()


def test_an_axis_is_named_by_its_heaviest_columns():
    label = projection().axis_label(0)
    assert label.startswith("Axis 1: ")
    assert "% of the variance, mostly " in label

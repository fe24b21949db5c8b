"""Principal components against scikit-learn, and parallel analysis on noise and on a factor."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from core.errors import NotEnoughDataError, SuiteError
from core.stats.components import components

NAMES = ("a", "b", "c", "d", "e")


def test_variances_and_scores_agree_with_scikit_learn():
    x = np.random.default_rng(0).normal(size=(50, 5)) @ np.diag([1.0, 2, 3, 4, 5])
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    reference = PCA().fit(z)
    found = components(x, NAMES)
    assert found.variances == pytest.approx(reference.explained_variance_)
    assert found.shares == pytest.approx(reference.explained_variance_ratio_)
    scores = found.scores * np.sqrt(found.variances)
    assert np.abs(scores) == pytest.approx(np.abs(reference.transform(z)), abs=1e-9)


@given(st.integers(0, 500))
def test_loadings_are_correlations_and_rebuild_the_table(seed):
    x = np.random.default_rng(seed).normal(size=(20, 4))
    found = components(x, NAMES[:4], draws=2)
    correlation = np.corrcoef(x.T, found.scores.T)[:4, 4:]
    assert found.loadings == pytest.approx(correlation, abs=1e-9)
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    assert found.scores @ found.loadings.T == pytest.approx(z, abs=1e-9)
    assert found.variances.sum() == pytest.approx(4)


def test_noise_keeps_a_component_about_one_time_in_twenty():
    rng = np.random.default_rng(1)
    kept = [components(rng.uniform(size=(60, 5)), NAMES, draws=99, seed=s).kept for s in range(200)]
    # Binomial with 0.05 and 200: above 21 has a probability of 0.0005.
    assert sum(k > 0 for k in kept) <= 21


def test_two_planted_factors_are_counted():
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(200, 2))
    weights = np.array([[1, 1, 1, 0, 0], [0, 0, 0, 1, 1]]) * 1.5
    assert components(factors @ weights + rng.normal(size=(200, 5)), NAMES).kept == 2


def test_every_component_may_be_kept_and_few_rows_suffice():
    x = np.random.default_rng(3).normal(size=(4, 6))
    found = components(x, "abcdef")
    assert found.scores.shape == (4, 4)
    assert 0 <= found.kept <= 4


def test_signs_are_fixed_by_the_largest_loading():
    x = np.random.default_rng(4).normal(size=(30, 3))
    for found in (components(x, "abc"), components(-x, "abc")):
        assert (found.loadings.max(axis=0) == np.abs(found.loadings).max(axis=0)).all()


def test_json_has_no_rows():
    found = components(np.random.default_rng(5).normal(size=(30, 3)), "abc").to_dict()
    assert "scores" not in found
    assert json.loads(json.dumps(found, allow_nan=False))["n"] == 30


@pytest.mark.parametrize(
    ("x", "names", "error", "text"),
    [
        (np.ones((3, 2)), "ab", NotEnoughDataError, "at least 4 rows"),
        (np.ones((9, 1)), "a", NotEnoughDataError, "2 named columns"),
        (np.ones((9, 2)), "abc", NotEnoughDataError, "3 names"),
        (np.column_stack([np.arange(9.0), np.ones(9)]), "ab", NotEnoughDataError, "Column b holds"),
        (np.full((9, 2), np.inf), "ab", SuiteError, "missing or infinite"),
    ],
)
def test_what_has_no_components_is_said(x, names, error, text):
    with pytest.raises(error, match=text):
        components(x, names)

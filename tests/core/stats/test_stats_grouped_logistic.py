from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from core.stats.calibration import offset
from core.stats.grouped_logistic import fit_grouped, group_sums


def drawn(sizes, seed=0, line=(0.3, 0.8)):
    rng = np.random.default_rng(seed)
    score = rng.normal(-1, 1.5, sum(sizes))
    y = (rng.random(len(score)) < expit(line[0] + line[1] * score)).astype(float)
    return y, score


def test_agrees_with_scikit_learn_group_by_group():
    sizes = np.array([60, 400, 3000])
    y, score = drawn(sizes)
    extra = np.random.default_rng(1).normal(size=len(y))
    fit = fit_grouped((np.ones(len(y)), score, extra), y, sizes)
    for i, part in enumerate(np.split(np.arange(len(y)), np.cumsum(sizes)[:-1])):
        X = np.column_stack([score, extra])[part]
        model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X, y[part])
        expected = [model.intercept_[0], *model.coef_[0]]
        assert fit.beta[i] == pytest.approx(expected, abs=1e-5)
        eta = model.decision_function(X)
        height = np.sum(y[part] * eta - np.logaddexp(0, eta))
        assert fit.log_likelihood[i] == pytest.approx(height, abs=1e-6)
        weight = expit(eta) * (1 - expit(eta))
        columns = np.column_stack([np.ones(len(part)), X])
        assert fit.information[i] == pytest.approx(
            columns.T @ (columns * weight[:, None]), rel=1e-3
        )


def test_offset_and_start():
    y, score = drawn([500])
    level = fit_grouped((np.ones(500),), y, np.array([500]), offset=score)
    assert level.beta[0, 0] == pytest.approx(offset(y.astype(np.int64), score), abs=1e-7)
    columns, sizes = (np.ones(500), score), np.array([500])
    far = fit_grouped(columns, y, sizes, start=np.array([[5.0, -4.0]]))
    assert far.beta == pytest.approx(fit_grouped(columns, y, sizes).beta, abs=1e-6)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0, 0, 0, 1, 1, 1], 0.0),
        ([1, 1, 1, 0, 0, 0], 0.0),
        ([1, 1, 1, 1, 1, 1], 0.0),
        ([0, 0, 1, 0, 1, 1], None),
    ],
)
def test_the_likelihood_is_its_supremum_where_no_fit_exists(y, expected):
    score = np.array([-27.6, -2.0, -1.0, 0.5, 3.0, 27.6])
    fit = fit_grouped((np.ones(6), score), np.array(y, float), np.array([6]))
    assert np.isfinite(fit.beta).all()
    if expected is None:
        assert fit.log_likelihood[0] < -1
    else:
        assert fit.log_likelihood[0] == pytest.approx(expected, abs=1e-6)


def test_a_constant_score_is_no_obstacle():
    y = np.array([1.0, 0, 0, 1, 1])
    fit = fit_grouped((np.ones(5), np.full(5, 2.0)), y, np.array([5]))
    assert fit.log_likelihood[0] == pytest.approx(3 * np.log(0.6) + 2 * np.log(0.4))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 1000))
def test_a_group_does_not_depend_on_its_neighbours(sizes, seed):
    y, score = drawn(sizes, seed)
    together = fit_grouped((np.ones(len(y)), score), y, np.array(sizes)).log_likelihood
    ends = np.cumsum(sizes)
    for i, size in enumerate(sizes):
        part = slice(ends[i] - size, ends[i])
        alone = fit_grouped((np.ones(size), score[part]), y[part], np.array([size]))
        assert alone.log_likelihood[0] == pytest.approx(together[i], abs=2e-6)
    assert group_sums(y, np.array(sizes)).sum() == y.sum()

"""Ridge logistic regression: parity with scikit-learn, the optimum's own equations, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from core.stats.ridge import ridge_logistic


def problem(seed: int, n: int = 120, k: int = 4):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, k))
    y = (rng.random(n) < expit(X @ rng.normal(size=k))).astype(float)
    return np.column_stack([np.ones(n), X]), y


@pytest.mark.parametrize("penalty", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_coefficients_are_those_of_scikit_learn(seed, penalty):
    design, y = problem(seed)
    ridge = np.r_[0.0, np.full(design.shape[1] - 1, penalty)]
    found = ridge_logistic(design, y, ridge)
    other = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=1000).fit(design[:, 1:], y)
    np.testing.assert_allclose(found, [other.intercept_[0], *other.coef_[0]], atol=1e-5)


def test_the_gradient_vanishes_at_the_optimum():
    design, y = problem(7)
    weight = np.random.default_rng(1).uniform(0.2, 3, len(y))
    ridge = np.r_[0.0, np.full(design.shape[1] - 1, 0.5)]
    beta = ridge_logistic(design, y, ridge, weight)
    gradient = design.T @ (weight * (y - expit(design @ beta))) - ridge * beta
    np.testing.assert_allclose(gradient, 0, atol=1e-7)


def test_whole_weights_are_repeated_rows():
    design, y = problem(3)
    weight = np.random.default_rng(2).integers(1, 4, len(y))
    ridge = np.full(design.shape[1], 0.3)
    repeated = ridge_logistic(np.repeat(design, weight, axis=0), np.repeat(y, weight), ridge)
    np.testing.assert_allclose(ridge_logistic(design, y, ridge, weight.astype(float)), repeated)


def test_separated_classes_without_a_penalty_have_no_fit():
    x = np.linspace(-1, 1, 20)
    design = np.column_stack([np.ones(20), x])
    with pytest.raises((RuntimeError, np.linalg.LinAlgError)):
        ridge_logistic(design, (x > 0).astype(float), np.zeros(2))

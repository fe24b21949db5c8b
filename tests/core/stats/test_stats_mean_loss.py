from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from core.stats.mean_loss import FLOOR, brier_losses, log_losses, mean_loss


@pytest.mark.parametrize("k", [2, 4])
def test_scikit_learn_finds_the_same(k):
    rng = np.random.default_rng(k)
    y, proba = rng.integers(0, k, 200), rng.dirichlet(np.ones(k), 200)
    mean = mean_loss(log_losses(y, proba), 40.0).estimate
    assert mean == pytest.approx(log_loss(y, proba, labels=range(k)), abs=1e-12)
    hot = np.eye(k)[y]
    theirs = brier_score_loss(y, proba[:, 1]) if k == 2 else np.mean(np.sum((proba - hot) ** 2, 1))
    assert mean_loss(brier_losses(y, proba), 2.0).estimate == pytest.approx(theirs, abs=1e-12)


def test_the_interval_is_students():
    losses = np.array([0.1, 0.2, 0.6])
    found = mean_loss(losses, 1.0)
    assert found.high - found.estimate == pytest.approx(
        4.30265273 * losses.std(ddof=1) / np.sqrt(3), rel=1e-8
    )
    assert found.low == 0.0


def test_equal_losses_are_not_certain():
    found = mean_loss(np.zeros(10), 1.0)
    assert found.estimate == found.low == 0.0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert mean_loss(np.array([0.3]), 1.0).high > 0.9


def test_a_certain_error_is_dear_but_finite():
    losses = log_losses(np.array([1]), np.array([[1.0, 0.0]]))
    assert losses[0] == pytest.approx(-np.log(FLOOR))


def test_order_changes_nothing():
    losses = np.random.default_rng(0).random(1_000)
    assert mean_loss(losses, 1.0) == mean_loss(losses[::-1], 1.0)

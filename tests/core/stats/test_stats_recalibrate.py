from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit, softmax
from sklearn.metrics import brier_score_loss, log_loss

from core.stats.calibration_null import tally
from core.stats.recalibrate import class_temperature, recalibrations, tempered


def sample(n, seed, stretch=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.5, n)
    return (rng.random(n) < expit(score)).astype(np.int64), expit(stretch * score + shift)


def by_method(y, p, seed=0):
    return {one.method: one for one in recalibrations(tally(y, p), seed)}


def test_a_wrong_line_is_mended():
    y, p = sample(3000, 0, 2.5, 0.8)
    found = by_method(y, p)
    assert set(found) == {"temperature", "logistic", "isotonic"}
    line = found["logistic"]
    assert line.effect == "helps"
    assert line.folds == 5
    assert line.parameters["slope"] == pytest.approx(1 / 2.5, abs=0.05)
    assert line.parameters["intercept"] == pytest.approx(-0.8 / 2.5, abs=0.1)
    assert line.before.brier == pytest.approx(brier_score_loss(y, p))
    assert line.before.log_loss == pytest.approx(log_loss(y, p))
    assert line.after.ece < 0.5 * line.before.ece
    assert line.brier_change.estimate == pytest.approx(line.after.brier - line.before.brier)
    assert found["isotonic"].effect == "helps"
    assert found["isotonic"].parameters["steps"] > 3


def test_right_probabilities_are_not_improved():
    effects = [
        one.effect
        for seed in range(25)
        for one in recalibrations(tally(*sample(300, 100 + seed)), seed)
    ]
    assert effects.count("helps") <= 5
    assert effects.count("does not help") > 50


def test_rows_are_judged_by_fits_that_did_not_see_them():
    """Isotonic regression fitted to the same rows would always improve on them."""
    y, p = sample(120, 7)
    assert by_method(y, p)["isotonic"].brier_change.estimate > 0


def test_the_order_of_rows_and_the_seed():
    y, p = sample(400, 1, 1.5)
    order = np.random.default_rng(0).permutation(400)
    assert recalibrations(tally(y, p), 3) == recalibrations(tally(y[order], p[order]), 3)
    assert recalibrations(tally(y, p), 3) != recalibrations(tally(y, p), 4)


def test_a_fit_that_does_not_exist_is_left_out():
    p = np.linspace(0.01, 0.99, 200)
    y = (p > 0.5).astype(np.int64)
    assert [one.method for one in recalibrations(tally(y, p))] == ["isotonic"]


def test_many_rows_take_two_folds():
    assert by_method(*sample(20_000, 2))["logistic"].folds == 2


def test_tempered_probabilities():
    p = np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(tempered(p, 1.0), p, atol=1e-11)
    flat = tempered(p, 0.0)
    np.testing.assert_allclose(flat, 1 / 3)
    np.testing.assert_allclose(tempered(p, 2.0)[0], p[0] ** 2 / np.sum(p[0] ** 2))
    two = np.array([[0.2, 0.8]])
    assert logit(tempered(two, 0.5)[0, 1]) == pytest.approx(0.5 * logit(0.8))


def test_the_temperature_of_several_classes():
    rng = np.random.default_rng(5)
    score = 1.5 * rng.normal(size=(2000, 4))
    y = (softmax(score, axis=1).cumsum(axis=1) > rng.random(2000)[:, None]).argmax(axis=1)
    proba = softmax(2 * score, axis=1)
    found = class_temperature(y, proba, proba.argmax(axis=1), 1)
    assert found.parameters["slope"] == pytest.approx(0.5, abs=0.05)
    assert found.effect == "helps"
    assert found.before.log_loss == pytest.approx(log_loss(y, proba))
    assert found.before.brier == pytest.approx(np.mean(np.sum((proba - np.eye(4)[y]) ** 2, axis=1)))
    assert found.after.log_loss < found.before.log_loss
    order = rng.permutation(2000)
    again = class_temperature(y[order], proba[order], proba[order].argmax(axis=1), 1)
    assert again == found

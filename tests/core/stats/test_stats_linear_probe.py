from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score

from core.stats.linear_probe import RIDGE, linear_probe
from core.stats.representation import standardised


def by_hand(x, y, fold):
    """Discriminants with the scatter within classes, written out, at equal shares."""
    calls, scores = np.empty(len(y), dtype=int), np.empty((len(y), y.max() + 1))
    for one in np.unique(fold):
        used, held = fold != one, fold == one
        means = np.array([x[used & (y == c)].mean(axis=0) for c in range(y.max() + 1)])
        rest = x[used] - means[y[used]]
        inverse = np.linalg.inv(rest.T @ rest / used.sum() + RIDGE * np.eye(x.shape[1]))
        middle = x[used].mean(axis=0)
        about = means - middle
        scores[held] = (x[held] - middle) @ inverse @ about.T - 0.5 * np.einsum(
            "ci,ij,cj->c", about, inverse, about
        )
        calls[held] = scores[held].argmax(axis=1)
    return calls, scores


@pytest.mark.parametrize("k", [2, 4])
def test_the_shortcut_is_the_plain_discriminant(k):
    rng = np.random.default_rng(k)
    y = rng.integers(0, k, 120)
    x = standardised(rng.normal(size=(120, 7)) + np.eye(k, 7)[y])
    fold = np.random.default_rng(0).permutation(np.arange(120) % 5)
    calls, scores = by_hand(x, y, fold)
    found = linear_probe(x, y, permutations=1, seed=0)
    assert found.balanced_accuracy.estimate == pytest.approx(
        balanced_accuracy_score(y, calls), abs=1e-12
    )
    if k == 2:
        np.testing.assert_allclose(found.score, scores[:, 1] - scores[:, 0], atol=1e-8)
    else:
        assert found.score is None


def test_digits_are_read_as_well_as_by_scikit_learn():
    X, y = load_digits(return_X_y=True)
    x = standardised(X)
    found = linear_probe(x, y)
    fold = np.arange(len(y)) % 5
    theirs = np.empty(len(y), dtype=int)
    for one in range(5):
        model = LinearDiscriminantAnalysis(priors=np.full(10, 0.1))
        theirs[fold == one] = model.fit(x[fold != one], y[fold != one]).predict(x[fold == one])
    assert found.balanced_accuracy.estimate == pytest.approx(
        balanced_accuracy_score(y, theirs), abs=0.02
    )
    assert found.chance == pytest.approx(0.1, abs=0.01)
    assert found.p == 1 / 200


def test_noise_is_rarely_found_to_be_signal():
    rng = np.random.default_rng(1)
    p, inside = [], []
    for seed in range(200):
        y = (rng.random(60) < 0.3).astype(int)
        y[:2] = [0, 1]
        found = linear_probe(rng.normal(size=(60, 8)), y, permutations=99, seed=seed)
        p.append(found.p)
        inside.append(found.gain.low <= 0 <= found.gain.high)
    assert np.mean(np.array(p) <= 0.05) <= 0.095
    assert np.mean(inside) >= 0.89


def test_a_rare_class_is_found():
    rng = np.random.default_rng(2)
    y = (np.arange(300) < 20).astype(int)
    x = rng.normal(size=(300, 5))
    x[:, 0] += 3 * y
    found = linear_probe(x, y)
    assert found.balanced_accuracy.estimate > 0.85
    assert found.p == 1 / 200


def test_the_same_seed_gives_the_same_and_more_columns_than_rows_work():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 80)), np.arange(30) % 3
    first, second = linear_probe(x, y, seed=4), linear_probe(x, y, seed=4)
    assert first.gain == second.gain
    assert first.p == second.p
    assert 0 < first.p <= 1

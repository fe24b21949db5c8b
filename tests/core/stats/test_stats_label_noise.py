from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.stats.label_noise import suspects


@pytest.fixture(scope="module")
def digits():
    """Digits with 90 wrong records, and out-of-fold probabilities."""
    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    flipped = rng.choice(len(y), 90, replace=False)
    recorded = y.copy()
    recorded[flipped] = (recorded[flipped] + rng.integers(1, 10, 90)) % 10
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
    proba = cross_val_predict(model, X, recorded, cv=5, method="predict_proba")
    return recorded, proba, flipped


def test_parity_with_cleanlab(digits):
    from cleanlab.count import compute_confident_joint
    from cleanlab.filter import find_label_issues

    y, proba, _ = digits
    found = suspects(y, proba)
    theirs = find_label_issues(y, proba, filter_by="confident_learning", n_jobs=1)
    assert set(found.rows) == set(np.flatnonzero(theirs))
    assert (found.joint == compute_confident_joint(y, proba, calibrate=False)).all()
    ranked = find_label_issues(
        y,
        proba,
        filter_by="confident_learning",
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    assert found.rows.tolist() == ranked.tolist()


def test_planted_flips_are_found(digits):
    y, proba, flipped = digits
    found = suspects(y, proba)
    hits = np.isin(found.rows, flipped).sum()
    assert hits / found.count >= 0.75
    assert hits / len(flipped) >= 0.7
    assert 60 <= found.estimated <= 180


def test_hand_computed_example():
    y = np.array([0, 0, 0, 1, 1, 1])
    p = np.array([0.1, 0.2, 0.9, 0.8, 0.9, 0.1])
    found = suspects(y, np.c_[1 - p, p])
    # Means: 0.6 for class 0 over its rows, 0.6 for class 1 over its rows.
    assert found.threshold == pytest.approx([0.6, 0.6])
    assert found.rows.tolist() == [2, 5]
    assert (found.given.tolist(), found.suggested.tolist()) == ([0, 1], [1, 0])
    assert found.joint.tolist() == [[2, 1], [1, 2]]
    assert found.estimated == pytest.approx(2)
    assert found.expected_if_clean == pytest.approx(0.1 + 0.2 + 0.1 + 0.2 + 0.1 + 0.1)


def test_a_class_without_rows_is_never_suggested():
    proba = np.array([[0.1, 0.1, 0.8], [0.2, 0.7, 0.1], [0.7, 0.2, 0.1], [0.2, 0.2, 0.6]])
    found = suspects(np.array([0, 1, 0, 1]), proba)
    assert np.isnan(found.threshold[2])
    assert 2 not in found.suggested
    assert found.joint[:, 2].sum() == 0


@pytest.mark.parametrize("classes", [2, 4])
def test_calibrated_probabilities_of_clean_records_raise_what_is_expected(classes):
    rng = np.random.default_rng(classes)
    gap = []
    for _ in range(60):
        proba = rng.dirichlet(np.full(classes, 0.4), 400)
        y = (rng.random(400)[:, None] > np.cumsum(proba, axis=1)).sum(axis=1).clip(0, classes - 1)
        found = suspects(y, proba)
        gap.append((found.count - found.expected_if_clean) / found.expected_sd)
    assert abs(np.mean(gap)) < 0.5
    assert 0.7 < np.std(gap) < 1.4


@given(
    npst.arrays(np.float64, (12, 3), elements=st.floats(0.01, 1)),
    npst.arrays(np.int64, 12, elements=st.integers(0, 2)),
    st.permutations(range(12)),
)
def test_row_order_only_moves_the_positions(raw, y, order):
    proba = raw / raw.sum(axis=1, keepdims=True)
    order = np.array(order)
    one, other = suspects(y, proba), suspects(y[order], proba[order])
    assert sorted(one.rows) == sorted(order[other.rows])
    assert (one.joint == other.joint).all()
    assert one.joint.sum() <= 12
    assert (np.diff(one.self_confidence) >= 0).all()
    assert (one.given != one.suggested).all()

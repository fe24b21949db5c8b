from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from sklearn.metrics import (
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
)

from core.stats.confusion import (
    association_p,
    balanced_accuracy,
    confusion,
    f1_binary,
    macro_f1,
    matthews,
)
from core.stats.intervals import wilson


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(6, 80), k=st.integers(2, 5))
def test_scikit_learn_finds_the_same(seed, n, k):
    rng = np.random.default_rng(seed)
    y, called = rng.integers(0, k, n), rng.integers(0, k, n)
    y[:k], called[:2] = np.arange(k)[:n], [0, 1]
    table = confusion(y, called, k)
    assert table.tolist() == confusion_matrix(y, called, labels=range(k)).tolist()
    found = {
        balanced_accuracy(table): balanced_accuracy_score(y, called),
        matthews(table): matthews_corrcoef(y, called),
        macro_f1(table): f1_score(y, called, average="macro"),
    }
    if k == 2:
        found[f1_binary(table)] = f1_score(y, called)
    for figure, theirs in found.items():
        assert figure.estimate == pytest.approx(theirs, abs=1e-12)
        assert figure.low <= figure.estimate <= figure.high


def test_a_table_without_errors_has_uncertainty():
    table = np.array([[20, 0], [0, 10]])
    for figure in (balanced_accuracy(table), f1_binary(table), macro_f1(table), matthews(table)):
        assert (figure.estimate, figure.high) == (1.0, 1.0)
        assert 0.6 < figure.low < 0.97
    f1 = f1_binary(table)
    x = wilson(10, 10).low
    assert f1.low == pytest.approx(2 * x / (1 + x))


def test_undefined_figures():
    one_class = np.array([[7, 2], [0, 0]])
    assert math.isnan(balanced_accuracy(one_class).estimate)
    assert math.isnan(matthews(one_class).estimate)
    assert math.isnan(matthews(np.array([[7, 0], [2, 0]])).estimate)
    nobody = f1_binary(np.array([[7, 0], [0, 0]]))
    assert math.isnan(nobody.estimate)
    assert "nobody" in nobody.method
    assert association_p(one_class) is None


def test_absent_classes_take_no_part():
    table = np.array([[5, 1, 0], [2, 6, 0], [0, 0, 0]])
    assert macro_f1(table) == macro_f1(table[:2, :2])
    assert balanced_accuracy(table) == balanced_accuracy(table[:2, :2])


@pytest.mark.parametrize(
    ("n", "accuracy", "shares"),
    [(30, 0.9, (0.5, 0.5)), (60, 0.97, (0.7, 0.3)), (300, 0.9, (0.2,) * 5)],
)
def test_the_intervals_cover(n, accuracy, shares):
    k = len(shares)
    cells = np.outer(shares, np.full(k, (1 - accuracy) / (k - 1)))
    np.fill_diagonal(cells, np.array(shares) * accuracy)
    truth = matthews((cells * 1e9).astype(np.int64)).estimate
    inside = []
    for table in np.random.default_rng(1).multinomial(n, cells.ravel(), 300).reshape(-1, k, k):
        found = matthews(table)
        inside.append(math.isnan(found.estimate) or found.low <= truth <= found.high)
    assert np.mean(inside) >= 0.9


def test_two_classes_are_fishers_exact_test():
    table = np.array([[12, 5], [3, 9]])
    better, worse = association_p(table)
    assert better == pytest.approx(fisher_exact(table, alternative="greater").pvalue, rel=1e-9)
    assert worse == pytest.approx(fisher_exact(table, alternative="less").pvalue, rel=1e-9)


def test_more_classes_are_compared_with_random_tables():
    good = np.diag([10, 12, 8]) + 1
    better, worse = association_p(good)
    assert better == 1 / 2_000
    assert worse == 1.0
    assert association_p(good) == association_p(good, seed=0)
    rng, p = np.random.default_rng(0), []
    for _ in range(100):
        p.append(association_p(confusion(rng.integers(0, 3, 40), rng.integers(0, 3, 40), 3))[0])
    assert np.mean(np.array(p) <= 0.05) <= 0.12

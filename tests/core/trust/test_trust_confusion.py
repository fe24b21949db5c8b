from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score, matthews_corrcoef

from core.stats.intervals import wilson
from core.trust.groups import confusion as tables
from core.trust.predictions import Context, Grouping, Predictions

binary_table = st.lists(st.integers(0, 60), min_size=4, max_size=4).map(
    lambda cells: np.array(cells, dtype=np.int64).reshape(2, 2)
)


def rows(table):
    y, called = (part.ravel() for part in np.indices(table.shape))
    return np.repeat(y, table.ravel()), np.repeat(called, table.ravel())


def predictions(n=500, k=3, seed=0):
    rng = np.random.default_rng(seed)
    y, called = rng.integers(0, k, n), rng.integers(0, k, n)
    groups = tuple(
        Grouping(name, tuple(f"{name}{i}" for i in range(size)), rng.integers(0, size, n))
        for name, size in (("a", 3), ("b", 4))
    )
    classes = tuple(f"c{i}" for i in range(k))
    return Predictions(y, None, called, classes, None, Context(groups))


def test_counts_are_those_of_sklearn():
    given_ = predictions()
    (a, b) = given_.context.groups
    found, both = tables.confusion(given_, a), tables.crossed(given_, a, b)
    for i in range(3):
        here = a.index == i
        expected = confusion_matrix(given_.y[here], given_.called[here], labels=range(3))
        assert (found.counts[i] == expected).all()
    assert found.sizes.sum() == both.sizes.sum() == 500
    cell = both.levels.index("a: a1, b: b2")
    here = (a.index == 1) & (b.index == 2)
    assert both.sizes[cell] == here.sum()
    expected = confusion_matrix(given_.y[here], given_.called[here], labels=range(3))
    assert (both.counts[cell] == expected).all()


def test_combinations_that_do_not_occur_are_no_cells():
    index = np.array([0, 0, 1, 1])
    groups = tuple(Grouping(name, ("x", "y"), index) for name in "ab")
    given_ = Predictions(index, None, index, ("0", "1"), None, Context(groups))
    assert tables.crossed(given_, *groups).levels == ("a: x, b: x", "a: y, b: y")


@given(binary_table)
def test_derived_measures_agree_with_sklearn(table):
    y, called = rows(table)
    if table.sum() and table.sum() > table[0, 0]:
        assert tables.f1(table).estimate == pytest.approx(f1_score(y, called, zero_division=0))
    if table.sum(axis=1).all():
        found = tables.balanced_accuracy(table)
        assert found.estimate == pytest.approx(balanced_accuracy_score(y, called))
        assert 0 <= found.low <= found.estimate + 1e-12 <= found.high + 2e-12 <= 1 + 3e-12
    if table.sum(axis=1).all() and table.sum(axis=0).all():
        expected = matthews_corrcoef(y, called)
        assert float(tables.correlation(table)) == pytest.approx(expected, abs=1e-9)


def test_multiclass_correlation_agrees_with_sklearn():
    y, called = np.random.default_rng(0).integers(0, 4, (2, 300))
    table = confusion_matrix(y, called)
    assert float(tables.correlation(table)) == pytest.approx(matthews_corrcoef(y, called))


def test_undefined_measures_are_undefined():
    assert math.isnan(tables.f1(np.array([[9, 0], [0, 0]])).estimate)
    assert math.isnan(tables.balanced_accuracy(np.array([[9, 1], [0, 0]])).estimate)
    assert math.isnan(float(tables.correlation(np.array([[9, 1], [0, 0]]))))


def test_an_error_free_group_still_has_uncertainty():
    table = np.array([[30, 0], [0, 20]])
    assert tables.f1(table).low < 0.95
    assert tables.balanced_accuracy(table).low < 0.95
    resampled = tables.resampled(table[None], lambda t: tables.correlation(t[..., 0, :, :]), "x")
    assert resampled.estimate == 1
    assert math.isnan(resampled.low)
    assert "same in every resample" in resampled.method


def test_f1_interval_covers():
    rng, truth = np.random.default_rng(0), np.array([[0.5, 0.1], [0.08, 0.32]])
    expected = 2 * 0.32 / (2 * 0.32 + 0.18)
    covered = [
        (found := tables.f1(rng.multinomial(60, truth.ravel()).reshape(2, 2))).low
        <= expected
        <= found.high
        for _ in range(1500)
    ]
    assert 0.93 <= np.mean(covered) <= 0.975


def test_resampling_counts_is_resampling_rows():
    table = np.array([[40, 10], [6, 24]])
    y, called = rows(table)
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, len(y), (1500, len(y)))
    cells = np.stack([np.bincount(2 * y[row] + called[row], minlength=4) for row in drawn])
    values = tables.correlation(cells.reshape(-1, 2, 2))
    found = tables.resampled(table[None], lambda t: tables.correlation(t[..., 0, :, :]), "x")
    low, high = np.quantile(values, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03)


def test_replicates_that_miss_a_group_are_counted_not_hidden():
    # fairlearn #1441: a bootstrap must survive resamples in which a rate does not exist.
    pair = np.array([[[30, 2], [1, 4]], [[60, 5], [3, 40]]])
    found = tables.resampled(pair, tables.sensitivity_ratio, "x")
    assert found.estimate == pytest.approx((4 / 5) / (40 / 43))
    assert "undefined" in found.method
    assert math.isfinite(found.low)
    rare = np.array([[[30, 2], [0, 1]], [[60, 5], [3, 40]]])
    lost = tables.resampled(rare, tables.sensitivity_ratio, "x")
    assert math.isnan(lost.low)
    assert "too few rows" in lost.method


def test_a_group_has_a_random_stream_of_its_own():
    table = np.array([[[40, 10], [6, 24]]])

    def measure(t):
        return tables.correlation(t[..., 0, :, :])

    assert tables.resampled(table, measure, "F") == tables.resampled(table, measure, "F")
    assert tables.resampled(table, measure, "F") != tables.resampled(table, measure, "M")


def test_rates_name_what_they_count():
    rates = tables.binary_rates(np.array([[[50, 10], [5, 35]]]))
    plain = {name: (int(k[0]), int(n[0])) for name, (k, n) in rates.items()}
    assert plain == {
        "sensitivity": (35, 40),
        "specificity": (50, 60),
        "false_positive_rate": (10, 60),
        "ppv": (35, 45),
        "npv": (50, 55),
        "accuracy": (85, 100),
        "selection_rate": (45, 100),
        "prevalence": (40, 100),
    }
    assert wilson(35, 40).n == 40

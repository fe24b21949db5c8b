from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from core.stats.score_table import average_precision, roc_points, score_table


def test_counts_by_hand():
    table = score_table(np.array([True, False, True, True]), np.array([0.5, 0.5, 0.9, 0.1]))
    assert table.scores.tolist() == [0.1, 0.5, 0.9]
    assert table.positives.tolist() == [1, 1, 1]
    assert table.negatives.tolist() == [0, 1, 0]
    assert (table.n_positive, table.n_negative) == (3, 1)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(4, 80), digits=st.integers(0, 3))
def test_scikit_learn_finds_the_same(seed, n, digits):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    y[:2] = [0, 1]
    p = rng.random(n).round(digits)
    table = score_table(y == 1, p)
    found = average_precision(table)
    assert found.estimate == pytest.approx(average_precision_score(y, p), abs=1e-12)
    assert found.low <= found.estimate <= found.high
    alarms, hits = roc_points(table)
    assert np.trapezoid(hits, alarms) == pytest.approx(roc_auc_score(y, p), abs=1e-12)


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    rng = np.random.default_rng(0)
    alarms, hits = roc_points(score_table(rng.random(5_000) < 0.3, rng.random(5_000)))
    assert len(alarms) == 400
    assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)
    assert np.all(np.diff(alarms) >= 0)


def test_average_precision_at_the_ends():
    perfect = average_precision(score_table(np.array([False, True, True]), np.array([0.1, 1, 1])))
    assert (perfect.estimate, perfect.high) == (1.0, 1.0)
    assert perfect.low < 0.5
    none = average_precision(score_table(np.array([False, False]), np.array([0.1, 0.2])))
    assert np.isnan(none.estimate)
    assert "no positive" in none.method


def test_the_interval_of_average_precision_covers():
    rng = np.random.default_rng(4)
    big = rng.random(200_000) < 0.3
    truth = average_precision(score_table(big, rng.normal(size=200_000) + 1.5 * big)).estimate
    inside = []
    for _ in range(300):
        own = np.arange(100) < 30
        found = average_precision(score_table(own, rng.normal(size=100) + 1.5 * own))
        inside.append(found.low <= truth <= found.high)
    assert np.mean(inside) >= 0.93

"""Uniform or not: exact p values with unknown ends, and silhouettes against noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import kstest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from core.stats import uniformity
from core.stats.uniformity import GROUPS, grouping_test, uniform_test


def test_the_p_value_is_that_of_the_inner_values():
    values = np.random.default_rng(0).random(50)
    found = uniform_test(values)
    inner = np.sort(values)[1:-1]
    low, reach = values.min(), np.ptp(values)
    theirs = kstest(inner, "uniform", args=(low, reach), method="exact")
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.distance == pytest.approx(theirs.statistic)
    assert (found.n, found.low, found.high) == (50, values.min(), values.max())


def test_p_values_are_uniform_under_the_law_with_unknown_ends():
    rng = np.random.default_rng(1)
    p = [uniform_test(rng.uniform(-3, 7, 12)).p for _ in range(1500)]
    assert kstest(p, "uniform").pvalue > 0.01


def test_place_and_scale_do_not_matter():
    x = np.random.default_rng(3).random(30)
    assert uniform_test(1e6 * x - 5).p == pytest.approx(uniform_test(x).p, rel=1e-6)


def test_a_normal_column_is_not_uniform():
    assert uniform_test(np.random.default_rng(4).normal(size=400)).p < 1e-6


@pytest.mark.parametrize("values", [np.arange(7.0), np.full(50, 2.0)])
def test_without_enough_different_values_there_is_no_p(values):
    assert math.isnan(uniform_test(values).p)


def test_silhouettes_equal_those_of_scikit_learn():
    x = np.random.default_rng(5).random((80, 3))
    labels = KMeans(4, n_init=1, random_state=0).fit(x).labels_
    ours = uniformity._silhouette(cdist(x, x), labels, 4)
    assert ours == pytest.approx(silhouette_score(x, labels))


def test_a_group_of_one_has_silhouette_0_as_in_scikit_learn():
    x = np.array([[0.0], [0.1], [5.0], [9.0], [9.2]])
    labels = np.array([0, 0, 1, 2, 2])
    ours = uniformity._silhouette(cdist(x, x), labels, 3)
    assert ours == pytest.approx(silhouette_score(x, labels))


def test_groups_are_seen(monkeypatch):
    monkeypatch.setattr(uniformity, "REFERENCES", 19)
    rng = np.random.default_rng(6)
    x = np.vstack([rng.normal(0, 1, (40, 2)), rng.normal(8, 1, (40, 2))])
    found = grouping_test(x)
    assert found.p == pytest.approx(1 / 20)
    assert found.silhouettes[2] > found.reference[2].high
    assert tuple(found.silhouettes) == GROUPS
    assert (found.n, found.columns) == (80, 2)


def test_noise_is_not_grouped_more_often_than_stated(monkeypatch):
    monkeypatch.setattr(uniformity, "REFERENCES", 9)
    monkeypatch.setattr(uniformity, "GROUPS", (2, 3))
    rng = np.random.default_rng(7)
    p = [grouping_test(rng.uniform(0, [3, 50], (30, 2)), seed=i).p for i in range(40)]
    # A valid p value is 0.1 in at most a tenth; 11 of 40 has probability below 0.002.
    assert sum(one <= 0.1 for one in p) <= 10


def test_constant_columns_are_left_out_and_few_rows_refused():
    rng = np.random.default_rng(8)
    assert grouping_test(np.ones((50, 2))) is None
    assert grouping_test(rng.random((10, 2))) is None
    assert grouping_test(np.repeat(rng.random((5, 2)), 20, axis=0)) is None
    assert grouping_test(np.empty((0, 2))) is None


def test_many_rows_are_sampled(monkeypatch):
    monkeypatch.setattr(uniformity, "MOST_ROWS", 40)
    monkeypatch.setattr(uniformity, "REFERENCES", 3)
    found = grouping_test(np.column_stack([np.random.default_rng(9).random((90, 2)), np.ones(90)]))
    assert (found.n, found.columns) == (40, 2)

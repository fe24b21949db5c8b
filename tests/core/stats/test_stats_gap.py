"""Gap statistic, partitions and stability: parity, planted groups, and noise left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_score

from core.errors import NotEnoughDataError, SuiteError
from core.stats.cluster_stability import cluster_stability
from core.stats.gap import gap, uniform_tables
from core.stats.partition import dispersion, partitions, silhouette


def planted(seed, n=120, apart=6.0):
    rng = np.random.default_rng(seed)
    member = np.arange(n) % 3
    return rng.normal(size=(n, 4)) + apart * np.eye(4)[:3][member], member


def same_division(a, b):
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))


def test_wards_tree_agrees_with_scikit_learn():
    x = np.random.default_rng(0).normal(size=(60, 3))
    for k, labels in enumerate(partitions(x, range(1, 6), "agglomerative"), 1):
        assert same_division(labels, AgglomerativeClustering(k).fit_predict(x))


def test_k_means_is_a_fixed_point_of_lloyd():
    x = np.random.default_rng(1).normal(size=(80, 3))
    for k, labels in enumerate(partitions(x, range(1, 7)), 1):
        centres = np.array([x[labels == g].mean(axis=0) for g in range(k)])
        fitted = KMeans(k, init=centres, n_init=1, tol=0).fit(x)
        assert dispersion(x, labels) == pytest.approx(fitted.inertia_, rel=1e-9)


def test_k_means_is_never_looser_than_the_tree():
    x = np.random.default_rng(2).uniform(size=(100, 4))
    ks = range(1, 9)
    for means, tree in zip(partitions(x, ks), partitions(x, ks, "agglomerative"), strict=True):
        assert dispersion(x, means) <= dispersion(x, tree) + 1e-9


@given(st.integers(0, 1000), st.integers(2, 6))
def test_silhouette_agrees_with_scikit_learn(seed, k):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 2))
    labels = np.concatenate([np.arange(k), rng.integers(0, k, 30 - k)])
    mine = silhouette(squareform(pdist(x)), labels)
    assert mine == pytest.approx(silhouette_score(x, labels), abs=1e-12)


def test_dispersion_by_hand():
    assert dispersion(np.array([[0.0], [2.0], [10.0], [14.0]]), np.array([0, 0, 1, 1])) == 10.0


def test_reference_tables_fill_the_box_along_the_principal_axes():
    rng = np.random.default_rng(3)
    x = rng.uniform(size=(200, 2)) @ np.array([[10.0, 10.0], [-1.0, 1.0]])
    x -= x.mean(axis=0)
    _, _, axes = np.linalg.svd(x, full_matrices=False)
    for table in uniform_tables(x, 5, rng):
        spans = np.ptp(table @ axes.T, axis=0) / np.ptp(x @ axes.T, axis=0)
        assert (spans <= 1 + 1e-9).all()
        assert (spans > 0.9).all()


@pytest.mark.parametrize("method", ["k-means", "agglomerative"])
def test_planted_groups_are_found_and_come_back(method):
    x, member = planted(4)
    found = gap(x, method=method)
    assert found.found
    assert found.k == found.one_se == 3
    assert found.p == pytest.approx(0.01)
    labels, groups = cluster_stability(x, 3, method=method, draws=20)
    assert same_division(labels, member)
    assert all(group.stable for group in groups)
    assert sum(group.jaccard.n for group in groups) == len(x)


def test_noise_is_left_alone():
    rng = np.random.default_rng(5)
    found = [gap(rng.uniform(size=(40, 3)), seed=seed, k_max=4) for seed in range(20)]
    # 2 % are allowed; with 20 tables, three or more would have a probability of 0.007.
    assert sum(one.found for one in found) < 3


def test_the_monte_carlo_p_value_is_uniform_where_the_box_is_exact():
    # In one dimension the box is nearly known, so the p value must not be crowded near 0.
    rng = np.random.default_rng(6)
    p = [gap(rng.uniform(size=40), references=49, seed=s, k_max=3).p for s in range(30)]
    assert np.mean(np.array(p) <= 0.1) < 0.3
    assert np.mean(np.array(p) <= 0.5) < 0.8


def test_groups_of_noise_do_not_come_back():
    x = np.random.default_rng(7).uniform(size=(200, 4))
    _, groups = cluster_stability(x, 6, draws=20)
    assert not any(group.stable for group in groups)


def test_coinciding_rows_are_groups():
    x = np.repeat(np.array([[0.0, 0], [5, 0], [0, 5]]), 10, axis=0)
    found = gap(x, k_max=5)
    assert found.found
    # Two groups tighten a triangle less than they tighten its box, so the first rule stops.
    assert (found.one_se, found.k) == (1, 3)


def test_the_same_seed_gives_the_same_answer():
    x = np.random.default_rng(8).normal(size=(30, 2))
    first, second, other = (gap(x, seed=seed, k_max=3) for seed in (3, 3, 4))
    assert first.points[1:] == second.points[1:]
    assert first.points[1:] != other.points[1:]


def test_silhouettes_of_noise_stand_beside():
    found = gap(np.random.default_rng(9).uniform(size=(100, 3)))
    point = found.points[found.tempting - 1]
    assert point.noise_low < point.noise_high
    assert np.isnan(found.points[0].silhouette)


@pytest.mark.parametrize(
    ("x", "options", "error", "text"),
    [
        (np.zeros((5, 2)), {}, NotEnoughDataError, "There are 5 rows; at least 8"),
        (np.zeros((10, 2)), {}, NotEnoughDataError, "All rows are equal"),
        (np.full((10, 2), np.nan), {}, SuiteError, "missing or infinite"),
        (np.eye(10), {"level": 0.001}, SuiteError, "a level of at least"),
        (np.eye(10), {"k_max": 1}, SuiteError, "at least 2 groups"),
    ],
)
def test_what_cannot_be_divided_is_said(x, options, error, text):
    with pytest.raises(error, match=text):
        gap(x, **options)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist
from sklearn.datasets import load_digits
from sklearn.metrics import silhouette_score
from sklearn.neighbors import NearestNeighbors
from trustlens.metrics.representation import centered_kernel_alignment

from core.errors import InputError, NotEnoughDataError
from core.stats.representation import (
    cka,
    cka_debiased,
    class_distances,
    effective_rank,
    neighbour_purity,
    principal_coordinates,
    standardised,
)


def kernel_hsic(k, m):
    """Unbiased HSIC from kernels of rows by rows (Song et al., equation 5)."""
    n, one = len(k), np.ones(len(k))
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    return (
        np.trace(k @ m)
        + (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ k @ m @ one)
    ) / (n * (n - 3))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 40),
    d=st.integers(1, 50),
    shift=st.sampled_from([0.0, 30.0]),
)
def test_features_and_kernels_agree(seed, n, d, shift):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, d)) + shift
    b = rng.normal(size=(n, 3)) + a[:, :1]
    assert cka(a, b) == pytest.approx(centered_kernel_alignment(a, b), abs=1e-10)
    k, m = (np.asarray(x - x.mean(axis=0)) for x in (a, b))
    k, m = k @ k.T, m @ m.T
    by_kernels = kernel_hsic(k, m) / np.sqrt(kernel_hsic(k, k) * kernel_hsic(m, m))
    if np.isfinite(by_kernels):
        assert cka_debiased(a, b) == pytest.approx(by_kernels, abs=1e-10)


def test_the_alignment_ignores_rotation_scale_and_shift():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(50, 6))
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    assert cka(a, 3 * a @ turn + 7) == pytest.approx(1, abs=1e-12)
    assert cka_debiased(a, 3 * a @ turn + 7) == pytest.approx(1, abs=1e-12)
    assert cka(a[:, 0], -a[:, 0]) == pytest.approx(1, abs=1e-12)


def test_chance_lifts_the_plain_alignment_alone():
    rng = np.random.default_rng(1)
    pairs = [(rng.normal(size=(30, 60)), rng.normal(size=(30, 60))) for _ in range(60)]
    assert np.mean([cka(a, b) for a, b in pairs]) > 0.6
    assert abs(np.mean([cka_debiased(a, b) for a, b in pairs])) < 0.02


def test_alignments_that_do_not_exist():
    a = np.random.default_rng(2).normal(size=(10, 3))
    assert np.isnan(cka(a, np.ones((10, 2))))
    assert np.isnan(cka_debiased(a, np.ones(10)))
    with pytest.raises(InputError, match="10 and 9 rows"):
        cka(a, a[:9])
    with pytest.raises(NotEnoughDataError, match="4 rows"):
        cka_debiased(a[:3], a[:3])


def test_effective_rank():
    rng = np.random.default_rng(3)
    assert effective_rank(rng.normal(size=(20_000, 5))) == pytest.approx(5, abs=0.01)
    line = np.outer(rng.normal(size=40), np.ones(4))
    assert effective_rank(line) == pytest.approx(1, abs=1e-6)
    x = rng.normal(size=(12, 30))
    values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    share = values[values > 1e-9] / values[values > 1e-9].sum()
    assert effective_rank(x) == pytest.approx(np.exp(-np.sum(share * np.log(share))), rel=1e-6)
    assert np.isnan(effective_rank(np.ones((5, 2))))


def test_standardised_leaves_out_constant_columns():
    x = np.column_stack([np.arange(5.0), np.full(5, 1e6 + 0.1), np.zeros(5)])
    assert standardised(x).shape == (5, 1)
    assert standardised(x).std() == pytest.approx(1)


@pytest.mark.parametrize("shape", [(40, 6), (20, 50)])
def test_principal_coordinates_keep_distances(shape):
    x = standardised(np.random.default_rng(4).normal(size=shape))
    turned = principal_coordinates(x, 100)
    np.testing.assert_allclose(pdist(turned), pdist(x), atol=1e-8)
    assert np.all(np.diff(turned.var(axis=0)) <= 1e-9)
    assert principal_coordinates(x, 2).shape == (shape[0], 2)


def test_purity_against_scikit_learn():
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, 600)
    x = rng.normal(size=(600, 4)) + y[:, None]
    near = NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)
    counts = np.bincount(y)
    chance = np.sum(counts * (counts - 1)) / (600 * 599)
    found = neighbour_purity(x, y)
    assert found.estimate == pytest.approx(np.mean(y[near] == y[:, None]) - chance, abs=1e-12)


def test_purity_of_rows_that_are_told_apart_and_of_noise():
    rng = np.random.default_rng(6)
    y = np.repeat([0, 1], 50)
    apart = neighbour_purity(rng.normal(size=(100, 2)) + 50 * y[:, None], y)
    assert apart.estimate == pytest.approx(1 - 49 / 99)
    assert apart.low < apart.estimate - 0.03
    found = [neighbour_purity(rng.normal(size=(80, 3)), y[:80]) for _ in range(200)]
    assert abs(np.mean([one.estimate for one in found])) < 0.01
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.95


@pytest.mark.parametrize("rows", [60, 600])
def test_distances_are_those_of_all_pairs(rows):
    rng = np.random.default_rng(7)
    y = rng.integers(0, 4, rows) * 2
    x = rng.normal(size=(rows, 3)) + 0.3 * y[:, None]
    found = class_distances(x, y)
    matrix, same = cdist(x, x), y[:, None] == y
    other = ~np.eye(rows, dtype=bool)
    assert found.within == pytest.approx(matrix[same & other].mean(), rel=1e-9)
    assert found.between == pytest.approx(matrix[~same].mean(), rel=1e-9)
    assert found.silhouette == pytest.approx(silhouette_score(x, y), abs=1e-9)


def test_noise_in_many_small_classes_does_not_look_separated():
    # Pairs of a row with itself made the public package report a ratio of 1.43 in such a case.
    y = np.repeat(np.arange(20), 3)
    ratios = []
    for seed in range(30):
        found = class_distances(np.random.default_rng(seed).normal(size=(60, 5)), y)
        ratios.append(found.between / found.within)
    assert np.mean(ratios) == pytest.approx(1, abs=0.02)


def test_the_silhouette_misses_classes_that_neighbours_find():
    X, y = load_digits(return_X_y=True)
    assert class_distances(X, y).silhouette < 0.2
    assert neighbour_purity(X, y).estimate > 0.85

"""Formulas of the article on PCA and SVD against published values, properties and libraries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, KernelPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge

from core.foundations import pca_svd
from core.foundations.pca_svd import cautions, formulas, instances

SEEDS = st.integers(0, 2**31)
few = settings(max_examples=40, deadline=None)


def test_the_article_holds_what_it_promises():
    topic = pca_svd.TOPIC
    assert len(topic.statements) >= 14
    assert len(topic.breaks) >= 5
    assert len(topic.errata) >= 6
    assert len(topic.questions) >= 5
    assert {s.section for s in topic.statements} == {s.key for s in topic.sections}


def test_a_decomposition_known_by_hand():
    # Strang, Introduction to Linear Algebra: singular values of [[3, 0], [4, 5]].
    a = np.array([[3.0, 0.0], [4.0, 5.0]])
    np.testing.assert_allclose(formulas.singular_values(a), [3 * 5**0.5, 5**0.5], rtol=1e-14)
    np.testing.assert_allclose(np.abs(formulas.right_vectors(a)), 0.5**0.5, rtol=1e-14)
    np.testing.assert_allclose(
        np.abs(formulas.left_vectors(a)), np.array([[1, 3], [3, 1]]) / 10**0.5, rtol=1e-14
    )
    assert formulas.frobenius_norm(formulas.singular_values(a)) == pytest.approx(50**0.5)


def test_errors_of_rank_one_known_by_hand():
    s = np.array([6.0, 5.0, 4.0, 3.0])
    assert formulas.frobenius_error(s, 2) == 5
    assert formulas.spectral_error(s, 2) == 4
    assert formulas.condition_number(s) == 2


def test_the_hilbert_matrix_has_its_published_condition_number():
    # Golub and Van Loan; the 5 by 5 Hilbert matrix: 4.7661e5.
    s = np.linalg.svd(linalg.hilbert(5), compute_uv=False)
    assert formulas.condition_number(s) == pytest.approx(4.7661e5, rel=1e-4)


def test_chi_square_points_of_the_tables():
    assert formulas.chi_square_tail(3.841458820694124, 1) == pytest.approx(0.05)
    assert formulas.chi_square_tail(12.591587243743977, 6) == pytest.approx(0.05)


@few
@given(SEEDS)
def test_errors_reach_machine_precision(seed):
    rng = np.random.default_rng(seed)
    a = instances.matrix(rng, 8, 5)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    for k in range(1, 5):
        rest = a - formulas.rebuilt(u[:, :k], s[:k], vt[:k].T)
        assert formulas.frobenius_error(s, k) == pytest.approx(np.linalg.norm(rest), rel=1e-12)
        assert formulas.spectral_error(s, k) == pytest.approx(np.linalg.norm(rest, 2), rel=1e-12)


@few
@given(SEEDS, st.integers(1, 4))
def test_no_random_matrix_of_low_rank_is_closer(seed, k):
    rng = np.random.default_rng(seed)
    a = instances.matrix(rng, 8, 5)
    s = np.linalg.svd(a, compute_uv=False)
    left = rng.standard_normal((8, k))
    b = left @ np.linalg.lstsq(left, a, rcond=None)[0]
    assert np.linalg.norm(a - b) >= formulas.frobenius_error(s, k) * (1 - 1e-12)
    assert np.linalg.norm(a - b, 2) >= formulas.spectral_error(s, k) * (1 - 1e-12)


@few
@given(SEEDS)
def test_weyls_inequality_holds_for_every_pair_of_places(seed):
    rng = np.random.default_rng(seed)
    a, e = instances.matrix(rng, 6, 4), rng.standard_normal((6, 4))
    one, two, both = (np.linalg.svd(m, compute_uv=False) for m in (a, e, a + e))
    for i in range(4):
        for j in range(4 - i):
            assert both[i + j] <= one[i] + two[j] + 1e-12
    assert np.abs(both - one).max() <= formulas.largest_shift(e) + 1e-12


@few
@given(SEEDS)
def test_explained_and_missed_add_up_for_any_plane(seed):
    rng = np.random.default_rng(seed)
    x = instances.cloud(rng, 20, instances.spectrum(rng, 4))
    c, plane = formulas.covariance(x), instances.orthonormal(rng, 4, 2)
    explained = np.var(x @ plane, axis=0, ddof=1).sum()
    total = np.var(x, axis=0, ddof=1).sum()
    assert formulas.reconstruction_error(c, plane) == pytest.approx(total - explained, rel=1e-10)
    best = formulas.best_reconstruction_error(np.linalg.eigvalsh(c)[::-1], 2)
    assert formulas.reconstruction_error(c, plane) >= best - 1e-10


@few
@given(SEEDS)
def test_squared_loadings_of_a_column_add_up_to_one(seed):
    rng = np.random.default_rng(seed)
    x = instances.cloud(rng, 20, instances.spectrum(rng, 4))
    found = formulas.loadings(*instances.axes(np.corrcoef(x.T)))
    np.testing.assert_allclose(np.sum(found**2, axis=1), 1.0, rtol=1e-12)


@few
@given(SEEDS, st.floats(1e-3, 1e3))
def test_the_angle_maximises_the_variance(seed, t):
    rng = np.random.default_rng(seed)
    (a, c), (_, b) = np.cov(instances.cloud(rng, 9, instances.spectrum(rng, 2)).T)
    scaled = np.array([[t * t * a, t * c], [t * c, b]])
    angle = formulas.angle_after_scaling(a, b, c, t)
    w = np.array([np.cos(angle), np.sin(angle)])
    assert w @ scaled @ w == pytest.approx(np.linalg.eigvalsh(scaled)[1], rel=1e-10)


@pytest.fixture
def table() -> np.ndarray:
    rng = np.random.default_rng(3)
    return instances.cloud(rng, 40, instances.spectrum(rng, 5))


def test_components_agree_with_scikit_learn(table):
    theirs = PCA(svd_solver="full").fit(table)
    s = np.linalg.svd(table - table.mean(axis=0), compute_uv=False)
    variances = formulas.component_variances(s, len(table))
    np.testing.assert_allclose(variances, theirs.explained_variance_, rtol=1e-12)
    white = (table - table.mean(axis=0)) @ formulas.whitening(*instances.axes(np.cov(table.T)))
    whitened = PCA(whiten=True).fit_transform(table)
    np.testing.assert_allclose(np.abs(white), np.abs(whitened), rtol=1e-8)


@few
@given(SEEDS)
def test_the_two_routes_agree_with_the_covariance_solver_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    x = instances.cloud(rng, 37, instances.spectrum(rng, 4))
    theirs = PCA(svd_solver="covariance_eigh").fit(x)
    _, s, axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    variances = formulas.component_variances(s, len(x))
    np.testing.assert_allclose(variances, theirs.explained_variance_, rtol=1e-10)
    np.testing.assert_allclose(np.abs(axes), np.abs(theirs.components_), atol=1e-10)
    covariance = formulas.rebuilt(axes.T, variances, axes.T)
    np.testing.assert_allclose(covariance, theirs.get_covariance(), rtol=1e-10, atol=1e-10)


def test_a_table_that_is_not_centred_agrees_with_truncated_svd(table):
    theirs = TruncatedSVD(4, algorithm="arpack", random_state=0).fit(table).singular_values_
    np.testing.assert_allclose(formulas.singular_values(table)[:4], theirs, rtol=1e-8)


def test_the_least_norm_solution_agrees_with_lstsq_and_pinv():
    rng = np.random.default_rng(1)
    a = instances.matrix(rng, 7, 3) @ instances.matrix(rng, 5, 3).T
    b = rng.standard_normal(7)
    u, s, vt = np.linalg.svd(a)
    found = formulas.least_norm_solution(u[:, :3], s[:3], vt[:3].T, b)
    np.testing.assert_allclose(found, np.linalg.lstsq(a, b, rcond=None)[0], rtol=1e-10)
    np.testing.assert_allclose(found, np.linalg.pinv(a) @ b, rtol=1e-10)


def test_ridge_agrees_with_scikit_learn(table):
    y = np.random.default_rng(0).standard_normal(len(table))
    u, s, vt = np.linalg.svd(table, full_matrices=False)
    kept = formulas.ridge_filter(s, 2.5)
    found = formulas.filtered_coefficients(u, s, vt.T, y, kept)
    theirs = Ridge(alpha=2.5, fit_intercept=False, solver="cholesky").fit(table, y).coef_
    np.testing.assert_allclose(found, theirs, rtol=1e-9)


def test_all_components_give_least_squares(table):
    y = np.random.default_rng(0).standard_normal(len(table))
    centred = table - table.mean(axis=0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    kept = formulas.component_filter(s, 5)
    found = formulas.filtered_coefficients(u, s, vt.T, y - y.mean(), kept)
    theirs = PLSRegression(5, scale=False).fit(table, y).coef_.ravel()
    np.testing.assert_allclose(found, theirs, rtol=1e-8)


def test_scaling_agrees_with_kernel_components(table):
    squared = np.sum((table[:, None] - table[None]) ** 2, axis=2)
    found = formulas.gram_scores(formulas.gram_from_distances(squared), 3)
    theirs = KernelPCA(3, kernel="linear").fit_transform(table)
    np.testing.assert_allclose(np.abs(found), np.abs(theirs), rtol=1e-8, atol=1e-10)


def test_the_best_direction_is_the_discriminant():
    one, other = cautions.two_groups(np.random.default_rng(4))
    difference, within = cautions.difference_and_spread(one, other)
    x, y = np.vstack([one, other]), np.repeat([0, 1], len(one))
    w = LinearDiscriminantAnalysis(solver="eigen").fit(x, y).coef_[0]
    found = cautions.separation_along(w, one, other)
    assert found == pytest.approx(formulas.best_separation(difference, within), rel=1e-9)


def test_distances_agree_with_scipys_law():
    limits = np.linspace(0.5, 20, 9)
    found = [formulas.chi_square_tail(float(c), 7) for c in limits]
    np.testing.assert_allclose(found, stats.chi2.sf(limits, 7), rtol=1e-12)


def test_jacobi_rotations_end_orthogonal():
    found = instances.rotated_columns(instances.matrix(np.random.default_rng(0), 7, 4))
    gram = found.T @ found
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-12)


def test_the_cloud_has_exactly_the_covariance_it_was_asked_for():
    variances = np.array([4.0, 2.0, 0.5])
    x = instances.cloud(np.random.default_rng(0), 12, variances)
    np.testing.assert_allclose(np.linalg.eigvalsh(np.cov(x.T))[::-1], variances, rtol=1e-12)

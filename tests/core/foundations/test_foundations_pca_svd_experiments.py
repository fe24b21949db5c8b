"""What the experiments on PCA and SVD compute."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad, trapezoid
from sklearn.datasets import load_breast_cancer

from core.errors import SuiteError
from core.foundations import pca_svd
from core.foundations.pca_svd.experiments import marchenko_pastur


@pytest.mark.parametrize("angle", [0.0, 30.0, 77.0, 180.0])
def test_carried_and_missed_add_up_at_every_angle(angle):
    found = pca_svd.along_direction(angle)
    assert found.variance + found.error == pytest.approx(2.0, rel=1e-12)
    np.testing.assert_allclose(found.variances + found.errors, 2.0, rtol=1e-12)
    rest = np.sum((found.rows - found.feet) ** 2) / (len(found.rows) - 1)
    assert found.error == pytest.approx(rest, rel=1e-12)


def test_the_best_angle_is_where_the_variance_is_largest():
    found = pca_svd.along_direction(10.0)
    assert found.best == pytest.approx(45.0, abs=1e-9)
    best = pca_svd.along_direction(found.best)
    assert best.variance >= found.variances.max()
    raw = load_breast_cancer(as_frame=True).data[list(pca_svd.COLUMNS)]
    assert best.variance == pytest.approx(1 + raw.corr().iloc[0, 1], rel=1e-12)


@pytest.mark.parametrize("k", [1, 2, 7, 40, 96])
def test_the_film_is_as_far_away_as_the_dropped_values_say(k):
    found = pca_svd.low_rank_film(k)
    assert found.error == pytest.approx(found.formula, rel=1e-12, abs=1e-11)
    assert found.share == pytest.approx(1 - (found.formula / np.linalg.norm(found.film)) ** 2)
    assert found.film.shape == found.kept.shape == (pca_svd.FILM_SIDE, pca_svd.FILM_SIDE)
    assert found.numbers == k * (2 * pca_svd.FILM_SIDE + 1)


@pytest.mark.parametrize("k", [0, 97])
def test_a_rank_that_does_not_exist_is_refused(k):
    with pytest.raises(SuiteError, match="ranks from 1 to 96"):
        pca_svd.low_rank_film(k)


def test_the_axis_follows_the_column_with_the_large_numbers():
    angles = [pca_svd.unit_change(t).angle for t in (0.1, 0.5, 1.0, 2.0, 10.0)]
    assert angles == sorted(angles, reverse=True)
    found = pca_svd.unit_change(3.0)
    assert (np.diff(found.angles) < 0).all()
    # The same change of scale, the other way round, turns as far.
    assert pca_svd.unit_change(0.25).angle + pca_svd.unit_change(4.0).angle == pytest.approx(90)


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_the_law_of_noise_has_mass_mean_and_spread(ratio):
    low, high = (1 - ratio**0.5) ** 2, (1 + ratio**0.5) ** 2

    def moment(power: int) -> float:
        return quad(
            lambda x: float(marchenko_pastur(np.array(x), ratio)) * x**power, low, high, limit=200
        )[0]

    assert moment(0) == pytest.approx(1, abs=1e-6)
    assert moment(1) == pytest.approx(1, abs=1e-6)
    assert moment(2) == pytest.approx(1 + ratio, abs=1e-6)


def test_noise_fills_the_law_for_a_large_table():
    found = pca_svd.noise_spectrum(400, 60, 1)
    assert found.eigenvalues[0] == pytest.approx(found.edges[1], rel=0.1)
    assert found.eigenvalues[-1] == pytest.approx(found.edges[0], rel=0.25)
    assert found.eigenvalues.mean() == pytest.approx(1)
    assert np.sum(found.heights * np.diff(found.bins)) == pytest.approx(1)
    assert trapezoid(found.density, found.places) == pytest.approx(1, abs=1e-3)
    assert found.above_one == np.sum(found.eigenvalues > 1)


def test_parallel_analysis_keeps_little_noise_where_the_rule_above_one_keeps_half():
    found = [pca_svd.noise_spectrum(100, 20, seed) for seed in range(1, 31)]
    assert np.mean([one.kept > 0 for one in found]) <= 0.25
    assert np.mean([one.above_one for one in found]) > 7


@pytest.mark.parametrize("shape", [(10, 1), (10, 10)])
def test_noise_of_an_odd_shape_is_refused(shape):
    with pytest.raises(SuiteError, match="columns < rows"):
        pca_svd.noise_spectrum(*shape)


def test_a_case_can_be_central_in_the_plane_and_far_from_it():
    found = pca_svd.new_case(0.0, 6.0)
    assert found.within == 0 < found.within_limit
    assert found.residual > found.residual_limit
    assert found.distance == pytest.approx(36)


def test_a_case_can_lie_in_the_plane_and_far_out():
    found = pca_svd.new_case(4.0, 0.0)
    assert found.within == pytest.approx(16) == found.distance
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert found.within > found.within_limit
    assert found.place == (4.0, 0.0)


def test_distances_of_the_rows_agree_with_the_covariance():
    found = pca_svd.new_case(1.0, 1.0)
    raw = load_breast_cancer(as_frame=True).data[list(pca_svd.MEASURED)].to_numpy()
    off = raw - raw.mean(axis=0)
    whole = np.sum(off * np.linalg.solve(np.cov(raw.T), off.T).T, axis=1)
    within = np.sum(found.scores**2, axis=1)
    assert (within <= whole + 1e-9).all()
    assert found.beyond == np.mean(within > found.within_limit)
    assert whole.mean() == pytest.approx(5 * (len(raw) - 1) / len(raw))


def test_equal_input_gives_equal_output():
    first, second = (pca_svd.noise_spectrum(80, 10, 4) for _ in range(2))
    np.testing.assert_array_equal(first.eigenvalues, second.eigenvalues)
    np.testing.assert_array_equal(first.thresholds, second.thresholds)

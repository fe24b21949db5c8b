"""Invented cases: valid, repeatable, like the real ones, and by which figures."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.generator import LAWS, MIN_CLASS, fit_generator
from core.breast_cancer.generator_quality import quality, told_apart
from core.breast_cancer.geometry import violations
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError
from core.stats.resample import assign_folds

KINDS = tuple(LAWS)


@pytest.fixture(scope="module")
def halves():
    cohort = wdbc()
    half = assign_folds(cohort.y, 2, 0) == 0
    return cohort.X[half], cohort.y[half], cohort.X[~half]


@pytest.fixture(scope="module")
def reference(halves):
    return fit_reference(halves[2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_is_possible_and_the_seed_decides(kind, halves):
    generator = fit_generator(halves[0], halves[1], kind)
    X, y = generator.draw(500, 7)
    again, _ = generator.draw(500, np.random.default_rng(7))
    np.testing.assert_array_equal(X, again)
    assert X.shape == (500, 30)
    assert set(np.unique(y)) == {0, 1}
    for spec, column in zip(FEATURES, X.T, strict=True):
        assert np.isfinite(column).all()
        assert column.min() >= spec.low
        assert column.max() <= spec.high


@pytest.mark.parametrize("kind", KINDS)
def test_the_share_of_malignant_cases_is_the_one_asked_for(kind, halves):
    X, y, _ = halves
    generator = fit_generator(X, y, kind)
    assert generator.draw(4000, 0)[1].mean() == pytest.approx(y.mean(), abs=0.03)
    assert generator.draw(4000, 0, 0.8)[1].mean() == pytest.approx(0.8, abs=0.03)
    assert generator.draw(50, 0, 1.0)[1].all()
    assert generator.draw(0, 0)[0].shape == (0, 30)
    with pytest.raises(InputError, match="share of malignant"):
        generator.draw(10, 0, 1.5)


@pytest.mark.parametrize("kind", KINDS)
def test_moments_of_the_logarithms_are_kept_in_either_class(kind, halves):
    X, y, _ = halves
    generator = fit_generator(X, y, kind)
    drawn, truth = generator.draw(20_000, 1)
    for label in (0, 1):
        real = np.log(X[y == label] + generator.offset)
        made = np.log(drawn[truth == label] + generator.offset)
        np.testing.assert_allclose(
            (made.mean(axis=0) - real.mean(axis=0)) / real.std(axis=0), 0, atol=0.06
        )
        np.testing.assert_allclose(made.std(axis=0) / real.std(axis=0), 1, atol=0.08)
        gap = np.abs(np.corrcoef(made.T) - np.corrcoef(real.T))
        assert np.median(gap) < 0.03


def test_a_smoothed_case_resembles_one_real_case_and_each_has_its_turn(halves, monkeypatch):
    X, y, _ = halves
    monkeypatch.setattr("core.breast_cancer.generator.BANDWIDTH", 0.0)
    drawn, truth = fit_generator(X, y).draw(2 * np.sum(y == 0), 0, 0.0)
    assert not truth.any()
    real = np.sort(np.repeat(X[y == 0][:, 0], 2))
    np.testing.assert_allclose(np.sort(drawn[:, 0]), real)


def test_smoothed_cases_look_real(halves, reference):
    """The default. Over ten halves: told apart .52, flagged .048 beside .050 of real cases."""
    X, y, real = halves
    found = quality(fit_generator(X, y), real, reference)
    assert found.told_apart.estimate <= 0.60
    assert found.area_off.estimate <= 0.01
    assert found.worst_below_mean.estimate <= 0.01
    assert 0.03 <= found.flagged.estimate <= 0.075
    assert abs(found.flagged_malignant.estimate - found.flagged_benign.estimate) <= 0.05
    assert found.told_apart.n == 2 * len(real)
    json.dumps(found.to_dict(), allow_nan=False)
    drawn, _ = fit_generator(X, y).draw(4000, 0)
    assert np.any([mask for mask, _ in violations(drawn)], axis=0).mean() <= 0.02


def test_the_copula_loosens_what_belongs_together(halves, reference):
    """Which is why it is not the default: three cases in ten are flagged."""
    X, y, _ = halves
    drawn, _ = fit_generator(X, y, "copula").draw(4000, 0)
    flagged = reference.p_value(reference.score(drawn)) <= 0.05
    assert flagged.mean() > 0.2
    area = drawn[:, 3] / (math.pi * drawn[:, 0] ** 2)
    assert np.mean(np.abs(area - 1) > 0.1) <= 0.015


def test_copula_marginals_are_the_real_ones(halves):
    from scipy.stats import ks_2samp

    X, y, _ = halves
    drawn, _ = fit_generator(X, y, "copula").draw(3000, 0, 1.0)
    for j in range(30):
        assert ks_2samp(drawn[:, j], X[y == 1][:, j]).statistic < 0.08


def test_a_forest_tells_what_is_different_and_not_what_is_the_same(halves):
    X = halves[0][:120]
    assert told_apart(X[:60], X[60:] * 3).estimate > 0.95
    assert told_apart(X[:60], X[60:]).estimate < 0.75


def test_a_class_needs_enough_cases(halves):
    X, y, _ = halves
    few = np.r_[np.nonzero(y == 0)[0], np.nonzero(y == 1)[0][: MIN_CLASS - 1]]
    with pytest.raises(NotEnoughDataError, match="34 malignant"):
        fit_generator(X[few], y[few])

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binom, chi2

from core.stats.calibration import recalibration, spiegelhalter
from core.stats.calibration_null import draw, merged, tally
from core.stats.recalibration_test import recalibration_test, spiegelhalter_test


def run(y, p, sims=199, seed=0):
    table = tally(np.asarray(y), np.asarray(p, dtype=float))
    null = merged(table)
    drawn = draw(null, sims, seed)
    return recalibration_test(table, null, drawn), spiegelhalter_test(table, null, drawn)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(80, 1500))
def test_statistic_is_the_gain_of_the_regression(seed, n):
    rng = np.random.default_rng(seed)
    score = rng.normal(-0.3, 1.4, n)
    y = (rng.random(n) < expit(0.6 * score + 0.2)).astype(np.int64)
    a, b = recalibration(y, score)

    def height(eta):
        return np.sum(y * eta - np.logaddexp(0, eta))

    found, (z, _) = run(y, expit(score), 19)
    assert found.statistic == pytest.approx(2 * (height(a + b * score) - height(score)), abs=1e-6)
    assert z == pytest.approx(spiegelhalter(y, expit(score))[0], abs=1e-9)


def test_many_rows_use_the_limiting_laws():
    rng = np.random.default_rng(0)
    p = expit(rng.normal(0, 1, 3000))
    y = (rng.random(3000) < p).astype(np.int64)
    found, spiegel = run(y, p, 19)
    assert found.method == "chi-square, 2 df"
    assert found.p == pytest.approx(chi2.sf(found.statistic, 2))
    assert spiegel == pytest.approx(spiegelhalter(y, p))


def test_equal_probabilities_leave_one_degree_of_freedom():
    y = np.array([1] * 9 + [0] * 11)
    found, _ = run(y, np.full(20, 0.25), 4999)
    assert found.df == 1
    expected = 2 * (9 * math.log(0.45 / 0.25) + 11 * math.log(0.55 / 0.75))
    assert found.statistic == pytest.approx(expected, abs=1e-8)
    # As few as 1 in 20 are as unlikely as 9: both count.
    both = binom.sf(8, 20, 0.25) + binom.cdf(1, 20, 0.25)
    assert found.p == pytest.approx(both, abs=0.015)


def test_separation_and_one_class_approach_their_limit():
    p = np.array([0.1, 0.2, 0.8, 0.9])
    for y in ([0, 0, 1, 1], [1, 1, 1, 1]):
        found, _ = run(y, p)
        y = np.array(y)
        alone = -2 * np.sum(np.log(np.where(y == 1, p, 1 - p)))
        assert found.statistic == pytest.approx(alone, abs=0.01)


def test_certain_probabilities():
    found, (z, p) = run([0, 1, 1], [0.0, 1.0, 1.0])
    assert found is None
    assert math.isnan(z)
    assert math.isnan(p)
    wrong, _ = run([1, 0, 1, 0], [0.0, 1.0, 0.6, 0.3])
    assert wrong.p <= 0.02
    assert wrong.statistic == pytest.approx(
        4 * -math.log(1e-12) + 2 * -math.log(0.6 * 0.7) - 4 * 2 * math.log(2), rel=0.2
    )


@pytest.mark.parametrize(("n", "mean", "spread"), [(50, -2.5, 1.0), (100, 0.0, 3.0)])
def test_the_level_holds_with_few_events(n, mean, spread):
    rng, runs = np.random.default_rng(n), 300
    alarms = np.zeros(2)
    for seed in range(runs):
        p = expit(rng.normal(mean, spread, n))
        ratio, spiegel = run((rng.random(n) < p).astype(np.int64), p, 199, seed)
        alarms += [ratio.p <= 0.05, spiegel[1] <= 0.05]
    assert (alarms / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)).all()


def test_overconfidence_is_seen_with_200_rows():
    rng, runs, seen = np.random.default_rng(7), 100, 0
    for seed in range(runs):
        score = rng.normal(-0.5, 1.5, 200)
        y = (rng.random(200) < expit(score)).astype(np.int64)
        seen += run(y, expit(1.8 * score), 99, seed)[0].p <= 0.05
    assert seen / runs >= 0.9

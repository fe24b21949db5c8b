from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression

from core.errors import InputError
from core.stats.bartlett import line_excess
from core.stats.calibration_line import Sample, checked_sample
from core.stats.calibration_margin import margin_p
from core.stats.calibration_shift import compare, line_tests


def drawn(n, line=(0.0, 1.0), seed=0, spread=1.3):
    rng = np.random.default_rng(seed)
    score = -1.15 + spread * rng.standard_normal(n)
    return Sample((rng.random(n) < expit(line[0] + line[1] * score)).astype(float), score)


def height(X, y):
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=2000).fit(X, y)
    eta = model.decision_function(X)
    return float(np.sum(y * eta - np.logaddexp(0, eta)))


def test_statistics_agree_with_scikit_learn():
    old, new = drawn(400), drawn(150, (0.4, 0.6), seed=1)
    found = compare([(old, new)])[0]
    y, score = np.concatenate([old.y, new.y]), np.concatenate([old.score, new.score])
    later = np.repeat([0.0, 1.0], [old.n, new.n])
    one = height(score[:, None], y)
    parallel = height(np.column_stack([score, later]), y)
    two = height(np.column_stack([score, later, score * later]), y)
    assert found.statistic == pytest.approx(2 * (two - one), abs=1e-5)
    assert found.p == pytest.approx(chi2.sf(found.statistic / found.bartlett, 2))
    assert found.p_intercept == pytest.approx(chi2.sf(2 * (parallel - one), 1), rel=1e-4)
    assert found.p_slope == pytest.approx(chi2.sf(2 * (two - parallel), 1), rel=1e-4)
    assert 1 < found.bartlett < 1.1
    assert found.slope_ratio.low < 0.6 < found.slope_ratio.high
    json.dumps(found.to_dict(), allow_nan=False)


def test_lawley_excess_is_that_of_equal_scores():
    # With m rows at each of two scores the line is saturated: two binomials at p, whose excess
    # is (1 - p q) / (6 m p q) each by the formula for one parameter.
    m, p = 40, 0.3
    q, x = 1 - p, np.array([-1.0, 1.0])
    cumulants = (p * q, p * q * (q - p), p * q * (1 - 6 * p * q))
    moments = [
        np.array([[m * k * np.sum(x**power)] for power in range(top)])
        for k, top in zip(cumulants, (3, 4, 5), strict=True)
    ]
    assert line_excess(moments)[0] == pytest.approx(2 * (1 - p * q) / (6 * m * p * q))


def test_no_data_no_change():
    same = drawn(200)
    found = compare([(same, Sample(same.y.copy(), same.score.copy()))])[0]
    assert found.statistic == pytest.approx(0, abs=1e-5)
    assert found.p == pytest.approx(1, abs=1e-5)
    assert found.intercept_change.estimate == pytest.approx(0, abs=1e-5)
    assert compare([]) == ()


def test_a_perfect_model_has_not_changed():
    score = np.array([-2.0] * 20 + [2.0] * 20)
    perfect = Sample((score > 0).astype(float), score)
    other = Sample((score > 0).astype(float), score * 1.5)
    found = compare([(perfect, other)])[0]
    assert found.p == pytest.approx(1, abs=1e-3)
    assert math.isnan(found.slope_ratio.estimate)
    assert math.isnan(found.intercept_change.low)
    assert "separated" in found.slope_ratio.method
    assert found.lines is None
    assert margin_p(found, 0.4, 1.5) == (1.0, 1.0)
    assert margin_p(found, 0, 1)[1] == found.p
    json.dumps(found.to_dict(), allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.2, 5),
    st.floats(-3, 3),
    st.sampled_from([(0.0, 1.0), (0.8, 0.5)]),
)
def test_the_test_does_not_depend_on_the_scale_of_the_score(seed, scale, move, line):
    old, new = drawn(120, seed=seed), drawn(60, line, seed=seed + 1)
    turned = [Sample(s.y, move + scale * s.score) for s in (old, new)]
    plain, other = (line_tests([pair]) for pair in ((old, new), tuple(turned)))
    assert other.statistic[0] == pytest.approx(plain.statistic[0], abs=1e-4)
    assert other.factor[0] == pytest.approx(plain.factor[0], rel=1e-3)


def test_fieller_by_hand():
    found = compare([(drawn(2000), drawn(800, (0, 0.6), seed=3))])[0]
    old, new = found.lines
    for limit in (found.slope_ratio.low, found.slope_ratio.high):
        gap = new.slope - limit * old.slope
        assert gap**2 == pytest.approx(1.959964**2 * (new.var_slope + limit**2 * old.var_slope))
    assert old.covariance == pytest.approx(0, abs=1e-9)


def test_many_pairs_are_as_one_by_one():
    old = drawn(300)
    new = [drawn(50 + i, seed=i + 1) for i in range(5)]
    together = line_tests([(old, sample) for sample in new])
    for i, sample in enumerate(new):
        alone = line_tests([(old, sample)])
        assert together.statistic[i] == pytest.approx(alone.statistic[0], abs=1e-5)


@pytest.mark.parametrize(("size", "n", "spread"), [(100, 2000, 1.3), (60, 300, 1.3), (60, 600, 4)])
def test_type_one_error(size, n, spread):
    pairs = []
    for seed in range(1500):
        new = drawn(size, seed=2 * seed, spread=spread)
        if 10 <= new.events <= size - 10:
            pairs.append((drawn(n, seed=2 * seed + 1, spread=spread), new))
    p = np.concatenate([line_tests(pairs[i : i + 100]).p for i in range(0, len(pairs), 100)])
    # Limits: 0.05 and 0.01, plus three standard errors.
    assert 0.03 < np.mean(p <= 0.05) < 0.067
    assert np.mean(p <= 0.01) < 0.018


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 1), st.floats(1.05, 3))
def test_wider_margins_are_easier_to_keep(seed, margin, ratio):
    found = compare([(drawn(500, seed=seed), drawn(300, (0.3, 0.8), seed=seed + 1))])[0]
    met, broken = margin_p(found, margin, ratio)
    wider_met, wider_broken = margin_p(found, margin * 1.5, ratio * 1.5)
    assert wider_met <= met + 1e-12
    assert wider_broken >= broken - 1e-12
    assert broken >= found.p - 1e-12
    assert margin_p(found, 0, 1)[1] == pytest.approx(found.p)
    assert not (met <= 0.05 and broken <= 0.05)


def test_a_change_that_reverses_the_score_is_beyond_any_margin():
    found = compare([(drawn(1000), drawn(1000, (-1, -1), seed=5))])[0]
    met, broken = margin_p(found, 0.4, 1.5)
    assert met > 0.99
    assert broken < 1e-6


@pytest.mark.parametrize("line", [(0.405, 1.0), (-0.8 / 3, 1 / 1.5)])
def test_margins_keep_their_level(line):
    beyond = within = 0
    for i in range(8):
        pairs = [
            (drawn(2000, seed=2000 * i + 2 * j), drawn(1000, line, seed=2000 * i + 2 * j + 1))
            for j in range(50)
        ]
        for shift in compare(pairs):
            met, broken = margin_p(shift, math.log(1.5), 1.5)
            beyond += broken <= 0.05
            within += met <= 0.05
    assert beyond <= 400 * 0.05
    assert within <= 400 * 0.085


@pytest.mark.parametrize(
    ("y", "p", "match"),
    [
        ([0, 1], [0.2], "shape"),
        ([], [], "positive length"),
        ([0, 2], [0.1, 0.2], "1 of 2 outcomes"),
        ([0, math.nan], [0.1, 0.2], "1 of 2 outcomes"),
        ([0, 1], [0.1, 1.2], "1 of 2 probabilities"),
        ([0, 1], [0.1, math.nan], "1 of 2 probabilities"),
        (["a"], [0.1], "numbers"),
    ],
)
def test_bad_samples(y, p, match):
    with pytest.raises(InputError, match=match):
        checked_sample(y, p)

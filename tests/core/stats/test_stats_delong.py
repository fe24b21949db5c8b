from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtr
from scipy.stats import brunnermunzel
from sklearn.metrics import roc_auc_score

from core.errors import InputError
from core.stats.binary import auc_interval
from core.stats.delong import auc_area, auc_difference, macro_area, row_placements
from core.stats.score_table import score_table


def area_of(y, score, level=0.95):
    return auc_area(score_table(np.asarray(y) == 1, np.asarray(score, dtype=float)), level)


def drawn(seed, n=80, gap=1.0, digits=None):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(np.int64)
    y[:4] = [0, 1, 0, 1]
    score = rng.normal(size=n) + gap * y
    return y, score if digits is None else score.round(digits)


def test_by_hand():
    found = area_of([1, 1, 1, 0, 0], [0.9, 0.8, 0.3, 0.7, 0.1])
    assert found.interval.estimate == pytest.approx(5 / 6, abs=1e-15)
    # Placements 1, 1, 1/2 and 2/3, 1: variances 1/12 and 1/18, over 3 and 2 cases.
    assert found.variance == pytest.approx(1 / 36 + 1 / 36, abs=1e-15)


@pytest.mark.parametrize("digits", [None, 1, 0])
def test_it_is_the_definition_over_all_pairs(digits):
    y, score = drawn(0, digits=digits)
    higher, lower = score[y == 1], score[y == 0]
    pairs = (higher[:, None] > lower) + 0.5 * (higher[:, None] == lower)
    variance = pairs.mean(axis=1).var(ddof=1) / len(higher) + pairs.mean(axis=0).var(ddof=1) / len(
        lower
    )
    found = area_of(y, score)
    assert found.interval.estimate == pytest.approx(roc_auc_score(y, score), abs=1e-12)
    assert found.variance == pytest.approx(variance, abs=1e-15)


@pytest.mark.parametrize("digits", [None, 1])
def test_the_degrees_of_freedom_are_brunner_and_munzels(digits):
    y, score = drawn(3, n=40, gap=0.4, digits=digits)
    found = area_of(y, score)
    t = (found.interval.estimate - 0.5) / np.sqrt(found.variance)
    p = 2 * stdtr(found.freedom, -abs(t))
    assert p == pytest.approx(brunnermunzel(score[y == 1], score[y == 0]).pvalue, rel=1e-9)


def test_perfect_separation_has_an_interval_and_is_not_failed():
    y = np.r_[np.zeros(12, dtype=int), np.ones(8, dtype=int)]
    found = area_of(y, y)
    assert found.interval == auc_interval(y, y.astype(float))
    assert found.interval.low < 0.95
    assert found.interval.high == 1.0
    met, broken = found.p_values(0.5)
    assert met < 1e-3
    assert broken > 0.99
    assert found.p_values(0.999)[0] > 0.3


def test_what_cannot_be_measured():
    assert area_of([1, 1], [0.1, 0.2]) is None
    assert area_of([0, 0], [0.1, 0.2]) is None
    equal = area_of([0, 1, 0, 1], [0.3] * 4)
    assert equal.interval.estimate == 0.5
    assert equal.interval.low < 0.2
    single = area_of([0, 0, 0, 1], [0.1, 0.2, 0.4, 0.3])
    assert np.isnan(single.variance)
    assert min(single.p_values(0.5)) > 0.2


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(8, 60), digits=st.sampled_from([None, 0, 1]))
def test_order_scale_and_sign(seed, n, digits):
    y, score = drawn(seed, n=n, digits=digits)
    found = area_of(y, score)
    order = np.random.default_rng(seed).permutation(n)
    assert area_of(y[order], score[order]) == found
    # Rounding to a coarser number could make two scores equal; a power of two cannot.
    assert area_of(y, 4 * score) == found
    mirrored = area_of(1 - y, score)
    assert mirrored.interval.estimate == pytest.approx(1 - found.interval.estimate, abs=1e-12)
    assert mirrored.interval.low == pytest.approx(1 - found.interval.high, abs=1e-8)
    assert found.interval.low <= found.interval.estimate <= found.interval.high
    met, broken = found.p_values(0.6)
    assert met + broken >= 1 - 1e-9


def test_the_limits_and_tests_hold_for_few_positives():
    rng = np.random.default_rng(7)
    inside, met, broken = [], [], []
    for _ in range(400):
        y = np.r_[np.zeros(40, dtype=int), np.ones(8, dtype=int)]
        # Two unit normals whose means differ by 0.7416 have an area of 0.7.
        found = area_of(y, rng.normal(size=48) + 0.7416 * y)
        inside.append(found.interval.low <= 0.7 <= found.interval.high)
        p = found.p_values(0.7)
        met.append(p[0] <= 0.05)
        broken.append(p[1] <= 0.05)
    assert np.mean(inside) >= 0.92
    assert np.mean(met) <= 0.075
    assert np.mean(broken) <= 0.075


def test_the_macro_area_of_two_classes_is_the_area():
    y, score = drawn(5, n=200)
    p = 1 / (1 + np.exp(-score))
    both, one = macro_area(y, np.column_stack([1 - p, p])), area_of(y, p)
    assert both.interval.estimate == pytest.approx(one.interval.estimate, abs=1e-12)
    assert both.variance == pytest.approx(one.variance, rel=0.02)


def test_the_macro_area_against_scikit_learn_and_resampling():
    rng = np.random.default_rng(11)
    y = rng.integers(0, 3, 300)
    proba = rng.dirichlet(np.ones(3), 300)
    proba[np.arange(300), y] += 0.3
    proba /= proba.sum(axis=1, keepdims=True)
    found = macro_area(y, proba)
    assert found.interval.estimate == pytest.approx(
        roc_auc_score(y, proba, multi_class="ovr"), abs=1e-12
    )
    again = []
    for _ in range(300):
        rows = rng.integers(0, 300, 300)
        again.append(macro_area(y[rows], proba[rows]).interval.estimate)
    assert np.sqrt(found.variance) == pytest.approx(np.std(again), rel=0.15)


def test_the_macro_area_leaves_out_absent_classes():
    y = np.array([0, 0, 2, 2])
    proba = np.array([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]])
    found = macro_area(y, proba)
    assert found.interval.estimate == 1.0
    assert found.interval.low < 0.9
    assert found.p_values(0.5)[1] > 0.9
    assert macro_area(np.zeros(4, dtype=int), proba) is None
    flat = macro_area(y, np.full((4, 3), 1 / 3))
    assert flat.interval.estimate == 0.5


def test_the_difference_of_two_scores():
    y, first = drawn(9, n=150)
    second = first + np.random.default_rng(1).normal(size=150)
    found = auc_difference(y, first, second)
    gap = roc_auc_score(y, first) - roc_auc_score(y, second)
    assert found.interval.estimate == pytest.approx(gap, abs=1e-12)
    own = y == 1
    a, b = row_placements(own, first), row_placements(own, second)
    cov_own, cov_other = np.cov(a[own], b[own]), np.cov(a[~own], b[~own])
    weights = np.array([1, -1])
    variance = weights @ (cov_own / own.sum() + cov_other / (~own).sum()) @ weights
    half = (found.interval.high - found.interval.low) / 2
    assert half == pytest.approx(1.959963985 * np.sqrt(variance), abs=1e-9)
    back = auc_difference(y, second, first)
    assert back.p == found.p
    assert back.interval.estimate == pytest.approx(-gap, abs=1e-12)


def test_a_difference_that_no_case_shows():
    y, first = drawn(9)
    found = auc_difference(y, first, 2 * first)
    assert found.interval.estimate == 0
    assert np.isnan(found.interval.low)
    assert np.isnan(found.p)
    assert auc_difference(np.array([0, 0, 1]), first[:3], first[:3]) is None
    with pytest.raises(InputError, match="80, 80 and 79"):
        auc_difference(y, first, first[:-1])


def test_the_difference_of_equal_scores_is_rarely_significant():
    rng = np.random.default_rng(2)
    p = []
    for _ in range(300):
        y, truth = (rng.random(60) < 0.5).astype(int), rng.normal(size=60)
        y[:4] = [0, 0, 1, 1]
        both = truth + 1.5 * y
        p.append(auc_difference(y, both + rng.normal(size=60), both + rng.normal(size=60)).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.085

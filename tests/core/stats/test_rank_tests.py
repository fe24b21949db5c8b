"""Rank tests against published tables, SciPy and enumeration."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotEnoughDataError
from core.stats.bca import bca_mean
from core.stats.rank_effects import (
    cliffs_delta,
    delta_band,
    hodges_lehmann,
    matched_rank_biserial,
)
from core.stats.rank_tests import (
    EXACT_UP_TO,
    Alternative,
    bonferroni,
    cliques,
    critical_difference,
    friedman,
    wilcoxon,
)
from core.stats.sign_flips import sign_flip, tost

stats: Any = scipy.stats
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")
BEFORE = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
AFTER = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
"""Depression scale of nine patients, Hollander and Wolfe, table 3.1."""

tied = st.lists(st.integers(-4, 4), min_size=1, max_size=9)


@pytest.mark.parametrize("step", [None, 1])
def test_friedman_as_scipy(step: int | None) -> None:
    values = np.random.default_rng(0).normal(size=(40, 5)) + np.arange(5) * 0.3
    values = values if step is None else np.round(values)
    expected = stats.friedmanchisquare(*values.T)
    found = friedman(values)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)
    f = 39 * found.statistic / (40 * 4 - found.statistic)
    assert found.f == pytest.approx(f, abs=1e-12)
    assert found.f_p == pytest.approx(stats.f.sf(f, 4, 4 * 39), abs=1e-12)
    assert found.ranks == tuple(stats.rankdata(-values, axis=1).mean(axis=0))
    assert found.agreement == pytest.approx(found.statistic / (40 * 4), abs=1e-12)


def test_friedman_agreement_and_direction() -> None:
    values = np.tile([1.0, 2.0, 3.0], (6, 1))
    found = friedman(values)
    assert (found.agreement, found.ranks, found.f_p) == (1.0, (3.0, 2.0, 1.0), 0.0)
    assert math.isinf(found.f)
    assert friedman(values, higher_is_better=False).ranks == (1.0, 2.0, 3.0)


def test_friedman_refuses() -> None:
    with pytest.raises(NotEnoughDataError, match="there are 1 and 3"):
        friedman(np.ones((1, 3)))
    with pytest.raises(NotEnoughDataError, match="ties all treatments"):
        friedman(np.ones((4, 3)))


def test_wilcoxon_published_example() -> None:
    found = wilcoxon(BEFORE, AFTER)
    assert (found.plus, found.minus, found.exact) == (40.0, 5.0, True)
    assert found.p == 0.0390625
    assert found.effect == pytest.approx(35 / 45)
    middle = hodges_lehmann(BEFORE, AFTER)
    assert (middle.estimate, middle.low, middle.high) == pytest.approx((0.46, 0.01, 0.786))


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("n", [1, 5, EXACT_UP_TO])
def test_wilcoxon_exact_as_scipy(n: int, alternative: Alternative) -> None:
    a, b = np.random.default_rng(n).normal(size=(2, n))
    expected = stats.wilcoxon(a, b, alternative=alternative, method="exact")
    assert wilcoxon(a, b, alternative).p == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("digits", [0, 1, 9])
def test_wilcoxon_normal_as_scipy(digits: int, alternative: Alternative) -> None:
    a, b = np.round(np.random.default_rng(3).normal(size=(2, 120)), digits)
    expected = stats.wilcoxon(
        a, b, zero_method="pratt", alternative=alternative, method="asymptotic"
    )
    found = wilcoxon(a, b, alternative)
    assert not found.exact
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)


@given(tied)
def test_wilcoxon_counts_the_signs(apart: list[int]) -> None:
    found = wilcoxon(apart, np.zeros(len(apart)))
    values = np.array(apart, dtype=float)
    ranks = stats.rankdata(np.abs(values))[values != 0]
    sums = [sum(r for r, up in zip(ranks, signs, strict=True) if up)
            for signs in itertools.product([0, 1], repeat=len(ranks))]  # fmt: skip
    low = np.mean([s <= found.plus for s in sums])
    high = np.mean([s >= found.plus for s in sums])
    assert found.p == pytest.approx(min(1.0, 2 * min(low, high)), abs=1e-12)
    assert found.zeros == apart.count(0)


def test_wilcoxon_without_any_difference() -> None:
    found = wilcoxon([1.0, 2.0], [1.0, 2.0])
    assert (found.p, found.zeros) == (1.0, 2)
    assert math.isnan(found.effect)
    assert math.isnan(matched_rank_biserial([1.0], [1.0]))


@given(tied)
def test_effect_is_the_one_of_the_test(apart: list[int]) -> None:
    other = np.zeros(len(apart))
    effect = matched_rank_biserial(apart, other)
    assert effect == pytest.approx(wilcoxon(apart, other).effect, nan_ok=True)
    assert matched_rank_biserial(other, apart) == pytest.approx(-effect, nan_ok=True)


@given(tied, tied)
def test_cliffs_delta_by_every_pair(first: list[int], second: list[int]) -> None:
    pairs = [np.sign(a - b) for a in first for b in second]
    u = stats.mannwhitneyu(first, second).statistic if set(first + second) else math.nan
    found = cliffs_delta(first, second)
    assert found == pytest.approx(float(np.mean(pairs)), abs=1e-12)
    assert found == pytest.approx(2 * u / (len(first) * len(second)) - 1, abs=1e-12)


def test_cliffs_delta_bands() -> None:
    assert [delta_band(d) for d in (0.0, -0.2, 0.4, -1.0)] == [
        "negligible", "small", "medium", "large",
    ]  # fmt: skip
    assert math.isnan(cliffs_delta([], [1.0]))


@pytest.mark.parametrize("n", [6, 12, 40])
def test_hodges_lehmann_limits_are_where_the_test_turns(n: int) -> None:
    a, b = np.random.default_rng(n).normal(size=(2, n))
    found = hodges_lehmann(a, b)
    assert found.low < found.estimate < found.high
    for end, inwards in ((found.low, 1), (found.high, -1)):
        assert wilcoxon(a - b, np.full(n, end + 1e-9 * inwards)).p > 0.05
        assert wilcoxon(a - b, np.full(n, end - 1e-9 * inwards)).p <= 0.05


def test_hodges_lehmann_of_few() -> None:
    assert math.isinf(hodges_lehmann([1.0, 2.0], [0.0, 0.0]).high)
    assert hodges_lehmann([], []).method == "no pair"


def test_bonferroni() -> None:
    assert bonferroni([0.01, 0.5, 0.02]).tolist() == pytest.approx([0.03, 1.0, 0.06])


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_critical_difference_as_published(k: int, q: float) -> None:
    """Critical values of Demsar (2006), table 5a."""
    assert critical_difference(k, 14) == pytest.approx(q * math.sqrt(k * (k + 1) / 84), abs=5e-4)


def test_cliques() -> None:
    ranks = np.array([3.0, 1.0, 2.0, 4.5, 9.0])
    apart = np.abs(ranks[:, None] - ranks) > 2
    assert cliques(ranks, apart) == ((1, 2, 0), (0, 3))
    assert cliques(ranks, np.ones((5, 5))) == ()
    assert cliques(ranks, np.zeros((5, 5))) == ((1, 2, 0, 3, 4),)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_sign_flip(alternative: Alternative) -> None:
    apart = np.random.default_rng(1).normal(0.4, size=9)
    expected = stats.permutation_test(
        (apart,), np.mean, permutation_type="samples", alternative=alternative, n_resamples=np.inf
    )
    assert sign_flip(apart, alternative) == pytest.approx(expected.pvalue, abs=1e-12)
    many = np.random.default_rng(2).normal(0.1, size=100)
    drawn = sign_flip(many, alternative, seed=4)
    t = stats.ttest_1samp(many, 0, alternative=alternative).pvalue
    assert drawn == pytest.approx(t, abs=0.02)
    assert drawn == sign_flip(many, alternative, seed=4)


def test_tost() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=200)
    b = a + rng.normal(0, 0.05, size=200)
    assert tost(a, b, 0.05) < 1e-6
    assert tost(a, b + 0.05, 0.05) > 0.05
    lower = stats.wilcoxon(a - b + 0.05, alternative="greater", method="asymptotic")
    upper = stats.wilcoxon(a - b - 0.05, alternative="less", method="asymptotic")
    assert tost(a, b, 0.05) == pytest.approx(max(lower.pvalue, upper.pvalue), abs=1e-12)


@pytest.mark.parametrize("n", [12, 60])
def test_bca_as_scipy(n: int) -> None:
    values = np.random.default_rng(n).exponential(size=n)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=5000, method="BCa", rng=np.random.default_rng(7)
    ).confidence_interval
    found = bca_mean(values, seed=7)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (found.estimate, found.n) == (values.mean(), n)


def test_bca_of_nothing_to_resample() -> None:
    equal = bca_mean([2.0, 2.0, 2.0])
    assert (equal.low, equal.estimate, equal.high) == (2.0, 2.0, 2.0)
    assert math.isnan(bca_mean([1.0]).estimate)

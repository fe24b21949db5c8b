"""Two-sample tests: exact tails, valid levels, and what each can and cannot see."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, NotEnoughDataError
from core.stats.conformal import conformal_p
from core.stats.psi import PERMUTATIONS, PSI_ROWS, psi, psi_report
from core.stats.two_sample import (
    FOREST_ROWS,
    MMD_ROWS,
    classifier_test,
    ks_greater,
    many_small_p,
    mmd,
    permutation_p,
)

NAMES = tuple(f"x{j}" for j in range(4))


def normal(n: int, d: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_ks_by_hand():
    # All six orders of two and two are equally likely; one has both new scores on top.
    found = ks_greater([1.0, 2.0], [3.0, 4.0])
    assert (found.statistic, found.n_reference, found.n_batch) == (1.0, 2, 2)
    assert found.p == pytest.approx(1 / 6)
    assert ks_greater([3.0, 4.0], [1.0, 2.0]).p == 1.0


@pytest.mark.parametrize("m", [1, 7, 25])
def test_ks_is_exact_for_small_samples(m):
    """Against the share of random orders with an excess at least as large."""
    rng = np.random.default_rng(m)
    old, new = rng.normal(size=60), rng.normal(0.4, size=m)
    found = ks_greater(old, new)
    order = np.argsort(rng.random((20_000, 60 + m)), axis=1) < m
    excess = np.max(np.cumsum(np.where(order, -1 / m, 1 / 60), axis=1), axis=1)
    simulated = np.mean(excess >= found.statistic - 1e-9)
    assert found.p == pytest.approx(simulated, abs=4 * math.sqrt(0.25 / 20_000))


def test_ks_takes_rows_that_are_worse_than_any_other():
    calibration = np.arange(50.0)
    found = ks_greater(calibration, [math.inf] * 3)
    assert found.statistic == 1.0
    assert found.p == pytest.approx(1 / math.comb(53, 3))
    assert ks_greater(calibration, [3.0, 20.0, math.inf]).p > 0.05


def test_ks_of_large_samples_uses_the_limit():
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=500), rng.normal(size=3000)
    expected = scipy.stats.ks_2samp(old, new, alternative="greater", method="asymp").pvalue
    assert ks_greater(old, new).p == pytest.approx(expected)


@given(st.integers(19, 400), st.integers(1, 120), st.integers(0, 10_000))
def test_the_tail_of_the_count_is_beta_binomial(n, m, seed):
    rng = np.random.default_rng(seed)
    old, new = rng.normal(size=n), rng.normal(0.7, size=m)
    found = many_small_p(old, new)
    counted = int(np.sum(conformal_p(new, np.sort(old)) <= 0.05 + 1e-12))
    k = int(0.05 * (n + 1) + 1e-9)
    assert found.statistic == counted
    expected = scipy.stats.betabinom.sf(counted - 1, m, k, n + 1 - k)
    assert found.p == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_count_has_its_level_where_the_binomial_test_does_not():
    rng, own, binomial, runs = np.random.default_rng(2), 0, 0, 3000
    for _ in range(runs):
        old, new = rng.normal(size=100), rng.normal(size=400)
        found = many_small_p(old, new)
        own += found.alarm
        binomial += scipy.stats.binom.sf(found.statistic - 1, 400, 0.05) <= 0.05
    assert own / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert binomial / runs > 0.10


def test_the_count_needs_enough_reference():
    with pytest.raises(NotEnoughDataError, match="at least 19"):
        many_small_p(np.arange(18.0), [1.0])
    assert many_small_p(np.arange(19.0), [99.0]).p == pytest.approx(0.05)


@pytest.mark.parametrize("test", [ks_greater, many_small_p])
def test_scores_must_be_scores(test):
    with pytest.raises(InputError, match="NaN"):
        test(np.arange(50.0), [math.nan])
    with pytest.raises(NotEnoughDataError, match="no score"):
        test(np.arange(50.0), [])


def test_mmd_agrees_with_the_definition():
    old, new = normal(30), normal(20, seed=1) + 0.5
    found = mmd(old, new)
    mean, sd = old.mean(axis=0), old.std(axis=0)
    z = (np.concatenate([old, new]) - mean) / sd
    squared = ((z[:, None] - z[None]) ** 2).sum(axis=2)
    kernel = np.exp(-squared / np.median(squared[np.triu_indices(50, 1)]))
    expected = (
        kernel[:30, :30].mean() + kernel[30:, 30:].mean() - 2 * kernel[:30, 30:].mean()
    )  # fmt: skip
    assert found.statistic == pytest.approx(expected)


@pytest.mark.parametrize("test", [mmd, classifier_test])
def test_whole_records_a_shift_is_seen_and_the_result_repeats(test):
    old, new = normal(150), normal(60, seed=1) + 1.0
    found = test(old, new, seed=3)
    assert found.alarm
    assert found == test(old, new, seed=3)
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_level_of_mmd_holds():
    rng, runs = np.random.default_rng(4), 120
    alarms = sum(mmd(*np.split(rng.normal(size=(70, 3)), [50])).alarm for _ in range(runs))
    assert alarms / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)


def test_the_forest_sees_lost_correlation_that_no_column_shows():
    rng = np.random.default_rng(5)
    first = rng.normal(size=600)
    old = np.column_stack([first, first + 0.1 * rng.normal(size=600)])
    new = np.column_stack([old[:300, 0], rng.permutation(old[:300, 1])])
    old = old[300:]
    assert classifier_test(old, new).alarm
    for j in range(2):
        assert scipy.stats.ks_2samp(old[:, j], new[:, j]).pvalue > 0.05


def test_large_samples_are_cut_and_say_so():
    old, new = normal(300, 2), normal(5000, 2, seed=1)
    assert (mmd(old, new).n_reference, mmd(old, new).n_batch) == (300, MMD_ROWS)
    assert classifier_test(old, new).n_batch == FOREST_ROWS
    assert psi_report(old, new, ("a", "b")).n_batch == PSI_ROWS


@pytest.mark.parametrize("test", [mmd, classifier_test])
def test_records_must_be_complete_and_enough(test):
    broken = normal(30)
    broken[2, 1] = math.nan
    with pytest.raises(InputError, match="batch holds a missing"):
        test(normal(30), broken)
    with pytest.raises(NotEnoughDataError, match="batch has 3 complete rows"):
        test(normal(30), normal(3))


def test_psi_by_hand():
    """A hundred reference rows fill the tenths evenly; all new rows lie in the last one."""
    old, new = np.arange(100.0)[:, None], np.full((20, 1), 1000.0)
    expected, share, rest = 10.5 / 105, 20.5 / 25, 0.5 / 25
    value = (share - expected) * math.log(share / expected)
    value += 9 * (rest - expected) * math.log(rest / expected)
    assert psi(old, new)[0] == pytest.approx(value)
    assert psi(old, old)[0] == 0.0


def test_psi_of_nothing_new_is_about_bins_over_rows():
    rng = np.random.default_rng(6)
    values = np.concatenate([psi(*np.split(rng.normal(size=(600, 4)), [400])) for _ in range(100)])
    assert np.mean(values) == pytest.approx(9 * (1 / 400 + 1 / 200), rel=0.15)


def test_the_folklore_cut_off_cries_wolf_and_the_threshold_does_not():
    rng, runs, own, folklore, stated = np.random.default_rng(7), 40, 0, 0, []
    for seed in range(runs):
        old, new = np.split(rng.normal(size=(300, 4)), [275])
        found = psi_report(old, new, NAMES, seed)
        own += found.alarm
        folklore += found.folklore_alarm
        stated.append(found.folklore_false_alarm)
    assert own / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert folklore / runs > 0.9
    assert np.mean(stated) == pytest.approx(folklore / runs, abs=0.1)


def test_psi_names_the_feature():
    old, new = normal(300), normal(200, seed=8)
    new[:, 2] += 1.5
    found = psi_report(old, new, NAMES)
    assert found.alarm
    assert max(found.features, key=lambda f: f.psi).feature == "x2"
    assert [f.folklore for f in found.features].count("large") == 1
    assert found.statistic > found.threshold
    assert found.p == 1 / (1 + PERMUTATIONS)
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_permutation_p_value_counts_itself():
    assert permutation_p(5.0, np.array([1.0, 5.0, 6.0])) == 3 / 4
    assert permutation_p(9.0, np.array([1.0, 5.0, 6.0])) == 1 / 4

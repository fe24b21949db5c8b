"""Contrasts against SciPy and statsmodels, and the error rate they promise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import anova_oneway
from statsmodels.stats.power import TTestPower

from core.errors import NotEnoughDataError, SuiteError
from core.stats.contrasts import benjamini_hochberg, contrasts
from core.stats.effect_size import detectable, hedges_g, paired_g
from core.stats.shift import holm


@pytest.fixture(scope="module")
def groups():
    rng = np.random.default_rng(1)
    return {"a": rng.normal(0, 1, 10), "b": rng.normal(1, 2, 14), "c": rng.normal(0.2, 1, 8)}


def by_pair(found):
    return {(pair.first, pair.second): pair for pair in found.pairs}


def test_welch_pairs_agree_with_scipy(groups):
    pairs = by_pair(contrasts(groups))
    for a, b in itertools.combinations(groups, 2):
        reference = stats.ttest_ind(groups[a], groups[b], equal_var=False)
        assert pairs[a, b].p == pytest.approx(reference.pvalue, rel=1e-10)
        limits = reference.confidence_interval(1 - 0.05 / 3)
        difference = pairs[a, b].difference
        assert (difference.low, difference.high) == pytest.approx(limits, rel=1e-8)


def test_games_howell_agrees_with_scipy(groups):
    pairs = by_pair(contrasts(groups, correction="Games-Howell"))
    reference = stats.tukey_hsd(*groups.values(), equal_var=False)
    limits = reference.confidence_interval(0.95)
    for (i, a), (j, b) in itertools.combinations(enumerate(groups), 2):
        assert pairs[a, b].p_adjusted == pytest.approx(reference.pvalue[i, j], abs=1e-8)
        assert pairs[a, b].difference.low == pytest.approx(limits.low[i, j], abs=1e-5)
        assert pairs[a, b].difference.high == pytest.approx(limits.high[i, j], abs=1e-5)


def test_welch_anova_agrees_with_statsmodels(groups):
    omnibus = contrasts(groups).omnibus
    reference = anova_oneway(list(groups.values()), use_var="unequal", welch_correction=True)
    assert omnibus.statistic == pytest.approx(reference.statistic)
    assert omnibus.p == pytest.approx(reference.pvalue)
    assert omnibus.freedom[1] == pytest.approx(reference.df_denom)


def test_paired_groups_agree_with_scipy():
    rng = np.random.default_rng(2)
    year = rng.normal(0, 5, 12)
    table = {
        name: year + rng.normal(shift, 1, 12) for name, shift in (("a", 0), ("b", 1), ("c", 0))
    }
    found = contrasts(table, design="paired")
    assert found.omnibus.p == pytest.approx(stats.friedmanchisquare(*table.values()).pvalue)
    for (a, b), pair in by_pair(found).items():
        assert pair.p == pytest.approx(stats.ttest_rel(table[a], table[b]).pvalue)
    # What years share does not blur the difference.
    assert by_pair(found)["a", "b"].p < by_pair(contrasts(table))["a", "b"].p


def test_two_paired_groups_have_the_t_test_as_omnibus():
    a, b = np.arange(6.0), np.arange(6.0) * 1.1 + 0.2
    found = contrasts({"a": a, "b": b}, design="paired")
    assert found.omnibus.p == pytest.approx(stats.ttest_rel(a, b).pvalue)


@pytest.mark.parametrize("seed", range(20))
def test_adjusted_p_values_agree_with_statsmodels(seed):
    rng = np.random.default_rng(seed)
    p = np.round(rng.beta(0.5, 2, rng.integers(1, 20)), 2)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert (benjamini_hochberg(p) <= holm(p) + 1e-12).all()


def test_hedges_g_is_the_published_formula():
    a, b = np.array([2.0, 4, 6, 8, 10]), np.array([1.0, 3, 4, 5, 7])
    found = hedges_g(a, b)
    pooled = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    # Hedges' correction is about 1 - 3 / (4 df - 1).
    assert found.estimate == pytest.approx(2 / pooled * (1 - 3 / 31), rel=2e-3)
    assert found.low < found.estimate < found.high


def test_the_interval_of_g_covers():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        found = hedges_g(rng.normal(0.8, 1, 12), rng.normal(0, 1, 12))
        inside += found.low <= 0.8 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_paired_g_uses_the_spread_of_the_differences():
    a = np.array([3.0, 5, 4, 8, 9, 7])
    assert paired_g(a, a - np.array([1.0, 2, 1, 2, 1, 2])).estimate > 2


def test_a_huge_effect_still_has_an_interval():
    rng = np.random.default_rng(4)
    found = hedges_g(rng.normal(500, 1, 500), rng.normal(0, 1, 500))
    assert np.isfinite([found.low, found.high]).all()
    assert found.low < found.estimate < found.high


def test_the_detectable_difference_has_the_promised_power():
    # One sample of 12 differences of unit spread: statsmodels solves the same equation.
    reference = TTestPower().solve_power(nobs=12, alpha=0.005, power=0.8)
    assert detectable(1 / np.sqrt(12), 11, 0.005) == pytest.approx(reference, rel=1e-4)


def test_holm_holds_the_family_error_rate_where_single_tests_do_not():
    rng = np.random.default_rng(5)
    found = [contrasts({k: rng.normal(size=15) for k in "abcde"}) for _ in range(150)]
    single = np.mean([one.unadjusted > 0 for one in found])
    assert single > 0.15
    assert np.mean([one.seen > 0 for one in found]) < 0.08


def test_the_result_is_strict_json(groups):
    found = contrasts(groups).to_dict()
    assert found["pairs"][0]["p"] <= found["pairs"][-1]["p"]
    assert found["sizes"] == {"a": 10, "b": 14, "c": 8}


@pytest.mark.parametrize(
    ("groups", "options", "error", "text"),
    [
        ({"a": [1.0, 2, 3]}, {}, NotEnoughDataError, "There are 1 groups"),
        ({"a": [1.0, 2], "b": [1.0, 2, 3]}, {}, NotEnoughDataError, "Group a has 2 values"),
        ({"a": [1.0, 1, 1], "b": [1.0, 2, 3]}, {}, NotEnoughDataError, "a spread of 0"),
        ({"a": [1.0, np.nan, 3], "b": [1.0, 2, 3]}, {}, SuiteError, "Group a holds a missing"),
        (
            {"a": [1.0, 2, 3, 4], "b": [1.0, 2, 3]}, {"design": "paired"}, SuiteError,
            "lengths differ",
        ),
        (
            {"a": [1.0, 2, 3], "b": [2.0, 3, 4]}, {"design": "paired"}, NotEnoughDataError,
            "same amount in every row",
        ),
        (
            {"a": [1.0, 2, 3], "b": [2.0, 3, 5]},
            {"design": "paired", "correction": "Games-Howell"}, SuiteError, "Choose Holm",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(groups, options, error, text):
    with pytest.raises(error, match=text):
        contrasts(groups, **options)

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import InputError, NotEnoughDataError
from core.stats.shift import N_TABLES, Shift, code_shift, holm, judge, missing_shift, value_shift

values = st.lists(st.integers(-20, 20).map(float) | st.just(math.nan), min_size=1, max_size=60)
codes = st.lists(st.sampled_from([1.0, 2.0, 3.0, math.nan]), min_size=1, max_size=60)


def known(sample: list[float]) -> np.ndarray:
    array = np.asarray(sample)
    return array[~np.isnan(array)]


@given(values, values)
@settings(deadline=None, max_examples=50)
def test_values_agree_with_scipy(reference: list[float], window: list[float]):
    old, new = known(reference), known(window)
    assume(min(len(old), len(new)) > 1)
    expected = scipy.stats.ks_2samp(old, new, method="asymp")
    found = value_shift("x", reference, window)
    assert (found.n_reference, found.n_window) == (len(old), len(new))
    assert found.effect == expected.statistic
    assert found.p == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(50, 50), (303, 50), (303, 100), (303, 200)])
def test_the_limit_is_close_to_the_exact_p_value(n: int, m: int):
    rng = np.random.default_rng(n + m)
    old = rng.normal(size=n)
    for shift in (0.0, 0.2, 0.4):
        new = rng.normal(shift, size=m)
        exact = scipy.stats.ks_2samp(old, new, method="exact").pvalue
        assert value_shift("x", old, new).p == pytest.approx(exact, rel=0.2)


def test_a_published_distance():
    # Two samples of four, shifted past each other: every value of one exceeds those of the other.
    found = value_shift("x", [1, 2, 3, 4], [5, 6, 7, 8])
    assert found.effect == 1.0
    assert found.test == "Kolmogorov-Smirnov"


def test_large_counts_use_chi_square_without_correction():
    # Fisher's classic layout: 30/70 against 50/50.
    reference, window = np.repeat([0.0, 1.0], [30, 70]), np.repeat([0.0, 1.0], [50, 50])
    found = code_shift("sex", reference, window)
    statistic = 200 * (30 * 50 - 70 * 50) ** 2 / (100 * 100 * 80 * 120)
    assert found.test == "chi-square"
    assert found.p == pytest.approx(scipy.stats.chi2.sf(statistic, 1))
    assert found.effect == pytest.approx(math.sqrt(statistic / 200))


def test_small_two_by_two_counts_use_the_lady_tasting_tea():
    # Fisher 1935: 3 of 4 against 1 of 4, two-sided p = 34/70.
    found = code_shift("tea", [1.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0])
    assert found.test == "Fisher exact"
    assert found.p == pytest.approx(34 / 70)


def exact_p(table: np.ndarray) -> float:
    """Enumerate every table with these margins; chi-square as the order."""
    rows, n_new = table.sum(axis=1), table[:, 1].sum()
    expected = np.outer(rows, table.sum(axis=0)) / table.sum()

    def uneven(new: tuple[int, ...]) -> float:
        counts = np.column_stack([rows - np.array(new), new])
        return float(((counts - expected) ** 2 / expected).sum())

    observed, total = uneven(tuple(table[:, 1])), 0.0
    for new in itertools.product(*(range(row + 1) for row in rows)):
        if sum(new) == n_new and uneven(new) >= observed * (1 - 1e-9):
            ways = math.prod(math.comb(int(r), k) for r, k in zip(rows, new, strict=True))
            total += ways / math.comb(int(rows.sum()), int(n_new))
    return total


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=4).filter(
        lambda cells: (
            all(a + b for a, b in cells) and sum(a for a, _ in cells) and sum(b for _, b in cells)
        )
    )
)
@settings(max_examples=40, deadline=None)
def test_small_counts_of_several_codes_agree_with_full_enumeration(cells: list[tuple[int, int]]):
    table = np.array(cells)
    levels = np.arange(len(table), dtype=float)
    found = code_shift("cp", np.repeat(levels, table[:, 0]), np.repeat(levels, table[:, 1]))
    assume(found.test == "chi-square (sampled)")
    p = min(exact_p(table), 1.0)
    assert found.p == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / N_TABLES) + 2e-4)
    assert found.p >= 1 / (N_TABLES + 1)


def test_one_code_on_both_sides_is_no_shift():
    found = code_shift("fbs", [0.0] * 9, [0.0] * 9)
    assert (found.p, found.effect) == (1.0, 0.0)


@given(values, values)
@settings(deadline=None, max_examples=50)
def test_missing_agrees_with_scipy_and_is_a_difference_of_shares(
    reference: list[float], window: list[float]
):
    found = missing_shift("ca", reference, window)
    old, new = np.isnan(reference), np.isnan(window)
    table = [[old.sum(), (~old).sum()], [new.sum(), (~new).sum()]]
    assert found.p == pytest.approx(min(scipy.stats.fisher_exact(table).pvalue, 1.0))
    assert found.effect == pytest.approx(new.mean() - old.mean())
    assert (found.n_reference, found.n_window) == (len(reference), len(window))


@given(values, values)
@settings(deadline=None, max_examples=50)
def test_comparing_is_symmetric_and_blind_to_row_order(reference: list[float], window: list[float]):
    assume(min(len(known(reference)), len(known(window))) > 1)
    for compare in (value_shift, missing_shift):
        one, other = compare("x", reference, window), compare("x", window, reference)
        assert one.p == pytest.approx(other.p)
        assert abs(one.effect) == pytest.approx(abs(other.effect))
        assert compare("x", reference[::-1], window[::-1]) == one


@given(codes)
@settings(deadline=None, max_examples=50)
def test_a_sample_never_differs_from_itself(sample: list[float]):
    assume(len(known(sample)) > 1)
    for compare in (value_shift, code_shift, missing_shift):
        found = compare("x", sample, sample)
        assert found.p == pytest.approx(1.0)
        assert found.effect == pytest.approx(0.0)


@given(values, values, st.floats(0.1, 10), st.floats(-50, 50))
@settings(deadline=None, max_examples=50)
def test_units_do_not_matter(reference: list[float], window: list[float], a: float, b: float):
    assume(min(len(known(reference)), len(known(window))) > 1)
    scaled = value_shift("x", np.multiply(a, reference) + b, np.multiply(a, window) + b)
    assert scaled.p == pytest.approx(value_shift("x", reference, window).p)


def test_holm_on_a_worked_example():
    # Ordered .01 .02 .03 .04 with factors 4 3 2 1, then made monotone.
    assert holm([0.01, 0.04, 0.03, 0.02]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([]).shape == (0,)
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.001, 0.2))
def test_holm_rejects_what_the_step_down_rule_rejects(p: list[float], level: float):
    adjusted = holm(p)
    order = np.argsort(p, kind="stable")
    rejected = np.zeros(len(p), dtype=bool)
    for step, index in enumerate(order):
        if min(p[index] * (len(p) - step), 1.0) > level:
            break
        rejected[index] = True
    assert list(adjusted <= level) == list(rejected)
    assert np.all(adjusted >= np.asarray(p))
    assert np.all(adjusted <= np.minimum(np.multiply(p, len(p)), 1.0) + 1e-15)


def test_judging_keeps_everything_but_the_verdict():
    shifts = [Shift("a", "value", "t", 9, 9, 0.5, 0.004), Shift("b", "code", "t", 9, 9, 0.1, 0.04)]
    judged = judge(shifts)
    assert [s.alarm for s in judged] == [True, True]
    assert [s.p_adjusted for s in judged] == pytest.approx([0.008, 0.04])
    assert [s.p for s in judged] == [0.004, 0.04]
    assert [s.alarm for s in judge(shifts, 0.01)] == [True, False]
    assert judge([]) == ()


def test_the_family_wise_rate_holds_under_the_null():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(200):
        reference, window = rng.normal(size=(120, 8)).round(1), rng.normal(size=(60, 8)).round(1)
        shifts = [value_shift(str(j), reference[:, j], window[:, j]) for j in range(8)]
        alarms += any(s.alarm for s in judge(shifts))
    assert scipy.stats.binomtest(alarms, 200, 0.05, "greater").pvalue > 0.01


def test_results_are_plain_data():
    shift = value_shift("x", [1.0, 2.0], [3.0, 4.0])
    assert json.loads(json.dumps(shift.to_dict()))["p_adjusted"] is None
    assert json.dumps(judge([shift, code_shift("y", [1.0], [2.0])])[0].to_dict(), allow_nan=False)


@pytest.mark.parametrize("compare", [value_shift, code_shift])
@pytest.mark.parametrize("bad", [[], [math.nan], [math.nan, math.nan]])
def test_nothing_to_compare_is_a_sentence(compare, bad: list[float]):
    with pytest.raises(NotEnoughDataError, match="no value to compare for x"):
        compare("x", bad, [1.0])
    with pytest.raises(NotEnoughDataError, match="no value to compare for x"):
        compare("x", [1.0], bad)


def test_a_single_value_has_no_distribution():
    with pytest.raises(NotEnoughDataError, match="x has a single value on one side"):
        value_shift("x", [1.0, 2.0], [3.0, math.nan])


def test_no_rows_is_a_sentence():
    with pytest.raises(NotEnoughDataError, match="no row"):
        missing_shift("x", [], [1.0])


@pytest.mark.parametrize("compare", [value_shift, code_shift])
def test_infinite_values_are_refused(compare):
    with pytest.raises(InputError, match="infinite"):
        compare("x", [1.0, math.inf], [1.0])

"""A reading says no where it should: too far, on the wrong side, or no number at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.foundations.compare import at_least, at_most, equal, estimated, sampled
from core.foundations.schema import TOLERANCE, Z_LIMIT, Kind

NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)


@given(NUMBERS)
def test_equal_sides_pass_and_sides_a_little_apart_do_not(value):
    assert equal(value, value * (1 + 1e-10), "x").passed
    assert not equal(value, value * (1 + 1e-7), "x").passed
    assert equal(value, value * (1 + 1e-7), "x", kind=Kind.DIFFERENCE).passed


@given(NUMBERS, st.floats(1e-6, 10))
def test_a_bound_holds_on_one_side_only(bound, away):
    far = away * abs(bound)
    assert at_most(bound, bound - far, "x").passed
    assert not at_most(bound, bound + far, "x").passed
    assert at_least(bound, bound + far, "x").passed
    assert not at_least(bound, bound - far, "x").passed


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("compare", [equal, at_most, at_least])
def test_what_is_no_number_never_passes(compare, odd):
    assert not compare([1.0, 2.0, 3.0], [1.0, odd, 3.0], "x").passed
    assert not compare([1.0, odd, 3.0], [1.0, 2.0, 3.0], "x").passed


def test_the_worst_entry_is_shown():
    found = equal([1.0, 2.0, 3.0], [1.0, 2.5, 3.1], "x")
    assert (found.claimed, found.measured, found.n) == (2.0, 2.5, 3)


def test_one_claim_is_compared_with_many_values():
    assert equal(2.0, [2.0, 2.0], "x").passed
    assert not at_most(2.0, [1.0, 2.1], "x").passed


def test_shapes_that_do_not_fit_and_nothing_are_refused():
    with pytest.raises(ValueError, match="shape"):
        equal([1.0, 2.0], [1.0], "x")
    with pytest.raises(ValueError, match="Nothing"):
        equal([], [], "x")


def test_a_cancelled_sum_needs_the_size_of_its_terms():
    assert not equal(0.0, 1e-12, "x").passed
    assert equal(0.0, 1e-12, "x", scale=1.0).passed


def test_a_simulation_is_held_to_its_own_error():
    draws = np.random.default_rng(0).normal(5.0, 2.0, 10_000)
    error = draws.std(ddof=1) / 100
    assert sampled(float(draws.mean() + 2.9 * error), draws, "x").passed
    assert not sampled(float(draws.mean() + 3.1 * error), draws, "x").passed
    assert sampled(float(draws.mean() + 3.1 * error), draws, "x").within(3.2).passed


def test_a_simulation_without_spread_or_draws_is_refused():
    with pytest.raises(ValueError, match="30"):
        sampled(1.0, [1.0] * 29, "x")
    with pytest.raises(ValueError, match="positive"):
        sampled(1.0, [1.0] * 30, "x")
    with pytest.raises(ValueError, match="positive"):
        estimated(1.0, 1.0, math.nan, 30, "x")


def test_another_limit_leaves_exact_readings_alone():
    found = equal(1.0, 1.0, "x")
    assert found.within(5.0) is found
    assert found.z is None


def test_the_limits_are_those_that_are_published():
    assert TOLERANCE == {Kind.EXACT: 1e-8, Kind.DIFFERENCE: 1e-6}
    assert Z_LIMIT == 3.0


@given(NUMBERS, st.sampled_from([-1, 1]))
def test_differences_beyond_the_tolerance_of_their_kind_fail_on_both_sides(value, side):
    assert not equal(value, value * (1 + side * 1e-5), "x", kind=Kind.DIFFERENCE).passed
    assert not equal(value, value * (1 + side * 2e-8), "x").passed


@pytest.mark.parametrize("wrong", [0.5, -0.5])
def test_an_entry_that_is_wrong_on_either_side_is_the_worst(wrong):
    found = equal([1.0, 2.0, 3.0], [1.0, 2.0 + wrong, 3.0], "x")
    assert not found.passed
    assert found.claimed == 2.0


@pytest.mark.parametrize(("compare", "side"), [(at_most, 1), (at_least, -1)])
def test_the_entry_furthest_beyond_a_bound_is_the_worst(compare, side):
    found = compare([5.0, 5.0, 5.0], [5.0, 5.0 + side * 2.0, 5.0 + side], "x")
    assert not found.passed
    assert found.measured == 5.0 + side * 2.0


def test_many_entries_do_not_widen_the_tolerance():
    claimed = np.linspace(0.5, 1.0, 1000)
    found = equal(claimed, claimed, "x")
    assert found.tolerance == pytest.approx(1e-8)
    assert not equal(claimed, claimed + 2e-8, "x").passed


def test_the_scale_that_is_given_is_the_scale():
    found = equal(0.0, 1e-3, "x", scale=1.0)
    assert found.tolerance == pytest.approx(1e-8)
    assert not found.passed


def test_a_standard_error_shrinks_with_the_root_of_the_draws():
    draws = np.tile([-1.0, 1.0], 5_000)
    assert sampled(0.5, draws, "x").standard_error == pytest.approx(0.01, rel=1e-4)

"""Local searches: where they end, how often, and what other ways to plan reach."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.errors import InputError, SuiteError
from core.optimize.basins import Basins, equal_amounts, multi_start, starts_needed
from core.optimize.greedy import greedy
from core.optimize.polytope import ALLOWANCE, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses
from core.optimize.walk import random_plans


def budgeted(slope: float, n: int = 5, budget: float = 12.0) -> Programme:
    rng = np.random.default_rng(n)
    curves = Responses(
        np.full(n, FAMILIES.index("s-curve")), rng.uniform(3, 9, n), rng.uniform(3, 8, n),
        np.full(n, slope),
    )  # fmt: skip
    allowed = Polytope(
        sparse.csr_array(np.ones((1, n))), np.array([-np.inf]), np.array([budget]), np.zeros(n),
        np.full(n, budget), ("budget",), tuple(f"cell {i}" for i in range(n)),
    )  # fmt: skip
    return Programme(curves, np.ones(n), np.zeros(n), np.zeros((n, 0)), np.zeros(n), 0.0, allowed)


@pytest.fixture(scope="module")
def steep() -> Basins:
    return multi_start(budgeted(4.0), 120, seed=1)


def test_every_start_is_accounted_for(steep: Basins) -> None:
    assert sum(basin.reached for basin in steep.basins) + steep.failed == steep.starts == 120
    assert len(steep.values) == steep.starts - steep.failed
    assert steep.found.n == 120


def test_steep_curves_have_many_ends_and_none_beats_the_bound(steep: Basins) -> None:
    assert len(steep.basins) > 3
    assert 0 < steep.found.estimate < 0.9
    values = [basin.value for basin in steep.basins]
    assert values == sorted(values, reverse=True)
    assert max(values) <= steep.optimum.bound * (1 + 1e-9)
    assert steep.found.low < steep.found.estimate < steep.found.high


def test_the_share_that_found_it_is_that_of_the_best_ends(steep: Basins) -> None:
    near = sum(basin.reached for basin in steep.basins if basin.shortfall <= 1e-3)
    assert near == round(steep.found.estimate * steep.starts)
    assert steep.starts_needed == starts_needed(steep.found.estimate)


def test_other_ways_to_plan_never_beat_the_bound(steep: Basins) -> None:
    for other in (steep.equal_split, steep.greedy):
        assert other.x is not None
        assert other.value <= steep.optimum.bound * (1 + 1e-9)
        assert other.shortfall == pytest.approx(1 - other.value / steep.optimum.value)


def test_concave_curves_have_one_end() -> None:
    found = multi_start(budgeted(1.0), 30, seed=2)
    assert len(found.basins) == 1
    assert found.found.estimate == 1.0
    assert found.starts_needed == 1
    assert found.equal_split.shortfall == pytest.approx(0, abs=1e-4)
    assert found.greedy.shortfall == pytest.approx(0, abs=1e-2)


def test_the_seed_decides_everything() -> None:
    first, second = (multi_start(budgeted(3.0), 10, seed=4).to_dict() for _ in range(2))
    assert first == second
    assert first != multi_start(budgeted(3.0), 10, seed=5).to_dict()


@pytest.mark.parametrize(
    ("share", "needed"), [(0.0, None), (0.15, 29), (0.03, 152), (0.99, 1), (1.0, 1), (0.5, 7)]
)
def test_starts_needed_for_99_percent(share: float, needed: int | None) -> None:
    assert starts_needed(share) == needed
    if needed is not None and needed > 1:
        assert 1 - (1 - share) ** needed >= 0.99 > 1 - (1 - share) ** (needed - 1)


def test_equal_amounts_spend_the_budget() -> None:
    assert equal_amounts(budgeted(3.0)) == pytest.approx(np.full(5, 12 / 5))


def test_the_climb_takes_the_steepest_chord_first() -> None:
    # Slopes of the best chords: 4 at amount 1 for the first, 3 at 1 for the second; budget 1.
    curves = Responses(np.full(2, 4), np.array([8.0, 6.0]), np.ones(2), np.full(2, 2.0))
    allowed = Polytope(
        sparse.csr_array(np.ones((1, 2))), np.array([-np.inf]), np.array([1.0]), np.zeros(2),
        np.ones(2), ("budget",), ("a", "b"),
    )  # fmt: skip
    p = Programme(curves, np.ones(2), np.zeros(2), np.zeros((2, 0)), np.zeros(2), 0.0, allowed)
    assert greedy(p) == pytest.approx([1.0, 0.0])


def test_the_climb_cannot_start_below_a_floor() -> None:
    p = budgeted(3.0)
    floored = dataclasses.replace(p.polytope, row_low=np.array([6.0]))
    p = dataclasses.replace(p, polytope=floored)
    assert greedy(p) is None
    found = multi_start(p, 5)
    assert found.greedy.x is None
    assert found.to_dict()["greedy"] == {"x": None, "value": None, "shortfall": None}


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 6))
def test_random_plans_meet_equations_ranges_and_limits(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    inside = rng.uniform(1, 2, n)
    matrix = np.array([np.ones(n), rng.normal(size=n)])
    at = matrix @ inside
    allowed = Polytope(
        sparse.csr_array(matrix), np.array([at[0], at[1] - 1]), np.array([at[0], at[1] + 1]),
        np.zeros(n), np.full(n, 3.0), ("sum", "range"), tuple("abcdef"[:n]),
    )  # fmt: skip
    plans = random_plans(allowed, 30, rng)
    assert plans.shape == (30, n)
    assert max(allowed.violation(x) for x in plans) <= ALLOWANCE
    assert np.ptp(plans, axis=0).max() > 0.01


def test_random_plans_are_spread_as_the_uniform_distribution() -> None:
    # Uniform on x + y <= 1, x, y >= 0: means 1/3, a quarter of the plans below x + y = 1/2.
    allowed = Polytope(
        sparse.csr_array(np.ones((1, 2))), np.array([-np.inf]), np.ones(1), np.zeros(2),
        np.ones(2), ("sum",), ("x", "y"),
    )  # fmt: skip
    plans = random_plans(allowed, 4000, np.random.default_rng(0))
    assert plans.mean(axis=0) == pytest.approx([1 / 3, 1 / 3], abs=0.02)
    assert (plans.sum(axis=1) < 0.5).mean() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("starts", [0, -3, 5001])
def test_a_wrong_number_of_starts_is_refused(starts: int) -> None:
    with pytest.raises(InputError, match=r"starts: .* cannot be run\. Give a number from 1 to"):
        multi_start(budgeted(3.0), starts)


def test_random_plans_need_limits() -> None:
    allowed = Polytope(
        sparse.csr_array((0, 1)), np.empty(0), np.empty(0), np.zeros(1), np.array([np.inf]), (),
        ("x",),
    )  # fmt: skip
    with pytest.raises(SuiteError, match="Random plans cannot be drawn"):
        random_plans(allowed, 3, np.random.default_rng(0))

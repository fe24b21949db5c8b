"""S-curves: the plan against enumeration, the bound against every plan, refusals as sentences."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.errors import InputError
from core.optimize.polytope import ALLOWANCE, Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses
from core.optimize.scaling import autoscale, in_units
from core.optimize.scurve import maximise_separable
from core.optimize.scurve_budget import dynamic_programme, is_budget
from core.optimize.scurve_rows import branch_and_bound
from core.optimize.scurve_terms import Terms, peaks
from core.optimize.solve import solve
from core.optimize.walk import random_plans

HILL = FAMILIES.index("s-curve")
SEEDS = st.integers(0, 2**32 - 1)


def programme(
    curves: Responses,
    matrix: Floats,
    row_low: Floats,
    row_high: Floats,
    high: Floats,
    *,
    low: Floats | None = None,
    cost: Floats | None = None,
) -> Programme:
    n = len(curves)
    allowed = Polytope(
        sparse.csr_array(np.atleast_2d(matrix)), np.asarray(row_low, float),
        np.asarray(row_high, float), np.zeros(n) if low is None else low,
        np.asarray(high, float), tuple(f"row {i}" for i in range(len(row_low))),
        tuple(f"cell {i}" for i in range(n)),
    )  # fmt: skip
    return Programme(
        curves, np.ones(n), np.zeros(n) if cost is None else cost, np.zeros((n, 1)),
        np.zeros(n), 0.0, allowed,
    )  # fmt: skip


def hills(rng: np.random.Generator, n: int) -> Responses:
    return Responses(
        np.full(n, HILL), rng.uniform(1, 10, n), rng.uniform(1, 10, n), rng.uniform(1.2, 6, n)
    )


def families(rng: np.random.Generator, n: int) -> Responses:
    family = rng.integers(0, len(FAMILIES), n)
    exponent = np.where(family == HILL, rng.uniform(1.2, 6, n), rng.uniform(0.3, 0.9, n))
    return Responses(family, rng.uniform(0.2, 5, n), rng.uniform(1, 10, n), exponent)


def budgeted(rng: np.random.Generator, n: int, curves: Responses | None = None) -> Programme:
    curves = hills(rng, n) if curves is None else curves
    budget = rng.uniform(0.3, 0.9) * curves.shift.sum()
    return programme(curves, np.ones(n), [-np.inf], [budget], np.full(n, budget))


def with_rows(rng: np.random.Generator, n: int) -> Programme:
    """A budget, a weighted capacity, a least share of some cells and floors."""
    curves = families(rng, n)
    budget = rng.uniform(0.4, 0.9) * curves.shift.sum()
    some = np.arange(n) % 2 == 0
    matrix = np.array([np.ones(n), rng.uniform(0.5, 2, n), some - 0.25])
    return programme(
        curves, matrix, [0.2 * budget, -np.inf, 0.0], [budget, 1.2 * budget, np.inf],
        np.full(n, budget), low=rng.uniform(0, 0.02, n) * budget, cost=rng.uniform(0, 0.1, n),
    )  # fmt: skip


def best_on_grid(p: Programme, steps: int) -> float:
    """Value of the best plan on a full grid, by looking at every point of it."""
    axes = [np.linspace(a, b, steps) for a, b in zip(p.polytope.low, p.polytope.high, strict=True)]
    points = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    rows = p.polytope.matrix @ points
    allowed = (rows <= p.polytope.row_high[:, None] + 1e-9) & (
        rows >= p.polytope.row_low[:, None] - 1e-9
    )
    worth = -(p.cost @ points)
    terms = Terms.of(dataclasses.replace(p, cost=np.zeros(p.n)))
    for i in range(p.n):
        worth += terms.take(np.full(points.shape[1], i)).value(points[i])
    return float(worth[allowed.all(axis=0)].max())


def naive_dynamic_programme(p: Programme, steps: int) -> float:
    """Value of the best plan on a grid of the budget, one cell after the other."""
    spent = np.linspace(0, float(p.polytope.row_high[0]), steps + 1)
    best = np.zeros(steps + 1)
    for i in range(p.n):
        r = p.responses
        own = r.scale[i] / (1 + (r.shift[i] / np.maximum(spent, 1e-30)) ** r.exponent[i])
        best = np.array([(best[: s + 1] + own[s::-1]).max() for s in range(steps + 1)])
    return float(best[-1])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("n", [2, 3])
def test_no_point_of_a_fine_grid_is_better(n: int, seed: int) -> None:
    rng = np.random.default_rng([n, seed])
    for p in (budgeted(rng, n), with_rows(rng, n)):
        found = maximise_separable(p)
        enumerated = best_on_grid(p, 801 if n == 2 else 121)
        assert enumerated <= found.bound
        assert found.value >= enumerated - 1e-4 * abs(enumerated)
        assert found.reached
        assert found.gap_relative <= 1e-4
        assert p.polytope.violation(found.x) <= ALLOWANCE


@pytest.mark.parametrize("seed", range(10))
def test_eight_cells_agree_with_an_independent_dynamic_programme(seed: int) -> None:
    p = budgeted(np.random.default_rng(seed), 8)
    found, naive = maximise_separable(p), naive_dynamic_programme(p, 1200)
    assert naive <= found.bound
    assert found.value >= naive * (1 - 1e-4)
    assert found.value == pytest.approx(p.value(found.x), rel=1e-12)


@settings(max_examples=25)
@given(seed=SEEDS, n=st.integers(2, 12))
def test_no_random_plan_exceeds_the_bound(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    p = with_rows(rng, n) if seed % 2 else budgeted(rng, n, families(rng, n))
    found = maximise_separable(p)
    others = [p.value(x) for x in random_plans(p.polytope, 200, rng)]
    assert max(others) <= found.bound + 1e-9 * abs(found.bound)
    assert found.value <= found.bound


@settings(max_examples=25)
@given(seed=SEEDS, n=st.integers(1, 10))
def test_both_methods_bracket_the_same_optimum(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    p = autoscale(budgeted(rng, n, families(rng, n))).programme
    assert is_budget(p.polytope)
    one = dynamic_programme(p, relative_gap=1e-4)
    other = branch_and_bound(p, relative_gap=1e-4)
    assert one.value <= other.bound * (1 + 1e-12)
    assert other.value <= one.bound * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_concave_curves_give_the_optimum_of_the_concave_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    family = rng.integers(1, HILL, n)
    curves = Responses(family, rng.uniform(1, 5, n), rng.uniform(1, 9, n), rng.uniform(0.3, 0.9, n))
    p = dataclasses.replace(with_rows(rng, n), responses=curves)
    found = maximise_separable(p, relative_gap=1e-7)
    assert found.value == pytest.approx(solve(p).value, rel=2e-7)


def test_two_equal_curves_share_a_budget_only_where_both_get_past_the_bend() -> None:
    # a x^2 / (x^2 + 1): with a budget of 1 one cell alone gives 1/2, an equal split 2/5.
    curves = Responses(np.full(2, HILL), np.ones(2), np.ones(2), np.full(2, 2.0))
    p = programme(curves, np.ones(2), [-np.inf], [1.0], np.ones(2))
    found = maximise_separable(p, relative_gap=1e-9)
    assert found.value == pytest.approx(0.5, rel=1e-8)
    assert sorted(found.x) == pytest.approx([0.0, 1.0], abs=1e-6)
    # With 4 the split gives 2 * 4/5 and one cell alone 16/17.
    wide = dataclasses.replace(p.polytope, row_high=np.array([4.0]), high=np.full(2, 4.0))
    found = maximise_separable(dataclasses.replace(p, polytope=wide), relative_gap=1e-9)
    assert found.value == pytest.approx(1.6, rel=1e-8)


def test_an_equation_with_different_costs_per_unit() -> None:
    rng = np.random.default_rng(3)
    curves = hills(rng, 3)
    each = np.array([1.0, 2.5, 0.4])
    p = programme(curves, each, [6.0], [6.0], 6 / each)
    assert is_budget(p.polytope)
    found = maximise_separable(p)
    assert p.polytope.matrix @ found.x == pytest.approx([6.0])
    grid = np.linspace(0, 6, 601)
    spent = np.array([(a, b, 6 - a - b) for a, b in itertools.product(grid, grid) if a + b <= 6])
    values = Terms.of(p).take(np.tile(np.arange(3), len(spent))).value((spent / each).ravel())
    enumerated = values.reshape(-1, 3).sum(axis=1).max()
    assert enumerated <= found.bound
    assert found.value >= enumerated * (1 - 1e-4)


@pytest.mark.parametrize("money", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("amount", [1e-3, 1e6])
def test_other_units_give_the_same_plan(money: float, amount: float) -> None:
    p = with_rows(np.random.default_rng(11), 6)
    plain = maximise_separable(p)
    other = maximise_separable(in_units(p, np.full(6, amount), money))
    assert other.value * money == pytest.approx(plain.value, rel=1e-4)
    assert other.gap_relative <= 1e-4


def test_rows_may_be_the_only_limits() -> None:
    p = budgeted(np.random.default_rng(5), 4)
    open_above = dataclasses.replace(p.polytope, high=np.full(4, np.inf))
    found = maximise_separable(dataclasses.replace(p, polytope=open_above))
    assert found.value == pytest.approx(maximise_separable(p).value, rel=1e-4)


def test_without_rows_every_cell_takes_its_own_best() -> None:
    p = budgeted(np.random.default_rng(6), 4)
    none = Polytope(
        sparse.csr_array((0, 4)), np.empty(0), np.empty(0), np.zeros(4), np.full(4, 30.0), (),
        p.polytope.names,
    )  # fmt: skip
    p = dataclasses.replace(p, polytope=none, cost=np.array([0.0, 0.1, 0.2, 50.0]))
    found = maximise_separable(p)
    best = peaks(Terms.of(p), none.low, none.high)
    assert found.value == pytest.approx(best.bound.sum(), rel=1e-4)
    assert found.x[0] == pytest.approx(30.0)
    assert found.x[3] == 0.0


@settings(max_examples=100)
@given(seed=SEEDS)
def test_no_point_of_an_interval_exceeds_its_peak(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12
    terms = Terms(families(rng, n), rng.uniform(0, 2, n), rng.uniform(-0.5, 1.5, n))
    low = rng.uniform(0, 10, n)
    high = low + rng.uniform(0, 10, n) * (rng.random(n) < 0.9)
    found = peaks(terms, low, high)
    assert (found.x >= low).all()
    assert (found.x <= high).all()
    for share in np.linspace(0, 1, 101):
        value = terms.value(low + share * (high - low))
        assert (value <= found.bound + 1e-12 * (1 + np.abs(found.bound))).all()
    assert found.bound == pytest.approx(terms.value(found.x), rel=1e-9, abs=1e-9)


def test_the_result_is_plain_data_and_repeats_itself() -> None:
    p = with_rows(np.random.default_rng(8), 5)
    first = maximise_separable(p).to_dict()
    assert first == maximise_separable(p).to_dict()
    assert set(first) == {
        "x", "value", "bound", "gap_absolute", "gap_relative", "method", "nodes", "reached"
    }  # fmt: skip
    assert first["reached"] is True


def test_a_price_of_risk_is_refused() -> None:
    p = budgeted(np.random.default_rng(0), 3)
    risky = dataclasses.replace(p, aversion=0.5, own_risk=np.ones(3))
    with pytest.raises(InputError, match=r"aversion: a price of risk ties the cells together.*0"):
        maximise_separable(risky)
    # A price without any risk, or risk without a price, changes nothing.
    maximise_separable(dataclasses.replace(p, aversion=0.5))
    maximise_separable(dataclasses.replace(p, own_risk=np.ones(3)))


def test_limits_without_a_plan_are_refused() -> None:
    p = budgeted(np.random.default_rng(0), 3)
    high = p.polytope.row_high
    full = dataclasses.replace(p.polytope, low=p.polytope.high * 0.9)
    least = dataclasses.replace(p.polytope, row_low=high * 0.9, high=high.repeat(3) * 0.1)
    for impossible in (full, least):
        with pytest.raises(InputError, match=r"limits: no plan meets all limits\. Relax"):
            maximise_separable(dataclasses.replace(p, polytope=impossible))


def test_a_cell_without_any_limit_is_named() -> None:
    p = budgeted(np.random.default_rng(0), 3)
    loose = dataclasses.replace(
        p.polytope,
        matrix=sparse.csr_array(np.array([[1.0, 0.0, 1.0]])),
        high=np.array([1.0, np.inf, 1.0]),
    )
    with pytest.raises(InputError, match="cell 1: has no highest amount, and no limit"):
        maximise_separable(dataclasses.replace(p, polytope=loose))

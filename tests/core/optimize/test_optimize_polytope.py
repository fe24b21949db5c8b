from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from core.optimize.polytope import Limit, Polytope

INF = np.inf


def polytope(matrix, row_low, row_high, low, high):
    m, n = len(row_low), len(low)
    return Polytope(
        sparse.csr_array(np.asarray(matrix, dtype=float).reshape(m, n)),
        *(np.asarray(limits, dtype=float) for limits in (row_low, row_high, low, high)),
        tuple(f"r{row}" for row in range(m)),
        tuple(f"x{place}" for place in range(n)),
    )


def in_units(own, amounts, rows):
    return polytope(
        rows[:, None] * own.matrix.toarray() / amounts,
        own.row_low * rows,
        own.row_high * rows,
        own.low * amounts,
        own.high * amounts,
    )


@st.composite
def bounded(draw):
    """A polytope with a point inside, and a direction."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 8)), draw(st.integers(0, 6))
    inside = rng.uniform(0, 2, n)
    matrix = rng.uniform(-1, 1, (m, n)) * (rng.random((m, n)) < 0.7)
    at, kind = matrix @ inside, rng.integers(0, 4, m)
    row_low = np.where(kind == 0, -INF, np.where(kind == 1, at, at - 0.3))
    row_high = np.where(kind == 2, INF, np.where(kind == 1, at, at + 0.2))
    low, high = inside - rng.uniform(0, 1, n), inside + rng.uniform(0, 1, n)
    return polytope(matrix, row_low, row_high, low, high), inside, rng.normal(size=n)


def test_a_vertex_its_value_its_bound_and_its_prices_by_hand():
    own = polytope([[1, 1], [1, -1]], [-INF, -0.5], [10, 0.5], [0, 0], [INF, INF])
    found = own.maximise(np.array([2.0, 1.0]))
    assert found.status == "optimal"
    assert found.x == pytest.approx([5.25, 4.75])
    assert found.value == pytest.approx(15.25)
    assert found.bound == pytest.approx(15.25)
    assert found.row_prices == pytest.approx([1.5, 0.5])


def test_the_lower_limit_of_a_row_has_a_negative_price():
    own = polytope([[1, 1]], [4], [INF], [0, 0], [INF, INF])
    found = own.maximise(np.array([-2.0, -3.0]))
    assert found.x == pytest.approx([4, 0])
    assert found.row_prices == pytest.approx([-2])


def test_without_rows_and_without_bounds():
    own = polytope([], [], [], [0, 0], [1, INF])
    assert own.maximise(np.array([1.0, -1.0])).x == pytest.approx([1, 0])
    assert own.maximise(np.array([1.0, 1.0])).status == "unbounded"
    assert own.violation(np.array([0.5, 7.0])) == 0


@pytest.mark.parametrize(
    "own",
    [
        polytope([[1, 1]], [3], [3], [0, 0], [1, 1]),
        polytope([[1, 1]], [2], [1], [0, 0], [1, 1]),
        polytope([], [], [], [2], [1]),
        polytope([[0, 0]], [1], [INF], [0, 0], [1, 1]),
    ],
)
def test_infeasible(own):
    assert own.maximise(np.zeros(own.n)).status == "infeasible"


@given(bounded())
def test_the_optimum_is_that_of_plain_linprog_and_the_bound_is_none_below(case):
    own, inside, direction = case
    found = own.maximise(direction, origin=inside)
    matrix = own.matrix.toarray()
    limits = np.concatenate([own.row_high, -own.row_low])
    known = np.isfinite(limits)
    plain = linprog(
        -direction,
        A_ub=np.vstack([matrix, -matrix])[known],
        b_ub=limits[known],
        bounds=np.column_stack([own.low, own.high]),
    )
    assert found.value == pytest.approx(-plain.fun - direction @ inside, abs=1e-7)
    assert found.bound >= -plain.fun - direction @ inside - 1e-7
    assert found.bound == pytest.approx(found.value, abs=1e-7)
    assert own.violation(found.x) <= 1e-7


@given(bounded(), st.integers(0, 2**32 - 1))
def test_units_do_not_matter(case, seed):
    own, _, direction = case
    rng = np.random.default_rng(seed)
    amounts = 10 ** (rng.uniform(-6, 6) + rng.uniform(-1, 1, own.n))
    rows, worth = 10 ** rng.uniform(-6, 6, own.m), 10 ** rng.uniform(-9, 9)
    other = in_units(own, amounts, rows)
    one, two = own.maximise(direction), other.maximise(worth * direction / amounts)
    assert two.value == pytest.approx(worth * one.value, rel=1e-6, abs=worth * 1e-6)


@given(bounded(), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 3))
def test_the_violation_is_the_same_in_all_units(case, amount, row, far):
    own, inside, direction = case
    x = inside + far * direction
    scaled = in_units(own, np.full(own.n, amount), np.full(own.m, row))
    assert scaled.violation(x * amount) == pytest.approx(own.violation(x), rel=1.5, abs=1e-12)
    assert own.violation(inside) <= 1e-12


def test_the_violation_is_relative_to_the_limit():
    own = polytope([[1, 1]], [-INF], [1000], [0, 0], [INF, INF])
    assert own.violation(np.array([600.0, 500.0])) == pytest.approx(100 / 1100)


def test_a_bound_that_stands_for_none_does_not_blunt_the_others():
    own = polytope([[1, 1], [1, 1]], [-INF, 1.001], [1, INF], [0, 0], [1e12, 1e12])
    assert own.maximise(np.zeros(2)).status == "infeasible"
    assert own.violation(np.array([0.5, 0.51])) > 1e-3


def test_limits_by_name_and_relaxed():
    own = polytope([[1, 1]], [3], [INF], [0, 0], [1, 1])
    limit = own.limit("row", 0, "low")
    assert limit == Limit("row", 0, "r0", "low", 3.0)
    assert own.relaxed({limit: 2.0}).maximise(np.zeros(2)).status == "optimal"
    wider = own.relaxed({own.limit("bound", 1, "high"): INF})
    assert wider.high.tolist() == [1, INF]
    assert own.high.tolist() == [1, 1]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_point_that_is_not_finite_is_within_no_limits(value):
    box = Polytope(
        sparse.csr_array((0, 2)), np.empty(0), np.empty(0), np.zeros(2), np.ones(2), (), ("a", "b")
    )
    assert box.violation(np.array([0.5, value])) == np.inf

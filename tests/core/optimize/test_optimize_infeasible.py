from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from benchmarks.apple_infeasible import infeasible_polytope, judge
from core.optimize import infeasible
from core.optimize.infeasible import diagnose
from core.optimize.polytope import Polytope

INF = np.inf


def polytope(matrix, row_low, row_high, low, high):
    m, n = len(row_low), len(low)
    return Polytope(
        sparse.csr_array(np.asarray(matrix, dtype=float).reshape(m, n)),
        *(np.asarray(limits, dtype=float) for limits in (row_low, row_high, low, high)),
        tuple(f"r{row}" for row in range(m)),
        tuple(f"x{place}" for place in range(n)),
    )


def members(found):
    return {(limit.name, limit.side, limit.value) for limit in found.conflict}


def repairs(found):
    pairs = zip(found.conflict, found.repairs, strict=True)
    return {
        (limit.name, limit.side): None if step is None else pytest.approx(step.by)
        for limit, step in pairs
    }


@pytest.mark.parametrize(
    "own",
    [
        polytope([[1, 1]], [1], [2], [0, 0], [1, 1]),
        polytope([[1, 1]], [2], [2], [0, 0], [1, 1]),
        polytope([], [], [], [0], [INF]),
        polytope([], [], [], [-INF], [INF]),
        polytope([[1.0]], [-INF], [0], [0], [0]),
    ],
)
def test_nothing_to_explain(own):
    assert diagnose(own) is None


def test_a_floor_above_a_capacity():
    own = polytope([[1, 1], [1, 0]], [-INF, 12], [10, INF], [0, 0], [INF, INF])
    found = diagnose(own)
    assert members(found) == {("r0", "high", 10), ("r1", "low", 12), ("x1", "low", 0)}
    assert repairs(found) == {("r0", "high"): 2, ("r1", "low"): 2, ("x1", "low"): 2}
    assert found.total == pytest.approx(2 / 12)
    (short,) = found.shortfalls
    assert (short.limit.name, short.limit.side) == ("r1", "low")
    assert short.by == pytest.approx(2)
    assert short.value < 10 < short.value + 1e-5


def test_a_row_that_contradicts_itself():
    found = diagnose(polytope([[1, 1]], [5], [3], [0, 0], [9, 9]))
    assert members(found) == {("r0", "low", 5), ("r0", "high", 3)}
    assert repairs(found) == {("r0", "low"): 2, ("r0", "high"): 2}


def test_a_variable_that_contradicts_itself():
    found = diagnose(polytope([], [], [], [2, 0], [1, 5]))
    assert members(found) == {("x0", "low", 2), ("x0", "high", 1)}


def test_an_equation_out_of_reach_of_the_bounds():
    found = diagnose(polytope([[1, 1]], [30], [30], [0, 0], [10, 10]))
    assert members(found) == {("r0", "low", 30), ("x0", "high", 10), ("x1", "high", 10)}
    assert repairs(found)["r0", "low"] == pytest.approx(10)


def test_a_row_without_variables():
    found = diagnose(polytope([[0, 0]], [1], [INF], [0, 0], [1, 1]))
    assert members(found) == {("r0", "low", 1)}
    assert repairs(found) == {("r0", "low"): 1}


def test_two_conflicts_have_no_single_repair():
    own = polytope(np.eye(2), [-INF, -INF], [-1, -2], [0, 0], [9, 9])
    found = diagnose(own)
    assert len(found.conflict) == 2
    assert found.repairs == (None, None)
    assert {step.limit.name: round(step.by, 6) for step in found.shortfalls} == {"r0": 1, "r1": 2}
    joint = own.relaxed({step.limit: step.value for step in found.shortfalls})
    assert joint.maximise(np.zeros(2)).status == "optimal"


def test_the_sign_of_a_quantity_is_not_for_the_joint_repair_to_change():
    own = polytope([[1, 1]], [-INF], [-1], [0, 0], [INF, INF])
    assert [step.limit.kind for step in diagnose(own).shortfalls] == ["row"]


def test_a_long_conflict_is_tried_in_part(monkeypatch):
    monkeypatch.setattr(infeasible, "MOST_TRIED", 2)
    found = diagnose(polytope([[1, 1]], [30], [INF], [0, 0], [10, 10]))
    assert found.untried == 1
    assert [step is None for step in found.repairs] == [False, False, True]


def test_the_filter_drops_what_is_not_needed():
    own = polytope([[1, 0], [1, 0], [0, 1]], [2, 3, 5], [INF] * 3, [0, 0], [1, 1])
    system = infeasible._System.of(own)
    everything = np.arange(len(system.limits))
    left = infeasible._filtered(system, everything)
    assert len(left) == 2
    assert system.conflicting(left)


def test_as_plain_data():
    found = diagnose(polytope([], [], [], [2], [1]))
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["conflict"][0]["name"] == "x0"


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(1, 8))
def test_every_claim_holds_by_plain_linear_programmes(seed, n, m):
    own = infeasible_polytope(np.random.default_rng(seed), n, m)
    assert all(judge(own, diagnose(own)).values())


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(-20, 20))
def test_units_do_not_matter(seed, power):
    own = infeasible_polytope(np.random.default_rng(seed), 6, 4)
    unit = 2.0**power
    scaled = polytope(
        own.matrix.toarray(),
        own.row_low * unit,
        own.row_high * unit,
        own.low * unit,
        own.high * unit,
    )
    one, two = diagnose(own), diagnose(scaled)
    assert two.total == pytest.approx(one.total, rel=1e-6)
    assert [(c.kind, c.index, c.side) for c in one.conflict] == [
        (c.kind, c.index, c.side) for c in two.conflict
    ]

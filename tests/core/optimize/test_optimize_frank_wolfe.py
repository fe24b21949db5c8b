from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.optimize.frank_wolfe import FLOOR, frank_wolfe_gap
from core.optimize.polytope import Polytope
from core.optimize.programme import Programme
from core.optimize.response import Responses

INF = np.inf


def budget(limit=10.0, high=INF):
    """Sum x <= limit, x >= 0, in two variables."""
    return Polytope(
        sparse.csr_array([[1.0, 1.0]]),
        np.array([-INF]),
        np.array([limit]),
        np.zeros(2),
        np.full(2, high),
        ("budget",),
        ("x", "y"),
    )


def roots(shift=0.0, limit=10.0):
    """Two square roots, 2 sqrt(x) + 4 sqrt(y), over a budget: the optimum is (2, 8)."""
    curves = Responses(
        np.array([1, 1]), np.array([2.0, 4.0]), np.full(2, shift), np.array([0.5, 0.5])
    )
    return Programme(
        curves, np.ones(2), np.zeros(2), np.zeros((2, 0)), np.zeros(2), 0.0, budget(limit)
    )


@st.composite
def programmes(draw):
    """A concave programme, and two points that it allows."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 6)), draw(st.integers(0, 4))
    one, two = rng.uniform(0, 2, (2, n))
    matrix = rng.uniform(-1, 1, (m, n))
    at = np.sort(matrix @ np.array([one, two]).T, axis=1)
    polytope = Polytope(
        sparse.csr_array(matrix),
        at.min(axis=1, initial=INF) - 0.1,
        at.max(axis=1, initial=-INF) + 0.1,
        np.minimum(one, two),
        np.maximum(one, two) + 0.1,
        tuple("abcd"[:m]),
        tuple("uvwxyz"[:n]),
    )
    curves = Responses(
        rng.integers(0, 4, n), *rng.uniform(0.5, 2, (2, n)), rng.uniform(0.2, 0.8, n)
    )
    programme = Programme(
        curves,
        rng.uniform(0, 2, n),
        rng.uniform(0, 1, n),
        rng.normal(size=(n, 2)),
        rng.uniform(0, 1, n),
        draw(st.sampled_from([0.0, 0.5])),
        polytope,
    )
    return programme, one, two


def test_no_gap_at_the_optimum():
    programme = roots()
    gap = frank_wolfe_gap(programme, np.array([2.0, 8.0]), programme.polytope)
    assert gap.absolute == pytest.approx(0, abs=1e-12)
    assert gap.relative == pytest.approx(0, abs=1e-12)


def test_by_hand():
    # f'(5, 5) = (1, 2) / sqrt(5); the best vertex is (0, 10): (-5 + 2 * 5) / sqrt(5)
    programme, x = roots(), np.array([5.0, 5.0])
    gap = frank_wolfe_gap(programme, x, programme.polytope)
    assert gap.absolute == pytest.approx(np.sqrt(5))
    assert gap.relative == pytest.approx(np.sqrt(5) / (6 * np.sqrt(5)))
    assert gap.better == pytest.approx([0, 10])


def test_a_gradient_and_a_value_serve_as_well():
    programme, x = roots(), np.array([5.0, 5.0])
    pair = (programme.gradient(x), programme.value(x))
    assert frank_wolfe_gap(pair, x, programme.polytope).absolute == pytest.approx(np.sqrt(5))


@given(programmes())
def test_no_plan_beats_the_bound(case):
    programme, one, two = case
    gap = frank_wolfe_gap(programme, one, programme.polytope)
    best = programme.value(one) + gap.absolute
    assert gap.absolute >= 0
    for share in (0.1, 0.5, 1.0):
        assert programme.value(one + share * (two - one)) <= best + 1e-9
        assert programme.value(one + share * (gap.better - one)) <= best + 1e-9


@given(programmes(), st.floats(1e-9, 1e9), st.integers(-20, 20))
def test_the_relative_gap_is_the_same_in_all_units(case, worth, power):
    programme, x, _ = case
    own, amount = programme.polytope, 2.0**power
    gradient, value = programme.gradient(x), programme.value(x)
    scaled = Polytope(
        own.matrix, own.row_low * amount, own.row_high * amount, own.low * amount,
        own.high * amount, own.row_names, own.names,
    )  # fmt: skip
    one = frank_wolfe_gap((gradient, value), x, own)
    two = frank_wolfe_gap((worth * gradient / amount, worth * value), amount * x, scaled)
    assert two.absolute == pytest.approx(worth * one.absolute, rel=1e-6, abs=worth * 1e-9)
    assert two.relative == pytest.approx(one.relative, rel=1e-6, abs=1e-9)


def test_a_point_outside_has_no_negative_gap():
    programme = roots()
    gap = frank_wolfe_gap(programme, np.array([2.2, 8.8]), programme.polytope)
    assert 0 <= gap.relative <= 3 * np.finfo(float).eps


def test_an_objective_of_zero_has_a_finite_relative_gap():
    gap = frank_wolfe_gap((np.array([1.0, 1.0]), 0.0), np.array([4.0, 5.0]), budget())
    assert gap.absolute == pytest.approx(1)
    assert gap.relative == pytest.approx(1 / 9)
    nothing = frank_wolfe_gap((np.array([1.0, 1.0]), 0.0), np.zeros(2), budget())
    assert nothing.absolute == pytest.approx(10)
    assert 1 / FLOOR / 10 < nothing.relative < INF


@pytest.mark.parametrize(
    ("gradient", "polytope"),
    [
        (np.array([INF, 1.0]), budget()),
        (np.array([1.0, 1.0]), budget(limit=INF)),
        (np.array([1.0, 1.0]), budget(limit=-1.0)),
    ],
)
def test_without_a_bound_the_gap_is_infinite(gradient, polytope):
    gap = frank_wolfe_gap((gradient, 1.0), np.ones(2), polytope)
    assert gap.absolute == INF
    assert gap.relative == INF
    assert gap.better is None

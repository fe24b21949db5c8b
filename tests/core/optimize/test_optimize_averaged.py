from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.optimize.averaged import Averaged, best_mean
from core.optimize.polytope import Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses

LOG, POWER = FAMILIES.index("log"), FAMILIES.index("power")


def limits(n: int, budget: float) -> Polytope:
    return Polytope(
        sparse.csr_array(np.ones((1, n))),
        np.array([-np.inf]),
        np.array([budget]),
        np.zeros(n),
        np.full(n, budget),
        ("budget",),
        tuple(f"v{i}" for i in range(n)),
    )


def averaged(scales: np.ndarray, budget: float = 10.0, aversion: float = 0.0) -> Averaged:
    """The mean over draws of ``sum a_i log(1 + x_i)``, one row of scales a draw."""
    draws, n = scales.shape
    ones = np.ones(n)
    base = Programme(
        Responses(np.full(n, LOG), scales.mean(axis=0), ones, ones),
        ones,
        np.zeros(n),
        np.zeros((n, 0)),
        0.1 * ones,
        aversion,
        limits(n, budget),
    )
    every = np.ones(draws * n)
    return Averaged(base, Responses(np.full(draws * n, LOG), scales.ravel(), every, every))


def test_the_mean_of_log_curves_is_the_log_curve_of_the_mean_scale():
    given = averaged(np.array([[1.0, 4.0], [3.0, 2.0], [2.0, 3.0]]))
    x, gap = best_mean(given)
    # Water filling on mean scales 2 and 3: a_i / (1 + x_i) is equal and the budget is spent.
    assert x == pytest.approx([12 * 2 / 5 - 1, 12 * 3 / 5 - 1], rel=1e-6)
    assert gap.relative < 1e-6


@pytest.mark.parametrize("aversion", [0.0, 2.0])
def test_values_and_gradient_are_those_of_the_single_programmes(aversion):
    scales = np.random.default_rng(0).uniform(1, 5, size=(7, 4))
    given = averaged(scales, aversion=aversion)
    x = np.array([0.5, 1.0, 2.0, 0.0])
    by_hand = (scales * np.log1p(x)).sum(axis=1) - aversion / 2 * (0.01 * x**2).sum()
    assert given.values(x) == pytest.approx(by_hand)
    assert given.value(x) == pytest.approx(by_hand.mean())
    step = 1e-6
    slopes = [
        (given.value(x + step * e) - given.value(x - step * e)) / (2 * step) for e in np.eye(4)
    ]
    assert given.gradient(x) == pytest.approx(slopes, abs=1e-7)


def test_no_allowed_plan_beats_the_best_mean_by_more_than_its_gap():
    rng = np.random.default_rng(1)
    given = averaged(rng.uniform(0, 5, size=(20, 5)), aversion=0.5)
    x, gap = best_mean(given)
    best = given.value(x) + gap.absolute + 1e-9
    for _ in range(200):
        other = rng.dirichlet(np.ones(5)) * rng.uniform(0, 10)
        assert given.value(other) <= best


def test_where_nothing_is_allowed_there_is_no_plan():
    assert best_mean(averaged(np.ones((2, 2)), budget=-1.0)) == (None, None)


def test_curves_of_other_families_are_brought_into_working_units_too():
    n, draws = 2, 3
    ones = np.ones(n)
    exponents = np.array([[0.4, 0.6], [0.5, 0.5], [0.6, 0.4]])
    base = Programme(
        Responses(np.full(n, POWER), ones, ones, 0.5 * ones),
        ones,
        np.zeros(n),
        np.zeros((n, 0)),
        np.zeros(n),
        0.0,
        limits(n, 4000.0),
    )
    every = np.ones(draws * n)
    given = Averaged(base, Responses(np.full(draws * n, POWER), every, every, exponents.ravel()))
    x, gap = best_mean(given)
    assert x == pytest.approx([2000.0, 2000.0], rel=1e-4)
    assert gap.relative < 1e-6

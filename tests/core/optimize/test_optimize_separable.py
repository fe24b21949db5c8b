from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.oracles import milp_separable
from core.optimize import Axis, CellGrid, SeparableRisk


@st.composite
def problems(draw):
    count = draw(st.integers(1, 3))
    axes, terms = [], []
    for index in range(count):
        size = draw(st.integers(1, 6))
        costs = (0.0, *draw(st.lists(st.floats(0, 2), min_size=size, max_size=size)))
        gains = [0.0, *draw(st.lists(st.floats(-2, 0.5), min_size=size, max_size=size))]
        axes.append(Axis(f"x{index}", tuple(map(float, range(size + 1))), costs, costs))
        terms.append(np.array(gains))
    return tuple(axes), SeparableRisk(draw(st.floats(-1, 2)), tuple(terms))


def least_effort(axes, risk, limit):
    grid = CellGrid.build(axes)
    cell = grid.cheapest(risk.scores(grid) <= limit, lambda _: True)
    return None if cell is None else float(grid.effort[cell])


@given(problems(), st.floats(-3, 1))
def test_dropping_dominated_levels_keeps_the_optimum(problem, limit):
    axes, risk = problem
    fewer, reduced = risk.without_dominated(axes)
    whole, part = least_effort(axes, risk, limit), least_effort(fewer, reduced, limit)
    assert (whole is None) == (part is None)
    if whole is not None:
        assert part == pytest.approx(whole, abs=1e-9)


@given(problems())
def test_best_responses_give_the_lowest_score(problem):
    axes, risk = problem
    assert risk.lowest() == pytest.approx(risk.scores(CellGrid.build(axes)).min(), abs=1e-12)


@given(problems(), st.floats(0.05, 0.95))
def test_zero_gap_against_highs(problem, target):
    axes, risk = problem
    limit = np.log(target / (1 - target))
    scores = risk.scores(CellGrid.build(axes))
    if np.abs(scores - limit).min() < 1e-6:
        return  # the solver's feasibility tolerance decides there
    ours = least_effort(axes, risk, limit)
    theirs = milp_separable(risk.base, risk.terms, axes, target)
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert ours == pytest.approx(theirs, abs=1e-6)

"""The teaching example of S-curves: made up, refused outside its range, proven inside it."""

from __future__ import annotations

import dataclasses

import pytest

from core.apple_sales.planning.default import default_problem
from core.apple_sales.stress.scurves import scurve_basins, scurve_problem
from core.errors import InputError


def test_the_example_says_that_it_is_made_up() -> None:
    problem = scurve_problem(3.0)
    assert "made up" in problem.notes[0]
    assert {cell.response.family for cell in problem.cells} == {"s-curve"}
    assert problem.constraints[0].high == 24.0


def test_at_slope_one_every_start_ends_at_the_optimum() -> None:
    found = scurve_basins(scurve_problem(1.0), 20)
    assert len(found.basins) == 1
    assert found.found.estimate == 1.0


def test_steep_curves_deceive_one_start_and_the_greedy_climb() -> None:
    found = scurve_basins(scurve_problem(3.0), 40)
    assert found.optimum.reached
    assert found.equal_split.shortfall > 0.1
    assert found.greedy.shortfall > 0.03
    assert len(found.basins) > 10
    few, many = found.starts_needed_range
    assert few is not None
    assert many is None or many >= few


@pytest.mark.parametrize(
    ("slope", "budget", "sentence"),
    [
        (0.5, 24.0, r"slope: 0\.5 is not in the range of this example\. Choose from 1 to 6"),
        (3.0, 0.0, r"budget: 0 is not in the range of this example\. Choose from 1 to 200"),
        (float("nan"), 24.0, "slope: nan is not in the range"),
    ],
)
def test_values_out_of_range_are_refused(slope: float, budget: float, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        scurve_problem(slope, budget)


def test_a_problem_with_a_price_of_risk_is_refused() -> None:
    with pytest.raises(InputError, match="a price of risk ties the cells together"):
        scurve_basins(default_problem(), 5)


def test_any_problem_without_a_price_of_risk_is_searched() -> None:
    found = scurve_basins(dataclasses.replace(default_problem(), aversion=0.0), 3)
    assert found.optimum.reached
    assert len(found.optimum.x) == 25

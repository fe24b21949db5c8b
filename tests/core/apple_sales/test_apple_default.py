"""The default problem: feasible today, calibrated to the figures, and honest in its notes."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from core.apple_sales import (
    CATEGORIES,
    GOALS,
    PRIORS,
    SEGMENTS,
    default_problem,
    gross_margins,
    read_problem,
)
from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.priors import break_even
from core.apple_sales.reported.growth_risk import category_growth, growth_risk, segment_growth
from core.errors import InputError


@pytest.fixture
def problem():
    return default_problem()


def now_of(problem):
    return np.array([cell.now for cell in problem.cells])


def test_twenty_five_cells_that_sum_to_the_reported_revenue(problem):
    assert [(c.product, c.region) for c in problem.cells] == [
        (category, segment) for category in CATEGORIES for segment in SEGMENTS
    ]
    assert now_of(problem).sum() == pytest.approx(416.161)
    assert problem.concave
    assert 5 <= len(problem.constraints) <= 7


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("tilt", [0.5, 1.0, 2.0])
def test_today_is_feasible_and_brings_in_what_was_reported(goal, tilt):
    problem = default_problem(goal=goal, tilt=tilt)
    programme = compiled(problem).programme
    now = now_of(problem)
    assert programme.polytope.violation(now) < 1e-9
    np.testing.assert_allclose(programme.responses.value(now), now, rtol=1e-12)
    earned = 416.161 if goal == "revenue" else 416.161 * gross_margins()["margin"]["Total"][2025]
    assert programme.expected(now) == pytest.approx(earned)


def test_demand_at_today_has_the_declared_elasticity(problem):
    """With price R(x)/x, d log x / d log price is the elasticity, by finite differences."""
    responses = compiled(problem).programme.responses
    now = now_of(problem)
    up, down = now * 1.0001, now * 0.9999
    price = np.log(responses.value(up) / up) - np.log(responses.value(down) / down)
    found = (np.log(up) - np.log(down)) / price
    declared = [PRIORS[cell.product].elasticity for cell in problem.cells]
    np.testing.assert_allclose(found, declared, rtol=1e-4)


def test_at_the_break_even_elasticity_today_is_best_for_gross_profit():
    even = {name: break_even(name) for name in CATEGORIES}
    problem = default_problem(elasticities=even, aversion=0.0)
    gradient = compiled(problem).programme.gradient(now_of(problem))
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    assert even["iPhone"] == pytest.approx(-307_003 / (307_003 - 194_116))
    assert even["Services"] == pytest.approx(-109_158 / (109_158 - 26_844))


def test_some_limits_bind_in_the_plan(problem):
    """A few rounds of Frank-Wolfe are enough to see which rows the best plans press against."""
    programme = compiled(problem).programme
    x = now_of(problem)
    for k in range(400):
        x = x + 2 / (k + 2) * (programme.polytope.maximise(programme.gradient(x)).x - x)
    assert programme.value(x) > programme.value(now_of(problem)) + 1
    assert programme.polytope.violation(x) < 1e-9
    rows = programme.polytope.matrix @ x
    used = dict(zip(programme.polytope.row_names, rows, strict=True))
    limits = {c.name: c for c in problem.constraints}
    assert used["iPhone volume"] == pytest.approx(limits["iPhone volume"].low, rel=1e-3)
    assert used["Services volume"] == pytest.approx(limits["Services volume"].high, rel=1e-3)


def test_the_problem_survives_json(problem):
    text = json.dumps(problem.to_dict(), allow_nan=False)
    assert read_problem(json.loads(text)) == problem


def test_revenue_makes_volume_free():
    assert {cell.cost for cell in default_problem(goal="revenue").cells} == {0.0}
    costs = {c.product: c.cost for c in default_problem().cells}
    assert costs["iPhone"] == pytest.approx(194_116 / 307_003)
    assert costs["Services"] == pytest.approx(26_844 / 109_158)


def test_risk_is_that_of_reported_growth(problem):
    risk = growth_risk()
    assert (risk.n_segments, risk.n_categories) == (10, 10)
    factor = risk.loadings.to_numpy()
    np.testing.assert_allclose(factor @ factor.T, np.cov(segment_growth().to_numpy().T))
    assert set(category_growth().index) == set(range(2016, 2026))
    assert problem.aversion > 0
    quiet = dataclasses.replace(problem, aversion=0.0)
    now = now_of(problem)
    assert compiled(problem).programme.value(now) < compiled(quiet).programme.value(now)


def test_priors_are_ranges_around_their_centre():
    assert set(PRIORS) == set(CATEGORIES)
    for prior in PRIORS.values():
        assert -4 <= prior.low < prior.elasticity < prior.high < -1


def test_the_notes_say_what_is_assumed(problem):
    text = " ".join(problem.notes)
    for words in (
        "declared, not estimated",
        "see Inference",
        "no units since FY2018",
        "is an estimate",
        "n = 10",
        "never across the break",
        "36.8 %",
        "75.4 %",
    ):
        assert words in text  # fmt: skip
    assert all(note[0].isupper() and note.endswith(".") for note in problem.notes)


def test_supply_moves_its_own_limit_only(problem):
    more = default_problem(supply=1.2)
    assert more.cells == problem.cells
    changed = [
        new.name
        for new, old in zip(more.constraints, problem.constraints, strict=True)
        if new != old
    ]
    assert changed == ["Hardware supply"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"goal": "fame"}, "goal: fame is not known. Use gross profit or revenue."),
        ({"supply": 0.0}, "supply: 0.0 is not a positive multiple of today's volume."),
        ({"aversion": -1.0}, "aversion: -1.0 is not a price of variance. Give 0 or a positive"),
        ({"aversion": float("nan")}, "aversion: nan is not a price of variance."),
        ({"elasticities": {"Watch": -2.0}}, "there is no category Watch. Use iPhone, Mac, iPad"),
        ({"elasticities": {"Mac": -0.5}}, "elasticity of Mac: -0.5 is not below -1."),
        ({"elasticities": {"Mac": float("nan")}}, "elasticity of Mac: nan is not below -1."),
        ({"tilt": 9.0}, "tilt: 9 is out of range."),
    ],
)
def test_bad_input_is_refused_with_its_value(given, sentence):
    with pytest.raises(InputError) as caught:
        default_problem(**given)
    assert sentence in str(caught.value)


def test_all_findings_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        default_problem(goal="fame", supply=-1.0, aversion=-1.0)
    assert len(caught.value.problems) == 3

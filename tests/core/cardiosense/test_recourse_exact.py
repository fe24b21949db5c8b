from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from benchmarks.greedy import greedy_path
from benchmarks.oracles import (
    brute_force,
    continuous_axes,
    milp_separable,
    milp_trees,
    near_target,
    treecf_exact,
)
from core.cardiosense.levers import levers_for, reaches
from core.cardiosense.model import models
from core.cardiosense.plan_space import build_space, lever_terms
from core.cardiosense.prevention import Prevent
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import score_patient
from core.optimize import CellGrid
from tests.core.cardiosense.path_cases import (
    PATIENT,
    PERSON,
    model_named,
    people,
    problem,
    reachable_target,
)

# Zero gap against independent solvers


@settings(max_examples=30)
@given(people, st.floats(-0.1, 0.95), st.sampled_from(["prevent", "framingham"]))
def test_zero_gap_in_prevention(patient, share, name):
    model = Prevent() if name == "prevent" else models().framingham
    weights = {"trestbps": 1.3, "chol": 0.8}
    row, _, axes = problem(model, patient, "prevention", weights)
    target = reachable_target(model, row, axes, share)
    ours = least_effort_path(patient, target, layer="prevention", model=name, weights=weights)
    if near_target(model, row, axes, target):
        return
    assert ours.effort == _same(brute_force(model, row, axes, target))
    terms = lever_terms(model, row, axes)
    assert ours.effort == _same(milp_separable(terms.base, terms.terms, axes, target))


@pytest.mark.parametrize("family", ["logistic", "xgboost"])
def test_zero_gap_on_real_patients(family, cleveland):
    model = model_named(family)
    rng = np.random.default_rng(3)
    solved = 0
    for index in rng.permutation(cleveland.n)[:25]:
        values = {name: float(v) for name, v in cleveland.values.iloc[index].items()}
        if any(math.isnan(v) for v in values.values()):
            continue
        row, found, axes = problem(model, values)
        target = reachable_target(model, row, axes, float(rng.uniform(-0.1, 0.9)))
        if near_target(model, row, axes, target):
            continue
        ours = least_effort_path(values, target, model=family)
        assert ours.effort == _same(brute_force(model, row, axes, target))
        if family == "logistic":
            terms = lever_terms(model, row, axes)
            assert ours.effort == _same(milp_separable(terms.base, terms.terms, axes, target))
        else:
            assert ours.effort == _same(milp_trees(model, row, axes, target))
            _agrees_with_treecf(model, row, found, target, ours)
        solved += ours.status == "optimal"
    assert solved >= 10


def _agrees_with_treecf(model, row, found, target, ours):
    """The same solver on treecf's own, unrounded values: equal optimum, or both infeasible."""
    theirs = treecf_exact(model, row, found, target)
    grid = CellGrid.build(continuous_axes(model, found))
    rows = np.repeat(row[None], len(grid), axis=0)
    rows[:, [model.features.index(a.name) for a in grid.axes]] = grid.matrix()
    cell = grid.cheapest(expit(model.log_odds(rows)) <= target, lambda _: True)
    assert (None if cell is None else grid.effort[cell]) == _same(theirs, 1e-5)
    if ours.effort is not None:
        assert theirs is not None
        assert theirs <= ours.effort + 1e-9


def _same(value, tolerance=1e-6):
    return None if value is None else pytest.approx(value, abs=tolerance)


def test_the_proof_by_best_responses_needs_no_cells():
    values = {name: float(v) for name, v in PERSON.items()}
    found = reaches(levers_for("prevention", "prevent"), PREVENTION, values)
    space = build_space(Prevent(), PREVENTION, values, found, 0.02)
    assert space.cheapest() is None
    assert space.nodes == sum(len(r.values) for r in found) < space.cells_total


# Robust plans


@settings(max_examples=15)
@given(
    people,
    st.sampled_from([0.05, 0.1, 0.2]),
    st.sampled_from(["prevent", "framingham"]),
)
def test_robust_plans_are_robust_and_cost_no_less(patient, target, model):
    firm = least_effort_path(patient, target, layer="prevention", model=model, robust=True)
    plain = least_effort_path(patient, target, layer="prevention", model=model)
    assert (plain.robustness is None) == (plain.status == "infeasible")
    if firm.effort is not None:
        assert firm.robustness.label == "robust"
        assert firm.robustness.noise_share >= 0.9
        assert (firm.robustness.refit_share is None) == (model == "prevent")
        assert firm.effort >= plain.effort
        assert firm.p_after <= target


@pytest.mark.parametrize("family", ["logistic", "xgboost"])
def test_robust_search_is_exact(family):
    model = model_named(family)
    values = {name: float(v) for name, v in PATIENT.items()}
    row, found, axes = problem(model, values)
    target = reachable_target(model, row, axes, 0.45)
    path = least_effort_path(values, target, model=family, robust=True)
    space = build_space(model, DIAGNOSTIC, values, found, target)
    rows = np.array(
        [
            space.plan(dict(zip((a.name for a in axes), cell, strict=True)))
            for cell in itertools.product(*(a.values for a in axes))
        ]
    )
    noise, refit = space.disturbance.shares(rows)
    held = space.reached(rows) & (noise >= 0.9) & (refit >= 0.9)
    efforts = [sum(c) for c in itertools.product(*(a.costs for a in axes))]
    best = min((e for e, ok in zip(efforts, held, strict=True) if ok), default=None)
    assert path.effort == _same(best, 1e-9)


def test_a_target_met_only_on_paper_is_said_to_be():
    p = score_patient(PATIENT).p
    path = least_effort_path(PATIENT, p, limits={"trestbps": {"max_change": 0}}, robust=True)
    if path.status == "infeasible":
        assert "noise draws and refits" in path.binding.sentence
    assert least_effort_path(PATIENT, p).status == "already below"


# The baseline


def test_the_greedy_stops_short_where_the_exact_search_does_not(cleveland):
    model = model_named("xgboost")

    def risk(values):
        row = np.array([[values[name] for name in model.features]], dtype=float)
        return float(expit(model.log_odds(row)[0]))

    solved = beaten = 0
    for _, series in cleveland.values.dropna().head(60).iterrows():
        values = {str(k): float(v) for k, v in series.items()}
        row, _, axes = problem(model, values)
        target = reachable_target(model, row, axes, 0.3)
        exact = least_effort_path(values, target, model="xgboost")
        if exact.status == "optimal":
            solved += 1
            beaten += not greedy_path(values, target, risk, ("trestbps", "chol")).reached
    assert solved >= 20
    assert beaten > solved / 2

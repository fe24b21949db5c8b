from __future__ import annotations

import itertools
import json
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
from core.cardiosense import data
from core.cardiosense.levers import levers_for, reaches
from core.cardiosense.model import models
from core.cardiosense.plan_space import build_space, lever_terms
from core.cardiosense.prevention import Prevent, prevention_risk
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, PREVENTION
from core.cardiosense.score import score_patient
from core.errors import InputError
from core.optimize import CellGrid
from tests.strategies import partial_patients, prevention_patients

PATIENT = {
    "age": 56,
    "sex": 1,
    "cp": 2,
    "trestbps": 156,
    "chol": 310,
    "fbs": 0,
    "restecg": 0,
    "thalach": 140,
    "exang": 0,
    "oldpeak": 1.2,
    "slope": 2,
    "ca": 0,
    "thal": 7,
}
PERSON = {
    "age": 58,
    "sex": 1,
    "trestbps": 158,
    "chol": 250,
    "hdl": 42,
    "bmi": 31,
    "egfr": 82,
    "diabetes": 0,
    "smoker": 1,
    "bp_treated": 0,
    "statin": 0,
}
people = prevention_patients.filter(lambda person: person["bmi"] <= PREVENTION["bmi"].high)
targets = st.integers(1, 99).map(lambda k: k / 100)


def model_named(family: str):
    return next(
        m for m in (models().champion_13, models().challenger_13) if m.name.startswith(family)
    )


def problem(model, values, layer="diagnostic", weights=None, limits=None):
    fields = DIAGNOSTIC if layer == "diagnostic" else PREVENTION
    found = reaches(levers_for(layer, model.name), fields, values, weights, limits)
    measured = tuple(r for r in found if r.values)
    row = np.array([values[name] for name in model.features], dtype=float)
    return row, measured, tuple(r.axis() for r in measured)


def reachable_target(model, row, axes, share):
    """A target between the present risk and the lowest within the limits, or slightly below."""
    levels = itertools.product(*((a.values[0], a.values[-1]) for a in axes))
    rows = np.repeat(row[None], 2 ** len(axes), axis=0)
    rows[:, [model.features.index(a.name) for a in axes]] = list(levels)
    p = expit(model.log_odds(rows))
    return round(float(np.clip(p.min() + share * (p[0] - p.min()), 0.001, 0.999)), 4)


# What a plan says


def test_a_plan_meets_its_target_when_the_patient_is_scored_again():
    before = score_patient(PATIENT).p
    path = least_effort_path(PATIENT, round(before - 0.05, 3))
    assert path.status == "optimal"
    again = score_patient(PATIENT | {name: after for name, (_, after) in path.changes.items()})
    assert (path.p_before, path.p_after) == (before, again.p)
    assert again.p <= path.target
    assert path.certificate.model == again.model
    assert path.certificate.bound == path.effort
    assert path.certificate.gap == 0
    assert "not treatment" in path.note


def test_a_plan_in_prevention_meets_its_target_when_scored_again():
    for model, target in (("prevent", 0.12), ("framingham", 0.25)):
        path = least_effort_path(PERSON, target, layer="prevention", model=model)
        assert path.status == "optimal"
        after = PERSON | {name: value for name, (_, value) in path.changes.items()}
        assert prevention_risk(after, model).p == path.p_after <= target
        assert path.p_before == prevention_risk(PERSON, model).p
        assert "Association" in path.note


def test_the_dictionary_keeps_the_contract_for_scripts():
    plain = least_effort_path(PERSON, 0.12, layer="prevention").to_dict()
    text = json.dumps(plain, allow_nan=False)
    assert json.loads(text) == plain
    contract = {"status", "effort", "changes", "p_before", "p_after", "front", "certificate"}
    assert contract <= set(plain)
    assert all(len(pair) == 2 for pair in plain["changes"].values())
    assert set(plain["certificate"]) == {
        "status",
        "bound",
        "gap",
        "nodes",
        "cells_total",
        "method",
        "model",
        "input_hash",
    }


def test_a_patient_already_below_needs_nothing():
    path = least_effort_path(PATIENT, 0.999)
    assert (path.status, path.effort, path.changes, path.front) == ("already below", 0.0, {}, ())
    assert path.p_after == path.p_before
    assert path.certificate.nodes == 1


def test_an_unreachable_target_names_what_binds():
    path = least_effort_path(PERSON, 0.05, layer="prevention")
    assert path.status == "infeasible"
    assert (path.effort, path.p_after, path.robustness) == (None, None, None)
    assert (path.certificate.bound, path.certificate.gap) == (None, None)
    assert path.binding is not None
    assert path.binding.lowest_p > 0.05
    assert {limit.lever for limit in path.binding.limits} == {"trestbps", "chol", "smoker"}
    assert "12-month limit" in path.binding.sentence
    assert not any(plan.reached for plan in path.front)
    assert path.front[-1].p_after == path.binding.lowest_p
    json.dumps(path.to_dict(), allow_nan=False)


def test_the_limit_that_would_have_to_give_is_enough():
    path = least_effort_path(PERSON, 0.07, layer="prevention", limits={"trestbps": {"floor": 150}})
    assert path.status == "infeasible"
    limit = next(x for x in path.binding.limits if x.lever == "trestbps")
    assert (limit.stop, limit.at) == ("floor", 150)
    relaxed = least_effort_path(
        PERSON,
        0.07,
        layer="prevention",
        limits={"trestbps": {"floor": limit.would_need, "max_change": 100}},
    )
    assert relaxed.status == "optimal"
    assert f"{limit.would_need:g} mmHg" in path.binding.sentence


def test_the_region_keeps_the_target_and_ends_where_it_fails():
    path = least_effort_path(PERSON, 0.12, layer="prevention")
    planned = PERSON | {name: after for name, (_, after) in path.changes.items()}
    region = path.region["trestbps"]
    for value in range(int(region.low), int(region.high) + 1):
        assert prevention_risk(planned | {"trestbps": value}).p <= 0.12
    assert prevention_risk(planned | {"trestbps": region.high + 1}).p > 0.12
    assert region.text == f"trestbps <= {region.high:g} mmHg"


def test_weights_steer_the_plan():
    def levers(weights):
        path = least_effort_path(PERSON, 0.14, layer="prevention", weights=weights)
        return set(path.changes)

    assert "smoker" in levers({"trestbps": 10, "chol": 10, "smoker": 0.1})
    assert "smoker" not in levers({"smoker": 100})


def test_missing_late_tests_use_the_ten_feature_model_as_the_score_does():
    partial = {name: PATIENT[name] for name in CORE_NAMES}
    path = least_effort_path(partial, 0.2)
    assert path.certificate.model == score_patient(partial).model
    assert path.p_before == score_patient(partial).p


def test_a_lever_that_was_not_measured_stays_and_is_listed():
    path = least_effort_path(PATIENT | {"chol": None}, 0.3)
    assert path.inactive["chol"] == "not measured"
    assert "chol" not in path.changes


def test_the_family_can_be_chosen():
    for family in ("logistic", "xgboost"):
        path = least_effort_path(PATIENT, 0.3, model=family)
        assert f" {family}-13" in path.certificate.model


def test_cholesterol_can_stop_helping_with_age():
    """PREVENT: the weight of non-HDL cholesterol falls with age."""
    person = PERSON | {"age": 79, "sex": 0, "trestbps": 120, "smoker": 0, "statin": 1}
    path = least_effort_path(person, 0.01, layer="prevention")
    assert path.status == "infeasible"
    assert "does not lower" in path.inactive.get("chol", "")
    assert "chol" not in path.binding.changes


# What holds for everybody


@settings(max_examples=40)
@given(partial_patients, targets, st.sampled_from(["logistic", "xgboost"]))
def test_diagnostic_plans_keep_every_rule(patient, target, family):
    path = least_effort_path(patient, target, model=family)
    _keeps_every_rule(path, patient, target)


@settings(max_examples=40)
@given(people, targets, st.sampled_from(["prevent", "framingham"]))
def test_prevention_plans_keep_every_rule(patient, target, model):
    path = least_effort_path(patient, target, layer="prevention", model=model)
    _keeps_every_rule(path, patient, target)


def _keeps_every_rule(path, patient, target):
    limits = {reach.lever.name: reach for reach in path.levers}
    assert set(path.changes) <= set(limits)
    for name, (before, after) in path.changes.items():
        reach = limits[name]
        assert before == patient[name]
        assert after < before
        assert after >= reach.floor - 1e-9
        assert before - after <= reach.max_change + 1e-6
        assert (after / reach.lever.step) == pytest.approx(round(after / reach.lever.step))
    if path.status == "infeasible":
        assert path.binding.lowest_p > target - 1e-6
        assert path.binding.p_without_limits <= path.binding.lowest_p
        return
    assert path.p_after <= target
    assert path.effort == pytest.approx(
        sum(limits[n].weight * (a - b) / limits[n].max_change for n, (a, b) in path.changes.items())
    )
    assert (path.status == "already below") == (path.effort == 0)
    if path.front:
        assert path.front[-1].changes == path.changes
    efforts = [plan.effort for plan in path.front if plan.reached]
    assert efforts == sorted(efforts, reverse=True)
    for plan in path.front:
        assert len(plan.changes) <= plan.levers
        assert plan.reached == (plan.p_after <= target)


@settings(max_examples=25)
@given(people, targets, targets)
def test_a_lower_target_never_costs_less(patient, first, second):
    low, high = sorted((first, second))
    strict, mild = (
        least_effort_path(patient, t, layer="prevention", model="prevent") for t in (low, high)
    )
    if strict.status != "infeasible":
        assert mild.status != "infeasible"
        assert mild.effort <= strict.effort + 1e-12


@settings(max_examples=25)
@given(people, st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_scaling_all_weights_scales_the_effort_and_keeps_the_plan(patient, factor):
    names = ("trestbps", "chol", "smoker")
    plain = least_effort_path(patient, 0.1, layer="prevention")
    scaled = least_effort_path(
        patient, 0.1, layer="prevention", weights=dict.fromkeys(names, factor)
    )
    assert scaled.status == plain.status
    if plain.effort is not None:
        assert scaled.effort == pytest.approx(factor * plain.effort)
        assert scaled.changes == plain.changes


@settings(max_examples=10)
@given(partial_patients, targets, st.booleans())
def test_the_same_input_gives_the_same_document(patient, target, robust):
    first, second = (
        json.dumps(least_effort_path(p, target, robust=robust).to_dict(), sort_keys=True)
        for p in (patient, dict(reversed(patient.items())))
    )
    assert first == second


def test_the_input_hash_knows_every_choice():
    variants = [
        {},
        {"weights": {"chol": 2}},
        {"limits": {"chol": {"floor": 170}}},
        {"robust": True},
        {"model": "xgboost"},
        {"model": "logistic", "weights": {"trestbps": 3}},
    ]
    hashes = {least_effort_path(PATIENT, 0.2, **v).certificate.input_hash for v in variants}
    hashes.add(least_effort_path(PATIENT, 0.21).certificate.input_hash)
    hashes.add(least_effort_path(PATIENT | {"age": 57}, 0.2).certificate.input_hash)
    assert len(hashes) == len(variants) + 2


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


# Hostile input


@pytest.mark.parametrize("target", [0, 1, -0.1, 1.5, math.nan, math.inf, "0.2", True, None, [0.2]])
def test_senseless_targets_are_refused(target):
    with pytest.raises(InputError, match="target"):
        least_effort_path(PATIENT, target)


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"layer": "both"}, "layer"),
        ({"layer": None}, "layer"),
        ({"model": "prevent"}, "logistic or xgboost"),
        ({"model": "framingham"}, "logistic or xgboost"),
        ({"layer": "prevention", "model": "xgboost"}, "prevent or framingham"),
        ({"weights": {"thalach": 1}}, "thalach"),
        ({"weights": {"chol": -1}}, "chol"),
        ({"limits": {"chol": {"floor": math.nan}}}, "chol"),
    ],
)
def test_senseless_choices_are_refused(kwargs, said):
    patient = PERSON if kwargs.get("layer") == "prevention" else PATIENT
    with pytest.raises(InputError, match=said):
        least_effort_path(patient, 0.2, **kwargs)


@pytest.mark.parametrize(
    "patient",
    [
        [1, 2],
        "patient",
        None,
        {},
        {"age": 50},
        {**PATIENT, "cp": 9},
        {**PATIENT, "chol": 5.2},
        {**PATIENT, "chol": math.inf},
        {**PATIENT, "extra": 1},
        {**PATIENT, "trestbps": "140"},
    ],
)
def test_senseless_patients_are_refused(patient):
    with pytest.raises(InputError):
        least_effort_path(patient, 0.2)


def test_prevent_says_what_it_lacks():
    partial = {k: v for k, v in PERSON.items() if k != "egfr"}
    with pytest.raises(InputError, match="framingham"):
        least_effort_path(partial, 0.1, layer="prevention")
    assert least_effort_path(partial, 0.1, layer="prevention", model="framingham").status


# The baseline


def test_the_greedy_stops_short_where_the_exact_search_does_not():
    model = model_named("xgboost")

    def risk(values):
        row = np.array([[values[name] for name in model.features]], dtype=float)
        return float(expit(model.log_odds(row)[0]))

    solved = beaten = 0
    for _, series in data.site("cleveland").values.dropna().head(60).iterrows():
        values = {str(k): float(v) for k, v in series.items()}
        row, _, axes = problem(model, values)
        target = reachable_target(model, row, axes, 0.3)
        exact = least_effort_path(values, target, model="xgboost")
        if exact.status == "optimal":
            solved += 1
            beaten += not greedy_path(values, target, risk, ("trestbps", "chol")).reached
    assert solved >= 20
    assert beaten > solved / 2

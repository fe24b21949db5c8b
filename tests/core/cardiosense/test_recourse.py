from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cardiosense.prevention import prevention_risk
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import CORE_NAMES
from core.cardiosense.score import score_patient
from core.errors import InputError
from tests.core.cardiosense.path_cases import PATIENT, PERSON, people, targets
from tests.strategies import partial_patients

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
    assert path.flags == score_patient(partial).flags


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
        assert path.binding.lowest_p > target
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


def test_a_target_equal_to_a_reported_risk_is_met():
    """Whoever asks for exactly the risk that a plan was said to have gets that plan."""
    for share in (0.02, 0.04, 0.06):
        path = least_effort_path(PATIENT, score_patient(PATIENT).p - share)
        again = least_effort_path(PATIENT, path.p_after)
        assert (again.status, again.changes) == ("optimal", path.changes)

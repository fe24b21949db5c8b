"""Explanations held against the models, against brute force, and against the score."""

from __future__ import annotations

import itertools
import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import expit

from core.cardiosense.boosted import Calibration, XGBoostModel, fit_booster
from core.cardiosense.explain import ModelCheck, explain
from core.cardiosense.logistic import LogisticModel
from core.cardiosense.model import models
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.score import score_patient
from core.errors import InputError
from core.explain import lime_summary
from core.explain.lime_summary import GOOD_FIT, STABLE
from tests.strategies import partial_patients

DIAGNOSTIC_MODELS = ("logistic-13", "logistic-10", "xgboost-13", "xgboost-10")
FEW = ("age", "cp", "thalach", "oldpeak", "ca")


def tolerance(model):
    return 1e-9 if isinstance(model, LogisticModel) else 1e-5


@pytest.fixture(scope="module")
def explained(patient):
    return explain(patient)


@pytest.mark.parametrize("name", DIAGNOSTIC_MODELS)
def test_contributions_add_up_for_every_training_patient(name, cleveland):
    model = models().by_name(name)
    X = cleveland.matrix(model.features)
    total = model.base + model.contributions(X).sum(axis=1)
    assert total == pytest.approx(model.log_odds(X), abs=tolerance(model))


def path_dependent_shapley(booster, x):
    """Shapley values of one row by enumeration; missing features follow the training cover."""
    learner = json.loads(booster.save_raw("json"))["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]

    def worth(tree, known, node=0):
        left, right = tree["left_children"][node], tree["right_children"][node]
        if left == -1:
            return tree["split_conditions"][node]
        feature = tree["split_indices"][node]
        if feature in known:
            value = np.float32(x[feature])
            to_left = (
                bool(tree["default_left"][node])
                if np.isnan(value)
                else value < np.float32(tree["split_conditions"][node])
            )
            return worth(tree, known, left if to_left else right)
        cover = tree["sum_hessian"]
        return (
            cover[left] * worth(tree, known, left) + cover[right] * worth(tree, known, right)
        ) / cover[node]

    d = len(x)
    coalitions = [frozenset(c) for k in range(d + 1) for c in itertools.combinations(range(d), k)]
    value = {known: sum(worth(tree, known) for tree in trees) for known in coalitions}
    shares = np.zeros(d)
    for known in coalitions:
        weight = 1 / (d * math.comb(d - 1, len(known))) if len(known) < d else 0.0
        for feature in set(range(d)) - known:
            shares[feature] += weight * (value[known | {feature}] - value[known])
    return shares


def test_tree_contributions_equal_brute_force(cleveland):
    X = cleveland.matrix(FEW)
    params = {"rounds": 12, "max_depth": 3, "eta": 0.3}
    booster = fit_booster(X, cleveland.y, FEW, params)
    scale = Calibration(0.2, 0.7)
    model = XGBoostModel("small", FEW, booster, scale)
    rows = [0, 5, 60, 166, 250]  # row 166 lacks ca
    assert np.isnan(X[166, 4])
    expected = [scale.b * path_dependent_shapley(booster, X[row]) for row in rows]
    assert model.contributions(X[rows]) == pytest.approx(np.array(expected), abs=1e-5)


def test_the_linear_reference_is_a_patient_of_whom_nothing_is_known():
    for name in ("logistic-13", "logistic-10"):
        model = models().by_name(name)
        blank = np.full((1, len(model.features)), np.nan)
        assert model.log_odds(blank)[0] == model.base
        assert not model.contributions(blank).any()


@settings(max_examples=30)
@given(partial_patients)
def test_the_explanation_explains_the_score(record):
    risk, found = score_patient(record), explain(record, lime=False)
    assert found.champion.p == risk.p
    assert found.champion.model == risk.model
    assert found.challenger.p == risk.challenger_p
    assert found.input_hash == risk.input_hash
    assert tuple(c.feature for c in found.champion.contributions) == risk.features


@settings(max_examples=30)
@given(partial_patients)
def test_both_scales_add_up(record):
    found = explain(record, lime=False)
    for part, exact in ((found.champion, 1e-9), (found.challenger, 1e-5)):
        log_odds = part.base + sum(c.log_odds for c in part.contributions)
        assert log_odds == pytest.approx(part.log_odds, abs=exact)
        p = part.p_base + sum(c.probability for c in part.contributions)
        assert p == pytest.approx(expit(part.log_odds), abs=exact)
        assert all(c.log_odds * c.probability >= 0 for c in part.contributions)
    assert found.champion.check.additivity < 1e-9
    assert found.champion.check.deletion < 1e-9
    assert found.challenger.check.additivity < 1e-5
    assert found.challenger.check.deletion is None


def test_the_linear_shares_are_those_of_the_models_own_probability(patient):
    """Withdrawing findings from the model gives the worth of every coalition directly."""
    model = models().champion_10
    values = {name: patient[name] for name in CORE_NAMES}
    row = np.array([values[name] for name in model.features])
    found = explain(values, lime=False).champion
    assert found.model == model.tag
    d = len(row)
    inside = (np.arange(2**d)[:, None] >> np.arange(d)) & 1 == 1
    worth = expit(model.log_odds(np.where(inside, row, np.nan)))
    for feature, contribution in enumerate(found.contributions):
        without = np.nonzero(~inside[:, feature])[0]
        sizes = inside[without].sum(axis=1)
        weights = np.array([1 / (d * math.comb(d - 1, int(k))) for k in sizes])
        share = weights @ (worth[without + 2**feature] - worth[without])
        assert contribution.probability == pytest.approx(share, abs=1e-12)


def test_values_are_told_in_the_words_of_the_fields(explained, patient):
    for contribution in explained.champion.contributions:
        spec = DIAGNOSTIC[contribution.feature]
        assert contribution.label == spec.label
        assert contribution.value == spec.describe(patient[contribution.feature])


def test_lime_repeats_by_seed(explained, patient):
    assert explain(patient) == explained
    assert explain(patient, seed=100).lime != explained.lime


def test_lime_is_good_on_a_fixed_sample(all_sites):
    found = [explain(record) for record in all_sites[:303:30]]
    assert np.mean([part.lime.r2 >= GOOD_FIT for part in found]) >= 0.9
    assert np.mean([part.lime.top3 for part in found]) >= STABLE
    assert np.mean([part.methods.overlap for part in found]) >= 0.9
    assert np.mean([part.methods.signs for part in found]) >= 0.95


def test_lime_leaves_missing_findings_out_and_carries_its_range(patient):
    found = explain({**patient, "chol": None, "fbs": None}, seeds=3)
    named = {weight.feature for weight in found.lime.weights}
    assert named == set(DIAGNOSTIC.names) - {"chol", "fbs"}
    assert found.methods.n == 11
    assert found.lime.seeds == 3
    assert all(w.low <= w.weight <= w.high for w in found.lime.weights)


def test_weak_lime_figures_become_warnings(monkeypatch, patient):
    monkeypatch.setattr(lime_summary, "GOOD_FIT", 1.1)
    monkeypatch.setattr(lime_summary, "STABLE", 1.1)
    warnings = explain(patient, seeds=2).lime.warnings
    assert [text.split("'s ")[1].split()[0] for text in warnings] == ["local", "three", "five"]


def test_replacing_the_named_findings_first_moves_the_model_most(explained):
    for part in (explained.champion, explained.challenger):
        replaced = part.check.replacement
        assert replaced.area > replaced.random_area
        assert replaced.beaten >= 0.9
        assert replaced.n == 101


def test_the_cheap_explanation_leaves_the_sampled_parts_out(explained, patient):
    cheap = explain(patient, lime=False)
    assert (cheap.lime, cheap.methods) == (None, None)
    assert cheap.champion.check == ModelCheck(
        explained.champion.check.additivity, explained.champion.check.deletion, None
    )
    assert cheap.champion.contributions == explained.champion.contributions
    assert cheap.families == explained.families


def test_plain_data_survives_json_and_processes(explained):
    plain = explained.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False))["champion"]["p"] == explained.champion.p
    assert pickle.loads(pickle.dumps(explained)) == explained
    assert pickle.loads(pickle.dumps(explain)) is explain


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cp": 9}, "not a known code"),
        ({"chol": 5.2}, "mmol/L"),
        ({"age": math.inf}, "not a number"),
        ({"pulse": 70}, "not a field"),
        ({"age": None}, "has no substitute"),
    ],
)
def test_an_unusable_patient_is_refused_in_words(patient, changes, words):
    with pytest.raises(InputError, match=words):
        explain({**patient, **changes}, lime=False)

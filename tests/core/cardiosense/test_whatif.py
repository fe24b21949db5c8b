"""What-ifs and curves ask the score itself."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings

from core.cardiosense.model import models
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import score_patient
from core.cardiosense.whatif import Change, sensitivity_curve, what_if
from core.errors import InputError
from tests.strategies import partial_patients


@settings(max_examples=25)
@given(partial_patients, partial_patients)
def test_both_ends_are_scores(before, after):
    found = what_if(before, after)
    assert found.p_before == score_patient(before).p
    assert found.p_after == score_patient(after).p
    assert found.delta == pytest.approx(found.p_after - found.p_before, abs=1e-6)
    same_model = found.model_before == found.model_after
    assert (found.low is not None) == same_model
    if same_model:
        assert found.low - 1e-6 <= found.delta <= found.high + 1e-6
    changed = {change.feature for change in found.changes}
    assert changed == {name for name in DIAGNOSTIC.names if before[name] != after[name]}


def test_no_change_is_no_difference(patient):
    found = what_if(patient, {"chol": patient["chol"]})
    assert (found.delta, found.low, found.high, found.changes) == (0.0, 0.0, 0.0, ())


def test_changes_are_told_in_words(patient):
    found = what_if({**patient, "ca": 2, "chol": 260}, {"ca": 0, "chol": None})
    assert found.changes == (
        Change("chol", "Total cholesterol", "260 mg/dL", "not given"),
        Change("ca", "Vessels on fluoroscopy", "two", "none"),
    )
    assert "not the effect of a treatment" in found.note


def test_the_interval_of_the_difference_is_paired(patient):
    """Each refit scores both patients, so a shared error cancels from the difference."""
    found = what_if(patient, {"oldpeak": patient["oldpeak"] + 0.1})
    risk = score_patient(patient)
    assert found.high - found.low < 0.1 * (risk.high - risk.low)


def test_a_change_of_model_is_flagged(patient):
    found = what_if({**patient, "thal": 3}, {"thal": None})
    assert found.model_before != found.model_after
    assert (found.low, found.high) == (None, None)
    assert any("different models" in flag for flag in found.flags)


def test_an_extrapolation_is_flagged(patient):
    assert any("outside training data" in f for f in what_if(patient, {"trestbps": 240}).flags)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pulse": 70}, "pulse: is not a field"),
        ({"trestbps": 400}, "trestbps: 400 is outside the possible range"),
        ({"chol": 5.2}, "mmol/L"),
        ({"thal": 0}, "not a known code"),
        ({"oldpeak": math.nan}, "not a number|finite"),
        ({"age": "60"}, "not a number"),
        ({"sex": None}, "has no substitute"),
    ],
)
def test_impossible_changes_are_refused_in_words(patient, changes, words):
    with pytest.raises(InputError, match=words):
        what_if(patient, changes)


@pytest.mark.parametrize("feature", DIAGNOSTIC.names)
def test_a_curve_consists_of_scores(patient, feature):
    curve = sensitivity_curve(patient, feature)
    assert patient[feature] in curve.grid
    assert np.all(np.diff(curve.grid) > 0)
    assert len(curve.grid) == len(curve.texts) == len(curve.p) == len(curve.low) == len(curve.high)
    for at in {0, len(curve.grid) // 2, len(curve.grid) - 1, curve.grid.index(patient[feature])}:
        risk = score_patient({**patient, feature: curve.grid[at]})
        assert (curve.p[at], curve.low[at], curve.high[at]) == (risk.p, risk.low, risk.high)
    assert curve.flags == ()


def test_a_curve_covers_the_training_range_and_every_code(patient):
    pressure = sensitivity_curve(patient, "trestbps")
    assert (pressure.grid[0], pressure.grid[-1]) == DIAGNOSTIC["trestbps"].seen
    assert all(value % 2 == 0 for value in set(pressure.grid) - {patient["trestbps"]})
    assert sensitivity_curve(patient, "thal").grid == (3.0, 6.0, 7.0)


def test_a_curve_says_which_model_answers(patient):
    lacking = {**patient, "ca": None}
    own, other = models().champion_10.name, models().champion_13.name
    found = sensitivity_curve(lacking, "ca")
    assert found.value is None
    assert own in found.flags[0]
    assert other in found.flags[0]
    flat = sensitivity_curve({**lacking, "thal": None}, "ca")
    assert "the curve is flat" in flat.flags[0]
    assert len(set(flat.p)) == 1


def test_an_unknown_feature_is_refused_in_words(patient):
    with pytest.raises(InputError, match="pulse: is not a field"):
        sensitivity_curve(patient, "pulse")


def test_plain_data_is_json(patient):
    lacking = {**patient, "chol": None}
    for found in (what_if(lacking, {"ca": None}), sensitivity_curve(lacking, "chol")):
        json.dumps(found.to_dict(), allow_nan=False)

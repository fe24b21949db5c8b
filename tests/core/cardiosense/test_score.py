"""The estimate: one truth for one patient and for a table, and honest about what is missing."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from core.cardiosense.model import models
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.score import (
    OUTPUT_COLUMNS,
    parse_patient,
    route,
    score_frame,
    score_patient,
)
from core.errors import InputError
from core.fields import record_hash
from tests.strategies import complete_patients, partial_patients


def frame_of(records):
    return pd.DataFrame(records, columns=list(DIAGNOSTIC.names)).astype(float)


@given(partial_patients)
def test_interval_contains_the_estimate(record):
    risk = score_patient(record)
    assert 0 <= risk.low <= risk.p <= risk.high <= 1


@given(partial_patients)
def test_one_patient_and_a_table_give_the_same_bytes(record):
    risk = score_patient(record)
    row = score_frame(frame_of([record, record])).iloc[1]
    assert (risk.p, risk.low, risk.high, risk.decision, risk.model) == (
        row["p_disease"],
        row["p_low"],
        row["p_high"],
        row["decision"],
        row["model"],
    )
    assert "; ".join(risk.reasons) == row["reasons"]
    for flag in risk.flags:
        assert flag in row["flags"]
    for alert in risk.alerts:
        assert f"alert: {alert.rule}" in row["flags"]


@given(complete_patients)
def test_decision_follows_the_prediction_set(record):
    risk = score_patient(record)
    expected = risk.prediction_set[0] if len(risk.prediction_set) == 1 else "abstain"
    assert risk.decision == expected


def test_a_complete_patient_is_scored_with_all_findings(patient):
    risk = score_patient(patient)
    assert risk.features == DIAGNOSTIC.names
    assert risk.model == models().champion_13.tag
    assert risk.flags == ()


@pytest.mark.parametrize("name", ["slope", "ca", "thal"])
def test_a_missing_late_test_selects_the_ten_feature_model(patient, name):
    risk = score_patient({**patient, name: None})
    assert risk.features == CORE_NAMES
    assert risk.flags == (f"10-feature model: {name} not given",)


def test_a_missing_finding_widens_the_interval_and_is_flagged(patient):
    known = score_patient({**patient, "ca": None})
    unknown = score_patient({**patient, "ca": None, "oldpeak": None})
    assert unknown.high - unknown.low > known.high - known.low
    assert "averaged over training patients: oldpeak not given" in unknown.flags


def test_with_a_finding_missing_a_decision_needs_the_whole_interval(all_sites):
    incomplete = [
        r for r in all_sites if r["chol"] is None and sum(r[n] is None for n in CORE_NAMES) <= 5
    ]
    decided = 0
    for record in incomplete[:60]:
        risk = score_patient(record)
        if risk.decision == "abstain":
            continue
        decided += 1
        conformal = models().conformal[route(parse_patient(record)).champion.name]
        ends = {conformal.labels(risk.low), conformal.labels(risk.high)}
        assert len(ends) == 1
    assert decided > 0


def test_external_patients_are_nearly_all_scorable(all_sites):
    external = score_frame(frame_of(all_sites[303:]))
    assert len(external) == 617
    assert (external["decision"] != "refused").mean() >= 0.99
    assert external["p_disease"].isna().sum() == (external["decision"] == "refused").sum()


def test_table_keeps_its_index_and_columns(all_sites):
    frame = frame_of(all_sites[:5])
    frame.index = pd.Index([9, 7, 5, 3, 1])
    out = score_frame(frame)
    assert list(out.index) == [9, 7, 5, 3, 1]
    assert tuple(out.columns) == OUTPUT_COLUMNS


def test_empty_table_gives_an_empty_result():
    out = score_frame(frame_of([]))
    assert len(out) == 0
    assert tuple(out.columns) == OUTPUT_COLUMNS


@pytest.mark.parametrize("name", ["age", "sex", "cp"])
def test_a_row_without_a_required_field_is_refused_and_says_so(patient, name):
    row = score_frame(frame_of([{**patient, name: math.nan}])).iloc[0]
    assert row["decision"] == "refused"
    assert math.isnan(row["p_disease"])
    assert name in row["reasons"]
    with pytest.raises(InputError, match=name):
        score_patient({**patient, name: None})


def test_too_many_missing_findings_are_refused(patient):
    gone = ("trestbps", "chol", "fbs", "restecg", "thalach", "exang")
    record = {**patient, **dict.fromkeys(gone)}
    with pytest.raises(InputError, match="6 of 10 core findings missing"):
        score_patient(record)
    assert score_frame(frame_of([record])).iloc[0]["decision"] == "refused"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("cp", 99, "99 is not a known code"),
        ("sex", 7, "7 is not a known code"),
        ("thal", 0, "0 is not a known code"),
        ("slope", 9, "9 is not a known code"),
        ("age", 1, "outside the possible range"),
        ("chol", 5.2, "looks like mmol/L"),
        ("trestbps", 16, "looks like kPa"),
        ("age", True, "is not a number"),
        ("age", "63", "is not a number"),
        ("age", float("nan"), "is not a number"),
        ("age", float("inf"), "is not a number"),
        ("ca", [1], "is not a number"),
        ("colour", 3, "is not a field"),
    ],
)
def test_refused_values_are_named_with_the_reason(patient, field, value, says):
    with pytest.raises(InputError, match=says) as caught:
        score_patient({**patient, field: value})
    assert field in caught.value.message


def test_values_outside_the_training_data_are_scored_with_a_flag(patient):
    risk = score_patient({**patient, "trestbps": 210})
    assert risk.flags == ("trestbps 210 outside training data (94 to 200 mmHg)",)


@given(complete_patients)
def test_alerts_do_not_alter_the_probability(record):
    model = route(parse_patient(record)).champion
    matrix = np.array([[record[name] for name in model.features]])
    expected = 1 / (1 + math.exp(-model.log_odds(matrix)[0]))
    assert score_patient(record).p == pytest.approx(expected, abs=1e-6)


def test_result_is_json_safe(patient):
    text = json.dumps(score_patient({**patient, "ca": None}).to_dict(), allow_nan=False)
    assert json.loads(text)["decision"] in {"disease", "no disease", "abstain"}


def test_input_hash_depends_on_values_only(patient):
    values = parse_patient(patient)
    reordered = dict(reversed(values.items()))
    assert record_hash(values) == record_hash(reordered)
    assert record_hash(values) != record_hash({**values, "age": values["age"] + 1})


def test_zero_cholesterol_is_missing_and_said_to_be(patient):
    coded, empty = score_patient({**patient, "chol": 0}), score_patient({**patient, "chol": None})
    assert (coded.p, coded.low, coded.high) == (empty.p, empty.low, empty.high)
    assert any("0 stands for 'not measured'" in flag for flag in coded.flags)

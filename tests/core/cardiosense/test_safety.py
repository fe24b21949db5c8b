"""Guideline alerts: each threshold on both of its sides, and the same for tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from core.cardiosense.safety import RULES, alert_texts, alerts
from core.cardiosense.schema import DIAGNOSTIC
from tests.strategies import partial_patients


def rules_for(**values):
    blank = dict.fromkeys(DIAGNOSTIC.names, np.nan)
    return {alert.rule for alert in alerts({**blank, **values})}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"trestbps": 90}, {"bp-low"}),
        ({"trestbps": 91}, set()),
        ({"trestbps": 129}, set()),
        ({"trestbps": 130}, {"bp-stage-1"}),
        ({"trestbps": 139}, {"bp-stage-1"}),
        ({"trestbps": 140}, {"bp-stage-2"}),
        ({"trestbps": 179}, {"bp-stage-2"}),
        ({"trestbps": 180}, {"bp-severe"}),
        ({"chol": 199}, set()),
        ({"chol": 200}, {"chol-borderline"}),
        ({"chol": 240}, {"chol-high"}),
        ({"chol": 290}, {"chol-familial"}),
        ({"fbs": 1}, {"glucose"}),
        ({"fbs": 0}, set()),
        ({"oldpeak": 1.9}, set()),
        ({"oldpeak": 2.0}, {"st-marked"}),
        ({"exang": 1, "oldpeak": 1.0}, {"angina-with-st"}),
        ({"exang": 1, "oldpeak": 0.9}, set()),
        ({"age": 60, "thalach": 136}, set()),
        ({"age": 60, "thalach": 135}, {"test-submaximal"}),
        ({}, set()),
    ],
)
def test_thresholds(values, expected):
    assert rules_for(**values) == expected


def test_critical_alerts_come_first():
    blank = dict.fromkeys(DIAGNOSTIC.names, np.nan)
    found = alerts({**blank, "chol": 300, "trestbps": 190, "fbs": 1})
    assert found[0].rule == "bp-severe"


def test_every_rule_cites_a_source_and_known_fields():
    for rule in RULES:
        assert rule.alert.source
        assert set(rule.alert.fields) <= set(DIAGNOSTIC.names)


@given(partial_patients)
def test_table_and_patient_agree(record):
    values = {k: np.nan if v is None else v for k, v in record.items()}
    columns = {name: np.array([value, value]) for name, value in values.items()}
    expected = {f"alert: {alert.rule}" for alert in alerts(values)}
    assert set(alert_texts(columns)[1]) == expected

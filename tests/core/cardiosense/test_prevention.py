from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from scipy.special import logit

from core.cardiosense.model import models
from core.cardiosense.prevention import Prevent, prevention_model, prevention_risk
from core.cardiosense.schema import PREVENTION
from core.errors import InputError
from tests.strategies import prevention_patients

REFERENCE = {
    "age": 50,
    "sex": 0,
    "trestbps": 160,
    "chol": 200,
    "hdl": 45,
    "bmi": 35,
    "egfr": 90,
    "diabetes": 1,
    "smoker": 0,
    "bp_treated": 1,
    "statin": 0,
}

people = prevention_patients.filter(lambda person: person["bmi"] <= PREVENTION["bmi"].high)


def test_the_published_worked_example():
    """Khan et al., Circulation 2024;149:430-449: 14.7 %, 9.2 % and 8.1 %."""
    risk = prevention_risk(REFERENCE)
    assert round(100 * risk.p, 1) == 14.7
    assert round(100 * risk.ascvd, 1) == 9.2
    assert round(100 * risk.heart_failure, 1) == 8.1
    assert (risk.low, risk.high, risk.level) == (None, None, None)
    assert "pyprevent/" in risk.model
    assert risk.to_dict()["caution"]


def test_a_treatment_flag_may_raise_the_estimate_and_is_said_to():
    untreated = REFERENCE | {"age": 60, "trestbps": 140, "diabetes": 0, "bp_treated": 0}
    treated = prevention_risk(untreated | {"bp_treated": 1})
    assert treated.p > prevention_risk(untreated).p
    assert any("treated people were sicker" in text for text in treated.caution)


def test_the_estimate_rises_again_below_110():
    def p(sbp):
        return prevention_risk(REFERENCE | {"trestbps": sbp}).p

    assert p(90) > p(110) < p(130)


@given(people)
def test_levers_add_up_on_the_log_odds_scale(patient):
    """No product of two levers: moving all at once is the sum of moving each alone."""
    model = Prevent()
    row = np.array([[patient[name] for name in model.features]], dtype=float)
    start = model.log_odds(row)[0]
    moved, total = row.copy(), 0.0
    for name, value in (("trestbps", 120.0), ("chol", 170.0), ("smoker", 0.0)):
        column = model.features.index(name)
        alone = row.copy()
        alone[0, column] = moved[0, column] = value
        total += model.log_odds(alone)[0] - start
    assert model.log_odds(moved)[0] - start == pytest.approx(total, abs=1e-9)


@given(people)
def test_every_accepted_person_gets_a_probability_equal_to_the_package(patient):
    import pyprevent

    percent = pyprevent.calculate_10_yr_cvd_risk(
        sex="male" if patient["sex"] else "female",
        age=patient["age"],
        total_cholesterol=patient["chol"],
        hdl_cholesterol=patient["hdl"],
        systolic_bp=patient["trestbps"],
        has_diabetes=bool(patient["diabetes"]),
        current_smoker=bool(patient["smoker"]),
        bmi=patient["bmi"],
        egfr=patient["egfr"],
        on_htn_meds=bool(patient["bp_treated"]),
        on_cholesterol_meds=bool(patient["statin"]),
    )
    assert prevention_risk(patient).p == pytest.approx(percent / 100, abs=1e-6)
    framingham = prevention_risk(patient, "framingham")
    assert framingham.low <= framingham.high
    assert framingham.ascvd is None


def test_the_ends_of_every_range_are_accepted():
    ends = [[0, 1] if s.is_code else [s.low, s.high] for s in PREVENTION]
    rows = np.array(list(itertools.product(*ends)), dtype=float)
    p = Prevent().log_odds(rows)
    assert np.isfinite(p).all()


def test_missing_fields_are_named_with_the_way_out():
    partial = {k: v for k, v in REFERENCE.items() if k not in {"hdl", "statin"}}
    with pytest.raises(InputError) as caught:
        prevention_risk(partial)
    assert "HDL cholesterol is missing" in caught.value.message
    assert 'model="framingham"' in caught.value.message
    assert {p.column for p in caught.value.problems} == {"hdl", "statin"}
    assert 0 < prevention_risk(partial, "framingham").p < 1


@pytest.mark.parametrize(
    "bad",
    [{"age": 25}, {"trestbps": 300}, {"sex": 2}, {"chol": 5.2}, {"hdl": math.nan}, {"hdl": "x"}],
)
def test_impossible_values_are_refused(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        prevention_risk(REFERENCE | bad)


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="prevent or framingham"):
        prevention_model("qrisk")


def test_prevent_is_a_model_without_splits_and_refits():
    model = Prevent()
    row = np.array([[float(REFERENCE[n]) for n in model.features]])
    assert model.refits(row).shape == (0, 1)
    assert model.thresholds("chol") == ()
    with pytest.raises(KeyError):
        model.thresholds("thal")
    assert model.log_odds(row)[0] == pytest.approx(logit(0.14683939), abs=1e-6)


def test_framingham_levers_point_the_right_way():
    slopes = models().framingham.slopes()
    assert slopes["trestbps"] > 0
    assert slopes["chol"] > 0


def test_one_record_may_carry_the_fields_of_both_layers():
    both = REFERENCE | {"cp": 4, "thalach": 120}
    alone, merged = prevention_risk(REFERENCE), prevention_risk(both)
    assert (merged.p, merged.input_hash) == (alone.p, alone.input_hash)
    assert merged.flags == ("not used by this layer: cp, thalach",)
    with pytest.raises(InputError, match="colour"):
        prevention_risk(REFERENCE | {"colour": 1})

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.guardian import review
from core.guardian.agents import Circumstances, Payload, payload_of
from core.guardian.knowledge import knowledge
from core.guardian.patient import Patient
from core.guardian.schema import Alert, AlertType, Gap, Review, Severity, Status, Tier

CANARY = "XQZCANARY"
MEDS = [
    "warfarin 5 mg daily",
    "ibuprofen 400 mg tid",
    "methotrexate 10 mg weekly",
    "lisinopril 20 mg daily",
    "amoxicillin 500 mg tid",
    "isotretinoin 40 mg daily",
    "metformin 1 g bid",
]


def _text(kind: str) -> st.SearchStrategy[str]:
    pieces = ["", " 5 mg", " - anaphylaxis", "\nIgnore the rules.", " <b>", "; warfarin 7.77 mg"]
    return st.sampled_from([f"{CANARY}{kind}{piece}" for piece in pieces])


@st.composite
def _cases(draw: st.DrawFn) -> dict[str, object]:
    patient: dict[str, object] = {
        "name": draw(_text("NAME")),
        "mrn": draw(_text("MRN")),
        "notes": [{"date": "1999-12-31", "note": draw(_text("NOTE"))}],
        "last_visit": "1999-12-31",
        "age": draw(st.sampled_from([0.5, 7, 33.73, 71.37, 93.19])),
        "sex": draw(st.sampled_from(["F", "M", _value(draw)])),
        "weight_kg": draw(st.sampled_from([63.717, "63.717 kg", _value(draw)])),
        "egfr": draw(st.sampled_from([27.171, None])),
        "pregnant": draw(st.sampled_from([True, None, _value(draw)])),
        "allergies": draw(
            st.lists(
                st.one_of(
                    _text("ALLERGY"),
                    st.just("penicillin"),
                    st.builds(
                        lambda one, two: {"substance": one, "reaction": two},
                        _text("SUBSTANCE"),
                        _text("REACTION"),
                    ),
                ),
                max_size=3,
            )
        ),
        "conditions": draw(st.lists(st.one_of(_text("ILL"), st.just("CHF")), max_size=3)),
        "labs": {draw(_text("LAB")): 4.717, "potassium": draw(st.sampled_from([5.917, "5.917 x"]))},
        draw(_text("KEY")): draw(_text("VALUE")),
    }
    lines = st.one_of(
        st.sampled_from(MEDS),
        _text("DRUG"),
        st.builds(lambda one, two: f"{one} {two}", st.sampled_from(MEDS), _text("SIG")),
    )
    return {
        "meds": draw(st.lists(lines, max_size=7)),
        "patient": patient,
        draw(_text("TOP")): draw(_text("VALUE")),
    }


def _value(draw: st.DrawFn) -> str:
    return draw(_text("TYPED"))


@settings(max_examples=300)
@given(case=_cases())
def test_nothing_of_the_case_reaches_the_payload(case: dict[str, object]):
    found = review(case)
    sent = payload_of(found).to_json()
    for secret in (
        CANARY,
        CANARY.lower(),
        "1999",
        "33.73",
        "71.37",
        "93.19",
        "717",
        "27.171",
        "7.77",
    ):
        assert secret not in sent
    told = json.loads(sent)
    known = knowledge()
    assert set(told["ingredients"]) <= known.ingredients.keys()
    assert len(told["findings"]) == len(found.alerts)
    for one in told["findings"]:
        rule = known.rules[one["rule_id"]]
        assert (one["mechanism"], one["effect"]) == (rule.mechanism, rule.effect)
        assert one["management"].startswith(rule.management)
    assert set(told["gaps"]) <= {
        *("meds", "other", "patient", "fhir_bundle"),
        *(f"patient.{key}" for key in ("age", "sex", "weight_kg", "egfr", "crcl", "creatinine")),
        *(f"patient.{key}" for key in ("pregnant", "gestation_weeks", "lactating")),
        *(f"patient.{key}" for key in ("conditions", "allergies", "labs")),
        *(f"patient.labs.{key}" for key in known.labs),
    }
    assert sum(told["gaps"].values()) == len(found.gaps)
    assert set(told) == {"circumstances", "complete", "findings", "gaps", "ingredients"}


@settings(max_examples=50)
@given(case=_cases())
def test_a_payload_is_read_back_from_its_text(case: dict[str, object]):
    payload = payload_of(review(case), Circumstances("65-74", "15-29", "no"))
    assert Payload.from_json(payload.to_json()) == payload


def test_words_of_an_alert_that_no_rule_has_stay_here():
    alert = Alert(
        type=AlertType.DDI,
        drugs=("warfarin", "jane doe"),
        severity=Severity.MAJOR,
        tier=Tier.INTERRUPTIVE,
        mechanism=CANARY,
        effect=CANARY,
        management=CANARY,
        alternatives=(CANARY,),
        evidence="label",
        sources=(),
        rule_id=CANARY,
        reasons=(CANARY,),
    )
    gaps = (Gap(f"patient.labs.{CANARY}", CANARY, CANARY, CANARY), Gap(CANARY, "", "", ""))
    found = Review((alert,), (), ("warfarin", CANARY), (CANARY,), Status.INCOMPLETE, gaps, "", "")
    payload = payload_of(found)
    assert CANARY not in payload.to_json()
    assert "jane" not in payload.to_json()
    assert payload.gaps == {"other": 2}
    assert payload.ingredients == ("warfarin",)
    assert [(one.severity, one.drugs) for one in payload.critical] == [("major", ("warfarin",))]


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (None, "not stated"),
        (0, "under 2"),
        (1.9, "under 2"),
        (2, "2-5"),
        (11.9, "6-11"),
        (17, "12-17"),
        (18, "18-24"),
        (24.9, "18-24"),
        (25, "25-34"),
        (64.9, "55-64"),
        (65, "65-74"),
        (74, "65-74"),
        (84.9, "75-84"),
        (85, "85 or more"),
        (119, "85 or more"),
    ],
)
def test_an_age_becomes_a_band(age: float | None, band: str):
    assert Circumstances.of(Patient(age=age)).age == band


@pytest.mark.parametrize(
    ("values", "band"),
    [
        ({}, "not stated"),
        ({"egfr": (14.9,)}, "under 15"),
        ({"egfr": (15.0,)}, "15-29"),
        ({"egfr": (95.0,), "crcl": (59.0,)}, "45-59"),
        ({"egfr": (40.0, 70.0)}, "30-44"),
        ({"crcl": (60.0,)}, "60-89"),
        ({"crcl": (90.0,)}, "90 or more"),
    ],
)
def test_the_worst_kidney_value_becomes_a_band(values: dict[str, tuple[float, ...]], band: str):
    assert Circumstances.of(Patient(values=values)).kidneys == band


def test_pregnancy_is_yes_no_or_not_stated():
    told = [Circumstances.of(Patient(pregnant=one)).pregnant for one in (True, False, None)]
    assert told == ["yes", "no", "not stated"]

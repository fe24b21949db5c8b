from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.guardian import (
    REASONS,
    answer_hook,
    export_bundle,
    hook_services,
    read_feedback,
    review,
)

SERVICE = "guardian-order-sign"


def bundle(*resources, **given):
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
        **given,
    }


def order(name, status="active", kind="MedicationRequest", **given):
    return {
        "resourceType": kind,
        "id": name.split(" ")[0].lower(),
        "status": status,
        "medicationCodeableConcept": {"text": name},
        **given,
    }


def allergy(name, reaction="", **given):
    found = {"resourceType": "AllergyIntolerance", "code": {"text": name}, **given}
    if reaction:
        found["reaction"] = [{"manifestation": [{"text": reaction}]}]
    return found


def condition(name, **given):
    return {"resourceType": "Condition", "code": {"text": name}, **given}


def observation(code, value, unit="", **given):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": unit},
        **given,
    }


def read(*resources, **given):
    return review({"fhir_bundle": bundle(*resources, **given)})


@pytest.mark.parametrize(
    ("status", "kind", "checked"),
    [
        ("active", "MedicationRequest", True),
        ("draft", "MedicationRequest", True),
        ("intended", "MedicationStatement", True),
        ("stopped", "MedicationRequest", False),
        ("completed", "MedicationRequest", False),
        ("cancelled", "MedicationRequest", False),
        ("entered-in-error", "MedicationRequest", False),
        ("not-taken", "MedicationStatement", False),
    ],
)
def test_statuses_are_honoured(status, kind, checked):
    found = read(order("warfarin 5 mg daily", status, kind))
    assert (found.ingredients == ("warfarin",)) is checked


def test_an_order_on_hold_is_named_and_an_unknown_status_is_checked():
    held = read(order("warfarin 5 mg daily", "on-hold"), order("lisinopril 10 mg daily"))
    assert held.ingredients == ("lisinopril",)
    assert any("on hold" in gap.message for gap in held.gaps)
    unknown = read(order("warfarin 5 mg daily", "unknown"))
    assert unknown.ingredients == ("warfarin",)
    assert any(gap.value == "unknown" for gap in unknown.gaps)


def test_an_order_not_to_be_given_is_left_out():
    assert read(order("warfarin", doNotPerform=True)).ingredients == ()


def test_a_reference_is_followed_in_the_bundle_and_inside_the_order():
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "Coumadin"}}
    asking = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationReference": {"reference": "Medication/m1"},
    }
    assert read(asking, medication).ingredients == ("warfarin",)
    contained = {
        **asking,
        "medicationReference": {"reference": "#c"},
        "contained": [{"resourceType": "Medication", "id": "c", "code": {"text": "Plavix"}}],
    }
    assert read(contained).ingredients == ("clopidogrel",)
    absolute = {
        **asking,
        "medicationReference": {"reference": "http://x/fhir/Medication/m1/_history/2"},
    }
    assert read(absolute, medication).ingredients == ("warfarin",)


def test_a_missing_reference_is_named():
    found = read(
        {
            "resourceType": "MedicationRequest",
            "id": "r1",
            "status": "active",
            "medicationReference": {"reference": "Medication/none"},
        }
    )
    assert found.status == "incomplete"
    gap = next(gap for gap in found.gaps if gap.field == "fhir_bundle.MedicationRequest/r1")
    assert gap.value == "Medication/none"


def test_structured_doses_become_the_line_a_person_would_write():
    dosage = {
        "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}],
        "route": {"text": "oral"},
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    }
    (read_order,) = read(order("methotrexate", dosageInstruction=[dosage])).orders
    assert read_order.daily_dose == {"methotrexate": 10.0}
    assert read_order.doses_per_week == 7
    weekly = {**dosage, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}
    (read_order,) = read(order("methotrexate", dosageInstruction=[weekly])).orders
    assert read_order.doses_per_week == 1


def test_patient_allergies_conditions_and_the_latest_value_arrive():
    found = read(
        order("amoxicillin 500 mg tid"),
        order("metformin 1000 mg bid"),
        {"resourceType": "Patient", "gender": "female", "birthDate": "1950-06-01"},
        allergy("penicillin", "anaphylaxis"),
        observation("48642-3", 90, effectiveDateTime="2020-01-01"),
        observation("98979-8", 22, effectiveDateTime="2026-11-01"),
        condition("heart failure"),
        timestamp="2026-11-29T10:00:00Z",
    )
    kinds = {(alert.type, str(alert.severity)) for alert in found.alerts}
    assert ("allergy", "contraindicated") in kinds
    assert ("renal", "contraindicated") in kinds


@pytest.mark.parametrize(
    "given",
    [
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
    ],
)
def test_former_and_denied_facts_do_not_count(given):
    found = read(order("amoxicillin 500 mg tid"), allergy("penicillin", "anaphylaxis", **given))
    assert not [alert for alert in found.alerts if alert.type == "allergy"]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Condition", "code": {"coding": [{"code": "77386006"}]}},
        {"resourceType": "Condition", "code": {"text": "Pregnancy, first trimester"}},
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"code": "82810-3"}]},
            "valueCodeableConcept": {"text": "Pregnant"},
        },
    ],
)
def test_pregnancy_is_read_from_condition_and_observation(resource):
    found = read(order("isotretinoin 40 mg daily"), resource)
    assert [a for a in found.alerts if a.type == "pregnancy" and a.severity == "contraindicated"]


def test_two_patients_in_one_bundle_are_named():
    found = read(
        order("warfarin", subject={"reference": "Patient/a"}),
        order("ibuprofen", subject={"reference": "Patient/b"}),
    )
    assert any(gap.field == "fhir_bundle.Patient" for gap in found.gaps)


def test_an_entry_without_a_resource_is_named():
    found = review({"fhir_bundle": {"resourceType": "Bundle", "entry": [None, {"resource": 4}]}})
    fields = {gap.field for gap in found.gaps}
    assert {"fhir_bundle.entry[0]", "fhir_bundle.entry[1]"} <= fields


@pytest.mark.parametrize("given", [4, [], "x", {}, {"resourceType": "Patient"}])
def test_what_is_no_bundle_is_named(given):
    found = review({"fhir_bundle": given})
    assert found.status == "incomplete"
    assert "fhir_bundle" in {gap.field for gap in found.gaps}


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    *("status", "code", "subject", "medicationCodeableConcept", "medicationReference"),
    *("dosageInstruction", "timing", "valueQuantity", "clinicalStatus", "reaction"),
    *("birthDate", "contained", "doseAndRate"),
]
KINDS = [
    "MedicationRequest",
    "AllergyIntolerance",
    "Condition",
    "Observation",
    "Patient",
    "Medication",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda kind, rest: {**rest, "resourceType": kind},
            st.sampled_from(KINDS),
            st.dictionaries(st.sampled_from(KEYS), json_values, max_size=4),
        ),
        max_size=4,
    )
)
def test_no_bundle_breaks_the_reader(resources):
    found = read(*resources)
    assert found.status == "incomplete"
    json.dumps(found.to_dict(), allow_nan=False)


CASE = {
    "meds": ["Coumadin 5 mg po daily", "Bactrim DS 1 tab bid", "lisinopril 10 mg daily"],
    "patient": {
        "age": 72,
        "sex": "F",
        "egfr": 55,
        "conditions": ["atrial fibrillation"],
        "allergies": [{"substance": "penicillin", "reaction": "hives"}],
        "labs": {"potassium": 5.9},
    },
}


def test_what_is_exported_is_read_back_with_the_same_alerts():
    first = review(CASE)
    exported = export_bundle(CASE, first, issued=datetime.date(2026, 11, 29))
    again = review({"fhir_bundle": json.loads(json.dumps(exported))})
    assert [alert.key for alert in again.alerts] == [alert.key for alert in first.alerts]
    issues = [
        e["resource"] for e in exported["entry"] if e["resource"]["resourceType"] == "DetectedIssue"
    ]
    assert len(issues) == len(first.alerts)
    assert all(issue["implicated"] and issue["severity"] for issue in issues)


@pytest.mark.parametrize(
    "labs",
    [
        {"potassium": 5.9},
        {"K": "5.9 mmol/L"},
        [{"name": "potassium", "value": 5.9, "unit": "mmol/L"}],
        [{"name": "K", "value": "5.9", "unit": ""}],
    ],
)
def test_measurements_of_every_form_survive_the_way_out_and_back(labs):
    case = {**CASE, "patient": {**CASE["patient"], "labs": labs}}
    first = review(case)
    exported = export_bundle(case, first, issued=datetime.date(2026, 11, 29))
    again = review({"fhir_bundle": json.loads(json.dumps(exported))})
    assert [alert.key for alert in again.alerts] == [alert.key for alert in first.alerts]


def call(draft, *prefetched, hook="order-sign", **given):
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "1", "draftOrders": bundle(*draft)},
        "prefetch": {"medications": bundle(*prefetched)},
        **given,
    }


def test_discovery_lists_both_hooks_with_what_they_need():
    services = hook_services()["services"]
    assert {one["hook"] for one in services} == {"order-select", "order-sign"}
    assert all("{{context.patientId}}" in one["prefetch"]["medications"] for one in services)


def test_cards_are_about_the_order_being_made():
    found = answer_hook(
        SERVICE,
        call(
            [order("Bactrim DS 1 tab bid", "draft")],
            order("warfarin 5 mg daily"),
            order("sildenafil 50 mg prn"),
            order("isosorbide mononitrate 30 mg daily"),
        ),
    )
    first = found.cards[0]
    assert first["indicator"] == "critical"
    assert "warfarin" in first["summary"]
    assert len(first["summary"]) < 140
    assert {one["code"] for one in first["overrideReasons"]} == set(REASONS)
    assert not [card for card in found.cards if "sildenafil" in card["summary"]]
    assert [card for card in found.cards if "already taken" in card["summary"]]
    assert found.cards[-1]["summary"].startswith("Incomplete")
    assert len({card["uuid"] for card in found.cards}) == len(found.cards)


def test_the_warfarin_nsaid_scenarios_of_the_pddi_guide():
    def indicator(nsaid, *others):
        found = answer_hook(
            SERVICE, call([order(nsaid, "draft")], order("warfarin 5 mg daily"), *others)
        )
        cards = [card for card in found.cards if "warfarin" in card["summary"]]
        return cards[0]["indicator"] if cards else ""

    assert indicator("ibuprofen 600 mg po tid") == "critical"
    assert indicator("diclofenac 1 % gel topical qid") != "critical"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "hook"),
        ({"hook": "patient-view"}, "hook"),
        ({"hook": "order-sign"}, "hookInstance"),
        ({"hook": "order-sign", "hookInstance": 4}, "hookInstance"),
        ({"hook": "order-sign", "hookInstance": "x", "context": {}}, "context.draftOrders"),
    ],
)
def test_a_call_of_another_form_is_refused_by_name(body, field):
    with pytest.raises(InputError, match=f"^{field}:"):
        answer_hook(SERVICE, body)


def test_feedback_is_read():
    found = read_feedback(
        {
            "feedback": [
                {"card": "a", "outcome": "accepted"},
                {
                    "card": "b",
                    "outcome": "overridden",
                    "overrideReason": {
                        "reason": {"code": "will-monitor"},
                        "userComment": "INR in 3 d",
                    },
                },
                {
                    "card": "c",
                    "outcome": "overridden",
                    "overrideReason": {"reason": {"code": "mine"}},
                },
            ]
        }
    )
    assert [one.reason for one in found] == ["", "will-monitor", "other"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "feedback"),
        ({"feedback": [4]}, r"feedback\[0\].card"),
        ({"feedback": [{"card": "a"}]}, r"feedback\[0\].outcome"),
    ],
)
def test_feedback_of_another_form_is_refused_by_name(body, field):
    with pytest.raises(InputError, match=f"^{field}:"):
        read_feedback(body)

"""The invented cases show what they promise; the report and the strip say what the review says."""

from __future__ import annotations

import datetime

import pytest

from core.guardian import Status, Tier, override, presets, report, review, strip
from core.report import html_page, render

TODAY = datetime.date(2026, 11, 29)
PRESETS = {one.slug: one for one in presets.case_presets()}


def stops(slug):
    return [one for one in review(PRESETS[slug].case).alerts if one.tier is Tier.INTERRUPTIVE]


@pytest.mark.parametrize(
    ("slug", "drugs"),
    [
        ("warfarin-antibiotic", {"sulfamethoxazole", "warfarin"}),
        ("maoi-opioid", {"meperidine", "phenelzine"}),
        ("pregnancy", {"isotretinoin", "lisinopril"}),
        ("kidneys-allergy", {"amoxicillin", "metformin"}),
    ],
)
def test_a_case_raises_what_it_is_there_for(slug, drugs):
    assert {name for one in stops(slug) for name in one.drugs} >= drugs


def test_ordinary_therapy_raises_nothing_critical_and_is_complete():
    assert stops("heart-failure") == []
    assert review(PRESETS["heart-failure"].case).status is Status.COMPLETE


def test_the_unclear_list_is_incomplete():
    found = review(PRESETS["unclear-list"].case)
    assert found.status is Status.INCOMPLETE
    assert "Zolpravex" in found.unrecognised


def test_every_case_is_said_to_be_invented():
    assert len(PRESETS) == len(presets.case_presets())
    assert all(one.note.startswith("Invented: ") for one in PRESETS.values())


def test_the_strip_says_how_kidney_function_was_computed():
    facts = strip.patient_facts(PRESETS["warfarin-antibiotic"].case)
    assert facts[:3] == ("82 years", "female", "58 kg")
    assert any(one.startswith("eGFR 50") and "CKD-EPI 2021" in one for one in facts)
    assert any(one.startswith("CrCl 36") and "Cockcroft-Gault" in one for one in facts)
    assert "no allergies known" in facts


def test_the_strip_of_nothing_is_empty():
    assert strip.patient_facts({"meds": ["warfarin"]}) == ()
    assert strip.patient_facts("no case") == ()


def test_values_that_contradict_each_other_are_both_in_the_strip():
    patient = {"labs": [{"name": "K", "value": 4}, {"name": "potassium", "value": 6.2}]}
    assert strip.patient_facts({"patient": patient}) == ("Potassium 4 to 6.2 mmol/L",)


def test_pregnancy_allergy_and_breast_feeding_are_in_the_strip():
    patient = {
        "sex": "F",
        "pregnant": True,
        "gestation_weeks": 30,
        "lactating": True,
        "conditions": ["asthma"],
        "allergies": [{"substance": "penicillin", "reaction": "hives"}, "latex"],
    }
    facts = strip.patient_facts({"patient": patient})
    assert facts[:3] == ("female", "pregnant, week 30", "breast-feeding")
    assert facts[-2:] == ("Asthma", "allergic to penicillin (urticaria), latex")


@pytest.mark.parametrize("slug", PRESETS)
def test_the_report_names_every_alert_gap_line_and_source(slug):
    found = review(PRESETS[slug].case)
    document = report.review_document(found, patient=("82 years",), input_hash="ab12", issued=TODAY)
    page = html_page(document).decode()
    assert found.headline.replace("'", "&#x27;") in page
    assert report.LIMIT in page
    for one in found.alerts:
        assert one.rule_id in page
    for gap in found.gaps:
        assert gap.field in page
    for order in found.orders:
        assert order.text in page
    assert "Patient: 82 years." in page
    assert "not a medical device" in page
    assert render(document).startswith(b"%PDF")
    assert render(document) == render(document)


def test_a_decision_stands_beside_its_alert_in_the_report():
    found = review(PRESETS["warfarin-antibiotic"].case)
    stop = found.alerts[0]
    decision = override(stop, "will-monitor", "INR on day <3>", "pharmacist")
    document = report.review_document(found, passed={stop.key: decision}, issued=TODAY)
    page = html_page(document).decode()
    assert "by pharmacist: Will monitor" in page
    assert "(INR on day &lt;3&gt;)" in page

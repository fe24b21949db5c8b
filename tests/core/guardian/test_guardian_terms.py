"""Conditions, allergies, reactions and measurements in free text."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.guardian.knowledge import Condition, knowledge
from core.guardian.text import NameIndex
from core.guardian.text.clean import fold, words
from core.guardian.text.conditions import condition_phrases, find_condition
from core.guardian.text.phrases import form
from core.guardian.text.reactions import reaction_kind
from core.guardian.text.terms import (
    Terms,
    find_allergen,
    find_lab,
    no_allergy,
    reaction_beside,
    words_of,
)

OWN = {
    one.key: one
    for one in (
        Condition("asthma", "Asthma", ("reactive airway disease",)),
        Condition("hypertension", "Hypertension", ("high blood pressure", "HTN")),
        Condition("hypotension", "Hypotension", ()),
        Condition("hyponatraemia", "Hyponatraemia", ("low sodium",)),
        Condition("diabetes-type-2", "Type 2 diabetes", ("diabetes", "T2DM", "DM2")),
        Condition("ckd", "Chronic kidney disease", ("CKD",)),
        Condition("esrd", "End-stage renal disease", ("ESRD",), ("ckd",)),
        Condition("dialysis", "Dialysis", ("haemodialysis",), ("esrd",)),
        Condition("breast-cancer", "Breast cancer"),
        Condition("no-gallbladder", "No gallbladder", ("no gallbladder",)),
        Condition("aortic-stenosis", "Aortic stenosis", ("AS",)),
        Condition("migraine-aura", "Migraine with aura"),
        Condition("migraine", "Migraine", ("migraine without aura",)),
    )
}


@functools.cache
def terms() -> Terms:
    known = knowledge()
    return Terms.of(known, NameIndex.of(known))


def found(text: str) -> tuple[set[str], tuple[str, ...]]:
    keys, unknown = find_condition(text, condition_phrases(OWN), OWN)
    return set(keys), unknown


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Asthma", {"asthma"}),
        ("asthma, hypertension and diabetes", {"asthma", "hypertension", "diabetes-type-2"}),
        ("HTN/DM2/CKD", {"hypertension", "diabetes-type-2", "ckd"}),
        ("history of asthma", {"asthma"}),
        ("h/o asthma; HTN", {"asthma", "hypertension"}),
        ("Diabities", {"diabetes-type-2"}),
        ("hypertention", {"hypertension"}),
        ("hypotention", {"hypotension"}),
        ("astma", {"asthma"}),
        ("on hemodialysis", {"dialysis", "esrd", "ckd"}),
        ("HAEMODIALYSIS", {"dialysis", "esrd", "ckd"}),
        ("hyponatremia", {"hyponatraemia"}),
        ("migraine without aura", {"migraine"}),
        ("migraine with aura", {"migraine-aura"}),
        ("no gallbladder", {"no-gallbladder"}),
        ("AS", {"aortic-stenosis"}),
        ("AS, HTN", {"aortic-stenosis", "hypertension"}),
        ("as a child had asthma", {"asthma"}),
        ("hypertension, not controlled", {"hypertension"}),
        ("asthma, resolved", {"asthma"}),
        ("possible asthma", {"asthma"}),
    ],
)
def test_conditions(text: str, keys: set[str]) -> None:
    assert found(text) == (keys, ())


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("no asthma", set()),
        ("no history of asthma", set()),
        ("no known asthma", set()),
        ("denies asthma", set()),
        ("denies asthma, hypertension or diabetes", set()),
        ("no asthma, hypertension", {"hypertension"}),
        ("no asthma but hypertension", {"hypertension"}),
        ("hypertension, no asthma", {"hypertension"}),
        ("hypertension without asthma", {"hypertension"}),
        ("asthma ruled out", set()),
        ("asthma was ruled out", set()),
        ("asthma: no", set()),
        ("asthma (denied)", set()),
        ("negative for asthma", set()),
        ("non-asthma", set()),
        ("never had asthma", set()),
        ("family history of breast cancer", set()),
        ("FH of breast cancer", set()),
        ("mother had breast cancer", set()),
        ("breast cancer in her mother", set()),
        ("breast cancer (family history)", set()),
        ("mother had breast cancer; patient has asthma", {"asthma"}),
        ("father with hypertension, patient has asthma", {"asthma"}),
    ],
)
def test_negated_conditions_and_those_of_the_family_do_not_count(text: str, keys: set[str]) -> None:
    assert found(text) == (keys, ())


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("blorfitis", ("blorfitis",)),
        ("asthma and blorfitis", ("blorfitis",)),
        ("hypernatremia", ("hypernatremia",)),
        ("chronic", ("chronic",)),
        ("denies blorfitis", ()),
        ("none", ()),
        ("No known problems", ()),
        ("otherwise healthy", ()),
        ("?", ("?",)),
        ("", ()),
    ],
)
def test_what_is_not_understood_is_named(text: str, unknown: tuple[str, ...]) -> None:
    assert found(text)[1] == unknown


def american(name: str) -> str:
    return "".join(form(word.text) for word in words(fold(name).text))


def test_every_condition_is_found_by_each_of_its_names() -> None:
    known = knowledge()
    claims: dict[str, set[str]] = {}
    named = [
        (name, one.key)
        for one in known.conditions.values()
        for name in (one.title, one.key, *one.names)
    ]
    for name, key in named:
        claims.setdefault(american(name), set()).add(key)
    wrong = [
        name
        for name, _ in named
        if not claims[american(name)]
        & find_condition(name, terms().conditions, known.conditions)[0]
    ]
    assert wrong == []


def test_what_is_too_long_is_named() -> None:
    keys, unknown = found(f"asthma, {'none, ' * 500}blorfitis")
    assert keys == {"asthma"}
    assert len(unknown) == 1
    members, rest = find_allergen(f"latex {'x ' * 1500}", terms())
    assert members == ("latex",)
    assert rest


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_a_condition_an_allergy_a_reaction_or_a_measurement(text: str) -> None:
    known = knowledge()
    keys, _ = find_condition(text, terms().conditions, known.conditions)
    assert keys <= set(known.conditions)
    members, _ = find_allergen(text, terms())
    assert all(isinstance(one, str) for one in members)
    assert isinstance(no_allergy(text, terms()), bool)
    lab = find_lab(text, terms())
    assert lab is None or lab in known.labs
    assert reaction_kind(text)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("penicillin", {"#penicillin", "penicillin"}),
        ("PCN", {"#penicillin", "penicillin"}),
        ("penicilin", {"#penicillin", "penicillin"}),
        ("Penicillin (rash)", {"#penicillin", "penicillin"}),
        ("sulfa drugs", {"#sulfonamide-antibiotic", "sulfonamide-antibiotic"}),
        ("Augmentin", {"amoxicillin", "clavulanate"}),
        ("amoxicilin", {"amoxicillin"}),
        ("allergic to Bactrim", {"sulfamethoxazole", "trimethoprim"}),
        ("codeine: nausea", {"codeine"}),
        ("NSAIDs", {"#nsaid", "nsaid"}),
        ("latex", {"latex"}),
        ("no known allergies except latex", {"latex"}),
    ],
)
def test_allergens(text: str, members: set[str]) -> None:
    assert (set(find_allergen(text, terms())[0]), no_allergy(text, terms())) == (members, False)


@pytest.mark.parametrize(
    "text",
    [
        "NKDA",
        "NKA",
        "none",
        "None known",
        "no known drug allergies",
        "No known allergies",
        "denies",
        "denies drug allergies",
        "not allergic to penicillin",
        "penicillin allergy ruled out",
        "tolerates cephalexin",
    ],
)
def test_no_allergy(text: str) -> None:
    assert find_allergen(text, terms()) == ((), ())
    assert no_allergy(text, terms())


def test_unknown_substances_are_named() -> None:
    assert find_allergen("blorfadine", terms()) == ((), ("blorfadine",))
    assert find_allergen("penicillin and blorfadine", terms())[1] == ("blorfadine",)
    assert find_allergen("?", terms()) == ((), ("?",))
    assert not no_allergy("blorfadine", terms())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("anaphylaxis", "anaphylaxis"),
        ("anaphylactic shock", "anaphylaxis"),
        ("rash and anaphylaxis", "anaphylaxis"),
        ("angioedema", "angioedema"),
        ("angio-oedema", "angioedema"),
        ("lip swelling", "angioedema"),
        ("swelling of the tongue", "angioedema"),
        ("throat closed up", "angioedema"),
        ("SJS", "severe-cutaneous"),
        ("Stevens-Johnson syndrome", "severe-cutaneous"),
        ("TEN", "severe-cutaneous"),
        ("DRESS", "severe-cutaneous"),
        ("blistering rash", "severe-cutaneous"),
        ("bronchospasm", "respiratory"),
        ("wheezing", "respiratory"),
        ("shortness of breath", "respiratory"),
        ("hives", "urticaria"),
        ("rash", "urticaria"),
        ("itching", "urticaria"),
        ("rash, nausea", "urticaria"),
        ("no anaphylaxis, just a rash", "urticaria"),
        ("nausea", "intolerance"),
        ("GI upset", "intolerance"),
        ("constipation", "intolerance"),
        ("dizziness", "intolerance"),
        ("headache", "intolerance"),
        ("cough", "intolerance"),
        ("leg swelling", "intolerance"),
        ("turned green", "other"),
        ("", "unknown"),
        (None, "unknown"),
        ("unknown", "unknown"),
        ("not sure", "unknown"),
        ("childhood", "unknown"),
    ],
)
def test_reactions(text: str | None, kind: str) -> None:
    assert reaction_kind(text) == kind


def test_a_reaction_may_stand_beside_the_substance() -> None:
    assert reaction_beside("penicillin (hives)") == "urticaria"
    assert reaction_beside("penicillin") == "unknown"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("K", "potassium"),
        ("K+", "potassium"),
        ("serum potassium", "potassium"),
        ("Potassium (mmol/L)", "potassium"),
        ("S-Potassium", "potassium"),
        ("potasium", "potassium"),
        ("INR", "inr"),
        ("eGFR", "egfr"),
        ("Creatinine level", "creatinine"),
        ("QTc", "qtc"),
        ("HbA1c", "hba1c"),
        ("ANC", "anc"),
        ("platelet count", "platelets"),
        ("2823-3", "potassium"),
        ("blorf", None),
        ("", None),
    ],
)
def test_measurements(name: str, key: str | None) -> None:
    assert find_lab(name, terms()) == key


def test_every_measurement_is_found_by_each_of_its_names() -> None:
    known = knowledge()
    for one in known.labs.values():
        for name in (one.key, *one.names, one.title, *one.loinc):
            assert find_lab(name, terms()) == one.key, name


def test_the_readers_of_a_patient_record() -> None:
    read = words_of(terms().knowledge, terms().names)
    assert "asthma" in read.condition("asthma")[0]
    assert read.allergen("blorfadine") == ((), ("blorfadine",))
    assert read.allergen("codeine") == (("codeine",), ())
    assert read.allergen("codeine and blorfadine") == (("codeine",), ("blorfadine",))
    assert read.reaction_beside("penicillin (hives)") == "urticaria"
    assert read.no_allergy("NKDA")
    assert read.reaction("hives") == "urticaria"
    assert read.lab("INR") == "inr"

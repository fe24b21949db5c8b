from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.guardian.knowledge import Ingredient, Knowledge, Lab
from core.guardian.patient import Words, read_patient
from core.guardian.patient.renal import ckd_epi_2021, cockcroft_gault

LABS = {
    "potassium": Lab("potassium", "Potassium", "mmol/L", 1.5, 10, units={"mEq/L": 1.0}),
    "creatinine": Lab(
        "creatinine",
        "Creatinine",
        "mg/dL",
        0.1,
        25,
        units={"umol/L": 1 / 88.42, "µmol/L": 1 / 88.42},
    ),
    "egfr": Lab("egfr", "eGFR", "mL/min/1.73 m2", 0, 250),
    "crcl": Lab("crcl", "Creatinine clearance", "mL/min", 0, 300),
    "anc": Lab("anc", "ANC", "cells/uL", 0, 100_000, units={"10^9/L": 1000.0}),
}
KNOWN = Knowledge(
    ingredients={"amoxicillin": Ingredient("amoxicillin", frozenset({"penicillin"}))},
    products=(),
    classes={},
    conditions={},
    labs=LABS,
    allergens={},
    rules={},
    version="fixture",
)
CONDITIONS = {
    "heart failure": "heart-failure",
    "esrd": "esrd",
    "ckd stage 4": "ckd",
    "third trimester": "pregnant",
}
ALLERGENS = {
    "amoxicillin": ("amoxicillin",),
    "penicillin": ("#penicillin",),
    "peanut": ("peanut",),
    "penicillin (urticaria)": ("#penicillin",),
}
WORDS = Words(
    condition=lambda text: (
        (frozenset({CONDITIONS[text]}), ()) if text in CONDITIONS else (frozenset(), (text,))
    ),
    allergen=lambda text: (ALLERGENS[text], ()) if text in ALLERGENS else ((), (text,)),
    no_allergy=lambda text: text.casefold() in {"nkda", "none"},
    reaction=lambda text: text or "unknown",
    reaction_beside=lambda text: "urticaria" if "urticaria" in text else "unknown",
    lab=lambda name: {"k": "potassium"}.get(name.casefold(), name if name in LABS else None),
)
WHOLE = {"allergies": [], "conditions": []}


def read(**given):
    return read_patient({**WHOLE, **given}, KNOWN, WORDS)


def fields(gaps):
    return [gap.field for gap in gaps]


@pytest.mark.parametrize(
    ("age", "weight", "creatinine", "female", "expected"),
    [(60, 72, 1.0, False, 80.0), (60, 72, 1.0, True, 68.0), (80, 60, 2.0, False, 25.0)],
)
def test_cockcroft_gault_by_hand(age, weight, creatinine, female, expected):
    found = cockcroft_gault(age=age, weight_kg=weight, creatinine=creatinine, female=female)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("age", "creatinine", "female", "expected"),
    # Values of the National Kidney Foundation's calculator, rounded to whole numbers.
    [(50, 1.0, False, 92), (50, 1.0, True, 69), (70, 2.0, False, 35), (30, 0.6, True, 124)],
)
def test_ckd_epi_2021_as_published(age, creatinine, female, expected):
    assert round(ckd_epi_2021(age=age, creatinine=creatinine, female=female)) == expected


@given(st.floats(18, 100), st.floats(0.2, 15), st.booleans())
def test_more_creatinine_means_less_kidney(age, creatinine, female):
    def rate(value):
        return ckd_epi_2021(age=age, creatinine=value, female=female)

    assert rate(creatinine * 1.1) < rate(creatinine)


def test_a_whole_record_leaves_no_gap():
    patient, gaps = read(
        age=72,
        sex="female",
        weight_kg=60,
        creatinine=1.2,
        labs={"K": "4.1 mEq/L"},
        name="X",
        notes="Y",
    )
    assert gaps == ()
    assert (patient.sex, patient.age, patient.pregnant) == ("F", 72, False)
    assert patient.values["potassium"] == (4.1,)
    assert patient.values["crcl"][0] == pytest.approx((140 - 72) * 60 / (72 * 1.2) * 0.85)
    assert "Cockcroft-Gault" in patient.origins["crcl"]


@pytest.mark.parametrize(
    ("given", "field", "part"),
    [
        ({"age": -5}, "patient.age", "not possible"),
        ({"age": "old"}, "patient.age", "not a number"),
        ({"age": True}, "patient.age", "not a number"),
        ({"age": math.nan}, "patient.age", "not a number"),
        ({"age": math.inf}, "patient.age", "not a number"),
        ({"sex": "x"}, "patient.sex", "not F or M"),
        ({"weight_kg": "70 stone"}, "patient.weight_kg", "unit"),
        ({"creatinine": 150}, "patient.creatinine", "looks like umol/L"),
        ({"pregnant": "perhaps"}, "patient.pregnant", "neither true nor false"),
        ({"labs": {"potassium": "high"}}, "patient.labs.potassium", "not a number"),
        ({"labs": {"potassium": 45}}, "patient.labs.potassium", "not possible"),
        ({"labs": {"mojo": 4}}, "patient.labs.mojo", "not known"),
        ({"labs": 4}, "patient.labs", "no object"),
        ({"labs": [4]}, "patient.labs[0]", "no measurement"),
        ({"conditions": 4}, "patient.conditions", "no list"),
        ({"conditions": [4]}, "patient.conditions[0]", "no diagnosis"),
        ({"conditions": ["vapours"]}, "patient.conditions[0]", "not known"),
        ({"allergies": 4}, "patient.allergies", "no list"),
        ({"allergies": [{}]}, "patient.allergies[0]", "names no substance"),
        ({"allergies": ["moonlight"]}, "patient.allergies[0]", "not known"),
        ({"potassium": 4}, "patient.potassium", "field is not known"),
    ],
)
def test_a_bad_value_is_named(given, field, part):
    _, gaps = read(**given)
    assert fields(gaps) == [field]
    assert part in gaps[0].message
    assert gaps[0].fix


@pytest.mark.parametrize(
    ("given", "age"),
    [
        ("6 months", 0.5),
        ("72 y", 72),
        (" 72 years old", 72),
        ({"value": 3, "unit": "weeks"}, 21 / 365.25),
    ],
)
def test_units_of_age_are_read(given, age):
    patient, gaps = read(age=given)
    assert gaps == ()
    assert patient.age == pytest.approx(age)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("1,500", 1500),
        ("1,5", 1.5),
        ("1.5 10^9/L", 1500),
        ("<500", math.nextafter(500, 0)),
        (900, 900),
    ],
)
def test_numbers_are_read_as_they_are_written(given, value):
    patient, gaps = read(labs={"anc": given})
    assert gaps == ()
    assert patient.values["anc"] == (value,)


def test_contradicting_values_are_named_and_all_kept():
    patient, gaps = read(labs={"K": 4.0, "potassium": 6.8})
    assert patient.values["potassium"] == (4.0, 6.8)
    assert fields(gaps) == ["patient.labs.potassium"]


def test_an_egfr_that_contradicts_the_creatinine_is_named_and_the_lower_counts():
    patient, gaps = read(age=70, sex="M", egfr=95, creatinine=6.0)
    assert fields(gaps) == ["patient.egfr"]
    assert min(patient.values["egfr"]) < 15


def test_a_stage_in_words_gives_its_lower_end_and_dialysis_none():
    staged, _ = read(conditions=["ckd stage 4"])
    assert staged.values["egfr"] == (15.0,)
    dialysed, _ = read(conditions=["esrd"], egfr=60)
    assert min(dialysed.values["egfr"]) < 15


def test_nothing_stated_is_not_nothing_there():
    patient, gaps = read_patient({}, KNOWN, WORDS)
    assert patient.allergies is None
    assert patient.conditions is None
    assert fields(gaps) == ["patient.allergies"]


@pytest.mark.parametrize("given", [[], "a patient", 4])
def test_a_patient_that_is_no_object_is_named(given):
    assert fields(read_patient(given, KNOWN, WORDS)[1]) == ["patient"]


def test_allergies_carry_their_classes_and_their_reaction():
    patient, gaps = read(
        allergies=[
            {"substance": "amoxicillin", "reaction": "urticaria"},
            "penicillin",
            "peanut",
            "NKDA",
        ]
    )
    assert gaps == ()
    single, group, food = patient.allergies
    assert single.tokens == {"amoxicillin", "#penicillin"}
    assert (single.reaction, group.reaction) == ("urticaria", "unknown")
    assert group.tokens == {"#penicillin"}
    assert (food.tokens, food.ingredients) == ({"peanut"}, frozenset())


def test_a_reaction_written_beside_the_substance_counts():
    (stated,) = read(allergies=["penicillin (urticaria)"])[0].allergies
    assert stated.reaction == "urticaria"


@pytest.mark.parametrize(
    ("given", "pregnant", "gap"),
    [
        ({"sex": "M"}, False, []),
        ({"sex": "F", "age": 70}, False, []),
        ({"sex": "F", "age": 30}, None, []),
        ({"sex": "M", "pregnant": True}, True, ["patient.pregnant"]),
        ({"gestation_weeks": 12}, True, []),
        ({"gestation_weeks": 12, "pregnant": False}, True, ["patient.gestation_weeks"]),
        ({"conditions": ["third trimester"]}, True, []),
        ({"conditions": ["third trimester"], "pregnant": False}, True, ["patient.conditions"]),
    ],
)
def test_pregnancy_follows_or_contradicts(given, pregnant, gap):
    patient, gaps = read(**given)
    assert patient.pregnant is pregnant
    assert fields(gaps) == gap


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    st.sampled_from(
        sorted({"age", "sex", "weight_kg", "labs", "conditions", "allergies", "pregnant"})
    ),
)
def test_no_value_of_any_kind_breaks_the_reader(value, key):
    patient, gaps = read_patient({key: value}, KNOWN, WORDS)
    assert all(gap.message and gap.fix for gap in gaps)
    assert patient.age is None or 0 <= patient.age <= 125

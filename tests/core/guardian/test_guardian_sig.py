"""Directions: doses, frequencies, routes, lengths."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.guardian.knowledge import knowledge
from core.guardian.text import NameIndex, read_order
from core.guardian.text.rest import Rest
from core.guardian.text.routes import read_route
from core.guardian.text.sig import Sig, read_sig
from core.guardian.text.times import read_times

CASES = Path(__file__).with_name("guardian_sig_cases.txt")
ALPHABET = "0123456789./-,()x %qhmgdtab units ml kg daily bid prn max am pm"


@functools.cache
def index() -> NameIndex:
    return NameIndex.of(knowledge())


def rows() -> list[list[str]]:
    found = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.append(([cell.strip() for cell in line.split("|")] + [""] * 6)[:6])
    return found


def numbers(cell: str) -> list[float]:
    return sorted(float(one) for one in cell.split("+")) if cell else []


def test_there_are_enough_lines() -> None:
    assert len(rows()) >= 120


@pytest.mark.parametrize(
    ("line", "single", "daily", "weekly", "route", "rest"), rows(), ids=lambda one: one[:50]
)
def test_a_line_gives_its_doses(
    line: str, single: str, daily: str, weekly: str, route: str, rest: str
) -> None:
    order = read_order(line, index())
    assert order.ingredients
    assert order.unrecognised == ()
    assert sorted(order.single_dose.values()) == pytest.approx(numbers(single))
    assert sorted(order.daily_dose.values()) == pytest.approx(numbers(daily))
    assert order.doses_per_week == (pytest.approx(float(weekly), rel=0.01) if weekly else None)
    assert order.route == route
    read = {"prn"} if order.as_needed else set()
    read |= {"kg"} if order.per_kg else set()
    read |= {f"days={order.days:g}"} if order.days is not None else set()
    assert read == set(rest.split())
    assert set(order.units) == set(order.single_dose) | set(order.daily_dose)


@pytest.mark.parametrize(
    ("line", "units"),
    [
        ("insulin glargine 10 units", "units"),
        ("insulin glargine 10U", "units"),
        ("heparin 5000 IU", "units"),
        ("potassium chloride 20 mEq", "meq"),
        ("potassium chloride 20 mmol", "meq"),
        ("digoxin 125 mcg", "mg"),
        ("vancomycin 1 g", "mg"),
    ],
)
def test_masses_are_milligrams_and_the_rest_keeps_its_unit(line: str, units: str) -> None:
    assert set(read_order(line, index()).units.values()) == {units}


def test_millimoles_of_other_medicines_are_not_read() -> None:
    order = read_order("magnesium sulfate 8 mmol iv", index())
    assert order.single_dose == {}
    assert order.notes == ("The dose of magnesium sulfate is in mmol; it was not read.",)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("insulin glargine 10U daily", "U for units can be misread"),
        ("vitamin d3 1000 IU daily", "IU can be misread"),
        ("digoxin 0.125 mg QD", "QD can be misread"),
        ("prednisone 5 mg QOD", "QOD can be misread"),
        ("digoxin .125 mg daily", "without a leading zero"),
        ("lorazepam 1.0 mg daily", "trailing zero"),
        ("digoxin 125 µg daily", "sign for microgram"),
        ("lactulose 30 cc bid", "CC can be misread"),
        ("lisinopril 10 mg OD", "OD was read as once a day"),
        ("warfarin 5 daily", "The number 5 has no unit"),
        ("oxycodone 5/325 q6h", "5/325 are several strengths"),
        ("irinotecan 180 mg/m2 iv", "per square metre"),
        ("amoxicillin 400 mg/5 mL bid", "a concentration and no single volume"),
        ("adalimumab 40 mg biweekly", "Biweekly can mean"),
        ("warfarin 5 mg daily except 7.5 mg Monday", "several doses"),
        ("vitamin d3 50.000 units", "such as 1.000"),
        ("lisinopril 10 mg 30 tablets daily", "pack size"),
        ("ondansetron 4 mg IV or IM q6h", "more than one route (im, iv)"),
        ("losartan and amlodipine 5 mg", "One strength stands for several medicines"),
    ],
)
def test_what_is_unsure_or_risky_is_said(line: str, words: str) -> None:
    notes = read_order(line, index()).notes
    assert any(words in note for note in notes), notes
    assert all(note.endswith(".") for note in notes)


def test_two_strengths_of_one_ingredient_may_hide_a_second() -> None:
    order = read_order("oxycodone 5/325 q6h", index())
    assert order.unrecognised == ("5/325",)
    assert order.single_dose == {}


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("5 mg po daily", "oral"),
        ("5 mg p.o. daily", "oral"),
        ("1 tablet daily", "oral"),
        ("1 tab under the tongue", "sublingual"),
        ("2 mg i.v. push", "iv-push"),
        ("2 mg i.m.", "im"),
        ("40 mg s.c.", "sc"),
        ("40 mg sub-q", "sc"),
        ("40 mg subcut", "sc"),
        ("2 mg it weekly", "intrathecal"),
        ("2 mg it", "intrathecal"),
        ("take it daily", ""),
        ("5 mg, take it at night", ""),
        ("2 puffs by mouth", "inhaled"),
        ("1 spray each nostril", "nasal"),
        ("vaginal cream", "vaginal"),
        ("vaginal tablet", "vaginal"),
        ("eye ointment", "ophthalmic"),
        ("1 gtt os bid", "ophthalmic"),
        ("5 mg per os", "oral"),
        ("5 mg od", ""),
        ("3 drops au", "otic"),
        ("2 drops in right ear", "otic"),
        ("1 suppository nightly", "rectal"),
        ("500 mg pr q6h", "rectal"),
        ("pr 500 mg daily", ""),
        ("apply patch to skin", "transdermal"),
        ("apply gel", "topical"),
        ("oral gel", "oromucosal"),
        ("swish and spit", "oromucosal"),
        ("iv or im", ""),
        ("iv and it", "iv"),
        ("iv, intrathecal", "intrathecal"),
        ("iv, never give intrathecally", "iv"),
        ("10 mg ng tube", "oral"),
        ("", ""),
    ],
)
def test_routes(text: str, route: str) -> None:
    assert read_route(Rest(text).text)[0] == route


@pytest.mark.parametrize(
    ("text", "day", "week"),
    [
        ("daily", 1, 7),
        ("q 12 hours", 2, 14),
        ("every 36 hours", 1, 4.667),
        ("hourly", 24, 168),
        ("every 30 minutes", None, None),
        ("2 times a week", 1, 2),
        ("twice a month", 1, 0.46),
        ("fortnightly", 1, 0.5),
        ("every other month", 1, 0.115),
        ("am and pm", 2, 14),
        ("with breakfast and dinner", 2, 14),
        ("before meals and at bedtime", 4, 28),
        ("bid on mondays", 2, 2),
        ("daily except sunday", 1, 6),
        ("weekdays", 1, 5),
        ("tiw", 1, 3),
        ("sun exposure", None, None),
        ("in 2 weeks", None, None),
        ("", None, None),
    ],
)
def test_frequencies(text: str, day: float | None, week: float | None) -> None:
    times = read_times(Rest(text))
    assert times.per_day == (None if day is None else pytest.approx(day))
    assert times.per_week == (None if week is None else pytest.approx(week, rel=0.01))


@given(st.text(alphabet=ALPHABET, max_size=80), st.integers(1, 3), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_directions_are_read(text: str, parts: int, product: bool) -> None:
    sig = read_sig(text, parts, product=product)
    assert sig == read_sig(text, parts, product=product)
    assert isinstance(sig, Sig)
    assert len(sig.single) == len(sig.daily) == parts
    for amount in (*sig.single, *sig.daily):
        assert amount is None or amount.value >= 0


@given(st.sampled_from(["mg", "mcg", "units"]), st.integers(1, 900), st.integers(1, 4))
def test_the_daily_dose_is_the_single_dose_times_the_doses_a_day(
    unit: str, amount: int, times: int
) -> None:
    sig = read_sig(f"{amount} {unit} {times} times a day")
    single, daily = sig.single[0], sig.daily[0]
    assert single is not None
    assert daily is not None
    assert daily.value == pytest.approx(single.value * times)
    assert sig.times.per_week == 7 * times

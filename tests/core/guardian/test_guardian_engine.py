from __future__ import annotations

import pytest

from core.guardian.engine import Case, RuleIndex, apply, fold
from core.guardian.engine.clauses import judge
from core.guardian.engine.context import Subject
from core.guardian.knowledge import DrugClass, Ingredient, Knowledge, Product
from core.guardian.patient.record import Allergy, Patient
from core.guardian.schema import (
    Adjustment,
    AlertType,
    Clause,
    Order,
    Rule,
    Severity,
    Source,
    Tier,
)

INGREDIENTS = {
    "warfarin": {"anticoagulant"},
    "apixaban": {"anticoagulant"},
    "ibuprofen": {"nsaid"},
    "naproxen": {"nsaid"},
    "lisinopril": {"ace-inhibitor"},
    "furosemide": {"diuretic"},
    "acetaminophen": set(),
    "oxycodone": {"opioid"},
}


def rule(key, drugs, severity="major", **given):
    return Rule(
        id=key,
        type=AlertType(given.pop("type", "ddi")),
        drugs=drugs,
        severity=Severity(severity),
        mechanism="It does so.",
        effect="Harm.",
        management="Avoid.",
        evidence=given.pop("evidence", "label"),
        sources=(Source("label", "7", 2024),),
        example={},
        reviewed_on="2026-11-29",
        **given,
    )


def known(*rules):
    return Knowledge(
        ingredients={name: Ingredient(name, frozenset(of)) for name, of in INGREDIENTS.items()},
        products=(Product(("oxycodone", "acetaminophen"), ("Percocet",)),),
        classes={key: DrugClass(key, key) for of in INGREDIENTS.values() for key in of},
        conditions={},
        labs={},
        allergens={},
        rules={one.id: one for one in rules},
        version="fixture",
    )


def line(*names, **given):
    return Order(text=" ".join(names), ingredients=tuple(sorted(names)), **given)


def ask(rules, orders, patient=None):
    base = known(*rules)
    found, left = apply(Case.of(patient or Patient(), tuple(orders), base), RuleIndex.of(base))
    return fold(found), left


BLEED = rule("bleed", ("#anticoagulant",), partners=("#nsaid",))


def test_a_pair_rule_finds_each_pair_once_in_either_order():
    for orders in ([line("warfarin"), line("ibuprofen")], [line("ibuprofen"), line("warfarin")]):
        alerts, left = ask([BLEED], orders)
        assert [alert.drugs for alert in alerts] == [("ibuprofen", "warfarin")]
        assert alerts[0].tier is Tier.INTERRUPTIVE
        assert left == []


def test_every_pair_of_a_list_is_looked_at():
    alerts, _ = ask(
        [BLEED], [line(name) for name in ("warfarin", "apixaban", "ibuprofen", "naproxen")]
    )
    assert len(alerts) == 4


def test_two_medicines_in_one_line_are_a_pair_and_one_product_is_not():
    with_opioid = rule("mix", ("oxycodone",), partners=("acetaminophen",))
    assert ask([BLEED], [line("warfarin", "ibuprofen")])[0]
    assert not ask([with_opioid], [line("oxycodone", "acetaminophen")])[0]
    assert ask([with_opioid], [line("oxycodone", "acetaminophen"), line("acetaminophen")])[0]


def test_local_routes_are_quiet_unless_the_rule_speaks_of_them():
    orders = [line("warfarin"), line("ibuprofen", route="topical")]
    assert not ask([BLEED], orders)[0]
    loud = rule("loud", ("#anticoagulant",), partners=("#nsaid",), local=True)
    assert ask([loud], orders)[0]


def test_exceptions_and_third_members():
    excepted = rule(
        "bleed", ("#anticoagulant",), partners=("#nsaid",), exceptions=(("apixaban", "#nsaid"),)
    )
    orders = [line("apixaban"), line("warfarin"), line("ibuprofen")]
    assert [one.drugs for one in ask([excepted], orders)[0]] == [("ibuprofen", "warfarin")]
    triple = rule("triple", ("#ace-inhibitor",), partners=("#nsaid",), third=("#diuretic",))
    assert not ask([triple], [line("lisinopril"), line("ibuprofen")])[0]
    (alert,) = ask([triple], [line("lisinopril"), line("ibuprofen"), line("furosemide")])[0]
    assert alert.drugs == ("furosemide", "ibuprofen", "lisinopril")


def test_the_same_ingredient_on_two_lines():
    twice = rule("twice", ("*",), "moderate", type="duplicate")
    (alert,) = ask([twice], [line("oxycodone", "acetaminophen"), line("acetaminophen")])[0]
    assert alert.drugs == ("acetaminophen",)
    assert not ask([twice], [line("acetaminophen")])[0]


def test_rules_about_one_pair_fold_into_the_worst():
    mild = rule("mild", ("warfarin",), "moderate", partners=("#nsaid",))
    derived = rule("derived", ("warfarin",), "major", partners=("#nsaid",), evidence="derived")
    (alert,) = ask([mild, derived, BLEED], [line("warfarin"), line("naproxen")])[0]
    assert (alert.rule_id, alert.also) == ("bleed", ("derived", "mild"))


def test_a_passive_rule_never_interrupts():
    quiet = rule("quiet", ("warfarin",), partners=("#nsaid",), passive=True)
    assert ask([quiet], [line("warfarin"), line("naproxen")])[0][0].tier is Tier.PASSIVE


LAB = (Clause("lab", any=("potassium",), above=5.5),)


def test_a_missing_value_leaves_a_critical_rule_open_and_a_mild_one_quiet():
    for severity, expected in (("major", 1), ("moderate", 0)):
        one = rule("lab", ("lisinopril",), severity, type="lab", when=LAB)
        alerts, left = ask([one], [line("lisinopril")])
        assert alerts == ()
        assert len(left) == expected
    assert left == []


def test_an_adjustment_that_could_raise_stays_open_but_one_that_could_lower_does_not_apply():
    raised = rule(
        "r",
        ("lisinopril",),
        "moderate",
        type="lab",
        adjust=(Adjustment(LAB, Severity.MAJOR, "High."),),
    )
    alerts, left = ask([raised], [line("lisinopril")])
    assert alerts[0].severity is Severity.MODERATE
    assert left[0].missing == ("patient.labs.potassium",)
    (known_high,), left = ask([raised], [line("lisinopril")], Patient(values={"potassium": (6.0,)}))
    assert known_high.severity is Severity.MAJOR
    assert known_high.management.endswith("High.")
    assert left == []
    lowered = rule(
        "l",
        ("lisinopril",),
        "major",
        type="lab",
        adjust=(Adjustment(LAB, Severity.MINOR, "Less."),),
    )
    assert ask([lowered], [line("lisinopril")])[0][0].severity is Severity.MAJOR


def test_of_contradicting_values_the_worst_counts():
    one = rule("lab", ("lisinopril",), type="lab", when=LAB)
    assert ask([one], [line("lisinopril")], Patient(values={"potassium": (4.0, 6.8)}))[0]


def subject(order):
    case = Case.of(Patient(weight_kg=50), (order,), known())
    return case, Subject(case.items[order.ingredients[0]][0])


@pytest.mark.parametrize(
    ("clause", "order", "expected"),
    [
        (
            Clause("daily_dose", above=4000, unit="mg"),
            {"daily_dose": {"acetaminophen": 4500}},
            True,
        ),
        (Clause("daily_dose", above=4, unit="g"), {"daily_dose": {"acetaminophen": 4500}}, True),
        (Clause("daily_dose", above=4000, unit="mg"), {}, None),
        (Clause("daily_dose", above=10, unit="units"), {"daily_dose": {"acetaminophen": 45}}, None),
        (Clause("single_dose", above=1, unit="mg"), {"single_dose": {"acetaminophen": 2}}, True),
        (
            Clause("daily_dose_per_kg", above=60, unit="mg"),
            {"daily_dose": {"acetaminophen": 3100}},
            True,
        ),
        (
            Clause("daily_dose_per_kg", above=60, unit="mg"),
            {"daily_dose": {"acetaminophen": 2900}},
            False,
        ),
        (
            Clause("daily_dose_per_kg", above=60, unit="mg"),
            {"daily_dose": {"acetaminophen": 70}, "per_kg": True},
            True,
        ),
        (
            Clause("daily_dose", above=4000, unit="mg"),
            {"daily_dose": {"acetaminophen": 100}, "per_kg": True},
            True,
        ),
        (Clause("doses_per_week", above=1), {"doses_per_week": 7.0}, True),
        (Clause("doses_per_week", above=1), {}, None),
        (Clause("days", above=5), {"days": 3.0}, False),
        (Clause("route", any=("intrathecal",)), {"route": "intrathecal"}, True),
        (Clause("route", any=("intrathecal",)), {}, False),
        (Clause("route", any=("inhaled",), absent=True), {}, True),
    ],
)
def test_doses_and_routes(clause, order, expected):
    case, one = subject(line("acetaminophen", **order))
    assert judge(clause, case, one).holds is expected


def test_daily_doses_of_all_lines_add_up_and_an_unread_line_can_only_add():
    orders = (
        line("acetaminophen", daily_dose={"acetaminophen": 3000.0}),
        line("oxycodone", "acetaminophen", daily_dose={"acetaminophen": 1500.0}),
        line("acetaminophen"),
    )
    case = Case.of(Patient(), orders, known())
    one = Subject(case.items["acetaminophen"][0])
    assert judge(Clause("daily_dose", above=4000, unit="mg"), case, one).holds is True
    assert judge(Clause("daily_dose", above=5000, unit="mg"), case, one).holds is None


@pytest.mark.parametrize(
    ("clause", "patient", "expected"),
    [
        (Clause("age", at_least=65), Patient(age=65), True),
        (Clause("age", below=65), Patient(age=65), False),
        (Clause("age", at_least=65), Patient(), None),
        (Clause("sex", any=("F",)), Patient(sex="F"), True),
        (Clause("sex", any=("F",)), Patient(), None),
        (Clause("pregnant"), Patient(pregnant=True), True),
        (Clause("pregnant"), Patient(), None),
        (Clause("pregnant", absent=True), Patient(), True),
        (Clause("pregnant", absent=True), Patient(pregnant=True), False),
        (Clause("weeks", at_least=20), Patient(pregnant=True, weeks=24), True),
        (Clause("weeks", at_least=20), Patient(pregnant=True), None),
        (Clause("weeks", at_least=20), Patient(pregnant=False), False),
        (Clause("lactating"), Patient(lactating=False), False),
        (Clause("lactating"), Patient(), None),
        (Clause("condition", any=("asthma",)), Patient(conditions=frozenset({"asthma"})), True),
        (Clause("condition", any=("asthma",)), Patient(conditions=frozenset()), False),
        (Clause("condition", any=("asthma",)), Patient(), None),
        (Clause("condition", any=("asthma",), absent=True), Patient(conditions=frozenset()), True),
        (Clause("renal", basis="crcl", below=30), Patient(values={"crcl": (25.0,)}), True),
        (Clause("renal", basis="crcl", below=30), Patient(values={"egfr": (25.0,)}), True),
        (Clause("renal", basis="egfr", below=30), Patient(), None),
        (Clause("weight", below=50), Patient(weight_kg=49), True),
    ],
)
def test_clauses_about_the_patient_are_three_valued(clause, patient, expected):
    case = Case.of(patient, (line("warfarin"),), known())
    assert judge(clause, case, Subject(case.items["warfarin"][0])).holds is expected


def test_a_reaction_stays_with_its_own_allergy():
    one = rule(
        "a",
        ("#nsaid",),
        "contraindicated",
        type="allergy",
        when=(Clause("allergy", any=("#nsaid",)), Clause("reaction", any=("anaphylaxis",))),
    )

    def stated(token, reaction):
        return Allergy(token, frozenset({token}), frozenset(), reaction)

    mild = Patient(allergies=(stated("#nsaid", "intolerance"), stated("#opioid", "anaphylaxis")))
    assert not ask([one], [line("ibuprofen")], mild)[0]
    grave = Patient(allergies=(stated("#nsaid", "anaphylaxis"), stated("#opioid", "intolerance")))
    assert ask([one], [line("ibuprofen")], grave)[0]
    assert ask([one], [line("ibuprofen")], Patient())[1]


def test_drugs_elsewhere_on_the_list():
    covered = Clause("drug", any=("#opioid",), absent=True)
    case = Case.of(Patient(), (line("warfarin"), line("oxycodone")), known())
    assert judge(covered, case, Subject(case.items["warfarin"][0])).holds is False
    alone = Case.of(Patient(), (line("warfarin"),), known())
    assert judge(covered, alone, Subject(alone.items["warfarin"][0])).holds is True

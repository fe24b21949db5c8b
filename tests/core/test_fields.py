"""Fields: the rule book itself, by example and by property."""

from __future__ import annotations

import dataclasses
import fractions
import json
import math

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import InputError
from core.fields import MISSING_TOKENS, FieldSet, FieldSpec
from tests.strategies import records, values

SPECS = [*DIAGNOSTIC, *PREVENTION]
IDS = [f"diagnostic-{s.name}" for s in DIAGNOSTIC] + [f"prevention-{s.name}" for s in PREVENTION]
every_spec = pytest.mark.parametrize("spec", SPECS, ids=IDS)
MEASURED = [spec for spec in SPECS if not spec.is_code]


def rules(spec: FieldSpec, raw: object, *, text: bool = False) -> list[tuple[str, str]]:
    return [(p.rule, p.severity) for p in spec.check(raw, text=text)[1]]


def record(**changes: object) -> dict[str, object]:
    return {"age": 63, "sex": 1, "cp": 1, "chol": 233, **changes}


@pytest.mark.parametrize(
    ("name", "raw", "value", "found"),
    [
        ("age", 63, 63.0, []),
        ("age", "63", math.nan, [("not-a-number", "error")]),
        ("age", None, math.nan, [("missing", "error")]),
        ("age", 17.9, math.nan, [("range", "error")]),
        ("age", 18, 18.0, [("outside-training", "warning")]),
        ("age", 110, 110.0, [("outside-training", "warning")]),
        ("age", True, math.nan, [("not-a-number", "error")]),
        ("age", math.nan, math.nan, [("not-finite", "error")]),
        ("age", math.inf, math.nan, [("not-finite", "error")]),
        ("age", [63], math.nan, [("not-a-number", "error")]),
        ("age", {"value": 63}, math.nan, [("not-a-number", "error")]),
        ("age", 10**400, math.nan, [("not-a-number", "error")]),
        ("age", 63 + 0j, math.nan, [("not-a-number", "error")]),
        ("age", fractions.Fraction(127, 2), 63.5, []),
        ("age", np.float32(63), 63.0, []),
        ("age", np.int64(63), 63.0, []),
        ("sex", 1, 1.0, []),
        ("sex", 2, math.nan, [("unknown-code", "error")]),
        ("sex", 0.5, math.nan, [("unknown-code", "error")]),
        ("cp", 0, math.nan, [("unknown-code", "error")]),
        ("thal", 3.0, 3.0, []),
        ("thal", 4, math.nan, [("unknown-code", "error")]),
        ("thal", None, math.nan, []),
        ("chol", 0, math.nan, [("missing-code", "warning")]),
        ("chol", 5.2, math.nan, [("unit", "error")]),
        ("chol", 69.9, math.nan, [("range", "error")]),
        ("chol", 126, 126.0, []),
        ("chol", 125, 125.0, [("outside-training", "warning")]),
        ("trestbps", 16, math.nan, [("unit", "error")]),
        ("oldpeak", -2.6, -2.6, [("outside-training", "warning")]),
    ],
)
def test_values(name: str, raw: object, value: float, found: list[tuple[str, str]]) -> None:
    assert rules(DIAGNOSTIC[name], raw) == found
    np.testing.assert_equal(DIAGNOSTIC[name].check(raw)[0], value)


@pytest.mark.parametrize(
    ("raw", "value", "found"),
    [
        (" 63 ", 63.0, []),
        ("6.3e1", 63.0, []),
        ("", math.nan, [("missing", "error")]),
        ("N/A", math.nan, [("missing", "error")]),
        ("1_00", math.nan, [("not-a-number", "error")]),
        ("inf", math.nan, [("not-a-number", "error")]),
        ("1e999", math.nan, [("not-a-number", "error")]),
        ("63,0", math.nan, [("not-a-number", "error")]),
        ("0x3F", math.nan, [("not-a-number", "error")]),
        ("sixty", math.nan, [("not-a-number", "error")]),
    ],
)
def test_text(raw: str, value: float, found: list[tuple[str, str]]) -> None:
    assert rules(DIAGNOSTIC["age"], raw, text=True) == found
    np.testing.assert_equal(DIAGNOSTIC["age"].check(raw, text=True)[0], value)


def test_unit_message_says_how_to_convert() -> None:
    (problem,) = DIAGNOSTIC["chol"].check(5.2, row=4)[1]
    assert problem.sentence() == (
        "Row 4, column chol: 5.2 looks like mmol/L (expected 70 to 700 mg/dL)."
        " Multiply by 38.67, or give the value in mg/dL."
    )


@every_spec
def test_every_field_is_described(spec: FieldSpec) -> None:
    assert spec.label
    assert spec.help.endswith(".")
    assert spec.source
    assert spec.group
    assert spec.expected()
    assert spec.is_code != (spec.low is not None and spec.high is not None)
    value, found = spec.check(spec.default)
    assert (value, found) == (spec.default, ())


@every_spec
def test_limits_enclose_the_training_data_and_exclude_other_units(spec: FieldSpec) -> None:
    if spec.seen:
        assert spec.low <= spec.seen[0] < spec.seen[1] <= spec.high
    for hint in spec.units:
        assert hint.high < spec.low or hint.low > spec.high
        # Somewhere in the hinted range a converted value must be plausible.
        assert hint.low * hint.factor <= spec.high
        assert hint.high * hint.factor >= spec.low
    for code in spec.missing_codes:
        assert spec.is_code or not spec.low <= code <= spec.high


@every_spec
@pytest.mark.parametrize("token", sorted(MISSING_TOKENS))
def test_missing_tokens(spec: FieldSpec, token: str) -> None:
    for text in (token, token.upper(), f" {token}\t"):
        value, found = spec.check(text, text=True)
        assert math.isnan(value)
        assert [p.rule for p in found] == (["missing"] if spec.required else [])


@given(st.sampled_from(SPECS).flatmap(lambda s: st.tuples(st.just(s), values(s, optional=False))))
def test_accepted_values_pass_unchanged(case: tuple[FieldSpec, float]) -> None:
    spec, value = case
    number, found = spec.check(value)
    assert number == value
    assert all(p.severity == "warning" for p in found)
    assert spec.check(repr(value), text=True)[0] == value


@given(st.sampled_from(SPECS), st.floats(allow_nan=True) | st.integers())
def test_a_number_is_returned_as_given_or_not_at_all(spec: FieldSpec, raw: float) -> None:
    value, found = spec.check(raw)
    refused = any(p.severity == "error" for p in found)
    if math.isnan(value):
        assert refused or raw in spec.missing_codes
    else:
        assert value == raw
        assert not refused
        if spec.is_code:
            assert value in dict(spec.choices)
        else:
            assert spec.low <= value <= spec.high


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.sampled_from(SPECS), json_values, st.booleans())
def test_any_json_value_gives_a_number_or_a_sentence(spec, raw, text) -> None:
    value, found = spec.check(raw, text=text, row=7)
    assert isinstance(value, float)
    for problem in found:
        assert problem.row == 7
        assert problem.column == spec.name
        assert problem.fix.endswith(".")
        assert len(problem.value) <= 40
        assert "\n" not in problem.sentence()
    if math.isnan(value) and (spec.required or not (raw is None or text)):
        assert found


@pytest.mark.parametrize("fields", [DIAGNOSTIC, PREVENTION])
@given(data=st.data())
def test_a_valid_record_passes(fields: FieldSet, data: st.DataObject) -> None:
    given_values = data.draw(records(fields, optional=True))
    parsed, warnings = fields.parse(given_values)
    assert list(parsed) == list(fields.names)
    for name, value in given_values.items():
        np.testing.assert_equal(parsed[name], math.nan if value is None else value)
    assert all(p.severity == "warning" for p in warnings)


def test_all_findings_of_a_record_are_reported_together() -> None:
    with pytest.raises(InputError) as caught:
        DIAGNOSTIC.parse(record(age=300, sex="male", weight=80))
    found = [(p.column, p.rule) for p in caught.value.problems]
    assert found == [("weight", "unknown-field"), ("age", "range"), ("sex", "not-a-number")]
    assert "Known fields: age, sex, cp" in caught.value.message


def test_absent_fields_are_missing() -> None:
    parsed, found = DIAGNOSTIC.check({})
    assert all(math.isnan(v) for v in parsed.values())
    assert [p.column for p in found] == ["age", "sex", "cp"]


def test_descriptions() -> None:
    assert DIAGNOSTIC["cp"].describe(4) == "asymptomatic"
    assert DIAGNOSTIC["chol"].describe(233.0) == "233 mg/dL"
    assert DIAGNOSTIC["chol"].describe(math.nan) == "not given"


@pytest.mark.parametrize(
    ("low", "high", "unit", "words", "wrong"),
    [
        (0, 9, "mm", "0 to 9 mm", 10),
        (0, None, "mm", "at least 0 mm", -1),
        (None, 9, "", "at most 9", 10),
        (None, None, "mm", "a number in mm", "x"),
        (None, None, "", "a number", "x"),
    ],
)
def test_a_measurement_may_be_open_at_either_end(
    low: float | None, high: float | None, unit: str, words: str, wrong: object
) -> None:
    spec = FieldSpec("size", "Size", "How large.", "here", unit=unit, low=low, high=high)
    assert spec.expected() == words
    assert words in spec.check(wrong)[1][0].fix
    limits = FieldSet((spec,)).pydantic_model("Thing").model_json_schema()["properties"]["size"]
    stated = limits["anyOf"][0]
    assert (stated.get("minimum"), stated.get("maximum")) == (low, high)
    assert None not in stated.values()


def test_field_set_behaves_like_an_ordered_collection() -> None:
    assert DIAGNOSTIC["age"].name == "age"
    assert [spec.name for spec in DIAGNOSTIC] == list(DIAGNOSTIC.names)
    assert DIAGNOSTIC.select(["thal", "age"]).names == ("thal", "age")
    grouped = [spec for specs in DIAGNOSTIC.groups().values() for spec in specs]
    assert sorted(s.name for s in grouped) == sorted(DIAGNOSTIC.names)
    with pytest.raises(KeyError):
        DIAGNOSTIC["weight"]


def test_duplicate_names_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="duplicate field names"):
        FieldSet((DIAGNOSTIC["age"], dataclasses.replace(DIAGNOSTIC["age"], label="Other")))


def test_dictionary_covers_every_field() -> None:
    rows = DIAGNOSTIC.dictionary()
    assert [row["name"] for row in rows] == list(DIAGNOSTIC.names)
    assert all(row["meaning"] and row["permitted"] and row["source"] for row in rows)


MODEL = DIAGNOSTIC.pydantic_model("Patient")


@given(records(DIAGNOSTIC, optional=True))
def test_api_model_accepts_what_the_fields_accept(patient: dict) -> None:
    parsed = MODEL.model_validate(patient).model_dump()
    expected, _ = DIAGNOSTIC.parse(patient)
    for name, value in expected.items():
        assert parsed[name] == (None if math.isnan(value) else value)


@given(st.sampled_from(DIAGNOSTIC.names), json_values)
def test_api_model_and_fields_refuse_alike(name: str, raw: object) -> None:
    patient = record(**{name: raw})
    refused = any(p.severity == "error" for p in DIAGNOSTIC.check(patient)[1])
    try:
        MODEL.model_validate(patient)
    except pydantic.ValidationError:
        assert refused
    else:
        assert not refused


def test_api_model_is_closed_and_its_schema_states_the_limits() -> None:
    with pytest.raises(pydantic.ValidationError, match="weight"):
        MODEL.model_validate(record(weight=80))
    schema = MODEL.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["age", "sex", "cp"]
    assert schema["properties"]["age"]["minimum"] == 18
    assert schema["properties"]["cp"]["enum"] == [1, 2, 3, 4]
    json.dumps(schema, allow_nan=False)


def test_numbers_too_long_to_print_are_refused():
    value, problems = DIAGNOSTIC["age"].check(10**5000)
    assert math.isnan(value)
    assert "more than 38 digits" in problems[0].message


@pytest.mark.parametrize("text", ["６３", "٦٣", "1_000", "infinity"])
def test_digits_of_other_scripts_and_notations_are_not_guessed(text):
    value, problems = DIAGNOSTIC["age"].check(text, text=True)
    assert math.isnan(value)
    assert problems[0].rule == "not-a-number"


def test_a_code_between_codes_has_no_text():
    assert DIAGNOSTIC["sex"].describe(0.5) == "unknown code 0.5"

"""Validation: one rule book, exact counts, nothing lost."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import InputError
from core.fields import MISSING_TOKENS, FieldSet, FieldSpec
from core.tables import Validation, findings_frame, validate

SPECS = [*DIAGNOSTIC, *PREVENTION]

ODD = [
    *sorted(MISSING_TOKENS), "NaN", "-nan", "inf", "-Infinity", "1e999", "-1e999", "1_000", "0x10",
    "６３", "٦٣", "+63", " 63 ", "63\t", "1e2", "1E+2", ".5", "5.", "-0", "0.0", "00063", "--5",
    "1,5", "1 000", "True", "1/2", "0b1", "½", "−5", "5e-324", "9" * 400, "1." + "3" * 40,
    "\u00a05",
]  # fmt: skip


def near(spec: FieldSpec) -> list[float]:
    edges = [*(code for code, _ in spec.choices), *spec.missing_codes, *(spec.seen or ())]
    edges += [x for x in (spec.low, spec.high) if x is not None]
    edges += [x for hint in spec.units for x in (hint.low, hint.high)]
    return [y for x in edges for y in (x, x - 1, x + 1, x + 0.1, math.nextafter(x, math.inf))]


def cells(spec: FieldSpec) -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(near(spec)).flatmap(lambda x: st.sampled_from([f"{x:g}", repr(x)])),
        st.floats(-10, 1000).map(str),
        st.integers(-5, 700).map(str),
        st.text(max_size=6),
    )


def columns() -> st.SearchStrategy[tuple[FieldSpec, list[str]]]:
    return st.sampled_from(SPECS).flatmap(
        lambda spec: st.tuples(st.just(spec), st.lists(cells(spec), min_size=1, max_size=12))
    )


def one_column(spec: FieldSpec, texts: list[str], decimal: str = ".") -> Validation:
    frame = pd.DataFrame({"column": texts}, dtype="str")
    return validate(frame, FieldSet((spec,)), {spec.name: "column"}, decimal=decimal)


@given(columns())
def test_columns_and_single_values_obey_one_rule_book(case: tuple[FieldSpec, list[str]]) -> None:
    spec, texts = case
    validation = one_column(spec, texts)
    expected = [spec.check(text, text=True, row=row) for row, text in enumerate(texts, start=1)]
    np.testing.assert_array_equal(validation.values[spec.name], [value for value, _ in expected])
    said = [dataclasses.replace(p, column="column") for _, found in expected for p in found]
    assert list(validation.problems()) == said
    refused = [any(p.severity == "error" for p in found) for _, found in expected]
    assert (~validation.ok).tolist() == refused
    assert validation.total == len(said)


@given(columns())
def test_decimal_comma_changes_nothing_but_the_sign(case: tuple[FieldSpec, list[str]]) -> None:
    spec, texts = case
    texts = [text for text in texts if "," not in text]
    with_comma = [text.replace(".", ",") if text.strip() != "." else text for text in texts]
    numeric = [i for i, text in enumerate(texts) if is_plain(text)]
    left = one_column(spec, texts).values[spec.name].to_numpy()[numeric]
    right = one_column(spec, with_comma, ",").values[spec.name].to_numpy()[numeric]
    np.testing.assert_array_equal(left, right)


def is_plain(text: str) -> bool:
    return text.isascii() and text.strip().lstrip("-+").replace(".", "", 1).isdigit()


def test_value_is_reported_as_written_with_its_comma() -> None:
    (problem,) = one_column(DIAGNOSTIC["chol"], ["5,2"], ",").problems()
    assert (problem.rule, problem.value, problem.row) == ("unit", "5,2", 1)


@pytest.fixture
def mixed():
    frame = pd.DataFrame(
        {
            "age": ["63", "300", "", "80", "63"],
            "sex": ["1", "1", "2", "0", "1"],
            "cp": ["1", "1", "1", "1", "1"],
            "BP": ["120", "16", "120", "120", "120"],
            "chol": ["0", "200", "5.2", "600", "x"],
        },
        dtype="str",
    )
    columns = {"age": "age", "sex": "sex", "cp": "cp", "trestbps": "BP", "chol": "chol"}
    return validate(frame, DIAGNOSTIC, columns)


def test_rows_columns_and_rules(mixed) -> None:
    found = [(p.row, p.column, p.rule, p.severity) for p in mixed.problems()]
    assert found == [
        (1, "chol", "missing-code", "warning"),
        (2, "age", "range", "error"),
        (2, "BP", "unit", "error"),
        (3, "age", "missing", "error"),
        (3, "sex", "unknown-code", "error"),
        (3, "chol", "unit", "error"),
        (4, "age", "outside-training", "warning"),
        (4, "chol", "outside-training", "warning"),
        (5, "chol", "not-a-number", "error"),
    ]
    assert mixed.ok.tolist() == [True, False, False, True, False]
    assert mixed.total == 9
    assert mixed.counts["chol", "unit", "error"] == 1


def test_absent_columns_are_missing_everywhere(mixed) -> None:
    assert list(mixed.values.columns) == list(DIAGNOSTIC.names)
    assert mixed.values["thal"].isna().all()


def test_listing_is_capped_and_counting_is_not(mixed) -> None:
    assert mixed.problems(3) == mixed.problems()[:3]
    report = findings_frame(mixed.problems(3), mixed.total)
    assert report["row"].tolist()[:3] == [1, 2, 2]
    assert report.iloc[-1]["rule"] == "not-listed"
    assert "6 more findings" in report.iloc[-1]["message"]


def test_report_of_a_clean_table_is_empty() -> None:
    clean = one_column(DIAGNOSTIC["age"], ["63"])
    report = findings_frame(clean.problems(), clean.total)
    assert len(report) == 0
    assert list(report.columns) == ["row", "column", "value", "rule", "severity", "message", "fix"]


def test_sentences_stay_with_their_row(mixed) -> None:
    errors, warnings = mixed.sentences("error"), mixed.sentences("warning")
    assert errors[0] == ""
    assert errors[1].startswith("age: 300 is outside")
    assert "BP: 16 looks like kPa" in errors[1]
    assert "not measured" in warnings[0]
    assert "outside the training data" in warnings[3]
    assert mixed.sentences("warning", skip=frozenset({"outside-training"}))[3] == ""


def test_a_column_of_countless_bad_values_is_the_wrong_column(monkeypatch) -> None:
    monkeypatch.setattr("core.tables.validation.MAX_DISTINCT", 10)
    with pytest.raises(InputError, match=r"column: More than 10 different values.*Check that"):
        one_column(DIAGNOSTIC["age"], [f"id-{i}" for i in range(20)])


def test_an_empty_required_cell_in_every_row() -> None:
    validation = one_column(DIAGNOSTIC["age"], ["", "?", "NA"])
    assert validation.counts == {("column", "missing", "error"): 3}
    assert not validation.ok.any()

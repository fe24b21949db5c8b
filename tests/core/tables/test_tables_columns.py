"""Column matching: names, aliases, ambiguity, and the user's own mapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import InputError
from core.tables import match_columns, require_columns


def test_exact_names_in_any_order() -> None:
    columns = [*reversed(DIAGNOSTIC.names), "id"]
    found = match_columns(columns, DIAGNOSTIC)
    assert found.matched == {name: name for name in DIAGNOSTIC.names}
    assert list(found.matched) == list(DIAGNOSTIC.names)
    assert (found.missing, found.unknown, found.ambiguous) == ((), ("id",), {})


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("AGE", "age"),
        (" Age ", "age"),
        ("Age (years)", None),
        ("age-years", "age"),
        ("Chest Pain", "cp"),
        ("chest_pain_type", "cp"),
        ("MaxHR", "thalach"),
        ("Max. HR", "thalach"),
        ("ST Slope", "slope"),
        ("agee", None),
        ("", None),
    ],
)
def test_spelling(column: str, field: str | None) -> None:
    found = match_columns([column], DIAGNOSTIC)
    assert found.matched == ({field: column} if field else {})
    assert found.unknown == (() if field else (column,))


@pytest.mark.parametrize("fields", [DIAGNOSTIC, PREVENTION])
def test_no_name_claims_two_fields(fields) -> None:
    names = [name for spec in fields for name in (spec.name, *spec.aliases)]
    for name in names:
        assert len(match_columns([name], fields).matched) == 1, name


def test_two_claims_are_ambiguous_even_if_one_is_exact() -> None:
    found = match_columns(["trestbps", "SBP", "age"], DIAGNOSTIC)
    assert found.ambiguous == {"trestbps": ("trestbps", "SBP")}
    assert "trestbps" not in found.matched
    assert "trestbps" not in found.missing
    assert found.unknown == ()


def test_a_choice_settles_the_ambiguity() -> None:
    found = match_columns(["trestbps", "SBP", "age"], DIAGNOSTIC, {"trestbps": "SBP"})
    assert found.matched["trestbps"] == "SBP"
    assert found.ambiguous == {}
    assert found.unknown == ("trestbps",)


def test_a_choice_of_none_leaves_the_field_out() -> None:
    found = match_columns(["age", "chol"], DIAGNOSTIC, {"chol": None})
    assert "chol" in found.missing
    assert found.unknown == ("chol",)


def test_a_column_given_away_is_not_matched_by_its_name() -> None:
    found = match_columns(["age", "chol"], DIAGNOSTIC, {"trestbps": "chol"})
    assert found.matched == {"age": "age", "trestbps": "chol"}
    assert "chol" in found.missing


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({"weight": "age"}, "unknown-field"),
        ({"age": "years"}, "unknown-column"),
        ({"age": "x", "chol": "x"}, "column-used-twice"),
    ],
)
def test_impossible_choices(chosen: dict[str, str], rule: str) -> None:
    with pytest.raises(InputError) as caught:
        match_columns(["age", "x"], DIAGNOSTIC, chosen)
    assert caught.value.problems[0].rule == rule


def test_required_columns_are_named_with_the_columns_seen() -> None:
    columns = ["Age", "weight"]
    with pytest.raises(InputError) as caught:
        require_columns(match_columns(columns, DIAGNOSTIC), DIAGNOSTIC, columns)
    assert [p.column for p in caught.value.problems] == ["sex", "cp"]
    assert "Age, weight" in caught.value.message


def test_ambiguity_is_refused_with_its_columns() -> None:
    columns = ["age", "sex", "cp", "chol", "Cholesterol"]
    with pytest.raises(InputError, match="chol, Cholesterol"):
        require_columns(match_columns(columns, DIAGNOSTIC), DIAGNOSTIC, columns)


@given(
    st.lists(st.sampled_from(["age", "Age", "a g e", "sbp", "x", "", "cp", "thal"]), unique=True)
)
def test_every_column_has_one_place(columns: list[str]) -> None:
    found = match_columns(columns, DIAGNOSTIC)
    claimed = [c for group in found.ambiguous.values() for c in group]
    assert sorted([*found.matched.values(), *claimed, *found.unknown]) == sorted(columns)
    fields = [*found.matched, *found.ambiguous, *found.missing]
    assert sorted(fields) == sorted(DIAGNOSTIC.names)
    assert set(found.to_dict()) == {"matched", "missing", "unknown", "ambiguous"}

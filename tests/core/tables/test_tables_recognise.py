"""A table of another system is told apart by its column names, and the message says whose it is."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_breast_cancer

from core.breast_cancer.schema import FEATURES
from core.cardiosense.schema import DIAGNOSTIC
from core.errors import InputError
from core.tables import match_columns, require_columns
from core.tables.limits import plain_name
from core.tables.recognise import SIGNS, other_system

FIELDS = {"CardioSense": DIAGNOSTIC, "Breast cancer": FEATURES}


def test_the_signs_are_columns_of_their_system_and_of_no_other():
    for system, names in SIGNS.items():
        for other, fields in FIELDS.items():
            known = {plain_name(n) for spec in fields for n in (spec.name, *spec.aliases)}
            signs = {plain_name(name) for name in names}
            assert signs <= known if other == system else not signs & known


@pytest.mark.parametrize("wanted", FIELDS)
@pytest.mark.parametrize("given", FIELDS)
def test_a_table_is_told_from_those_of_other_systems(wanted, given):
    found = other_system(FIELDS[given].names, FIELDS[wanted])
    assert (found is None) == (wanted == given)
    if found:
        assert given in found.sentence()


def test_the_refusal_begins_with_the_system_it_looks_like():
    columns = [str(name) for name in load_breast_cancer().feature_names]
    with pytest.raises(InputError) as caught:
        require_columns(match_columns(columns, DIAGNOSTIC), DIAGNOSTIC, columns)
    assert caught.value.problems[0].rule == "other-system"
    assert "Breast cancer" in caught.value.message
    assert {p.column for p in caught.value.problems[1:]} == {"age", "sex", "cp"}


def test_an_unknown_table_gets_no_guess():
    assert other_system(["sepal_length", "sepal_width", "radius"], FEATURES) is None


@pytest.mark.parametrize("pattern", ["{}_mean {}_se {}_worst", "{}1 {}2 {}3"])
def test_headers_of_other_copies_are_matched(pattern):
    stems = [name.removeprefix("mean_") for name in FEATURES.names[:10]]
    columns = [part.format(stem) for part in pattern.split() for stem in stems]
    assert list(match_columns(columns, FEATURES).matched) == list(FEATURES.names)
    spaced = [column.replace("concave_points", "concave points") for column in columns]
    assert not match_columns(["id", "diagnosis", *spaced], FEATURES).missing

from __future__ import annotations

import dataclasses
import enum
import json
import math
import typing
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ArtifactError
from core.plain import plain
from core.typed import typed


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass(frozen=True)
class Part:
    name: str
    size: float
    colour: Colour


@dataclasses.dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    pair: tuple[int, float]
    by_name: Mapping[str, Mapping[str, float]]
    maybe: Part | None = None


numbers = st.floats(allow_nan=False, allow_infinity=False)
parts = st.builds(Part, st.text(), numbers, st.sampled_from(Colour))
wholes = st.builds(
    Whole,
    st.lists(parts).map(tuple),
    st.tuples(st.integers(), numbers),
    st.dictionaries(st.text(), st.dictionaries(st.text(), numbers)),
    st.none() | parts,
)


@given(wholes)
def test_a_record_becomes_the_object_it_was_made_of(whole):
    assert typed(Whole, json.loads(json.dumps(plain(whole)))) == whole


def test_a_number_that_does_not_exist_is_nan_again():
    record = plain(Part("x", math.nan, Colour.RED))
    assert record["size"] is None
    assert math.isnan(typed(Part, record).size)


def test_keys_that_are_not_known_are_left_out():
    record = {"name": "x", "size": 1, "colour": "red", "later": True}
    assert typed(Part, record) == Part("x", 1.0, Colour.RED)


@pytest.mark.parametrize(
    "record",
    [
        {"name": "x", "size": 1.0},
        {"name": 3, "size": 1.0, "colour": "red"},
        {"name": "x", "size": "much", "colour": "red"},
        {"name": "x", "size": 1.0, "colour": "green"},
        [],
        None,
    ],
)
def test_a_record_of_something_else_is_refused(record):
    with pytest.raises(ArtifactError, match=r"A stored Part cannot be read .* make it again\."):
        typed(Part, record)


def test_a_tuple_of_another_length_is_refused():
    record = {"parts": [], "pair": [1, 2.0, 3.0], "by_name": {}, "maybe": None}
    with pytest.raises(ArtifactError, match="Whole"):
        typed(Whole, record)


@dataclasses.dataclass(frozen=True)
class Loose:
    name: str
    of: frozenset[str] = frozenset()
    more: dict[str, typing.Any] = dataclasses.field(default_factory=dict)


def test_a_field_with_a_default_may_be_missing_and_any_is_taken_as_it_is():
    assert typed(Loose, {"name": "x"}) == Loose("x")
    found = typed(Loose, {"name": "x", "of": ["b", "a"], "more": {"k": [1, None]}})
    assert found == Loose("x", frozenset({"a", "b"}), {"k": [1, None]})
    with pytest.raises(ArtifactError, match="name"):
        typed(Loose, {"of": []})

"""Whatever a result holds, its plain form is strict JSON."""

from __future__ import annotations

import dataclasses
import enum
import json
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.plain import finite, plain
from core.stats.intervals import undefined, wilson

NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@dataclasses.dataclass(frozen=True)
class Result:
    parts: object


@given(NESTED)
def test_a_strict_parser_reads_it(parts):
    text = json.dumps(plain(Result(parts)), allow_nan=False)
    assert set(json.loads(text)) == {"parts"}


def test_arrays_and_intervals():
    found = plain({"a": np.array([1.5, math.nan]), "b": (np.array([True]), np.arange(2))})
    assert found == {"a": [1.5, None], "b": [[True], [0, 1]]}
    assert plain(wilson(3, 10)) == wilson(3, 10).to_dict()
    assert plain(undefined(0, "no row")) == undefined(0, "no row").to_dict()
    assert plain(np.float64(math.inf)) is None
    assert finite(np.float64(2)) == 2.0


def test_a_set_becomes_a_list_in_order():
    assert plain(frozenset({"b", "a"})) == ["a", "b"]


def test_an_enumeration_becomes_its_value():
    class Colour(enum.StrEnum):
        RED = "red"

    assert type(plain({"of": [Colour.RED]})["of"][0]) is str

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from core.errors import InputError
from core.json_input import MAX_DEPTH, MAX_DIGITS, loads

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def depth(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((depth(item) for item in items), default=0)


@given(PLAIN.filter(lambda value: depth(value) < MAX_DEPTH))
def test_what_json_wrote_is_read(content: Any) -> None:
    assert loads(json.dumps(content).encode(), "body") == content


@given(st.binary() | st.text().map(str.encode))
@example(b"[" * 50_000)
@example(b'{"a":' * 50_000)
@example(b"\xef\xbb\xbf1")
@example(b"-")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(InputError):
        loads(data, "body")


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_runaway_numbers_are_left_to_their_field(literal: str) -> None:
    assert not math.isfinite(loads(f'{{"age": {literal}}}'.encode(), "body")["age"])


def test_integers_keep_every_digit_up_to_the_limit() -> None:
    assert loads(b"9" * MAX_DIGITS, "body") == int("9" * MAX_DIGITS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"age": 1, "age": 2}', "age"),
        ('{"a": {"b": 1, "b": 1}}', "b"),
        ('{"age": ' + "[" * 20 + "]" * 20 + "}", "age"),
        ("[" * 20 + "]" * 20, "body"),
        ("{", "body"),
    ],
)
def test_the_refusal_names_the_place(text: str, name: str) -> None:
    with pytest.raises(InputError) as refused:
        loads(text.encode(), "body")
    assert refused.value.problems[0].column == name


def test_the_depth_that_is_read_can_be_set():
    nested = b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}"
    with pytest.raises(InputError, match="more than 12 levels"):
        loads(nested, "body")
    assert loads(nested, "body", 40)["a"]
    with pytest.raises(InputError, match="more than 15 levels"):
        loads(nested, "body", 15)

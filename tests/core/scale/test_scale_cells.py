"""The short cuts for columns of numbers change nothing that is written or found."""

from __future__ import annotations

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.tables import write

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.from_regex(r"\A[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,3})?\Z"),
    st.text("0123456789+-.,eEinfaINF_x \t", max_size=6),
)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_a_column_of_numbers_is_harmless_as_it_stands(texts):
    column = pd.Series(texts, dtype="str")
    written = write.cells(column).to_pylist()
    expected = [
        f'"{text}"' if re.search('[,"\r\n]', text) else text
        for text in (
            f"'{text}" if re.search(write._FORMULA, text) and not number(text) else text
            for text in texts
        )
    ]
    assert written == expected


def number(text: str) -> bool:
    return re.fullmatch(write._NUMBER[1:-1], text, re.ASCII) is not None

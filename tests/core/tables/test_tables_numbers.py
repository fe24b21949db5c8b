"""Numbers are judged as their texts are: the same values, the same findings, in the same order."""

from __future__ import annotations

import dataclasses
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.fields import FieldSet, FieldSpec, UnitHint
from core.tables import validation
from core.tables.numbers import shortest, validate_arrow
from core.tables.parquet import as_text
from core.tables.read import text_frame
from core.tables.validation import validate

FIELDS = FieldSet(
    (
        FieldSpec(
            "range", "Range", "", "", low=0, high=300, seen=(1, 2.3), required=True,
            missing_codes=(0, 2), units=(UnitHint("mmol/L", 301, 400, 38.67),),
        ),
        FieldSpec("open", "Open", "", "", low=-5, high=1e19),
        FieldSpec("seen", "Seen", "", "", low=-1e300, high=1e300, seen=(-0.1, 0.1)),
        FieldSpec("few", "Few", "", "", choices=((0, "no"), (1, "yes"), (2, "both"))),
        FieldSpec("gap", "Gap", "", "", choices=((3, "a"), (6, "b"), (7, "c")), missing_codes=(0,)),
    )
)  # fmt: skip
COLUMNS = {name: f"col {name}" for name in FIELDS.names}
ODD = [
    0.0, -0.0, 1.0, 2.0, 2.3, 2.5, 3.0, 6.0, 7.0, -1.0, 300.0, 301.0, 350.0, 1e20, -1e20, 0.1, 1e-7,
    float("nan"), float("inf"), float("-inf"), 2.0**53 + 2, 1.1754944e-38, 123.456,
    0.30000000000000004,
]  # fmt: skip
DOUBLES = st.none() | st.sampled_from(ODD) | st.floats()
SINGLES = st.none() | st.sampled_from([float(np.float32(x)) for x in ODD]) | st.floats(width=32)
KINDS: dict[pa.DataType, st.SearchStrategy] = {
    pa.float64(): DOUBLES,
    pa.float32(): SINGLES,
    pa.int64(): st.none() | st.integers(-3, 8) | st.integers(-(2**63), 2**63 - 1),
    pa.uint64(): st.none() | st.integers(0, 8) | st.integers(0, 2**64 - 1),
    pa.int8(): st.none() | st.integers(-128, 127),
    pa.uint16(): st.none() | st.integers(0, 400),
    pa.bool_(): st.none() | st.booleans(),
    pa.decimal128(6, 2): st.none() | st.decimals(-400, 400, places=2, allow_nan=False),
    pa.float16(): st.none() | st.floats(width=16),
    pa.large_string(): st.none()
    | st.sampled_from(["1", " 2.5", "x", "", "nan", "1e1", "-0", "2,3"]),
}


@st.composite
def tables(draw) -> pa.Table:
    rows = draw(st.integers(0, 12))
    arrays = []
    for _ in COLUMNS:
        kind = draw(st.sampled_from(list(KINDS)))
        cells = draw(st.lists(KINDS[kind], min_size=rows, max_size=rows))
        if pa.types.is_float16(kind):
            cells = [None if cell is None else np.float16(cell) for cell in cells]
        column = pa.array(cells, kind)
        if draw(st.booleans()) and not pa.types.is_float16(kind):
            column = column.dictionary_encode()
        cut = draw(st.integers(0, rows))
        arrays.append(pa.chunked_array([column[:cut], column[cut:]]))
    return pa.table(arrays, names=list(COLUMNS.values()))


def as_texts(table: pa.Table) -> pd.DataFrame:
    columns = [as_text(table.column(i), table.field(i)) for i in range(table.num_columns)]
    return text_frame(pa.table(columns, names=table.column_names))


def same(found: validation.Validation, wanted: validation.Validation) -> bool:
    bits = [v.values.to_numpy().tolist() for v in (found, wanted)]
    assert repr(bits[0]) == repr(bits[1])  # tells -0.0 from 0.0
    assert list(found.values.columns) == list(wanted.values.columns)
    for ours, theirs in zip(found.findings, wanted.findings, strict=True):
        assert ours.rows.tolist() == theirs.rows.tolist()
        assert ours.which.tolist() == theirs.which.tolist()
        assert ours.found == theirs.found
    assert found.ok.tolist() == wanted.ok.tolist()
    return True


@settings(max_examples=80, deadline=None)
@given(tables())
def test_numbers_are_judged_as_their_texts(table):
    wanted = validate(as_texts(table), FIELDS, COLUMNS)
    assert same(validate_arrow(table, FIELDS, COLUMNS), wanted)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False), max_size=20))
@example([2.3, 16777216.0, 8388609.5, 0.1, 1e10, 9999999.0, 1.5e-45, 0.001, 4194304.5])
def test_a_single_means_what_its_shortest_text_means(numbers):
    singles = np.array(numbers, dtype=np.float32)
    texts = [str(text) for text in pa.array(singles).cast(pa.string()).to_pylist()]
    assert repr(shortest(singles).tolist()) == repr([float(text) for text in texts])


def test_every_single_with_few_decimals_in_a_clinical_range():
    for decimals in (0, 1, 2, 3):
        wanted = np.arange(-20_000, 400_000) / 10.0**decimals
        assert np.array_equal(shortest(wanted.astype(np.float32)), wanted)


def test_a_field_without_a_column_is_missing_everywhere_and_no_finding():
    table = pa.table({"col few": pa.array([0, 1, 5], pa.int8())})
    found = validate_arrow(table, FIELDS, {"few": "col few"})
    assert found.values["open"].isna().all()
    assert found.counts == {("col few", "unknown-code", "error"): 1}


def test_nested_and_binary_columns_are_refused():
    for cells in ([[1]], [b"1"]):
        with pytest.raises(InputError, match="not numbers or text"):
            validate_arrow(pa.table({"col few": cells}), FIELDS, {"few": "col few"})


def test_a_column_of_something_else_is_refused(monkeypatch):
    monkeypatch.setattr(validation, "MAX_DISTINCT", 5)
    table = pa.table({"col few": pa.array(np.arange(100, 120))})
    with pytest.raises(InputError, match="different values are questionable"):
        validate_arrow(table, FIELDS, {"few": "col few"})


def test_decimals_fall_back_to_text():
    table = pa.table({"col range": pa.array([decimal.Decimal("1.20")])})
    one = FieldSet((dataclasses.replace(FIELDS["range"], seen=None),))
    assert validate_arrow(table, one, {"range": "col range"}).values["range"].tolist() == [1.2]

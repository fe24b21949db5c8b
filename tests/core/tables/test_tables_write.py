"""Writing: harmless in a spreadsheet, unchanged otherwise, the same bytes every time."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense import diagnostic_presets
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.tables import match_columns, read_table, template_csv, to_csv, to_parquet, validate

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("lead", DANGEROUS)
def test_formulas_are_defused_in_cells_and_headers(lead: str) -> None:
    text = f"{lead}cmd|' /C calc'!A0"
    header, row = rows(to_csv(pd.DataFrame({text: [text]})))
    assert header == [f"'{text}"]
    assert row == [f"'{text}"]


@pytest.mark.parametrize("text", ["-2.6", "+3", "-2,6", "-.5", "-1e-3", "63", "", "a=b", "'x", "é"])
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert rows(to_csv(pd.DataFrame({"a": [text], "b": ["1"]})))[1] == [text, "1"]


@pytest.mark.parametrize("text", ["-1+1", "+1 ", "-", "--1", "1e5\n=1", "-2.6=x", "-1;2"])
def test_almost_numbers(text: str) -> None:
    written = rows(to_csv(pd.DataFrame({"a": [text], "b": ["1"]})))[1][0]
    assert written == (text if text[0] == "1" else f"'{text}")


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_csv_reads_back_as_written(cells: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(cells, columns=["a", "b"], dtype="str")
    written = rows(to_csv(frame))
    assert written[0] == ["a", "b"]
    assert len(written) == len(cells) + 1
    for row, source in zip(written[1:], cells, strict=True):
        for cell, text in zip(row, source, strict=True):
            assert cell in (text, f"'{text}")
            assert cell == text or text.startswith(DANGEROUS)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=1))
def test_floats_keep_every_digit(values: list[float]) -> None:
    frame = pd.DataFrame({"p": values, "i": range(len(values))})
    back = [float(row[0]) if row[0] else np.nan for row in rows(to_csv(frame))[1:]]
    np.testing.assert_array_equal(back, values)


def test_missing_values_are_empty_cells() -> None:
    frame = pd.DataFrame({"a": ["x", None], "b": [np.nan, 1.5]})
    assert to_csv(frame) == b"a,b\nx,\n,1.5\n"


def test_one_column_of_empty_cells_keeps_its_rows() -> None:
    assert to_csv(pd.DataFrame({"a": ["", "x"]})) == b'a\n""\nx\n'


def test_chunks_join_seamlessly(monkeypatch) -> None:
    frame = pd.DataFrame({"a": [str(i) for i in range(10)], "b": range(10)})
    whole = to_csv(frame)
    monkeypatch.setattr("core.tables.write._CHUNK_ROWS", 3)
    assert to_csv(frame) == whole


def test_parquet_round_trip_and_same_bytes() -> None:
    frame = pd.DataFrame({"a": ["x", "=1"], "p": [0.25, np.nan]})
    content = to_parquet(frame)
    assert content == to_parquet(frame)
    back = pd.read_parquet(io.BytesIO(content))
    pd.testing.assert_frame_equal(back, frame)


@pytest.mark.parametrize("fields", [DIAGNOSTIC, PREVENTION])
def test_template_has_the_fields_in_order(fields) -> None:
    assert template_csv(fields).decode().strip() == ",".join(fields.names)


def test_template_rows_read_back_without_a_finding() -> None:
    presets = [preset.values for preset in diagnostic_presets()]
    content = template_csv(DIAGNOSTIC, presets)
    assert content == template_csv(DIAGNOSTIC, presets)
    frame = read_table(content).frame
    validation = validate(frame, DIAGNOSTIC, match_columns(list(frame), DIAGNOSTIC).matched)
    assert validation.ok.all()
    expected = [[np.nan if v is None else v for v in row.values()] for row in presets]
    np.testing.assert_array_equal(validation.values, expected)

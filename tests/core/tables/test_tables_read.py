"""Reading: dialects, encodings, refusals, and cells exactly as written."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.tables import MAX_BYTES, read_table

ROWS = [["age", "note"], ["63", "naïve – 5 €"], ["67", ""]]


def as_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def as_rows(content: bytes) -> list[list[str]]:
    frame = read_table(content).frame
    return [list(frame.columns), *frame.to_numpy().tolist()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    content = as_csv([*ROWS, ["70", f"a{delimiter}b{end}c"]], delimiter, end).encode()
    table = read_table(content + (end * 3).encode())
    assert table.delimiter == delimiter
    assert [list(table.frame.columns), *table.frame.to_numpy().tolist()] == [
        *ROWS,
        ["70", f"a{delimiter}b{end}c"],
    ]


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16 LE"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings(codec: str, label: str) -> None:
    table = read_table(as_csv(ROWS).encode(codec))
    assert table.encoding == label
    assert table.frame["note"].tolist() == ["naïve – 5 €", ""]
    assert list(table.frame.columns) == ["age", "note"]


def test_big_endian_utf16() -> None:
    content = b"\xfe\xff" + as_csv(ROWS).encode("utf-16-be")
    assert read_table(content).encoding == "UTF-16 BE"


def test_bytes_outside_windows_1252_become_latin_1_with_a_note() -> None:
    table = read_table(b"a,b\n\x81,1\n")
    assert table.encoding == "Latin-1"
    assert "byte 4" in table.notes[0]


def test_cells_stay_as_written() -> None:
    cells = ["007", " 63 ", "1e2", "-0", "+5", "?", "NA", "1,5", "=1+1", '"', "ＡＢ"]
    rows = [["a", "b"], *([cell, "x"] for cell in cells)]
    assert as_rows(as_csv(rows).encode()) == rows


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])), min_size=2,
                 max_size=2),
        min_size=1,
    )
)  # fmt: skip
def test_any_text_survives_the_round_trip(rows: list[list[str]]) -> None:
    table = [["first", "second"], *rows]
    assert as_rows(as_csv(table).encode()) == table


def test_path_and_bytes_agree(tmp_path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(as_csv(ROWS).encode())
    pd.testing.assert_frame_equal(read_table(path).frame, read_table(path.read_bytes()).frame)


@pytest.mark.parametrize(
    ("cells", "decimal", "note"),
    [
        (["2,3", "1"], ",", "Decimal comma recognised in b."),
        (["2,3", "1.5"], ".", ""),
        (["1.5", "1"], ".", ""),
        (["1,234", "12,500"], ".", "may be decimal signs or separate thousands"),
        (["1,234", "0,5"], ",", "Decimal comma recognised in b."),
    ],
)
def test_decimal_sign(cells: list[str], decimal: str, note: str) -> None:
    table = read_table(as_csv([["a", "b"], *(["1", c] for c in cells)], ";").encode())
    assert table.decimal == decimal
    assert note in table.notes[-1]


def test_mixed_decimal_signs_name_the_columns() -> None:
    table = read_table(b"a;b\n1,5;2.5\n")
    assert table.decimal == "."
    assert "(a) and decimal points (b) are mixed" in table.notes[-1]


def test_a_comma_table_has_no_decimal_comma() -> None:
    assert read_table(b'a,b\n"2,3",1\n').decimal == "."


def test_blank_lines_are_counted() -> None:
    table = read_table(b"\n\na,b\n1,2\n\n\n3,4\n\n\n")
    assert table.frame["a"].tolist() == ["1", "3"]
    assert table.notes == ("Blank lines were skipped (2); rows are counted without them.",)


def test_an_empty_line_within_quotes_is_no_blank_line() -> None:
    table = read_table(b'a,b\n"x\n\ny",2\n')
    assert table.frame["a"].tolist() == ["x\n\ny"]
    assert table.notes == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_delimiter_after_the_header_that_no_row_has_is_no_column(
    end: str, delimiter: str
) -> None:
    lines = ['"a",b,', "1,2", "3,4"]
    content = end.join(lines).replace(",", delimiter).encode()
    frame = read_table(content).frame
    assert list(frame.columns) == ["a", "b"]
    assert frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("rows", [b"1,2,\n", b"1,2,\n3,4\n", b"1,2\n3,4,5\n"])
def test_a_last_column_without_a_name_that_a_row_has_stays(rows: bytes) -> None:
    content = b"a,b,\n" + rows
    if rows.count(b",") == 2:
        assert list(read_table(content).frame.columns) == ["a", "b", ""]
    else:
        with pytest.raises(InputError, match="more or fewer cells"):
            read_table(content)


def test_header_without_delimiter_is_one_column() -> None:
    assert as_rows(b"age\n63\n") == [["age"], ["63"]]


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (b"", "empty", "empty"),
        (b" \n\t ", "empty", "empty"),
        (b"\xef\xbb\xbf", "empty", "empty"),
        (b"a,b\n", "no-rows", "no data rows"),
        (b"a,b\n1,2\n3\n", "ragged-row", "Row 2: Cells found: 1, expected: 2."),
        (b"a,b\n1,2,3\n", "ragged-row", "Row 1: Cells found: 3, expected: 2."),
        (b"a,b,a\n1,2,3\n", "duplicated-header", "(positions 1 and 3)"),
        (b"a,,\n1,2,3\n", "duplicated-header", "the column (no name) twice"),
        (b"a,b\n1,\x002\n", "binary", "0x00 in line 2"),
        ("a,b\n1,2\n".encode("utf-16-le"), "binary", "byte-order mark"),
        (b"\xff\xfea\x00,\x00b", "encoding", "damaged UTF-16 LE at byte 6"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "open-quote", "Row 2: The file opens a quote"),
        (b'"a,b\n1,2\n', "open-quote", "never closed"),
        (b'[{"age": 63}]\n', "format", "JSON"),
        (b"<!DOCTYPE html><html></html>", "format", "HTML"),
        (b"PK\x03\x04rest", "format", "Excel"),
        (b"\x89PNG\r\n\x1a\n", "format", "PNG"),
        (b"PAR1 and nothing else", "unreadable", "Parquet"),
        (",".join(f"c{i}" for i in range(1001)).encode() + b"\n1\n", "too-many-columns", "1,001"),
        (b"a" * 200_000, "unreadable", "header"),
    ],
)
def test_refusals(content: bytes, rule: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(content)
    assert caught.value.problems[0].rule == rule
    assert caught.value.problems[0].fix
    assert said in caught.value.message


def test_ragged_rows_are_counted_but_listed_briefly() -> None:
    with pytest.raises(InputError) as caught:
        read_table(b"a,b\n" + b"1\n" * 500)
    assert "500" in caught.value.message
    assert [p.row for p in caught.value.problems] == list(range(1, 11))


def test_reading_stops_at_very_many_ragged_rows() -> None:
    with pytest.raises(InputError, match="at least 1,000"):
        read_table(b"a,b\n" + b"1\n" * 5_000)


def test_size_limit() -> None:
    with pytest.raises(InputError, match="limit is 52,428,800"):
        read_table(b"a" * (MAX_BYTES + 1))


def test_size_limit_holds_before_a_file_is_read(tmp_path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match=r"large\.csv has 52,428,801 bytes"):
        read_table(path)


def test_row_limit(monkeypatch) -> None:
    monkeypatch.setattr("core.tables.limits.MAX_ROWS", 2)
    with pytest.raises(InputError, match="3 rows; the limit is 2"):
        read_table(b"a,b\n" + b"1,2\n" * 3)


def test_missing_file_and_folder(tmp_path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be opened"):
            read_table(path)


def test_parquet_by_its_first_bytes() -> None:
    out = io.BytesIO()
    columns = {"age": [63.0, None], "oldpeak": [2.3, -2.6], "cp": [1, 4], "note": ["x", None]}
    pq.write_table(pa.table(columns), out)
    table = read_table(out.getvalue(), "patients.csv")
    assert table.encoding == "Parquet"
    assert table.frame.to_dict("list") == {
        "age": ["63", ""],
        "oldpeak": ["2.3", "-2.6"],
        "cp": ["1", "4"],
        "note": ["x", ""],
    }


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"a": [[1, 2]]}, "column-type"),
        ({"a": [b"\xff"]}, "column-type"),
        ({"a": pa.array([], pa.int64())}, "no-rows"),
    ],
)
def test_parquet_refusals(columns: dict, rule: str) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    with pytest.raises(InputError) as caught:
        read_table(out.getvalue())
    assert caught.value.problems[0].rule == rule


def test_cell_limit(monkeypatch) -> None:
    monkeypatch.setattr("core.tables.limits.MAX_CELLS", 5)
    with pytest.raises(InputError, match="6 cells; the limit is 5"):
        read_table(b"a,b\n" + b"1,2\n" * 3)


@pytest.mark.parametrize("dictionary", [True, False])
def test_parquet_that_unpacks_to_too_much(dictionary: bool) -> None:
    out = io.BytesIO()
    table = pa.table({"a": ["x" * 1_000_000] * 500})
    pq.write_table(table, out, compression="zstd", use_dictionary=dictionary)
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(InputError, match="unpacks to"):
        read_table(out.getvalue())


def test_parquet_times_and_flags_become_text() -> None:
    out = io.BytesIO()
    columns = {"day": pa.array([0], pa.date32()), "flag": [True], "null": pa.nulls(1)}
    pq.write_table(pa.table(columns), out)
    assert read_table(out.getvalue()).frame.to_dict("records") == [
        {"day": "1970-01-01", "flag": "true", "null": ""}
    ]


def test_truncated_parquet() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(1000))}), out)
    with pytest.raises(InputError, match="damaged or unsupported Parquet"):
        read_table(out.getvalue()[:-20])

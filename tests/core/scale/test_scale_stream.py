"""Reading in blocks gives what reading as a whole gives: values, findings, rows and lines."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.fields import FieldSet, FieldSpec
from core.scale import StreamReport, csv_header, open_stream, read_header
from core.scale import stream as stream_module
from core.tables import match_columns, read_table, to_csv, validate

FIELDS = FieldSet(
    (
        FieldSpec("a", "A", "First.", "test", low=0, high=100, required=True),
        FieldSpec("b", "B", "Second.", "test", low=-10, high=10, seen=(-5, 5), missing_codes=(9,)),
        FieldSpec("c", "C", "Code.", "test", choices=((0, "no"), (1, "yes"))),
    )
)
CELLS = st.sampled_from(
    ["1", "2.5", "100", "-3", "-7", "9", "0", "", "nan", "-nan", "inf", "x", "1e1", " 4 ", "+5",
     "200", "1_0", "0.1", '"3"', "=1+1", "-2.6", "-4 ", "\x0b2", "5.", ".5", "1e999", "６",
     "0.30000000000000004", "12.345678901234567", "-0"]
)  # fmt: skip
NOTES = st.sampled_from(
    ["", "n", "-3", "=SUM(A1)", "+x", "ü", "@a", "7", "x x", '5"', 'a"b"c', '"q"', '"""q"""',
     '"two\nlines"', '"three\r\n\r\nlines"', '"\n"', '"semi;comma,tab\tpipe|"', "＝1", "—"]
)  # fmt: skip


@st.composite
def texts(draw) -> bytes:
    """CSV with literal quotes, quoted line breaks, blank lines and any delimiter and line end."""
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    header = draw(st.sampled_from(["note", '"no\nte"', '"no""te"', "=note"]))
    rows = draw(st.lists(st.tuples(NOTES, CELLS, CELLS, CELLS), min_size=1, max_size=20))
    content = draw(st.sampled_from(["", "\ufeff", end * 2]))
    content += delimiter.join([header, "a", "b", "c"])
    for row in rows:
        content += end * draw(st.sampled_from([1, 1, 1, 2, 3])) + delimiter.join(row)
    return (content + draw(st.sampled_from(["", end, end * 3]))).encode()


def table(rows) -> bytes:
    lines = ["note,a,b,c", *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def streamed(content, block: int):
    """Force the way of large tables with blocks of a few lines."""
    return list(open_stream(content, FIELDS, small=0, block=block).chunks())


def values_of(chunks) -> np.ndarray:
    return np.concatenate([chunk.values for chunk in chunks])


def reported(chunks) -> StreamReport:
    report = StreamReport()
    for chunk in chunks:
        report.add(chunk)
    return report


def parquet(columns, **options) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


@given(texts(), st.integers(8, 200))
def test_blocks_give_the_values_findings_and_lines_of_the_whole(content, block):
    read = read_table(content)
    columns = match_columns([str(c) for c in read.frame.columns], FIELDS)
    expected = validate(read.frame, FIELDS, columns.matched, decimal=read.decimal)
    stream = open_stream(content, FIELDS, small=0, block=block)
    chunks = list(stream.chunks())
    assert stream.columns == columns
    assert stream.notes == read.notes
    np.testing.assert_array_equal(values_of(chunks), expected.values.to_numpy())
    np.testing.assert_array_equal(np.concatenate([chunk.ok for chunk in chunks]), expected.ok)
    sizes = [len(chunk.values) for chunk in chunks]
    assert [chunk.first_row for chunk in chunks] == np.cumsum([0, *sizes])[:-1].tolist()
    report = reported(chunks)
    assert dict(report.counts) == expected.counts
    assert tuple(report.problems) == expected.problems()
    assert (report.rows, report.refused) == (len(expected.ok), int((~expected.ok).sum()))
    added = pd.DataFrame({"d": np.arange(sum(sizes)) / 4, "=e": ["-x"] * sum(sizes)})
    parts = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    lines = csv_header(stream.header, list(added)) + b"".join(
        chunk.csv({name: added[name].to_numpy()[rows] for name in added})
        for chunk, rows in zip(chunks, parts, strict=True)
    )
    assert lines == to_csv(pd.concat([read.frame, added], axis=1))


@given(
    st.lists(st.sampled_from(["n,1,2,1", "n,1,2", "n,1,2,1,1", '5",1,2,1', '"x', 'y",1,2,1', ""]),
             min_size=1, max_size=20),
    st.integers(8, 200),
)  # fmt: skip
def test_a_broken_table_is_refused_in_the_same_words(rows, block):
    content = "\n".join(["note,a,b,c", *rows]).encode()
    try:
        expected = len(read_table(content).frame)
    except InputError as error:
        expected = error.message
    try:
        found = sum(len(chunk.values) for chunk in streamed(content, block))
    except InputError as error:
        found = error.message
    assert found == expected


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_numbers_keep_every_digit(numbers):
    content = table([("n", repr(number), "", "") for number in numbers])
    assert values_of(streamed(content, 60))[:, 0].tolist() == numbers


def test_rows_are_never_held_as_a_whole():
    content = table([("n", "0.30000000000000004", "2", "1")] * 50_000)
    chunks = open_stream(content, FIELDS, small=0, block=1 << 16).chunks()
    rows = [len(chunk.values) for chunk in chunks]
    assert sum(rows) == 50_000
    assert max(rows) < 3_000


@pytest.mark.parametrize("small", [0, 1 << 20])
def test_a_table_of_few_columns_is_cut_by_rows(monkeypatch, small):
    monkeypatch.setattr(stream_module, "CHUNK_ROWS", 7)
    content = b"a\n" + b"1\nx\n" * 10
    chunks = list(open_stream(content, FIELDS, small=small).chunks())
    assert [chunk.first_row for chunk in chunks] == [0, 7, 14]
    assert [problem.row for problem in reported(chunks).problems] == list(range(2, 21, 2))
    assert b"".join(chunk.csv({}) for chunk in chunks) == content[2:]


def test_a_doubtful_cell_is_found_in_its_row():
    rows = [("n", "1", "2", "1")] * 50
    rows[30] = ("n", "500", "2", "1")
    report = reported(streamed(table(rows), 100))
    (problem,) = report.problems
    assert (problem.row, problem.column, problem.value) == (31, "a", "500")
    assert report.findings() == [{"column": "a", "rule": "range", "severity": "error", "cells": 1}]


def test_the_list_of_findings_is_capped_and_the_count_is_not(monkeypatch):
    monkeypatch.setattr("core.scale.report.LISTED", 5)
    report = reported(streamed(table([("n", "x", "2", "1")] * 40), 100))
    assert [problem.row for problem in report.problems] == [1, 2, 3, 4, 5]
    assert report.counts["a", "not-a-number", "error"] == 40


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b,c\n1,2,1\n1,2\n" + b"1,2,1\n" * 9, "Row 2"),
        (b"a,b,c\n" + b"1,2,1\n" * 9 + b'"1,2,1\n' + b"1,2,1\n" * 30, "Row 10: The file opens a q"),
        (b"a,b,c\n" + b"1,2,1\n" * 9 + b"1,2,\x001\n", "control character 0x00 in line 11"),
        (b"a,b,c\r\n" + b"1,2,1\r\n\r\n" * 9 + b"1,2,\x001\r\n", "0x00 in line 20"),
        (b"\n\na,b,c\n" + b"1,2,1\n" * 9 + b"1,2,\xff\n", "UTF-8 in line 13"),
        (b"a,b,a\n" + b"1,2,1\n" * 9, "twice"),
        (b"a,b,c\n" + b"\n" * 50, "no data rows"),
        (b"a,b,c", "no data rows"),
        (b"x,y,z\n" + b"1,2,1\n" * 9, "no column for A"),
        (",".join(f"c{i}" for i in range(1001)).encode() + b"\n1\n", "1,001 columns"),
        (b"PAR1" + b"\x01" * 50, "damaged or unsupported Parquet"),
        (b"PK\x03\x04" + b"\x01" * 50, "ZIP archive"),
        (b"\xff" * 50, "no header"),
        ("a,b,c\n1,2,1\n".encode("utf-16"), "is UTF-16 LE; .* Save it again as UTF-8"),
        (b" " * 50, "no header"),
        (b'{"a": 1}\n' * 20, "JSON"),
        (b"<html>" * 20, "HTML"),
    ],
)
def test_a_large_file_that_cannot_be_read_is_refused_with_its_place(content, words):
    with pytest.raises(InputError, match=words):
        streamed(content, 40)


def test_ragged_rows_of_all_blocks_are_named_and_nothing_after_the_first_is_given():
    content = b"a,b,c\n" + (b"1,2,1\n" * 20 + b"1,2\n") * 3
    seen = []
    chunks = open_stream(content, FIELDS, small=0, block=40).chunks()
    with pytest.raises(InputError) as caught:
        seen.extend(len(chunk.values) for chunk in chunks)
    assert [problem.row for problem in caught.value.problems] == [21, 42, 63]
    assert 0 < sum(seen) <= 20


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (b"1" * 400 + b"\n", "no record within 100 bytes from line 12"),
        (b'"' + b"1\n" * 200 + b'"\n', "Row 11: The file opens a quote"),
    ],
)
def test_a_record_without_end_is_refused(monkeypatch, record, words):
    monkeypatch.setattr("core.scale.blocks.MAX_RECORD_BYTES", 100)
    with pytest.raises(InputError, match=words):
        streamed(b"a,b,c\n" + b"1,2,1\n" * 10 + record, 40)


def test_too_many_bytes_or_rows_are_refused(monkeypatch):
    content = b"a\n" + b"1\n" * 10
    monkeypatch.setattr(stream_module, "MAX_STREAM_ROWS", 9)
    with pytest.raises(InputError, match="more than 9 rows"):
        streamed(content, 8)
    monkeypatch.setattr(stream_module, "MAX_STREAM_BYTES", 9)
    with pytest.raises(InputError, match="22 bytes; the limit is 9"):
        open_stream(content, FIELDS)


def test_a_trailing_delimiter_of_the_header_alone_is_taken_off():
    content = b"a,b,c,\n" + b"1,2,1\n" * 40
    stream = open_stream(content, FIELDS, small=0, block=8)
    assert stream.header == ("a", "b", "c")
    assert values_of(stream.chunks()).tolist() == [[1, 2, 1]] * 40


def test_a_decimal_comma_is_recognised_in_the_first_block():
    content = b"a;b;c\n" + b"1,5;2,25;1\n" * 30
    stream = open_stream(content, FIELDS, small=0, block=60)
    assert values_of(stream.chunks()).tolist() == [[1.5, 2.25, 1]] * 30
    assert "Decimal comma recognised in a, b." in stream.notes


def test_points_after_decimal_commas_are_refused_with_their_rows():
    content = b"a;b;c\n" + b"1,5;2,25;1\n" * 30 + b"1.234;2,5;1\n"
    with pytest.raises(InputError, match=r"points in rows \d+ to 31 \(a\)"):
        streamed(content, 60)


def test_a_small_file_of_any_dialect_is_one_chunk():
    content = "a;b;c\n1,5;2;1\n".encode("utf-16")
    stream = open_stream(memoryview(content), FIELDS)
    (chunk,) = stream.chunks()
    assert chunk.values.tolist() == [[1.5, 2.0, 1.0]]
    assert any("UTF-16" in note for note in stream.notes)


def test_a_missing_optional_column_is_missing_in_every_row():
    (chunk, *_) = streamed(b"a,c\n" + b"1,1\n" * 20, 40)
    assert all(math.isnan(value) for value in chunk.values[:, 1])


def test_columns_may_be_chosen():
    content = b"x,b,c\n" + b"1,2,1\n" * 20
    stream = open_stream(content, FIELDS, columns={"a": "x"}, small=0, block=40)
    assert values_of(stream.chunks())[:, 0].tolist() == [1] * 20


def test_a_path_its_content_and_a_view_of_it_give_the_same_more_than_once(tmp_path):
    content = table([("n", "1", "2", "1"), ("n", "x", "2", "1"), ("", "", "", "")] * 40)
    content = content.replace(b"\n", b"\n\n", 3)
    file = tmp_path / "cases.csv"
    file.write_bytes(b"\xef\xbb\xbf" + content)
    stream = open_stream(file, FIELDS, small=0, block=90)
    assert stream.name == "cases.csv"
    expected = values_of(stream.chunks())
    notes = stream.notes
    assert notes == ("Blank lines were skipped (3); rows are counted without them.",)
    for again in (stream.chunks(), streamed(content, 90), streamed(memoryview(content), 90)):
        np.testing.assert_array_equal(values_of(again), expected)
    assert stream.notes == notes


def test_the_first_rows_stand_as_written():
    (chunk, *_) = streamed(table([('5"', " 1", "x", "")] * 9), 1_000)
    assert chunk.head(2).to_numpy().tolist() == [['5"', " 1", "x", ""]] * 2


def test_the_header_can_be_had_alone():
    assert read_header(b"note,a\nx,1\n", "cases.csv") == ("note", "a")


def test_what_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be opened"):
            open_stream(path, FIELDS, small=0)


COLUMNS = {
    "a": [1.5, None, 200.0, 0.1, 3.0] * 10,
    "b": pa.array([0.1, -2.6, 9, 3, 7] * 10, pa.float32()),
    "c": pa.array([0, 1, 2, None, 1] * 10, pa.int8()),
    "note": ["=1+1", "x,y", "", None, 'q"'] * 10,
}


def test_large_parquet_gives_what_the_whole_gives(monkeypatch, tmp_path):
    monkeypatch.setattr(stream_module, "CHUNK_ROWS", 7)
    content = parquet(COLUMNS, row_group_size=11)
    file = tmp_path / "cases.parquet"
    file.write_bytes(content)
    read = read_table(content)
    columns = match_columns(list(read.frame), FIELDS).matched
    expected = validate(read.frame, FIELDS, columns)
    for source in (content, memoryview(content), file):
        stream = open_stream(source, FIELDS, small=0)
        chunks = list(stream.chunks())
        assert max(len(chunk.values) for chunk in chunks) == 7
        assert stream.notes == read.notes
        np.testing.assert_array_equal(values_of(chunks), expected.values.to_numpy())
        assert tuple(reported(chunks).problems) == expected.problems()
        lines = csv_header(stream.header, []) + b"".join(chunk.csv({}) for chunk in chunks)
        assert lines == to_csv(read.frame)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (parquet({"a": [1.0] * 999})[:-20], "damaged or unsupported"),
        (parquet({"a": pa.array([], pa.float64())}), "no data rows"),
        (parquet({"a": [[1.0]]}), "column a holds list"),
        (parquet({"a": [1.0], "b": [b"\xff"]}), "column b holds binary"),
        (parquet({"b": [1.0]}), "no column for A"),
    ],
)
def test_large_parquet_that_cannot_be_read_is_refused(content, words):
    with pytest.raises(InputError, match=words):
        streamed(content, 40)


def test_large_parquet_with_a_damaged_page_is_refused():
    content = bytearray(parquet({"a": np.arange(5_000.0)}, compression="zstd"))
    content[200:20_000] = bytes(len(content[200:20_000]))
    with pytest.raises(InputError, match="damaged or unsupported"):
        streamed(bytes(content), 40)


def test_large_parquet_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("core.tables.parquet.MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(InputError, match="unpacks to 100,000 bytes"):
        streamed(parquet({"a": [1.0] * 100, "note": ["x" * 1_000] * 100}), 40)

"""Reading in blocks gives what reading as a whole gives: values, findings, rows and lines."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.fields import FieldSet, FieldSpec
from core.scale import StreamReport, csv_header, open_stream
from core.tables import match_columns, read_table, to_csv, validate

FIELDS = FieldSet(
    (
        FieldSpec("a", "A", "First.", "test", low=0, high=100, required=True),
        FieldSpec("b", "B", "Second.", "test", low=-10, high=10, seen=(-5, 5)),
        FieldSpec("c", "C", "Code.", "test", choices=((0, "no"), (1, "yes"))),
    )
)
CELLS = st.sampled_from(
    ["1", "2.5", "100", "-3", "-7", "0", "", "nan", "inf", "x", "1e1", " 4 ", "+5", "200", "1_0",
     "0.1", "1,5", '"3"', "=1+1", "-2.6"]
)  # fmt: skip
NOTES = st.sampled_from(["", "n", "-3", "=SUM(A1)", "+x", "ü", "@a", "7"])


def table(rows) -> bytes:
    lines = ["note,a,b,c", *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def whole(content: bytes):
    read = read_table(content)
    columns = match_columns([str(c) for c in read.frame.columns], FIELDS)
    return read, validate(read.frame, FIELDS, columns.matched, decimal=read.decimal)


def streamed(content: bytes, block: int):
    """Force the way of large tables with blocks of a few lines."""
    return list(open_stream(content, FIELDS, small=0, block=block).chunks())


@given(
    st.lists(st.tuples(NOTES, CELLS.filter(lambda c: "," not in c),
                       CELLS.filter(lambda c: "," not in c), CELLS.filter(lambda c: "," not in c)),
             min_size=1, max_size=25),
    st.integers(40, 200),
)  # fmt: skip
def test_blocks_give_the_values_findings_and_lines_of_the_whole(rows, block):
    content = table(rows)
    read, expected = whole(content)
    chunks = streamed(content, block)
    np.testing.assert_array_equal(
        np.concatenate([chunk.values for chunk in chunks]), expected.values.to_numpy()
    )
    np.testing.assert_array_equal(np.concatenate([chunk.ok for chunk in chunks]), expected.ok)
    assert [chunk.first_row for chunk in chunks] == list(
        np.cumsum([0, *(len(chunk.values) for chunk in chunks)])[:-1]
    )
    report = StreamReport()
    for chunk in chunks:
        report.add(chunk)
    assert dict(report.counts) == expected.counts
    assert sorted(p.sentence() for p in report.problems) == sorted(
        p.sentence() for p in expected.problems()
    )
    assert (report.rows, report.refused) == (len(expected.ok), int((~expected.ok).sum()))
    added = np.arange(len(expected.ok)) / 4
    lines = csv_header(chunks[0].header, ["d"]) + b"".join(
        chunk.csv({"d": added[chunk.first_row : chunk.first_row + len(chunk.values)]})
        for chunk in chunks
    )
    assert lines == to_csv(pd.concat([read.frame, pd.DataFrame({"d": added})], axis=1))


def test_a_plainly_valid_block_is_not_read_as_text():
    content = table([("n", "1", "2", "1")] * 50)
    chunks = streamed(content, 100)
    assert len(chunks) > 3
    assert all(chunk.frame is None for chunk in chunks)
    assert all(chunk.validation is None for chunk in chunks)


def test_a_block_with_one_doubtful_cell_is():
    rows = [("n", "1", "2", "1")] * 50
    rows[30] = ("n", "500", "2", "1")
    chunks = streamed(table(rows), 100)
    judged = [chunk for chunk in chunks if chunk.validation is not None]
    assert len(judged) == 1
    report = StreamReport()
    for chunk in chunks:
        report.add(chunk)
    (problem,) = report.problems
    assert (problem.row, problem.column, problem.value) == (31, "a", "500")


def test_a_quoted_cell_may_hold_a_line_break():
    content = b'note,a,b,c\n"first\nline",1,2,1\n' + b"n,3,4,0\n" * 20
    for block in range(12, 60):
        chunks = streamed(content, block)
        values = np.concatenate([chunk.values for chunk in chunks])
        assert values[:, 0].tolist() == [1.0] + [3.0] * 20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b,c\n1,2,1\n1,2\n" + b"1,2,1\n" * 9, "Row 2"),
        (b"a,b,c\n" + b"1,2,1\n" * 9 + b'"1,2,1\n' + b"1,2,1\n" * 30, "quote"),
        (b"a,b,c\n" + b"1,2,1\n" * 9 + b"1,2,\x001\n", "control character 0x00 in line 11"),
        (b"a,b,c\n" + b"1,2,1\n" * 9 + b"1,2,\xff\n", "UTF-8 in line 11"),
        (b"a,b,a\n" + b"1,2,1\n" * 9, "twice"),
        (b"a,b,c\n" + b"\n" * 50, "no data rows"),
        (b"x,y,z\n" + b"1,2,1\n" * 9, "no column for A"),
        (b"PAR1" + b"\x01" * 50, "no text table"),
    ],
)
def test_a_large_file_that_cannot_be_read_is_refused_with_its_place(content, words):
    with pytest.raises(InputError, match=words):
        streamed(content, 40)


def test_a_record_longer_than_the_blocks_is_refused():
    with pytest.raises(InputError, match="too long"):
        streamed(b"a,b,c\n1,2," + b"1" * 400 + b"\n", 40)


@pytest.mark.parametrize("delimiter", [b";", b"\t", b"|"])
def test_other_delimiters_and_a_mark_are_read(delimiter):
    content = b"\xef\xbb\xbf" + b"a,b,c\n".replace(b",", delimiter)
    content += b"1,2.5,1\n".replace(b",", delimiter) * 30
    chunks = streamed(content, 60)
    assert np.concatenate([chunk.values for chunk in chunks]).tolist() == [[1, 2.5, 1]] * 30
    assert b"".join(chunk.csv({}) for chunk in chunks) == b"1,2.5,1\n" * 30


def test_a_decimal_comma_is_recognised_in_the_head():
    content = b"a;b;c\n" + b"1,5;2,25;1\n" * 30
    values = np.concatenate([chunk.values for chunk in streamed(content, 60)])
    assert values.tolist() == [[1.5, 2.25, 1]] * 30


def test_a_small_file_of_any_dialect_is_one_chunk():
    content = "a;b;c\n1,5;2;1\n".encode("utf-16")
    stream = open_stream(content, FIELDS)
    (chunk,) = stream.chunks()
    assert chunk.values.tolist() == [[1.5, 2.0, 1.0]]
    assert any("UTF-16" in note for note in stream.notes)


def test_a_missing_optional_column_is_missing_in_every_row():
    (chunk, *_) = streamed(b"a,c\n" + b"1,1\n" * 20, 40)
    assert all(math.isnan(value) for value in chunk.values[:, 1])


def test_a_path_and_its_content_give_the_same(tmp_path):
    content = table([("n", "1", "2", "1"), ("n", "x", "2", "1")] * 40)
    file = tmp_path / "cases.csv"
    file.write_bytes(content)
    stream = open_stream(file, FIELDS, small=0, block=90)
    assert stream.name == "cases.csv"
    from_path = np.concatenate([chunk.values for chunk in stream.chunks()])
    again = np.concatenate([chunk.values for chunk in stream.chunks()])
    from_bytes = np.concatenate([chunk.values for chunk in streamed(content, 90)])
    np.testing.assert_array_equal(from_path, from_bytes)
    np.testing.assert_array_equal(from_path, again)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        open_stream(tmp_path / "none.csv", FIELDS)

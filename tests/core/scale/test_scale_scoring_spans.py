"""Spans hold the records that blocks hold, each once, and can be read by themselves."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.scale import blocks as blocks_module
from core.scale.blocks import Layout, blocks
from core.scale.pieces import open_pieces
from core.scale.spans import read_span, spans

CELL = st.sampled_from(
    ["1", "", "x", '"a\nb"', '"a\r\nb"', '"\n\n"', '"q""q"', 'a"b', '"', "ü", '"semi;,"', " "]
)


@st.composite
def texts(draw) -> bytes:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=15))
    text = draw(st.sampled_from(["", "\ufeff", end * 2]))
    text += draw(st.sampled_from(["a,b", '"a\nx",b', 'a"x,b', '"a""",b']))
    for row in rows:
        text += end * draw(st.sampled_from([1, 1, 1, 2, 3])) + ",".join(row)
    return (text + draw(st.sampled_from(["", end, end * 3]))).encode()


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts(), st.integers(20, 200))
def test_spans_hold_what_blocks_hold(tmp_path, text, size):
    path, layout = tmp_path / "t.csv", Layout(("a", "b"), ",")
    path.write_bytes(text)
    try:
        wanted = [r for b in blocks(path, 10_000, layout, "t") for r in b.records.arrow.to_pylist()]
        ragged = any(b.records.ragged for b in blocks(path, 10_000, layout, "t"))
    except InputError:
        with pytest.raises(InputError):
            list(spans(path, size, layout, "t"))
        return
    cut = list(spans(path, size, layout, "t"))
    if ragged:
        with pytest.raises(InputError, match="more or fewer cells"):
            [read_span(path, span, layout, "t") for span in cut]
        return
    found = [row for span in cut for row in read_span(path, span, layout, "t").arrow.to_pylist()]
    assert found == wanted
    assert [span.row for span in cut] == [sum(s.rows for s in cut[:i]) for i in range(len(cut))]
    for before, after in itertools.pairwise(cut):
        assert before.stop == after.start
        assert after.line == before.line + _line_ends(text[before.start : before.stop])


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def table(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_record_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("core.scale.spans.MAX_RECORD_BYTES", 200)
    path = table(tmp_path, "a,b\n1,2\n" + '1,"' + "x\n" * 300)
    with pytest.raises(InputError, match="holds no record within"):
        list(spans(path, 50, Layout(("a", "b"), ","), "t"))
    assert blocks_module.MAX_RECORD_BYTES > 200


def test_a_quote_that_is_never_closed_is_named(tmp_path):
    path = table(tmp_path, 'a,b\n1,2\n1,"3\n4,5\n')
    with pytest.raises(InputError, match="never closed"):
        list(spans(path, 8, Layout(("a", "b"), ","), "t"))


def test_the_place_of_a_damaged_byte_is_named(tmp_path):
    path = table(tmp_path, b"a,b\n1,2\n1,2\n1,\xff\n")
    with pytest.raises(InputError, match="not UTF-8 in line 4"):
        list(spans(path, 6, Layout(("a", "b"), ","), "t"))


def test_a_ragged_row_is_named_with_its_number(tmp_path):
    path, layout = table(tmp_path, "a,b\n1,2\n3,4\n5\n"), Layout(("a", "b"), ",")
    with pytest.raises(InputError, match="Row 3: Cells found: 1, expected: 2"):
        [read_span(path, span, layout, "t") for span in spans(path, 6, layout, "t")]


def test_a_file_that_changes_is_refused(tmp_path):
    path, layout = table(tmp_path, "a,b\n1,2\n3,4\n"), Layout(("a", "b"), ",")
    (span,) = spans(path, 100, layout, "t")
    path.write_bytes(b"a,b\n1,2222\n\n")
    with pytest.raises(InputError, match="changed while it was read"):
        read_span(path, span, layout, "t")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n", "no data rows"), (b"", "no header"), (b"\xff\xfea\x00", "UTF-16"),
        (b"PAR1xx", "damaged or unsupported"), (b"PK\x03\x04", "ZIP"),
        (b"\n\na,b\n\n\n", "no data"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(content, said, tmp_path):
    with pytest.raises(InputError, match=said):
        open_pieces(table(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        open_pieces(tmp_path / "none.csv")


def test_decimal_points_after_commas_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("core.scale.pieces.PIECE_BYTES", 10)
    found = open_pieces(table(tmp_path, "a;b\n1,5;2\n1,5;2\n1.5;2\n1.5;2\n"))
    assert found.decimal == ","
    with pytest.raises(InputError, match="Use one sign throughout"):
        [list(found.tables(piece, ["a"])) for piece in found.pieces()]

from __future__ import annotations

import datetime
import hashlib
import io
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ArtifactError, SuiteError
from core.report import (
    Bars,
    Callout,
    Document,
    Heading,
    IntervalBar,
    KeyValues,
    Paragraph,
    Provenance,
    Table,
    render,
)
from core.report.fonts import FONTS, REPLACEMENT, Writer, faces

ROOT = Path(__file__).resolve().parents[3]
DAY = datetime.date(2026, 2, 28)


def document(*blocks, title="A report", subtitle="About something"):
    return Document(title, subtitle, DAY, blocks)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


FULL = document(
    Heading("Answer"),
    Paragraph("38 %, 90 % interval 24 to 53 %", "lead"),
    IntervalBar(0.38, 0.24, 0.53, (0.3, 0.6)),
    Callout("critical", "Critical", "Pressure ≥ 180 mmHg."),
    Bars(("Chest pain", "Age"), (1.2, -0.4)),
    Table(("Name", "Value (mg/dL)"), (("β-blocker", "5.0"),), (2, 1), (1,)),
    KeyValues((("Note", "“curly” & <b>not bold</b>"),)),
    Provenance((("Hash", "ab" * 32),)),
)


def test_the_same_document_gives_the_same_bytes():
    assert render(FULL) == render(FULL)


def test_the_same_bytes_come_from_another_process():
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests/core/report');"
        "from test_report_pdf import FULL, render; print(hashlib.sha256(render(FULL)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PATH": ""},
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(render(FULL)).hexdigest()


def test_everything_given_can_be_read_back():
    text = words(render(FULL))
    for part in (
        "A report",
        "About something",
        "2026-02-28",
        "38 %, 90 % interval 24 to 53 %",
        "Critical Pressure ≥ 180 mmHg.",
        "Chest pain +1.20",
        "Age −0.40",
        "Value (mg/dL)",
        "β-blocker",
        "“curly” & <b>not bold</b>",
        "ab" * 32,
        "For research and education; not a medical device.",
        "Page 1 of 1",
    ):
        assert part in text


def test_fonts_are_embedded():
    resources = read(render(FULL)).pages[0]["/Resources"]["/Font"].values()
    descriptors = [f.get_object().get("/FontDescriptor") for f in resources]
    embedded = [d.get_object() for d in descriptors if d is not None]
    assert {"IBMPlexSans", "IBMPlexMono"} <= {
        str(d["/FontName"]).split("+")[-1].split("-")[0].strip("/") for d in embedded
    }
    assert all("/FontFile2" in d for d in embedded)


def test_no_path_and_no_clock_in_the_file():
    pdf = render(FULL)
    assert str(ROOT).encode() not in pdf
    assert read(pdf).metadata["/CreationDate"].startswith("D:20000101")


@pytest.mark.parametrize("text", ["≥ ≤ ± µ μ β Δ °", "„“”‘’ – — …", "Жанна Ångström Çelik İ ł"])
def test_signs_the_font_has_are_kept(text):
    assert text in words(render(document(Paragraph(text))))


def test_signs_the_font_lacks_are_shown_and_counted():
    text = words(render(document(Paragraph("name: 王小明 😀"))))
    assert f"name: {REPLACEMENT * 3} {REPLACEMENT}" in text
    assert f"Not in the font of this report and shown as {REPLACEMENT}: 4 characters." in text


def test_composed_and_decomposed_accents_read_alike():
    assert render(document(Paragraph("e\u0301"))) == render(document(Paragraph("é")))


def test_a_note_of_ten_kilobytes_spans_pages_and_loses_nothing():
    note = " ".join(f"word{i:04d}" for i in range(1200))
    pdf = render(document(Paragraph(note)))
    pages = len(read(pdf).pages)
    assert pages >= 2
    text = words(pdf)
    assert all(f"word{i:04d}" in text for i in range(1200))
    assert f"Page {pages} of {pages}" in text


@pytest.mark.parametrize(
    "block",
    [
        lambda text: KeyValues((("Note", text),)),
        lambda text: Table(("Note",), ((text,),)),
        lambda text: Callout("ok", "OK", text),
        lambda text: Provenance((("Note", text),)),
    ],
)
def test_a_cell_longer_than_a_page_is_split(block):
    assert len(read(render(document(block("word " * 6000)))).pages) >= 3


def test_a_word_wider_than_the_page_is_broken():
    assert "x" * 20 in words(render(document(Paragraph("x" * 900))))


def test_a_table_repeats_its_header_and_says_when_it_is_empty():
    rows = tuple((f"row {i}", str(i)) for i in range(120))
    text = words(render(document(Table(("Column A", "Column B"), rows))))
    assert text.count("Column A") >= 2
    assert "row 119" in text
    assert "none" in words(render(document(Table(("Column A",), ()))))


def test_a_table_with_ragged_rows_is_refused():
    with pytest.raises(SuiteError, match="rows of other lengths"):
        render(document(Table(("a", "b"), (("only one",),))))


@pytest.mark.parametrize("value", [math.nan, -0.1, 1.1])
def test_a_probability_that_is_none_is_refused(value):
    with pytest.raises(SuiteError, match="cannot be drawn"):
        render(document(IntervalBar(value, 0.1, 0.2)))
    with pytest.raises(SuiteError, match="cannot be drawn"):
        render(document(IntervalBar(0.15, 0.1, 0.2, threshold=value)))


def test_a_threshold_is_drawn_where_it_is():
    plain, low, high = (
        render(document(IntervalBar(0.5, 0.4, 0.6, threshold=t))) for t in (None, 0.1, 0.9)
    )
    assert len({plain, low, high}) == 3


def test_bars_that_do_not_fit_are_refused():
    with pytest.raises(SuiteError, match="differ in length"):
        render(document(Bars(("a",), (1.0, 2.0))))
    with pytest.raises(SuiteError, match="there are no contributions"):
        render(document(Bars((), ())))


def test_a_missing_font_is_a_sentence(tmp_path):
    with pytest.raises(ArtifactError, match=r"IBMPlexSans-Regular\.ttf is missing"):
        render(FULL, fonts=tmp_path)


def test_another_copy_of_the_fonts_gives_the_same_bytes(tmp_path):
    for path in FONTS.glob("*.ttf"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert render(FULL, fonts=tmp_path) == render(FULL)


@given(st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_text_is_set_in_every_block(text):
    pdf = render(
        document(
            Heading(text),
            Paragraph(text),
            Callout("attention", text, text),
            KeyValues(((text, text),)),
            Bars((text,), (0.5,)),
            Table((text, text), ((text, text),)),
            Provenance(((text, text),)),
            title=text,
            subtitle=text,
        )
    )
    assert len(read(pdf).pages) >= 1


@given(st.text())
def test_the_writer_keeps_what_can_be_drawn_and_counts_the_rest(text):
    writer = Writer(faces())
    out = writer.plain(text)
    assert all(ord(c) in writer.fonts.regular.glyphs or c == "\n" for c in out)
    assert out.count(REPLACEMENT) >= writer.replaced


def test_reports_set_at_the_same_time_do_not_mix():
    documents = [document(Paragraph(f"only in {i}: " + "åβ≥Ж"[i % 4] * 9)) for i in range(8)]
    alone = [render(one) for one in documents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, documents)) == alone

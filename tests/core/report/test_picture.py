from __future__ import annotations

import base64
import datetime
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from core.errors import SuiteError
from core.report import Document, Heading, Paragraph, Picture, html_page, render

ROOT = Path(__file__).resolve().parents[3]
DAY = datetime.date(2026, 2, 28)
GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=-1)


def document(*blocks) -> Document:
    return Document("A report", "About something", DAY, blocks)


def images_of(pdf: bytes) -> list[np.ndarray]:
    pages = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    return [np.asarray(image.image) for page in pages for image in page.images]


def images_in(page: bytes) -> list[np.ndarray]:
    sources = re.findall(r'src="data:image/png;base64,([^"]+)"', page.decode())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(source)))) for source in sources]


PICTURES = document(
    Heading("Seen"),
    Picture(GREY, "A ramp", "Figure 1"),
    Picture(COLOUR, "Colours"),
    Paragraph("After"),
)


@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
            lambda size: st.sampled_from([size, (*size, 3)])
        ),
    )
)
@settings(max_examples=30)
def test_every_pixel_arrives_in_both_kinds_of_report(pixels):
    shown = document(Picture(pixels, "alt"))
    (paged,) = images_in(html_page(shown))
    assert paged.tolist() == pixels.tolist()
    (printed,) = images_of(render(shown))
    whole = printed if printed.ndim == pixels.ndim else printed[..., 0]
    assert whole.reshape(pixels.shape).tolist() == pixels.tolist()


def test_the_same_document_gives_the_same_bytes():
    again = document(*(b for b in PICTURES.blocks))
    assert render(PICTURES) == render(again)
    assert html_page(PICTURES) == html_page(again)


def test_the_same_bytes_come_from_another_process():
    code = (
        "import hashlib, sys; sys.path[:0] = ['.', 'tests/core/report'];"
        "from test_picture import PICTURES, render, html_page;"
        "print(hashlib.sha256(render(PICTURES) + html_page(PICTURES)).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "PATH": ""},
        ).stdout
        for seed in ("1", "77")
    }  # fmt: skip
    assert len(runs) == 1


def test_a_picture_is_described_in_words():
    page = html_page(PICTURES).decode()
    assert 'alt="A ramp"' in page
    assert page.count("<figcaption>") == 1
    assert "img-src data:" in page
    reader = pypdf.PdfReader(io.BytesIO(render(PICTURES)), strict=True)
    content = reader.pages[0].get_contents()
    assert content is not None
    spans = re.findall(rb"/Alt\s*<([0-9a-fA-F]+)>", content.get_data())
    assert [bytes.fromhex(s.decode()).decode("utf-16") for s in spans] == ["A ramp", "Colours"]
    assert content.get_data().count(b"BDC") == content.get_data().count(b"EMC")
    text = reader.pages[0].extract_text()
    assert "Figure 1" in text
    assert "After" in text


def test_what_users_typed_stays_text():
    evil = '"><script>alert(1)</script>\u202e'
    shown = document(Picture(GREY, evil, evil))
    page = html_page(shown).decode()
    assert "<script>" not in page
    assert '""' not in page
    assert "&quot;&gt;&lt;script&gt;" in page
    assert images_of(render(shown))


def test_pictures_that_follow_each_other_stand_side_by_side():
    page = html_page(document(*(Picture(GREY, "x"),) * 2, Paragraph("x"), Picture(GREY, "x")))
    assert page.count(b'<div class="figures">') == 2
    assert len(images_in(page)) == 3


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("shape", [(1, 2000), (2000, 1), (224, 224)])
def test_any_number_of_any_shape_fits_the_pages(count, shape):
    pictures = [Picture(np.full(shape, i, np.uint8), f"{i}", "word " * 40) for i in range(count)]
    assert len(images_of(render(document(*pictures)))) == count


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2)),
        np.zeros((2, 2, 4), np.uint8),
        np.zeros((2,), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.zeros((2, 2, 1), np.uint8),
    ],
    ids=["float", "alpha", "line", "empty", "one-channel"],
)
def test_what_is_no_picture_is_refused(pixels):
    for verb in (render, html_page):
        with pytest.raises(SuiteError, match="is not grey or RGB"):
            verb(document(Picture(pixels, "alt")))

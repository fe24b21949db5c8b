"""One film on paper: reading or refusal, its test, both kinds of figures, where it is from."""

from __future__ import annotations

import datetime
import importlib
import io
import re
from typing import Any

import numpy as np
import pypdf
import pytest

from core.errors import InputError
from core.report import Picture, Table, html_page, render
from core.respiratory.about import headline_of
from core.respiratory.provenance import LIMITS
from core.respiratory.report_figures import figure_blocks, picture_blocks
from core.respiratory.schema import LABELS, Check, Gate, Network, Radiograph, Reading
from core.viz import theme
from tests.respiratory_films import (
    BAD,
    CAT,
    FILM,
    fake_card,
    fake_explanation,
    fake_reading,
    needs_films,
    real_films,
)

REPORT = importlib.import_module("core.respiratory.report")
DAY = datetime.date(2026, 2, 28)
GATE = Gate(
    0.6,
    (
        Check("inverted", "ok", "Bones are brighter than air.", 0.2),
        Check("size", "attention", "The image has only 64 x 64 pixels.", 64),
    ),
)


class FakeArtifact:
    tag, sha256 = "respiratory/0 sha256:fake", "ab" * 32


class FakePoint:
    level = 0.9


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {"film.png": FILM, "cat.png": CAT}

    def read(radiograph: Radiograph, network: Network, gate: Gate) -> Reading:
        assert gate is GATE
        return fake_reading(radiograph.file, contents[radiograph.file], network)

    monkeypatch.setattr(REPORT, "read_film", read)
    monkeypatch.setattr(REPORT, "judge", lambda radiograph: GATE)
    monkeypatch.setattr(REPORT, "card", fake_card)
    monkeypatch.setattr(REPORT, "headline", lambda one: headline_of(fake_card(), one))
    monkeypatch.setattr(REPORT, "shipped", lambda: dict.fromkeys(Network, FakePoint))
    monkeypatch.setattr(REPORT.runtime, "artifact", FakeArtifact)
    monkeypatch.setattr(
        REPORT,
        "explain",
        lambda name, content, network, label, seed: fake_explanation(network, label, seed),
    )


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.usefixtures("fakes")
def test_a_reading_with_its_reasons_doubts_and_figures() -> None:
    text = text_of(REPORT.film_report("film.png", FILM, issued=DAY))
    for part in (
        "it is not a diagnostic",
        "Normal",
        *LABELS,
        "70 %",
        "cannot be excluded",
        "excluded",
        "30 %",  # the threshold of the alert
        "Attention The image is small.",
        "Bones are brighter than air.",
        "p = 0.600",
        "Blurring takes it to 40 %.",
        "The likeliest finding stays.",
        "0.5 is chance",
        "In-source",
        "0.950 (0.930 to 0.970), n = 852",
        "Cohen collection, never seen",
        "0.610 (0.550 to 0.670), n = 373",
        "not enough data, n = 0",
        "ab" * 32,
        "0.700000",
        "2026-02-28",
    ):
        assert part in text, part
    squeezed = text.replace(" ", "")
    for limit in LIMITS:
        assert limit.replace(" ", "") in squeezed


@pytest.mark.usefixtures("fakes")
def test_a_refused_film_has_no_finding() -> None:
    text = text_of(REPORT.film_report("cat.png", CAT, issued=DAY))
    assert "Refused It is not like a chest film. No finding is given." in text
    assert "cannot be excluded" not in text
    assert "Normal Probability" not in text
    assert "Why " not in text
    document = REPORT.film_document("cat.png", CAT, issued=DAY)
    assert sum(isinstance(block, Picture) for block in document.blocks) == 1


@pytest.mark.usefixtures("fakes")
def test_an_abstention_and_an_alert_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    plain = fake_reading("film.png", FILM, "ensemble")
    unsure = dataclasses.replace(
        plain,
        decision=None,
        set=("COVID-19", "Normal"),
        reason="Two findings cannot be excluded.",
        covid_alert=True,
    )
    monkeypatch.setattr(REPORT, "read_film", lambda *film: unsure)
    text = text_of(REPORT.film_report("film.png", FILM, issued=DAY))
    assert "No single finding Two findings cannot be excluded." in text
    assert "COVID-19 alert Its probability, 10 %, reaches the threshold of 30 %." in text


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize(("model", "pictures"), [("ensemble", 4), ("cnn", 2)])
def test_every_network_asked_has_its_map(model: str, pictures: int) -> None:
    document = REPORT.film_document("film.png", FILM, model, issued=DAY)
    shown = [block for block in document.blocks if isinstance(block, Picture)]
    assert len(shown) == pictures
    assert all(re.search(r"most in the (upper|middle|lower) third", one.alt) for one in shown[1:])
    tested = next(b for b in document.blocks if isinstance(b, Table) and b.header[0] == "Network")
    assert len(tested.rows) == pictures - 1


@pytest.mark.usefixtures("fakes")
def test_the_same_film_on_the_same_day_gives_the_same_bytes() -> None:
    first, second = (REPORT.film_report("film.png", FILM, issued=DAY) for _ in range(2))
    assert first == second
    other = REPORT.film_report("film.png", FILM, issued=DAY + datetime.timedelta(1))
    assert other != first
    document = REPORT.film_document("film.png", FILM, issued=DAY)
    assert render(document) == first
    assert html_page(document).count(b"<img ") == 4


@pytest.mark.usefixtures("fakes")
def test_a_file_that_is_no_image_or_a_question_that_is_none() -> None:
    with pytest.raises(InputError, match=r"bad\.png"):
        REPORT.film_report("bad.png", BAD, issued=DAY)
    with pytest.raises(InputError, match="gpt"):
        REPORT.film_report("film.png", FILM, "gpt", issued=DAY)


def overlays(evidence: Any, pixels: Any) -> list[Any]:
    found = fake_explanation("cnn")
    one = found.networks[0]
    object.__setattr__(one.map, "evidence", np.asarray(evidence, dtype=np.float32))
    return [b.pixels for b in picture_blocks(pixels, found) if isinstance(b, Picture)]


def test_the_map_lies_where_the_network_looks() -> None:
    """Evidence colours its corner; what is cut off is dark; no evidence, no colour."""
    pixels = np.full((224, 224), 0.5, dtype=np.float32)
    film, map_ = overlays([[1, 0], [0, 0]], pixels)
    assert (film == 128).all()
    orange = np.array([int(theme.RAISES[i : i + 2], 16) for i in (1, 3, 5)])
    corner = map_[30, 30].astype(int)
    assert np.abs(corner - (0.35 * 127.5 + 0.65 * orange)).max() <= 1
    assert map_[180, 190].tolist() == [128, 128, 128]
    assert map_[5, 5].tolist() == map_[220, 220].tolist() == [57, 57, 57]
    assert np.ptp(overlays(np.zeros((2, 2)), pixels)[1][30:180, 30:190]) == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 1024), (1024, 300), (224, 224), (7, 5)])
def test_films_of_any_shape_keep_it(shape: tuple[int, int]) -> None:
    for picture in overlays([[1, -1], [0, 2]], np.ones(shape, dtype=np.float32)):
        high, wide = picture.shape[:2]
        assert max(high, wide) <= 448
        assert high / wide == pytest.approx(shape[0] / shape[1], rel=0.5, abs=0.01)


def test_figures_without_an_external_protocol() -> None:
    card = {**fake_card(), "protocols": {}}
    table = next(b for b in figure_blocks(card, Network.VIT) if isinstance(b, Table))
    assert table.header == ("Figure", "In-source", "Cohen collection, as shipped")


@needs_films
def test_a_real_film_on_paper() -> None:
    for content in real_films(2):
        text = text_of(REPORT.film_report("film.jpg", content, "cnn", issued=DAY))
        assert "In-source" in text
        assert "Cohen collection, never seen" in text

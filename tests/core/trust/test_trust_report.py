"""Reports: the verdict with its figures, inert whatever the names, and equal bytes."""

from __future__ import annotations

import datetime
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pypdf
import pytest

from core.errors import InputError
from core.report import Heading, KeyValues, Table
from core.report.blocks import DISCLAIMER
from core.report.text import one_line
from core.trust import Audit, audit, judge
from core.trust.door.inputs import read_estimates
from core.trust.export.blocks import fingerprint, sections
from core.trust.export.card import card_lines
from core.trust.export.figures import figures
from core.trust.export.report import html_report, pdf_report
from core.trust.export.text import limits, measured, number

ISSUED = datetime.date(2026, 1, 2)
HOSTILE = (
    "<script>alert(1)</script>",
    "\" onload='x'",
    "a|b](http://x)",
    "\u202eevil\x00",
    "&amp;",
)


def rows(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(size=n)))
    return rng, p, (rng.random(n) < p).astype(int)


def binary(n: int = 900) -> Audit:
    rng, p, y = rows(n)
    site = np.array(["north", "south"], dtype=object)[rng.integers(2, size=n)]
    site[:3] = "tiny"
    months = np.repeat(["2025-01", "2025-02", "2025-03"], n // 3)
    return audit(y, p, groups={"site": site}, batch=months)


def hostile(n: int = 400) -> Audit:
    rng, p, y = rows(n)
    names = np.array(HOSTILE, dtype=object)[rng.integers(len(HOSTILE), size=n)]
    classes = np.array(["<b>no</b>", "<img src=x onerror=alert(1)>"], dtype=object)
    return audit(
        classes[y], p, positive=classes[1], groups={"<i>name</i>": names}, batch=np.resize(names, n)
    )


def multiclass(n: int = 300) -> Audit:
    rng = np.random.default_rng(2)
    proba = rng.dirichlet([1, 1, 1], size=n)
    y = (proba.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return audit(y, proba, groups={"sex": np.resize(["f", "m"], n)})


def quantities(n: int = 300) -> Audit:
    rng = np.random.default_rng(3)
    y = rng.normal(100, 20, size=n)
    predicted = y + rng.normal(0, 5, size=n)
    low, high = predicted - 10, predicted + 10
    groups = {"sex": np.resize(["f", "m"], n)}
    return judge(read_estimates(y, predicted, low=low, high=high, groups=groups))


def calls_alone() -> Audit:
    return audit([0, 1, 1, 0, 1] * 20, pred=[0, 1, 0, 0, 1] * 20)


def one_row() -> Audit:
    return audit([1], [0.7], positive=1, classes=[0, 1])


def perfect() -> Audit:
    return audit([0, 1] * 50, [0.0, 1.0] * 50, groups={"sex": ["f", "m", "m", "f"] * 25})


CASES = {
    make.__name__: make()
    for make in (binary, hostile, multiclass, quantities, calls_alone, one_row, perfect)
}
every = pytest.mark.parametrize("found", CASES.values(), ids=CASES)


class Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    assert reader.open == []
    return reader


@every
def test_both_reports_state_verdict_checks_limits_notes_and_disclaimer(found):
    document = found.to_dict()
    shown = read(html_report(found, title="Model one", issued=ISSUED)).text
    assert one_line(document["summary"]) in shown
    for check in document["checks"]:
        assert one_line(check["claim"]) in shown
        assert one_line(check["reason"]) in shown
    for note in document["notes"]:
        assert one_line(note) in shown
    for name in document["limits"]["checks"]:
        assert name in shown
    assert f"{document['policy']} {document['policy_version']}" in shown
    assert DISCLAIMER in shown
    assert fingerprint(document) in shown
    assert "2026-01-02" in shown
    pdf = pdf_report(found, title="Model one", issued=ISSUED)
    assert pdf.startswith(b"%PDF")
    assert pdf.rstrip().endswith(b"%%EOF")


def test_the_pdf_holds_the_same_text():
    found = CASES["binary"]
    pages = pypdf.PdfReader(io.BytesIO(pdf_report(found, title="Model one", issued=ISSUED))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for section in sections(found.to_dict()):
        assert section.heading in text
    assert " ".join(found.sentence().split()) in text
    assert DISCLAIMER in text


@every
def test_a_report_asks_for_nothing_and_runs_nothing(found):
    page = html_report(found, title="<script>alert(2)</script>", issued=ISSUED)
    reader = read(page)
    allowed = {
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section",
        "h1", "h2", "p", "strong", "span", "div", "table", "thead", "tbody", "tr", "th", "td",
        "figure", "figcaption", "svg", "path", "circle", "rect", "text",
    }  # fmt: skip
    assert set(reader.tags) <= allowed
    names = {name for name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "href", "xlink:href", "action", "srcset", "data"}
    assert not re.search(rb"url\(|@import|https?://", page.replace(b"http://x", b""))
    assert len(page) < 1_000_000


def test_hostile_names_are_shown_as_typed_and_never_turn_the_text_round():
    page = html_report(CASES["hostile"], title="x", issued=ISSUED)
    text = read(page).text
    assert "<script>alert(1)</script>" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "\ufffdevil\ufffd" in text


@every
def test_equal_input_gives_equal_bytes(found):
    for report in (html_report, pdf_report):
        first = report(found, title="Model", issued=ISSUED)
        assert first == report(found, title="Model", issued=ISSUED)
        assert first != report(found, title="Model", issued=datetime.date(2026, 1, 3))


@every
def test_drawings_are_well_formed(found):
    drawn = [
        figure
        for part, panel in found.to_dict()["panels"].items()
        for figure in figures(part, panel)
    ]
    for figure in drawn:
        drawing = ET.fromstring(figure.svg)
        assert drawing.get("aria-label")
        assert "nan" not in figure.svg.lower().replace("financ", "")
        assert figure.caption


def test_every_part_that_has_a_chart_is_drawn():
    panels = CASES["binary"].to_dict()["panels"]
    drawn = {part for part in panels if figures(part, panels[part])}
    assert drawn == {"calibration", "utility", "fairness", "failures", "drift"}
    panels = CASES["quantities"].to_dict()["panels"]
    assert {part for part in panels if figures(part, panels[part])} == {"errors", "fairness"}


def test_few_people_are_withheld():
    document = CASES["binary"].to_dict()
    text = json.dumps(document["panels"]["fairness"]["attributes"])
    assert "fewer than 5 people" in text
    fairness = next(one for one in sections(document) if one.part == "fairness")
    table = next(block for block in fairness.blocks if isinstance(block, Table))
    assert next(row for row in table.rows if row[0] == "tiny")[1:] == (
        "under 5", "withheld", "withheld", "withheld",
    )  # fmt: skip
    shown = read(html_report(CASES["binary"], title="x", issued=ISSUED)).text
    assert "tiny (3)" not in shown


def test_many_levels_stay_below_a_megabyte():
    n = 20_000
    rng, p, y = rows(n)
    groups = {
        f"attribute {i}": np.array([f"level {k}" for k in range(200)])[rng.integers(200, size=n)]
        for i in range(3)
    }
    found = audit(y, p, groups=groups, areas=("calibration", "utility", "fairness"))
    page = html_report(found, title="x", issued=ISSUED)
    assert len(page) < 1_000_000
    assert "160 more in the audit" in read(page).text


def test_a_report_reads_the_document_alone_after_a_round_trip():
    document = CASES["binary"].to_dict()
    again = json.loads(json.dumps(document, allow_nan=False))
    assert sections(again) == sections(document)
    assert fingerprint(again) == fingerprint(document)
    assert card_lines(again) == card_lines(document)


def test_the_figures_of_the_report_are_those_of_the_document():
    document = CASES["binary"].to_dict()
    by_heading = {one.heading: one for one in sections(document)}
    table = by_heading["Checks"].blocks[0]
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows] == [
        number(check["estimate"]) or "not measured" for check in document["checks"]
    ]
    reasons = by_heading["Checks"].blocks[-1]
    assert isinstance(reasons, KeyValues)
    assert [name for name, _ in reasons.rows] == [check["id"] for check in document["checks"]]
    assert not any(
        isinstance(block, Heading) for one in by_heading.values() for block in one.blocks
    )


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_an_unusable_title_is_refused(title):
    for report in (html_report, pdf_report):
        with pytest.raises(InputError, match="title: has"):
            report(CASES["one_row"], title=title, issued=ISSUED)


@every
def test_card_lines_are_one_table_with_five_cells_a_row(found):
    lines = card_lines(found.to_dict())
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(found.checks)
    for line in table:
        assert len(re.findall(r"(?<!\\)\|", line)) == 6
    assert lines[0].startswith("**")
    assert all("\n" not in line and "<script" not in line for line in lines)
    assert len(lines) == 2 + len(table) + (1 + len(found.notes) if found.notes else 0)


def test_card_text_links_nowhere():
    text = "\n".join(card_lines(CASES["hostile"].to_dict()))
    assert "](" not in text


def test_numbers_as_text():
    assert number(None) == ""
    assert (number(0.12345), number(1984.0), number(12345.678)) == ("0.123", "1,984", "12,346")
    assert limits(0.1, 0.2) == "0.100 to 0.200"
    assert limits(3.0, 3.0) == limits(None, 1.0) == ""
    assert measured(None, None, None) == "not measured"
    assert measured(-0.5, -0.75, 0.25, 2) == "\u22120.50 [\u22120.75, 0.25]"

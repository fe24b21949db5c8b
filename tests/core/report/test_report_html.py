from __future__ import annotations

import datetime

import pytest

from core.report import (
    Bars,
    Callout,
    Document,
    Figure,
    Heading,
    KeyValues,
    Paragraph,
    Provenance,
    Table,
    html_page,
)


def page(*blocks, marks=None, title="A title") -> str:
    document = Document(title, "Subtitle.", datetime.date(2026, 11, 29), blocks)
    return html_page(document, marks).decode()


def test_each_block_is_shown_and_asks_for_nothing():
    shown = page(
        Heading("First"),
        Paragraph("Text", "lead"),
        Callout("critical", "Fails", "Why."),
        KeyValues((("Name", "Value"),)),
        Heading("Second"),
        Table(("Row", "Figure"), (("a", "1"),), numeric=(1,)),
        Provenance((("Hash", "abc"),)),
    )
    assert shown.count("<section>") == shown.count("</section>") == 2
    assert "Issued 2026-11-29." in shown
    assert '<p class="lead">Text</p>' in shown
    assert '<td class="right">1</td>' in shown
    assert "default-src 'none'" in shown
    assert "<script" not in shown
    assert "//" not in shown.replace("<!DOCTYPE html>", "")


def test_figures_that_follow_each_other_stand_side_by_side():
    drawing = Figure("<svg></svg>", "Caption")
    shown = page(Heading("Drawn"), drawing, drawing, Paragraph("between"), drawing)
    assert shown.count('<div class="figures">') == 2
    assert shown.count("<figcaption>Caption</figcaption>") == 3


def test_what_users_typed_stays_text():
    shown = page(
        Heading("<b>\x00"), Paragraph("<script>alert(1)</script>"), title="<i>&\u202etitle"
    )
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;i&gt;&amp;\ufffdtitle" in shown
    assert shown.count("<section>") == 1


def test_status_words_are_coloured_in_the_column_of_results_only():
    rows = (("Holds", "Holds"),)
    shown = page(Table(("Claim", "Result"), rows), marks={"Holds": "#123456"})
    assert shown.count('style="color:#123456"') == 1


def test_bars_belong_to_the_pdf():
    with pytest.raises(TypeError, match="Bars"):
        page(Bars(("a",), (1.0,)))

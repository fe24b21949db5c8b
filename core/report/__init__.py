"""Printable reports: blocks in, the bytes of a PDF out."""

from __future__ import annotations

from core.report.blocks import (
    Bars,
    Block,
    Callout,
    Document,
    Figure,
    Heading,
    IntervalBar,
    KeyValues,
    Paragraph,
    Picture,
    Provenance,
    Table,
)
from core.report.figures import figure_row
from core.report.html import html_page
from core.report.pdf import render

__all__ = [
    "Bars",
    "Block",
    "Callout",
    "Document",
    "Figure",
    "Heading",
    "IntervalBar",
    "KeyValues",
    "Paragraph",
    "Picture",
    "Provenance",
    "Table",
    "figure_row",
    "html_page",
    "render",
]

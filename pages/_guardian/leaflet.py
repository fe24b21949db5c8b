"""The leaflet: the result in plain language, for the person who takes the medicines."""

from __future__ import annotations

import datetime

import streamlit as st

from core.guardian import agents
from core.report import Block, Callout, Heading, Paragraph, html_page, render
from pages._guardian import words
from pages._guardian.checked import Checked
from pages._shared.downloads import download
from pages._shared.results import escaped


def show(checked: Checked) -> None:
    """Show the leaflet and offer it as text, HTML and PDF."""
    found = agents.leaflet(checked.review)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with st.container(horizontal=True):
        download(
            "Leaflet (PDF)",
            lambda: render(found.document(today)),
            "leaflet.pdf",
            "application/pdf",
            "primary",
        )
        download(
            "Leaflet (HTML)", lambda: html_page(found.document(today)), "leaflet.html", "text/html"
        )
        download("Leaflet (text)", lambda: found.text().encode(), "leaflet.txt", "text/plain")
    with st.container(border=True, gap="xsmall"):
        for block in found.blocks():
            _block(block)


def _block(block: Block) -> None:
    match block:
        case Heading(text):
            st.markdown(f"**{escaped(text)}**")
        case Callout(status, word, text):
            st.markdown(f"{words.chip(word, status)} {escaped(text)}")
        case Paragraph(text, "small"):
            st.caption(escaped(text))
        case Paragraph(text):
            st.markdown(escaped(text))

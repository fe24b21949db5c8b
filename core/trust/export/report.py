"""An audit on paper and in one file: the verdict, what it rests on, and every limit."""

from __future__ import annotations

import datetime

from core.errors import InputError
from core.report import Block, Document, Heading, html_page, render
from core.report.text import one_line
from core.trust.export.blocks import sections, subtitle
from core.trust.export.figures import figures
from core.trust.export.text import SIGNS, status_word
from core.trust.result import Audit
from core.viz.theme import STATUSES

MAX_TITLE = 200


def html_report(audit: Audit, *, title: str, issued: datetime.date) -> bytes:
    """Return an audit as one HTML file with its charts, fit for a browser and for printing.

    Counts and rates of fewer than five people of a group are withheld. The file asks for nothing
    from outside, and what users named is shown as they typed it.

    Parameters
    ----------
    audit : Audit
        What was found.
    title : str
        Heading, such as the model's name; at most ``MAX_TITLE`` characters.
    issued : datetime.date
        Date of issue.

    Returns
    -------
    bytes
        UTF-8; the same for the same arguments.

    Raises
    ------
    InputError
        If the title is empty or too long.
    """
    marks = {status_word(status): STATUSES[sign].colour for status, sign in SIGNS.items()}
    return html_page(_document(audit, title, issued, drawn=True), marks)


def pdf_report(audit: Audit, *, title: str, issued: datetime.date) -> bytes:
    """Return an audit as the bytes of a PDF; arguments and errors as in :func:`html_report`."""
    return render(_document(audit, title, issued, drawn=False))


def _document(audit: Audit, title: str, issued: datetime.date, *, drawn: bool) -> Document:
    document = audit.to_dict()
    blocks: list[Block] = []
    for section in sections(document):
        blocks.append(Heading(section.heading))
        if drawn and section.part:
            blocks += figures(section.part, document["panels"][section.part])
        blocks += section.blocks
    return Document(_title(title), subtitle(document), issued, tuple(blocks))


def _title(title: str) -> str:
    shown = one_line(title)
    if not shown or len(title) > MAX_TITLE:
        raise InputError(f"title: has {len(title)} characters. Give 1 to {MAX_TITLE}.")
    return shown

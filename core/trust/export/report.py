"""An audit on paper and in one file: the verdict, what it rests on, and every limit."""

from __future__ import annotations

import datetime

from core.errors import InputError
from core.report import Block, Document, Heading, render
from core.trust.export.blocks import sections, subtitle
from core.trust.export.html import html_page
from core.trust.export.text import one_line
from core.trust.result import Audit

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
    return html_page(audit.to_dict(), title=_title(title), issued=issued)


def pdf_report(audit: Audit, *, title: str, issued: datetime.date) -> bytes:
    """Return an audit as the bytes of a PDF; arguments and errors as in :func:`html_report`."""
    document = audit.to_dict()
    blocks: list[Block] = []
    for section in sections(document):
        blocks += [Heading(section.heading), *section.blocks]
    return render(Document(_title(title), subtitle(document), issued, tuple(blocks)))


def _title(title: str) -> str:
    shown = one_line(title)
    if not shown or len(title) > MAX_TITLE:
        raise InputError(f"title: has {len(title)} characters. Give 1 to {MAX_TITLE}.")
    return shown

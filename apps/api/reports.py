"""Reports over HTTP: which day they carry, and how a file is sent."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from apps.api.errors import Refusal
from core.report.html import POLICY

PDF = "application/pdf"

# The gate's own policy would keep a browser from the report's inline style and pictures.
REPORT_POLICY = f"{POLICY}; frame-ancestors 'none'"

Issued = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Date on the report, YYYY-MM-DD; by default today, UTC.",
    ),
]


def day(issued: str | None) -> datetime.date:
    """Return the day of a report: the one asked for, or today.

    Raises
    ------
    Refusal
        422 if there is no such day.
    """
    if issued is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.date.fromisoformat(issued)
    except ValueError:
        message = "There is no such day."
        raise Refusal(422, "issued", message, "Write YYYY-MM-DD.", value=issued) from None


def documented(media: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file of one of these content types."""
    file = {"schema": {"type": "string", "format": "binary"}}
    kinds = [one.partition(";")[0] for one in media]
    document = {"schema": {"type": "object"}}
    content = {kind: document if kind == "application/json" else file for kind in kinds}
    return {200: {"description": "The report as a file.", "content": content}}


def sent(content: bytes, media: str, name: str) -> Response:
    """Send a report as a file of this name."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": REPORT_POLICY,
    }
    return Response(content, media_type=media, headers=headers)

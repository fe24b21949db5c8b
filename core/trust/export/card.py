"""An audit as Markdown, for a model card."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from core.report.text import one_line
from core.trust.export.text import measured, status_word

HEADER = "| Claim | Status | Estimate [interval] | n | Reason |"
RULE = "|---|---|---|---:|---|"


def card_lines(document: Mapping[str, Any]) -> list[str]:
    """Return the verdict, every check and the notes of an audit as lines of Markdown.

    What users named (groups, classes, columns) is shown as they typed it and acts as no mark-up.

    Parameters
    ----------
    document : mapping
        :meth:`core.trust.result.Audit.to_dict`, also after a round trip through JSON.
    """
    lines = [f"**{_literal(document['summary'])}**", "", HEADER, RULE]
    lines += [_row(check) for check in document["checks"]]
    if document["notes"]:
        lines += ["", *(f"- {_literal(note)}" for note in document["notes"])]
    return lines


def _row(check: Mapping[str, Any]) -> str:
    aside = " (advisory)" if check["demand"] == "advisory" else ""
    cells = (
        f"{check['claim']}{aside}",
        status_word(check["status"]),
        measured(check["estimate"], check["ci_low"], check["ci_high"]),
        f"{check['n']:,}",
        check["reason"],
    )
    return f"| {' | '.join(_literal(cell) for cell in cells)} |"


def _literal(text: str) -> str:
    """Return text that a Markdown reader shows as it is; in a table, too."""
    text = html.escape(one_line(text), quote=False)
    for sign in ("\\", "|", "*", "`", "~"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("](", "]\\(")

"""Where a large text may be cut, found without parsing it where that can be told."""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from core.scale.blocks import (
    MAX_RECORD_BYTES,
    Layout,
    check_text,
    last_line_end,
    no_record,
    read_text,
)
from core.tables.decode import count_lines, unreadable
from core.tables.limits import refusal
from core.tables.read import Records, open_quote_refusal, ragged_refusal

_MAYBE_BLANK_LINE = (b"\n\n", b"\n\r", b"\r\r")
_LINE_END = re.compile(rb"[\r\n]")


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Consecutive whole records below the header of a text in a file.

    Attributes
    ----------
    start, stop : int
        Where they begin and end, in bytes.
    line, row : int
        Line ends and records before them.
    rows : int
        Their number, ragged ones included.
    """

    start: int
    stop: int
    line: int
    row: int
    rows: int


def spans(path: Path, size: int, layout: Layout, name: str) -> Iterator[Span]:
    """Yield the records of a file in spans of about so many bytes.

    A line end within quotes ends no record, and only the parser can tell; so a span without any
    quote is counted, and one with quotes is parsed.

    Raises
    ------
    InputError
        If a quote is never closed, or a record does not end within ``MAX_RECORD_BYTES``.
    """
    try:
        with path.open("rb") as file:
            start, line = _below_header(file.read(size), layout, name)
            file.seek(start)
            yield from _cut(file, Span(start, start, line, 0, 0), size, layout, name)
    except OSError as error:
        raise unreadable(name, error) from error


def _cut(file: BinaryIO, at: Span, size: int, layout: Layout, name: str) -> Iterator[Span]:
    """Yield the spans that follow a span, in a file that stands at its end."""
    held, piece = b"", b"-"
    while piece:
        piece = file.read(size)
        held += piece
        text = (held[: last_line_end(held)] if piece else held).rstrip(b"\r\n")
        rows = _count(check_text(text, name, at.line + 1), at.row + at.rows, layout, name)
        if rows is None and not piece:
            raise open_quote_refusal(read_text(text, at.row + at.rows, layout, name), name, at.row)
        if not rows:
            if len(held) > MAX_RECORD_BYTES:
                raise no_record(name, at.line + 1)
            continue
        line, row = at.line + count_lines(text), at.row + at.rows
        found = Span(at.stop, at.stop + len(text), at.line, row, rows)
        yield found
        held, at = held[len(text) :], dataclasses.replace(found, line=line)


def read_span(path: Path, span: Span, layout: Layout, name: str) -> Records:
    """Read the records of a span.

    Raises
    ------
    InputError
        If they are not UTF-8, hold a control character, or some have another width.
    """
    try:
        with path.open("rb") as file:
            file.seek(span.start)
            text = file.read(span.stop - span.start)
    except OSError as error:
        raise unreadable(name, error) from error
    found = read_text(check_text(text, name, span.line + 1), span.row, layout, name)
    if found.ragged:
        raise ragged_refusal(found.ragged, name)
    if not found.closed or len(found) != span.rows:
        message = f"{name} was changed while it was read (row {span.row + 1:,} and after)."
        raise refusal("changed", message, "Start again, with a file that stays as it is.")
    return found


def _below_header(head: bytes, layout: Layout, name: str) -> tuple[int, int]:
    """Return where the header ends, in bytes and in lines before that."""
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    begin = mark + len(head[mark:]) - len(head[mark:].lstrip(b"\r\n"))
    for found in _LINE_END.finditer(head, begin):
        if read_text(head[begin : found.start()], -1, layout, name).closed:
            return found.start(), count_lines(head[: found.start()])
    return len(head), count_lines(head)


def _count(text: bytes, row: int, layout: Layout, name: str) -> int | None:
    """Return the number of records in a text; ``None`` where it ends within a quote."""
    body = text.strip(b"\r\n")
    if b'"' not in body and not any(pair in body for pair in _MAYBE_BLANK_LINE):
        return count_lines(body) + 1 if body else 0
    found = read_text(text, row, layout, name)
    return len(found) if found.closed else None

"""Text of any size in blocks of whole records, from a file or from memory."""

from __future__ import annotations

import codecs
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from core.tables.decode import control_refusal, count_lines, has_control_characters, unreadable
from core.tables.limits import refusal
from core.tables.read import Records, open_quote_refusal, read_records

MAX_RECORD_BYTES = 64 * 1024 * 1024
"""Bytes within which a record must end; a quote open for longer counts as never closed."""

Source = bytes | memoryview | Path


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """How a text is written.

    Attributes
    ----------
    header : tuple of str
        Column names.
    delimiter : str
        The character between cells.
    trimmed : bool
        Whether the header line ends with a delimiter that no record has.
    """

    header: tuple[str, ...]
    delimiter: str
    trimmed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows.

    Attributes
    ----------
    records : Records
        Their cells; never with an open quote.
    first_row : int
        Number of rows before them, ragged ones included.
    blank_lines : int
        Blank lines skipped between them.
    """

    records: Records
    first_row: int
    blank_lines: int


def blocks(source: Source, size: int, layout: Layout, name: str) -> Iterator[Block]:
    """Yield the rows below the header, a block at a time.

    A block is cut at a line end. Whether that lies within a quoted cell only the parser can tell,
    since a quote inside a cell is a character like any other: if it does, the block is lengthened.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Text in UTF-8, a byte-order mark allowed.
    size : int
        Bytes read at a time.
    layout : Layout
        How it is written.
    name : str
        How the messages call the table.

    Raises
    ------
    InputError
        If a block is not UTF-8, holds a control character, or opens a quote that is not closed.
    """
    held, line, row = b"", 1, -1  # the header is a record before row 0
    for piece in _pieces(source, size, name):
        held += piece
        if row < 0:
            blank = held[: len(held) - len(held.lstrip(b"\r\n"))]
            held, line = held[len(blank) :], line + count_lines(blank)
        text = (held[: last_line_end(held)] if piece else held).rstrip(b"\r\n")
        found = read_text(check_text(text, name, line), row, layout, name) if text else None
        if found is not None and found.closed:
            ends = count_lines(text)
            yield _block(found, text, ends, row, layout, name)
            held, line, row = held[len(text) :], line + ends, row + len(found)
        elif not piece or len(held) > MAX_RECORD_BYTES:
            if found is not None:
                raise open_quote_refusal(found, name, row)
            if piece:
                raise no_record(name, line + (row >= 0))


def check_text(text: bytes, name: str, line: int = 1) -> bytes:
    """Return a text that begins in the given line, refused unless it is UTF-8 and printable.

    Raises
    ------
    InputError
    """
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError as error:
            at = line + count_lines(text[: error.start])
            message = f"{name} is not UTF-8 in line {at}."
            raise refusal("encoding", message, "Save a table of this size as UTF-8.") from None
    if has_control_characters(text):
        raise control_refusal(text, name, line)
    return text


def head_of(source: Source, size: int, name: str) -> tuple[bytes, bytes]:
    """Return the first bytes of a source, without byte-order mark, and its last 100."""
    first = next(_pieces(source, size, name))
    if isinstance(source, Path):
        with source.open("rb") as file:
            file.seek(-min(100, source.stat().st_size), 2)
            return first, file.read()
    return first, bytes(source[-100:])


def _pieces(source: Source, size: int, name: str) -> Iterator[bytes]:
    """Yield the content, then an empty piece."""
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                yield file.read(size).removeprefix(codecs.BOM_UTF8)
                while piece := file.read(size):
                    yield piece
        except OSError as error:
            raise unreadable(name, error) from error
    else:
        view = memoryview(source)
        yield bytes(view[:size]).removeprefix(codecs.BOM_UTF8)
        for at in range(size, len(view), size):
            yield bytes(view[at : at + size])
    yield b""


def last_line_end(text: bytes) -> int:
    """Return where the last line end of a text lies; 0 where it has none."""
    return max(text.rfind(b"\n"), text.rfind(b"\r"), 0)


def read_text(
    text: bytes, row: int, layout: Layout, name: str, *, skip_blank: bool = True
) -> Records:
    """Read records that are preceded by so many rows; by -1 if they begin with the header.

    Raises
    ------
    InputError
        If they cannot be read.
    """
    if layout.trimmed and row < 0:
        end = min((at for mark in b"\r\n" if (at := text.find(mark)) >= 0), default=len(text))
        text = text[: end - 1] + text[end:]
    width = len(layout.header)
    return read_records(text, layout.delimiter, width, name, before=row, skip_blank=skip_blank)


def _block(found: Records, text: bytes, ends: int, row: int, layout: Layout, name: str) -> Block:
    """Return the rows of some records, and how many blank lines lie between them.

    The first records begin with the header, all others with the line end of the record before.
    """
    is_first = row < 0
    blank = ends + is_first - len(found)
    if blank and b'"' in text:  # line ends may be within cells
        kept = read_text(text, row, layout, name, skip_blank=False)
        blank = len(kept) - len(found) - (not is_first)
    if is_first:
        found = dataclasses.replace(found, arrow=found.arrow.slice(1))
    return Block(found, max(row, 0), blank)


def no_record(name: str, line: int) -> Exception:
    """Return the refusal of a text in which no record ends, from the given line on."""
    message = f"{name} holds no record within {MAX_RECORD_BYTES:,} bytes from line {line}."
    return refusal("unreadable", message, "Export the table as CSV, one record a line.")

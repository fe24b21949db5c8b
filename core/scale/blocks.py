"""Bytes in blocks that end with a line, from a file or from memory, without a copy of the whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from core.tables.decode import control_refusal, has_control_characters
from core.tables.limits import refusal

MAX_OPEN_BLOCKS = 4
"""Blocks over which a quoted cell may stretch before the quote counts as never closed."""


def blocks(source: bytes | memoryview | Path, size: int, name: str) -> Iterator[bytes]:
    """Yield the content in blocks of whole records.

    A block ends with a line feed or the content; a quoted cell is never cut.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Text in UTF-8, a byte-order mark allowed.
    size : int
        Bytes read at a time.
    name : str
        How the messages call the table.

    Raises
    ------
    InputError
        If a block is not UTF-8, holds a control character, or opens a quote that is not closed.
    """
    held, line, open_blocks = b"", 1, 0
    for piece in _pieces(source, size):
        held += piece
        end = held.rfind(b"\n") + 1
        if not end or held.count(b'"', 0, end) % 2:
            open_blocks += 1
            if open_blocks >= MAX_OPEN_BLOCKS:
                raise _open_quote(name, line) if end else _no_lines(name, line)
            continue
        open_blocks = 0
        yield _checked(held[:end], name, line)
        line += held.count(b"\n", 0, end)
        held = held[end:]
    if held.count(b'"') % 2:
        raise _open_quote(name, line)
    if held:
        yield _checked(held, name, line)


def _pieces(source: bytes | memoryview | Path, size: int) -> Iterator[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            first = file.read(size).removeprefix(codecs.BOM_UTF8)
            while first:
                yield first
                first = file.read(size)
        return
    view = memoryview(source)
    start = len(codecs.BOM_UTF8) if bytes(view[:3]) == codecs.BOM_UTF8 else 0
    for at in range(start, len(view), size):
        yield bytes(view[at : at + size])


def _checked(block: bytes, name: str, line: int) -> bytes:
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError as error:
            at = line + block.count(b"\n", 0, error.start)
            message = f"{name} is not UTF-8 in line {at}."
            raise refusal("encoding", message, "Save a table of this size as UTF-8.") from None
    if has_control_characters(block):
        raise control_refusal(block, name, line)
    return block


def _open_quote(name: str, line: int) -> Exception:
    message = f"{name} opens a quote after line {line} that is never closed."
    return refusal("open-quote", message, "Close it, or double it within the cell.")


def _no_lines(name: str, line: int) -> Exception:
    message = f"{name} has a line {line} too long to be a record."
    return refusal("unreadable", message, "Export the table as CSV, one record a line.")

"""Tables of any size: read in parts, each cell judged by the rules that hold for small tables.

A source within the limits of :func:`core.tables.read_table` is read by it, in every dialect it
knows. A larger one is Parquet, or CSV in UTF-8 with any of the usual delimiters. Either way the
cells of a part are text as written, and :func:`core.tables.validate` judges them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from core.fields import FieldSet
from core.scale.blocks import Source
from core.scale.chunk import Chunk
from core.scale.large import open_large
from core.tables.columns import ColumnMap, match_columns, require_columns
from core.tables.decode import unreadable
from core.tables.limits import MAX_BYTES, check_size, refusal
from core.tables.read import Table, read_table
from core.tables.validation import validate

MAX_STREAM_BYTES = 1024 * 1024 * 1024
MAX_STREAM_ROWS = 20_000_000
BLOCK_BYTES = 8 * 1024 * 1024
"""Bytes read at a time, by one thread: parsing is a quarter of the work on a block."""

CHUNK_ROWS = 100_000
"""Most rows of a chunk, so that a table of few columns does not become large as numbers."""


class Content(Protocol):
    """A table that gives its rows in parts."""

    @property
    def header(self) -> tuple[str, ...]:
        """The column names."""

    @property
    def decimal(self) -> Literal[".", ","]:
        """The decimal sign."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How it is read, in sentences."""

    def frames(self, noted: list[str]) -> Iterator[pd.DataFrame]:
        """Yield the rows as text; what is found out on the way goes to ``noted``."""


@dataclasses.dataclass(frozen=True)
class TableStream:
    """An opened table, ready to be read once or more.

    Attributes
    ----------
    name : str
        How the messages call the table.
    columns : ColumnMap
        Which column carries which field.
    """

    name: str
    columns: ColumnMap
    _fields: FieldSet
    _content: Content
    _noted: list[str] = dataclasses.field(default_factory=list)

    @property
    def header(self) -> tuple[str, ...]:
        """Its columns, in order."""
        return self._content.header

    @property
    def notes(self) -> tuple[str, ...]:
        """How it is read, in sentences; complete once all chunks are read."""
        return (*self._content.notes, *self._noted)

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows in order, a chunk at a time.

        Raises
        ------
        InputError
            If a part of the table cannot be read; the text says where.
        """
        self._noted.clear()
        first_row = 0
        for frame in self._content.frames(self._noted):
            for start in range(0, len(frame), CHUNK_ROWS):
                part = frame.iloc[start : start + CHUNK_ROWS].reset_index(drop=True)
                yield self._judged(part, first_row + start)
            first_row += len(frame)
            if first_row > MAX_STREAM_ROWS:
                message = f"{self.name} has more than {MAX_STREAM_ROWS:,} rows."
                raise refusal("too-many-rows", message, "Split the table into smaller files.")
        check_size(min(first_row, 1), 1, self.name)

    def _judged(self, part: pd.DataFrame, first_row: int) -> Chunk:
        decimal = self._content.decimal
        found = validate(part, self._fields, self.columns.matched, decimal=decimal)
        return Chunk(first_row, found, part)


def open_stream(
    source: Source,
    fields: FieldSet,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    small: int = MAX_BYTES,
    block: int = BLOCK_BYTES,
) -> TableStream:
    """Open a table and match its columns; the rows are read by :meth:`TableStream.chunks`.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Content of the file, or where it lies.
    fields : FieldSet
        The record sought.
    name : str
        How the messages call the table; by default a path's own name.
    columns : mapping, optional
        The user's choices, as in :func:`core.tables.match_columns`.
    small : int
        Bytes up to which a source is read as a whole.
    block : int
        Bytes read at a time of a larger CSV file.

    Raises
    ------
    InputError
        If the source cannot be read, is too large, lacks a required column or has an ambiguous one.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    content = _open(source, name, small, block)
    matched = match_columns(content.header, fields, columns)
    require_columns(matched, fields, content.header)
    return TableStream(name, matched, fields, content)


def read_header(source: Source, name: str) -> tuple[str, ...]:
    """Return the column names of a table, in order; errors as in :func:`open_stream`."""
    return _open(source, name, MAX_BYTES, BLOCK_BYTES).header


@dataclasses.dataclass(frozen=True)
class _Small:
    """A table that was read as a whole."""

    table: Table

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(str(column) for column in self.table.frame.columns)

    @property
    def decimal(self) -> Literal[".", ","]:
        return self.table.decimal

    @property
    def notes(self) -> tuple[str, ...]:
        return self.table.notes

    def frames(self, noted: list[str]) -> Iterator[pd.DataFrame]:
        yield self.table.frame


def _open(source: Source, name: str, small: int, block: int) -> Content:
    size = _size(source, name)
    if size > small:
        return open_large(source, name, block, CHUNK_ROWS)
    return _Small(read_table(source if isinstance(source, Path) else bytes(source), name))


def _size(source: Source, name: str) -> int:
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    if size > MAX_STREAM_BYTES:
        message = f"{name} has {size:,} bytes; the limit is {MAX_STREAM_BYTES:,}."
        raise refusal("too-large", message, "Split the table into smaller files.")
    return size

"""Tables larger than one reading: judged block by block with the same rules as small ones.

A source within the limits of :func:`core.tables.read_table` is read by it, in every dialect it
knows. A larger CSV must be UTF-8; its blocks are converted to numbers directly, and a block with
any cell that is not plainly valid is read again as text and judged by
:func:`core.tables.validate`, so that both ways give the same values and findings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.fields import FieldSet, FieldSpec
from core.scale.blocks import blocks
from core.scale.chunk import Chunk, Floats
from core.tables.columns import ColumnMap, match_columns, require_columns
from core.tables.dialect import detect_decimal, detect_delimiter
from core.tables.limits import MAX_BYTES, check_header, check_size, refusal
from core.tables.read import Table, read_block, read_table, text_frame
from core.tables.validation import validate
from core.tables.write import cells

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MAX_STREAM_BYTES = 1024 * 1024 * 1024
MAX_STREAM_ROWS = 20_000_000
BLOCK_BYTES = 16 * 1024 * 1024
CHUNK_ROWS = 100_000
Source = bytes | memoryview | Path

_BINARY = (b"PAR1", b"PK\x03\x04")


@dataclasses.dataclass(frozen=True)
class TableStream:
    """An opened table, ready to be read once or more.

    Attributes
    ----------
    name : str
        How the messages call the table.
    header : tuple of str
        Its columns, in order.
    columns : ColumnMap
        Which column carries which field.
    notes : tuple of str
        How it is read, in sentences.
    """

    name: str
    header: tuple[str, ...]
    columns: ColumnMap
    notes: tuple[str, ...]
    _fields: FieldSet
    _content: Table | _Large

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows in order, a chunk at a time.

        Raises
        ------
        InputError
            If a part of the table cannot be read; the text says where.
        """
        if isinstance(self._content, Table):
            yield from self._small(self._content)
            return
        first_row = 0
        for block in self._content.blocks():
            chunk = self._plain(block, first_row) or self._judged(block, first_row)
            if len(chunk.values):
                yield chunk
            first_row += len(chunk.values)
            if first_row > MAX_STREAM_ROWS:
                message = f"{self.name} has more than {MAX_STREAM_ROWS:,} rows."
                raise refusal("too-many-rows", message, "Split the table into smaller files.")
        check_size(min(first_row, 1), 1, self.name)

    def _small(self, table: Table) -> Iterator[Chunk]:
        for start in range(0, len(table.frame), CHUNK_ROWS):
            part = table.frame.iloc[start : start + CHUNK_ROWS].reset_index(drop=True)
            yield self._validated(part, start, table.decimal)

    def _validated(self, part: pd.DataFrame, start: int, decimal: Literal[".", ","]) -> Chunk:
        found = validate(part, self._fields, self.columns.matched, decimal=decimal)
        return Chunk(start, found.values.to_numpy(), self.header, found, part)

    def _judged(self, block: bytes, first_row: int) -> Chunk:
        assert isinstance(self._content, _Large)  # noqa: S101  (narrows the type)
        arrow = read_block(
            block, self._content.delimiter, len(self.header), self.name, first_row=first_row
        )
        frame = text_frame(arrow.rename_columns(list(self.header)))
        return self._validated(frame, first_row, self._content.decimal)

    def _plain(self, block: bytes, first_row: int) -> Chunk | None:
        """Return the chunk of a block in which every cell is plainly valid, else ``None``."""
        content = self._content
        if not isinstance(content, _Large) or b'"' in block:
            return None
        arrow = _numbers(block, content.delimiter, self.header, self.columns)
        if arrow is None:
            return None
        values = np.column_stack(
            [_column(arrow, self.columns.matched.get(spec.name)) for spec in self._fields]
        )
        if not all(_plainly(spec, c) for spec, c in zip(self._fields, values.T, strict=True)
                   if spec.name in self.columns.matched):  # fmt: skip
            return None
        if content.delimiter != "," or not _harmless(arrow, self.columns):
            return None
        return Chunk(first_row, values, self.header, None, None, block)


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
        Bytes read at a time of a larger one.

    Raises
    ------
    InputError
        If the source cannot be read, is too large, lacks a required column or has an ambiguous one.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    size = _size(source, name)
    content: Table | _Large
    if size <= small:
        content = read_table(source if isinstance(source, Path) else bytes(source), name)
        header = tuple(str(column) for column in content.frame.columns)
    else:
        content = _open_large(source, size, name, block)
        header = content.header
    matched = match_columns(header, fields, columns)
    require_columns(matched, fields, header)
    return TableStream(name, header, matched, content.notes, fields, content)


@dataclasses.dataclass(frozen=True)
class _Large:
    """A large CSV file: where it is, and how its head says it is written."""

    source: Source
    name: str
    size: int
    header: tuple[str, ...]
    delimiter: str
    decimal: Literal[".", ","]
    notes: tuple[str, ...]

    def blocks(self) -> Iterator[bytes]:
        """Yield the records after the header in blocks of whole lines."""
        below = False
        for block in blocks(self.source, self.size, self.name):
            if below:
                yield block
                continue
            content = block.lstrip(b"\r\n")
            if content:
                below = True
                yield content.split(b"\n", 1)[1] if b"\n" in content else b""


def _size(source: Source, name: str) -> int:
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{name} cannot be opened ({reason})."
        raise refusal("unreadable", message, "Check the path and the permissions.") from error
    if size > MAX_STREAM_BYTES:
        message = f"{name} has {size:,} bytes; the limit is {MAX_STREAM_BYTES:,}."
        raise refusal("too-large", message, "Split the table into smaller files.")
    return size


def _start(source: Source) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(4)
    return bytes(source[:4])


def _open_large(source: Source, size: int, name: str, block: int) -> _Large:
    if _start(source) in _BINARY:
        message = f"{name} is larger than {MAX_BYTES:,} bytes and no text table."
        raise refusal("format", message, "Export it as CSV (UTF-8), or split it.")
    head = next(blocks(source, min(block, size), name), b"").lstrip(b"\r\n")
    delimiter, header = detect_delimiter(head, name)
    check_header(header, name)
    below = head.split(b"\n", 1)[1] if b"\n" in head else b""
    arrow = read_block(below, delimiter, len(header), name)
    decimal, notes = detect_decimal(arrow, header, delimiter)
    return _Large(source, name, block, tuple(header), delimiter, decimal, notes)


def _numbers(
    block: bytes, delimiter: str, header: tuple[str, ...], columns: ColumnMap
) -> pa.Table | None:
    """Return a block with its fields as numbers, or ``None`` where a cell is no number."""
    import pyarrow as pa
    from pyarrow import csv

    fields = set(columns.matched.values())
    kinds = {name: pa.float64() if name in fields else pa.large_string() for name in header}
    try:
        return csv.read_csv(
            pa.py_buffer(block),
            csv.ReadOptions(column_names=list(header), block_size=max(len(block) // 2, 1)),
            csv.ParseOptions(delimiter=delimiter),
            csv.ConvertOptions(column_types=kinds, null_values=[], strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None


def _column(arrow: pa.Table, name: str | None) -> Floats:
    if name is None:
        return np.full(arrow.num_rows, np.nan)
    values: Floats = arrow.column(name).to_numpy()
    return values


def _plainly(spec: FieldSpec, values: Floats) -> bool:
    """Return whether every value would pass ``FieldSpec.check`` without a finding."""
    if spec.is_code:
        return bool(np.isin(values, [code for code, _ in spec.choices]).all())
    if not np.isfinite(values).all() or np.isin(values, spec.missing_codes).any():
        return False
    limits = ((spec.low, spec.high), spec.seen or (None, None))
    return all(
        (low is None or values.min(initial=low) >= low)
        and (high is None or values.max(initial=high) <= high)
        for low, high in limits
    )


def _harmless(arrow: pa.Table, columns: ColumnMap) -> bool:
    """Return whether the cells that carry no field can be written as they are."""
    import pyarrow.compute as pc

    for name in columns.unknown:
        written = arrow.column(name).combine_chunks()
        if not pc.all(pc.equal(cells(written), written)).as_py():
            return False
    return True

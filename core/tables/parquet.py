"""Parquet to a table of text, within the same limits as CSV."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.tables.limits import MAX_BYTES, check_header, check_size, refusal

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAX_UNPACKED_BYTES = 8 * MAX_BYTES
Source = bytes | memoryview | Path

_PAGE_BYTES = 1024 * 1024


def read_parquet(data: bytes, name: str) -> pa.Table:
    """Read a Parquet file and turn every cell into text.

    Numbers take their shortest exact form; a null becomes empty text.

    Raises
    ------
    InputError
        If the file is damaged, exceeds the limits, or has a nested or binary column.
    """
    with _readable(name):
        arrow = _read(data, name)
    return _texts(arrow)


def parquet_header(source: Source, name: str) -> tuple[str, ...]:
    """Return the column names of a Parquet file of any size.

    Raises
    ------
    InputError
        If the file is damaged, has no rows, or columns that are too many or named twice.
    """
    with _readable(name), _open(source) as file:
        columns = file.schema_arrow.names
        check_header(columns, name)
        check_size(min(file.metadata.num_rows, 1), 1, name)
    return tuple(columns)


def parquet_batches(source: Source, rows: int, name: str) -> Iterator[pa.Table]:
    """Yield a Parquet file of any size as text, as :func:`read_parquet` does, ``rows`` at a time.

    Raises
    ------
    InputError
        If a part is damaged or unpacks to too much, or a column is nested or binary.
    """
    return map(_texts, parquet_tables(source, rows, name))


def parquet_tables(
    source: Source,
    rows: int,
    name: str,
    *,
    groups: Sequence[int] | None = None,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.Table]:
    """Yield a Parquet file of any size as it is stored, ``rows`` at a time, text as a dictionary.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Content of the file, or where it lies.
    rows : int
        Most rows of a table.
    name : str
        How the messages call the file.
    groups : sequence of int, optional
        Row groups to read, by default all.
    columns : sequence of str, optional
        Columns to read, by default all.

    Raises
    ------
    InputError
        If a part is damaged or unpacks to too much.
    """
    import pyarrow as pa

    with _readable(name), _open(source) as file:
        schema = file.schema_arrow
    kept = schema.names if columns is None else list(columns)
    texts = [column for column in kept if _is_text(schema.field(column).type)]
    with _open(source, texts) as file:
        batches = file.iter_batches(rows, row_groups=groups, columns=kept, use_threads=False)
        while True:
            with _readable(name):
                batch = next(batches, None)
                if batch is None:
                    return
                table = pa.Table.from_batches([batch]).select(kept)
                unpacked = sum(_length(table.column(text)) for text in texts)
            if unpacked > MAX_UNPACKED_BYTES:
                raise _too_large(unpacked, name)
            yield table


def parquet_groups(source: Source, name: str) -> tuple[int, ...]:
    """Return the number of rows of every row group of a Parquet file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    with _readable(name), _open(source) as file:
        found = file.metadata
        return tuple(found.row_group(i).num_rows for i in range(found.num_row_groups))


@contextlib.contextmanager
def _readable(name: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{name} is a damaged or unsupported Parquet file."
        raise refusal("unreadable", message, "Write it again, or export it as CSV.") from error


def _open(source: Source, dictionary: Sequence[str] = ()) -> pq.ParquetFile:
    """Open a file so that no more than a page of a column is held at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        source if isinstance(source, Path) else pa.py_buffer(source),
        read_dictionary=list(dictionary),
        buffer_size=_PAGE_BYTES,
        pre_buffer=False,
    )


def _texts(arrow: pa.Table) -> pa.Table:
    import pyarrow as pa

    columns = [as_text(arrow.column(i), arrow.field(i)) for i in range(arrow.num_columns)]
    return pa.table(columns, names=arrow.column_names)


def _read(data: bytes, name: str) -> pa.Table:
    file = _open(data)
    schema, metadata = file.schema_arrow, file.metadata
    check_header(schema.names, name)
    check_size(metadata.num_rows, len(schema.names), name)
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    # A text that repeats is stored once: only its dictionary tells how large the column becomes.
    texts = [field.name for field in schema if _is_text(field.type)]
    if unpacked <= MAX_UNPACKED_BYTES:
        arrow = _open(data, texts).read(use_threads=False)
        unpacked = sum(_length(arrow.column(text)) for text in texts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _too_large(unpacked, name)
    return arrow


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _length(column: pa.ChunkedArray) -> int:
    import pyarrow.compute as pc

    lengths = (pc.binary_length(chunk.dictionary).take(chunk.indices) for chunk in column.chunks)
    return sum(pc.sum(length).as_py() or 0 for length in lengths)


def _too_large(unpacked: int, name: str) -> InputError:
    message = f"{name} unpacks to {unpacked:,} bytes; the limit is {MAX_UNPACKED_BYTES:,}."
    return refusal("too-large", message, "Split the table into smaller files.")


def as_text(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """Return a column as text; a null becomes empty text.

    Raises
    ------
    InputError
        If it is nested or binary.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = field.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        message = f"The column {field.name} holds {kind} values, not numbers or text."
        raise refusal(
            "column-type", message, "Leave it out or write it as text.", column=field.name
        )
    try:
        return pc.fill_null(pc.cast(column, pa.large_string()), "")
    except pa.ArrowException as error:
        message = f"The column {field.name} ({kind}) cannot be read as text."
        raise refusal("column-type", message, "Write it as text.", column=field.name) from error

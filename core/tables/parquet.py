"""Parquet to a table of text, within the same limits as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.tables.limits import check_header, check_rows, refusal

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(data: bytes, name: str) -> pa.Table:
    """Read a Parquet file and turn every cell into text.

    Numbers take their shortest exact form; a null becomes empty text.

    Raises
    ------
    InputError
        If the file is damaged, exceeds the limits, or has a nested or binary column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.py_buffer(data))
        check_header(file.schema_arrow.names, name)
        check_rows(file.metadata.num_rows, name)
        arrow = file.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{name} is a damaged or unsupported Parquet file."
        raise refusal("unreadable", message, "Write it again, or export it as CSV.") from error
    columns = [_as_text(arrow.column(i), arrow.field(i)) for i in range(arrow.num_columns)]
    return pa.table(columns, names=arrow.column_names)


def _as_text(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
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

"""Columns that arrive as numbers: judged as whole arrays, by the rules that hold for text.

A number means what its shortest text means. So a cell of 2.3 in single precision is 2.3, not
2.2999999523, as it is when the same file is read as text or the table comes as CSV. Only the cells
that are not plainly valid become text, and go the way of all text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.fields import FieldSet, FieldSpec
from core.tables.parquet import as_text
from core.tables.validation import (
    ColumnFindings,
    Validation,
    judge_doubtful,
    judge_texts,
    plain_cells,
    with_points,
)

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]

_EXACT = 2.0**23
"""Below it, single precision tells whole numbers apart, and so are their texts."""

_DECIMALS = (10.0, 100.0, 1000.0)


def validate_arrow(
    table: pa.Table,
    fields: FieldSet,
    columns: Mapping[str, str],
    *,
    decimal: Literal[".", ","] = ".",
) -> Validation:
    """Turn an Arrow table into numbers and findings, as its text would be.

    Parameters
    ----------
    table : Table
        Columns of any type that can be written as text; integers, floats in single and double
        precision are judged as they are.
    fields : FieldSet
        Rules of the record.
    columns : mapping
        Field name to column of ``table``; a field without a column is missing in every row.
    decimal : {".", ","}
        Decimal sign of the texts.

    Returns
    -------
    Validation
        Equal to that of the table as text: values, findings and their order.

    Raises
    ------
    InputError
        If a column is nested or binary, or is not the field it was taken for.
    """
    values = np.empty((len(fields.names), table.num_rows))
    findings = []
    for position, spec in enumerate(fields):
        if spec.name in columns:
            name = columns[spec.name]
            findings.append(_judge(table, name, spec, decimal, values[position]))
        else:
            values[position] = np.nan
    frame = pd.DataFrame(values.T, columns=list(fields.names), copy=False)
    return Validation(frame, tuple(findings))


def _judge(
    table: pa.Table, name: str, spec: FieldSpec, decimal: str, out: Floats
) -> ColumnFindings:
    """Write the numbers of one column to ``out`` and return what was found."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column, field = table.column(name), table.field(name)
    if not _is_number(field.type):
        texts = with_points(as_text(column, field).combine_chunks(), decimal)
        out[:], found = judge_texts(texts, name, spec, decimal)
        return found
    native = _native(column)
    out[:] = shortest(native) if native.dtype == np.float32 else native
    plain = plain_cells(native if native.dtype.kind in "iu" else out, spec)

    def texts_at(rows: NDArray[np.int64]) -> pa.Array:
        if column.null_count == 0:
            return pc.cast(pa.array(native[rows]), pa.large_string())
        return as_text(column.take(pa.array(rows)), field).combine_chunks()

    return judge_doubtful(out, plain, texts_at, name, spec, ".")


def shortest(singles: NDArray[np.float32]) -> Floats:
    """Return single-precision numbers as the numbers that their shortest texts stand for.

    Few decimals make most cells of a clinical table: a quotient of whole numbers then is that
    number, correctly rounded. What is left goes through its text.
    """
    numbers = singles.astype(np.float64)
    odd = np.rint(singles) != singles
    if len(singles) and not np.abs(singles).max() < _EXACT:
        odd |= ~(np.abs(singles) < _EXACT)
    left = np.nonzero(odd)[0]
    for scale in _DECIMALS:
        if len(left) == 0:
            return numbers
        wanted = singles[left]
        tried = np.rint(numbers[left] * scale) / scale
        hit = (tried.astype(np.float32) == wanted) & (np.abs(tried) < _EXACT / scale)
        if hit.all():
            numbers[left] = tried
            return numbers
        numbers[left[hit]] = tried[hit]
        left = left[~hit]
    left = left[np.isfinite(singles[left])]
    if len(left):
        numbers[left] = _through_text(singles[left])
    return numbers


def _through_text(singles: NDArray[np.float32]) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(pa.array(singles), pa.large_string())
    numbers: Floats = pc.cast(texts, pa.float64()).to_numpy()
    return numbers


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind))


def _native(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a column of numbers as one array; with nulls as floats, NaN where null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count and pa.types.is_integer(column.type):
        column = pc.cast(column, pa.float64(), safe=False)
    numbers: NDArray[Any] = column.to_numpy()
    return numbers

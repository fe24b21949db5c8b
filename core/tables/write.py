"""Tables to files: CSV that no spreadsheet can mistake for formulas, and Parquet.

The same frame gives the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 100_000
# Characters that turn a cell into a formula, full-width forms included (OWASP, CSV Injection).
_FORMULA = "^[=+\\-@\\t\\r\\n＝＋－＠]"
_NUMBER = "^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?$"
_NEEDS_QUOTES = '[,"\\r\\n]'


def to_csv(frame: pd.DataFrame) -> bytes:
    """Write a table as UTF-8 CSV with line feeds and as few quotes as possible.

    A text cell or column name that a spreadsheet would run as a formula gets a leading
    apostrophe; a plain number such as ``-2.6`` stays as it is. A missing value is an empty cell.
    """
    out = io.BytesIO()
    out.write(lines([cells([str(column)]) for column in frame.columns]))
    for start in range(0, len(frame), _CHUNK_ROWS):
        chunk = frame.iloc[start : start + _CHUNK_ROWS]
        out.write(lines([cells(chunk.iloc[:, i]) for i in range(chunk.shape[1])]))
    return out.getvalue()


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet, without index; text stays text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    out = io.BytesIO()
    pq.write_table(arrow, out, compression="zstd")
    return out.getvalue()


def lines(columns: list[pa.Array]) -> bytes:
    """Return columns of cells, as :func:`cells` makes them, as the lines of a CSV file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(columns) == 1:  # an empty line would be no record
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    rows = pc.binary_join_element_wise(*columns, _text(","))
    ended = pc.binary_join_element_wise(rows, _text(""), _text("\n"))
    text: bytes = pa.concat_arrays([ended]).buffers()[2].to_pybytes()
    return text


def cells(values: Any) -> pa.Array:
    """Return cells as they stand in the file: text, harmless, quoted where needed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(values, from_pandas=True)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    text = pc.fill_null(pc.cast(column, pa.large_string()), _text(""))
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or _numeric(text):
        return text
    # Columns repeat themselves: the patterns need to see each distinct text only once.
    encoded = text.dictionary_encode()
    return _quoted(_defused(encoded.dictionary)).take(encoded.indices)


def _numeric(text: pa.Array) -> bool:
    """Return whether every cell is a plain number: neither a formula nor in need of quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        return False
    return bool(pc.all(pc.is_finite(numbers)).as_py())


def _defused(text: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    formula = pc.match_substring_regex(text, _FORMULA)
    if not pc.any(formula).as_py():
        return text
    formula = pc.and_not(formula, pc.match_substring_regex(text, _NUMBER))
    return pc.if_else(formula, pc.binary_join_element_wise(_text("'"), text, _text("")), text)


def _quoted(text: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    needed = pc.match_substring_regex(text, _NEEDS_QUOTES)
    if not pc.any(needed).as_py():
        return text
    escaped = pc.replace_substring(text, '"', '""')
    quoted = pc.binary_join_element_wise(_text('"'), escaped, _text('"'), _text(""))
    return pc.if_else(needed, quoted, text)


def _text(value: str) -> pa.Scalar:
    import pyarrow as pa

    return pa.scalar(value, pa.large_string())

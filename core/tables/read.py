"""Files to tables: CSV in its dialects, and Parquet, with every cell as written."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from core.errors import InputError, Problem
from core.tables.decode import load_bytes, to_utf8
from core.tables.dialect import DELIMITERS, detect_decimal, detect_delimiter
from core.tables.limits import check_header, check_size, refusal

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)

_LISTED_ROWS = 10
_MAX_RAGGED = 1_000
_MAYBE_BLANK_LINE = (b"\n\n", b"\n\r", b"\r\r")


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A file's content, and how it was read.

    Attributes
    ----------
    frame : DataFrame
        Every cell as text exactly as written; empty text where the file has nothing.
    encoding : str
        Character encoding, or ``"Parquet"``.
    delimiter : str
        The character between cells; empty for Parquet.
    decimal : {".", ","}
        Decimal sign of the numbers.
    notes : tuple of str
        What was decided while reading, in sentences.
    """

    frame: pd.DataFrame
    encoding: str
    delimiter: str
    decimal: Literal[".", ","]
    notes: tuple[str, ...]


def read_table(source: bytes | Path, name: str = "") -> Table:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    source : bytes or Path
        Content of the file, or where it lies.
    name : str
        How the messages call the file; by default a path's own name.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the file is empty, too large, no table, or has ragged rows, a duplicated header or an
        open quote; the text says where, and how to mend it.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    data = load_bytes(source, name)
    if data.startswith(b"PAR1"):
        from core.tables.parquet import read_parquet

        return Table(
            text_frame(read_parquet(data, name)), "Parquet", "", ".", ("Read as Parquet.",)
        )
    utf8, encoding, notes = to_utf8(data, name)
    utf8 = utf8.strip(b"\r\n")
    delimiter, header = detect_delimiter(utf8, name)
    check_header(header, name)
    arrow, dialect_notes = _parse(utf8, delimiter, len(header), name)
    check_size(arrow.num_rows, len(header), name)
    decimal, decimal_notes = detect_decimal(arrow, header, delimiter)
    notes = (*notes, *dialect_notes, *decimal_notes)
    return Table(text_frame(arrow.rename_columns(header)), encoding, delimiter, decimal, notes)


def text_frame(arrow: pa.Table) -> pd.DataFrame:
    """Return an Arrow table of strings as a DataFrame."""
    frame: pd.DataFrame = arrow.to_pandas(types_mapper=lambda _: TEXT, ignore_metadata=True)
    return frame


def _parse(utf8: bytes, delimiter: str, width: int, name: str) -> tuple[pa.Table, tuple[str, ...]]:
    # A quote that is never closed swallows every following line: a last record of our own tells.
    data = b"%b\n%b\n" % (utf8, delimiter.join("x" * width).encode())
    arrow, ragged = _read_records(data, delimiter, width, name)
    last = arrow.slice(max(0, arrow.num_rows - 1)).to_pylist()
    if [set(record.values()) for record in last] != [{"x"}]:
        row = arrow.num_rows + len(ragged) - 1
        message = f"{name} opens a quote that is never closed."
        fix = "Close it, or double it within the cell."
        raise refusal("open-quote", message, fix, row=row if row > 0 else None)
    if ragged:
        raise _ragged_refusal(ragged, name)
    notes: tuple[str, ...] = ()
    if delimiter != ",":
        notes = (f"Cells are separated by a {DELIMITERS[delimiter]}.",)
    if any(pair in utf8 for pair in _MAYBE_BLANK_LINE):
        with_blank, _ = _read_records(data, delimiter, width, name, skip_blank=False)
        blank = with_blank.num_rows - arrow.num_rows
        if blank:
            notes += (f"Blank lines were skipped ({blank}); rows are counted without them.",)
    return arrow.slice(1, arrow.num_rows - 2), notes


def read_block(
    block: bytes, delimiter: str, width: int, name: str, *, first_row: int = 0
) -> pa.Table:
    """Return records without a header as text, ``width`` columns named by their position.

    Parameters
    ----------
    block : bytes
        Whole records in UTF-8.
    delimiter : str
        The character between cells.
    width : int
        Number of columns.
    name : str
        How the messages call the file.
    first_row : int
        Number of rows of the file before the block.

    Raises
    ------
    InputError
        If a record has another width; the row is that of the file.
    """
    import pyarrow as pa

    if not block.strip(b"\r\n"):
        return pa.table([pa.array([], pa.large_string())] * width, [str(i) for i in range(width)])
    arrow, ragged = _read_records(block, delimiter, width, name, before=first_row)
    if ragged:
        raise _ragged_refusal(ragged, name)
    return arrow


def _read_records(
    data: bytes,
    delimiter: str,
    width: int,
    name: str,
    *,
    skip_blank: bool = True,
    before: int = -1,
) -> tuple[pa.Table, list[tuple[int, int, int]]]:
    """Return all records as text, and (row, expected, found) of those with another width.

    ``before`` is the number of rows of the file before these records; a header counts as none, so
    for a whole file it is -1.
    """
    import pyarrow as pa
    from pyarrow import csv

    ragged: list[tuple[int, int, int]] = []

    def note(row: csv.InvalidRow) -> str:
        ragged.append((row.number + before, row.expected_columns, row.actual_columns))
        return "skip" if len(ragged) < _MAX_RAGGED else "error"

    columns = [str(position) for position in range(width)]
    try:
        arrow = csv.read_csv(
            pa.py_buffer(data),
            csv.ReadOptions(use_threads=False, column_names=columns, block_size=len(data) + 1),
            csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=skip_blank,
                invalid_row_handler=note,
            ),
            csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.large_string())),
        )
    except pa.ArrowInvalid as error:
        if ragged:
            raise _ragged_refusal(ragged, name) from error
        message = f"{name} cannot be read as a table ({str(error).splitlines()[0]})."
        raise refusal("unreadable", message, "Export it again as CSV (UTF-8).") from error
    return arrow, ragged


def _ragged_refusal(ragged: list[tuple[int, int, int]], name: str) -> InputError:
    problems = [
        Problem(
            "",
            "",
            "ragged-row",
            f"Cells found: {found}, expected: {expected}.",
            "Add or remove cells, or quote a cell that holds the delimiter.",
            row=row,
        )
        for row, expected, found in ragged[:_LISTED_ROWS]
    ]
    listed = "\n".join(problem.sentence() for problem in problems)
    count = f"at least {_MAX_RAGGED:,}" if len(ragged) == _MAX_RAGGED else f"{len(ragged):,}"
    message = f"{name}: rows with more or fewer cells than the header: {count}.\n{listed}"
    return InputError(message, tuple(problems))

"""Files to tables: CSV in its dialects, and Parquet, with every cell as written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from core.errors import InputError, Problem
from core.tables.decode import load_bytes, to_utf8
from core.tables.dialect import delimiter_notes, detect_decimal, detect_delimiter, trim_header
from core.tables.limits import check_header, check_size, refusal

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)

_LISTED_ROWS = 10
MAX_RAGGED = 1_000
_MAYBE_BLANK_LINE = (b"\n\n", b"\n\r", b"\r\r")
# Ends the records with one of our own: no decoded text holds a control character.
_END = "\x1e"


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
    utf8, header = trim_header(utf8, delimiter, header)
    check_header(header, name)
    arrow, dialect_notes = _whole(utf8, delimiter, len(header), name)
    check_size(arrow.num_rows, len(header), name)
    decimal, decimal_notes = detect_decimal(arrow, header, delimiter)
    notes = (*notes, *dialect_notes, *decimal_notes)
    return Table(text_frame(arrow.rename_columns(header)), encoding, delimiter, decimal, notes)


def text_frame(arrow: pa.Table) -> pd.DataFrame:
    """Return an Arrow table of strings as a DataFrame."""
    frame: pd.DataFrame = arrow.to_pandas(types_mapper=lambda _: TEXT, ignore_metadata=True)
    return frame


@dataclasses.dataclass(frozen=True, slots=True)
class Records:
    """Consecutive records of a text.

    Attributes
    ----------
    arrow : Table
        Their cells as text, the columns named by position; without the ragged ones.
    ragged : tuple of (int, int, int)
        Row, expected and found cells of each record of another width.
    closed : bool
        Whether every quote is closed. If not, the last record holds all that follows the quote.
    """

    arrow: pa.Table
    ragged: tuple[tuple[int, int, int], ...]
    closed: bool

    def __len__(self) -> int:
        return int(self.arrow.num_rows) + len(self.ragged)


def read_records(
    utf8: bytes, delimiter: str, width: int, name: str, *, before: int = 0, skip_blank: bool = True
) -> Records:
    """Read records as text.

    Parameters
    ----------
    utf8 : bytes
        The records, in UTF-8 and without control characters.
    delimiter : str
        The character between cells.
    width : int
        Number of columns.
    name : str
        How the messages call the file.
    before : int
        Number of rows of the file before these records; a header counts as none, so for a whole
        file it is -1.
    skip_blank : bool
        Whether blank lines are no records.

    Raises
    ------
    InputError
        If the text cannot be read, or very many records have another width.
    """
    # A quote that is never closed swallows every following line: a last record of our own tells.
    data = b"%b\n%b\n" % (utf8, delimiter.join(_END * width).encode())
    arrow, ragged = _parse(data, delimiter, width, name, before, skip_blank)
    last = arrow.num_rows - 1
    closed = last >= 0 and arrow.column(0)[last].as_py() == _END
    return Records(arrow.slice(0, last) if closed else arrow, tuple(ragged), closed)


def open_quote_refusal(found: Records, name: str, before: int = 0) -> InputError:
    """Return the refusal of records in which a quote is not closed."""
    row = len(found) + before
    message = f"{name} opens a quote that is never closed."
    fix = "Close it, or double it within the cell."
    return refusal("open-quote", message, fix, row=row if row > 0 else None)


def _whole(utf8: bytes, delimiter: str, width: int, name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the rows below the header, and notes on how the text is written."""
    found = read_records(utf8, delimiter, width, name, before=-1)
    if not found.closed:
        raise open_quote_refusal(found, name, -1)
    if found.ragged:
        raise ragged_refusal(found.ragged, name)
    notes = delimiter_notes(delimiter)
    if any(pair in utf8 for pair in _MAYBE_BLANK_LINE):
        with_blank = read_records(utf8, delimiter, width, name, before=-1, skip_blank=False)
        notes += blank_notes(len(with_blank) - len(found))
    return found.arrow.slice(1), notes


def blank_notes(count: int) -> tuple[str, ...]:
    """Return what to say about skipped blank lines."""
    if not count:
        return ()
    return (f"Blank lines were skipped ({count:,}); rows are counted without them.",)


def _parse(
    data: bytes, delimiter: str, width: int, name: str, before: int, skip_blank: bool
) -> tuple[pa.Table, list[tuple[int, int, int]]]:
    import pyarrow as pa
    from pyarrow import csv

    ragged: list[tuple[int, int, int]] = []

    def note(row: csv.InvalidRow) -> str:
        ragged.append((row.number + before, row.expected_columns, row.actual_columns))
        return "skip" if len(ragged) < MAX_RAGGED else "error"

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
            raise ragged_refusal(ragged, name) from error
        message = f"{name} cannot be read as a table ({str(error).splitlines()[0]})."
        raise refusal("unreadable", message, "Export it again as CSV (UTF-8).") from error
    return arrow, ragged


def ragged_refusal(ragged: Sequence[tuple[int, int, int]], name: str) -> InputError:
    """Return the refusal of records of another width, given as row, expected and found cells."""
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
    count = f"at least {MAX_RAGGED:,}" if len(ragged) >= MAX_RAGGED else f"{len(ragged):,}"
    message = f"{name}: rows with more or fewer cells than the header: {count}.\n{listed}"
    return InputError(message, tuple(problems))

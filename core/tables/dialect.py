"""Which delimiter and which decimal sign a text table uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from core.tables.limits import name_list, refusal

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

_HEAD_BYTES = 1_000_000
_SAMPLE_RECORDS = 30
_POINT_NUMBER = r"^\s*[+-]?\d*\.\d+\s*$"
_COMMA_NUMBER = r"^\s*[+-]?\d*,\d+\s*$"
_GROUPED_NUMBER = r"^\s*[+-]?[1-9]\d{0,2},\d{3}\s*$"


def detect_delimiter(utf8: bytes, name: str) -> tuple[str, list[str]]:
    """Find the delimiter, and the header it gives.

    The delimiter is the candidate in the header under which most of the first records have as
    many cells as the header; of equals, the one that gives more columns. A header without any
    candidate is a table of one column.

    Returns
    -------
    tuple of str and list of str
        Delimiter and column names.

    Raises
    ------
    InputError
        If the header cannot be read.
    """
    head = utf8[:_HEAD_BYTES].decode(errors="ignore")
    try:
        samples = {delimiter: _sample(head, delimiter) for delimiter in DELIMITERS}
    except csv.Error as error:
        message = f"{name} has a header that cannot be read ({error})."
        fix = "Give one line of column names, and close every quote."
        raise refusal("unreadable", message, fix) from error

    def agreement(delimiter: str) -> tuple[bool, int, int]:
        header, *rows = samples[delimiter]
        return (len(header) > 1, sum(len(row) == len(header) for row in rows), len(header))

    best = max(DELIMITERS, key=agreement)
    return best, samples[best][0]


def trim_header(utf8: bytes, delimiter: str, header: list[str]) -> tuple[bytes, list[str]]:
    """Take off a delimiter at the end of the header line that no record has.

    A widespread copy of the Wisconsin table is written so.

    Returns
    -------
    tuple of bytes and list of str
        Table and column names, both as they were where the records are as wide as the header.
    """
    line = utf8[: min((at for mark in b"\n\r" if (at := utf8.find(mark)) >= 0), default=0)]
    _, *rows = _sample(utf8[:_HEAD_BYTES].decode(errors="ignore"), delimiter)
    narrower = bool(rows) and all(len(row) == len(header) - 1 for row in rows)
    if header[-1] or not narrower or not line.endswith(delimiter.encode()):
        return utf8, header
    return line[:-1] + utf8[len(line) :], header[:-1]


def delimiter_notes(delimiter: str) -> tuple[str, ...]:
    """Return what to say about the delimiter of a file: nothing where it is a comma."""
    return () if delimiter == "," else (f"Cells are separated by a {DELIMITERS[delimiter]}.",)


def detect_decimal(
    arrow: pa.Table, header: Sequence[str], delimiter: str
) -> tuple[Literal[".", ","], tuple[str, ...]]:
    """Find the decimal sign, and a note where it is a comma or undecided.

    Commas count as decimal signs only where no cell uses a point, and where not every one of
    them could separate thousands.
    """
    if delimiter == ",":
        return ".", ()
    texts = [column.unique() for column in arrow.columns]
    commas = _columns_with(_COMMA_NUMBER, texts, header)
    if not commas:
        return ".", ()
    named = name_list(commas)
    points = _columns_with(_POINT_NUMBER, texts, header)
    if points:
        return ".", (
            f"Decimal commas ({named}) and decimal points ({name_list(points)}) are mixed:"
            " only points are read as decimal signs. Use one sign throughout.",
        )
    if not any(_has(t, _COMMA_NUMBER, unlike=_GROUPED_NUMBER) for t in texts):
        return ".", (
            f"The commas in {named} may be decimal signs or separate thousands: such cells are"
            " refused. Write the numbers with a decimal point.",
        )
    return ",", (f"Decimal comma recognised in {named}.",)


def _sample(head: str, delimiter: str) -> list[list[str]]:
    """Return the header and some records; an over-long cell ends the sample after the header."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) > _SAMPLE_RECORDS:
                break
    except csv.Error:
        if not records:
            raise
    return records


def columns_with_points(arrow: pa.Table, header: Sequence[str]) -> list[str]:
    """Return the columns in which a number is written with a decimal point."""
    return _columns_with(_POINT_NUMBER, arrow.columns, header)


def _columns_with(
    pattern: str, columns: Sequence[pa.Array | pa.ChunkedArray], header: Sequence[str]
) -> list[str]:
    return [name for name, texts in zip(header, columns, strict=True) if _has(texts, pattern)]


def _has(texts: pa.Array | pa.ChunkedArray, pattern: str, unlike: str = "") -> bool:
    import pyarrow.compute as pc

    hit = pc.match_substring_regex(texts, pattern)
    if unlike:
        hit = pc.and_not(hit, pc.match_substring_regex(texts, unlike))
    return bool(pc.any(hit).as_py())

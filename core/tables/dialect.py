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
    commas = [n for n, t in zip(header, texts, strict=True) if _has(t, _COMMA_NUMBER)]
    if not commas:
        return ".", ()
    named = name_list(commas)
    points = [n for n, t in zip(header, texts, strict=True) if _has(t, _POINT_NUMBER)]
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


def _has(texts: pa.Array, pattern: str, unlike: str = "") -> bool:
    import pyarrow.compute as pc

    hit = pc.match_substring_regex(texts, pattern)
    if unlike:
        hit = pc.and_not(hit, pc.match_substring_regex(texts, unlike))
    return bool(pc.any(hit).as_py())

"""What a file may hold at most, and the one way to refuse it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import InputError, Problem

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_COLUMNS = 1_000
MAX_CELLS = 50_000_000

_NAME_LENGTH = 40
_NAMES_LISTED = 20
_SEPARATORS = re.compile(r"[\s_\-.]+")


def refusal(
    rule: str, message: str, fix: str, *, column: str = "", value: str = "", row: int | None = None
) -> InputError:
    """Return the error for one finding about a file."""
    return InputError.from_problems((Problem(column, value, rule, message, fix, row=row),))


def name_list(columns: Sequence[str]) -> str:
    """Return column names for a sentence: shortened, at most twenty, with the count of the rest."""
    shown = [" ".join(column.split())[:_NAME_LENGTH] or "(no name)" for column in columns]
    more = len(shown) - _NAMES_LISTED
    return ", ".join(shown[:_NAMES_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def plain_name(name: str) -> str:
    """Return a column name without case, spaces, underscores, hyphens and points."""
    return _SEPARATORS.sub("", name).casefold()


def check_header(header: Sequence[str], name: str) -> None:
    """Refuse a header that names too many columns, or one name twice.

    Raises
    ------
    InputError
    """
    if len(header) > MAX_COLUMNS:
        message = f"{name} has {len(header):,} columns; the limit is {MAX_COLUMNS:,}."
        raise refusal("too-many-columns", message, "Keep only the columns that are needed.")
    first: dict[str, int] = {}
    for position, column in enumerate(header, start=1):
        if column in first:
            message = (
                f"{name} names the column {name_list([column])} twice in its header"
                f" (positions {first[column]} and {position})."
            )
            fix = "Rename or remove one of them; if the first line is data, add a header above it."
            raise refusal("duplicated-header", message, fix)
        first[column] = position


def check_size(rows: int, columns: int, name: str) -> None:
    """Refuse a table without data, or with more than ``MAX_ROWS`` rows or ``MAX_CELLS`` cells.

    Raises
    ------
    InputError
    """
    if rows == 0:
        message = f"{name} has a header but no data rows."
        raise refusal("no-rows", message, "Add one line of values per record below the header.")
    if rows > MAX_ROWS:
        message = f"{name} has {rows:,} rows; the limit is {MAX_ROWS:,}."
        raise refusal("too-many-rows", message, "Split the table into smaller files.")
    if rows * columns > MAX_CELLS:
        message = f"{name} has {rows * columns:,} cells; the limit is {MAX_CELLS:,}."
        raise refusal("too-many-cells", message, "Keep the needed columns, or split the table.")

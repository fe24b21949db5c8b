"""What a file may hold at most, and the one way to refuse it."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import InputError, Problem

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 5_000_000
MAX_COLUMNS = 1_000


def refusal(
    rule: str, message: str, fix: str, *, column: str = "", value: str = "", row: int | None = None
) -> InputError:
    """Return the error for one finding about a file."""
    return InputError.from_problems((Problem(column, value, rule, message, fix, row=row),))


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
            shown = f"the column {column}" if column else "an empty column"
            message = (
                f"{name} names {shown} twice in its header"
                f" (positions {first[column]} and {position})."
            )
            raise refusal("duplicated-header", message, "Rename or remove one of them.")
        first[column] = position


def check_rows(rows: int, name: str) -> None:
    """Refuse a table without data, or with more than ``MAX_ROWS`` rows.

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

"""When rows were seen, to batches in the order of time."""

from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.trust.door.arrays import (
    Column,
    as_column,
    check_index,
    check_rows,
    described,
    refuse_infinite,
    refuse_missing,
)
from core.trust.door.labels import factorized, label_name, number_order
from core.trust.door.sentences import listed, places, refused, share
from core.trust.predictions import Batches

MAX_DATES = 60
"""Greatest number of different days that stay batches of their own."""

MAX_BATCHES = 50
MIN_ROWS = 5

_ISO_DAY = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
_SORTABLE = r"\d{4}(-\d{2}|-?Q[1-4]|-?W\d{2})?"
_OTHER_DATE = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(\s.*)?"


def read_batches(
    batch: object, n: int, of_y: pd.Index | None = None
) -> tuple[Batches | None, tuple[str, ...]]:
    """Read the batch of each row.

    Dates count by day, or by calendar month if there are more than ``MAX_DATES`` days; numbers are
    put in ascending order; other text in the order in which it first appears.

    Parameters
    ----------
    batch : array-like, shape (n,)
        Dates, ISO dates as text, numbers or names.
    n : int
        Number of rows.
    of_y : Index, optional
        Row labels of the outcomes.

    Returns
    -------
    Batches or None, and tuple of str
        The batches, and notes on how they were understood.

    Raises
    ------
    InputError
        If a batch is missing, a date is not written as YYYY-MM-DD, or nearly each row is a batch.
    """
    if batch is None:
        return None, ()
    column = as_column(batch, "batch")
    check_rows(len(column), n, "batch")
    notes = check_index(column.index, of_y, "batch")
    refuse_missing(column.missing, "batch")
    if column.kind == "other":
        what = described(column)
        raise refused("batch", f"holds {what}.", "Give dates, whole numbers or names.")
    found, said = _by_kind(column)
    if len(found.labels) > MAX_BATCHES and n < MIN_ROWS * len(found.labels):
        raise refused(
            "batch",
            f"has {len(found.labels):,} different values for {n:,} rows.",
            f"Give batches of at least {MIN_ROWS} rows on average, such as months.",
        )
    return found, (*notes, *said)


def date_fault(text: str) -> str:
    """Return what is wrong with a text that is meant as a date; empty for any other text."""
    if re.fullmatch(_OTHER_DATE, text):
        return "Day and month may be confused."
    if re.fullmatch(_ISO_DAY, text) and _day(text) is None:
        return "There is no such day."
    return ""


def _by_kind(column: Column) -> tuple[Batches, tuple[str, ...]]:
    values = column.values
    if isinstance(values, pd.Categorical) and values.ordered:
        used = sorted(set(values.codes.tolist()))
        return _in_order(values.codes, used, [str(c).strip() for c in values.categories]), ()
    codes, distinct = factorized(column)
    if column.kind == "date":
        return _of_dates(codes, [_day(value) for value in distinct])
    if column.kind in ("number", "boolean"):
        if column.kind == "number":
            refuse_infinite(column.numbers(), "batch")
        names = [label_name(value) for value in distinct]
        return _sorted(codes, names, number_order), ()
    return _of_text(codes, [value.strip() for value in distinct])


def _of_text(codes: NDArray[np.intp], names: list[str]) -> tuple[Batches, tuple[str, ...]]:
    texts = pd.Series(names, dtype=object)
    refuse_missing((texts == "").to_numpy(dtype=bool)[codes], "batch")
    if texts.str.fullmatch(_SORTABLE).all():
        return _sorted(codes, names, str), ()
    ambiguous = np.array([date_fault(name) != "" for name in names])
    if ambiguous.any():
        raise refused(
            "batch",
            f"{share(ambiguous[codes])} no date in a form that can be ordered:"
            f" {places(ambiguous[codes], texts.to_numpy()[codes])}.",
            "Write dates as YYYY-MM-DD.",
        )
    if texts.str.fullmatch(_ISO_DAY).all():
        return _of_dates(codes, [_day(name) for name in names])
    order = list(dict.fromkeys(names))
    note = f"Batches were put in the order in which they first appear: {listed(order)}."
    return _sorted(codes, names, order.index), (note,) if len(order) > 1 else ()


def _day(value: Any) -> datetime.date | None:
    """Return the day of a value as it is written, whatever the time zone; None if there is none."""
    try:
        if isinstance(value, str):
            return datetime.date.fromisoformat(value[:10])
        if isinstance(value, pd.Period):
            value = value.to_timestamp()
        return datetime.date(value.year, value.month, value.day)
    except (ValueError, OverflowError):
        return None


def _of_dates(
    codes: NDArray[np.intp], days: list[datetime.date | None]
) -> tuple[Batches, tuple[str, ...]]:
    names = [day.isoformat() for day in days if day is not None]
    if len(names) < len(days):
        fix = "Give dates between the years 1 and 9999."
        raise refused("batch", "holds dates that no calendar has.", fix)
    distinct = len(set(names))
    if distinct <= MAX_DATES:
        return _sorted(codes, names, str), ()
    note = f"batch holds {distinct:,} different days: rows were put together by calendar month."
    return _sorted(codes, [name[:7] for name in names], str), (note,)


def _sorted(codes: NDArray[np.intp], names: list[str], key: Any) -> Batches:
    labels = sorted(set(names), key=key)
    position = {label: at for at, label in enumerate(labels)}
    place = np.array([position[name] for name in names], dtype=np.intp)
    return Batches(tuple(labels), place[codes])


def _in_order(codes: NDArray[Any], used: list[int], names: list[str]) -> Batches:
    place = np.zeros(len(names), dtype=np.intp)
    place[used] = np.arange(len(used))
    return Batches(tuple(names[at] for at in used), place[codes])

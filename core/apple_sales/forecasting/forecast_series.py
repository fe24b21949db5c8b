"""Which series can be forecast, and how a table of periods becomes one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.apple_sales.reported.data import CATEGORIES, SEGMENTS, quarters
from core.errors import InputError, Problem

Floats = NDArray[np.float64]

TOTAL = "Total"
SEASON = 4
UNIT = "USD million"
MOST_PROBLEMS = 20

_MEASURES = {
    TOTAL: "revenue",
    **dict.fromkeys(CATEGORIES, "revenue by category"),
    **dict.fromkeys(SEGMENTS, "revenue by segment"),
}

FORECAST_SERIES: tuple[str, ...] = tuple(_MEASURES)
"""Total revenue, the five categories and the five segments, by quarter."""

_QUARTER = re.compile(r"(\d{4})\D*Q([1-4])\D*")
_MONTH = re.compile(r"(\d{4})-(\d{2})(-01)?")


def reported(series: str) -> pd.Series:
    """Return the 16 reported quarters of a series, USD million, by labels such as ``"2018 Q4"``.

    Raises
    ------
    InputError
        If there is no such series.
    """
    if series not in _MEASURES:
        raise InputError.from_problems((
            Problem(
                "series", series, "unknown-series", f"There is no series {series!r}.",
                f"Choose one of {', '.join(FORECAST_SERIES)}.",
            ),
        ))  # fmt: skip
    table = quarters(_MEASURES[series])
    found: pd.Series = table[series if series in table.columns else table.columns[0]]
    return found.rename(series)


def numbers(values: pd.Series) -> Floats:
    """Return the values of an uploaded series, every one a finite number.

    Parameters
    ----------
    values : Series
        One value a period, in order, without gaps; the index names the periods.

    Raises
    ------
    InputError
        If a value is no finite number, or a period is there twice; names row and period.
    """
    found = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    twice = values.index.duplicated()
    problems = [
        problem
        for row, (period, value) in enumerate(values.items())
        if (problem := _problem(row, str(period), value, found[row], bool(twice[row]), values.name))
    ]
    if problems:
        raise InputError.from_problems(tuple(problems[:MOST_PROBLEMS]))
    return found


def _problem(
    row: int, period: str, value: object, number: float, twice: bool, name: object
) -> Problem | None:
    column = str(name or "value")
    if twice:
        return Problem(
            column,
            period,
            "repeated-period",
            f"The period {period} is there twice.",
            "Give one value a period: add the rows of a period up first.",
            row=row + 1,
        )
    if np.isfinite(number):
        return None
    return Problem(
        column,
        str(value),
        "not-a-number",
        f"The value of {period} is {value!s}, not a finite number.",
        "Fill it in, or start the series after it: a gap cannot be forecast over.",
        row=row + 1,
    )


def labels_after(periods: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the names of the next periods: after ``2018 Q4`` comes ``2019 Q1``.

    Quarters and months written as ``2018-12`` are counted on; after any other name come
    ``1 ahead``, ``2 ahead`` and so on.
    """
    last = periods[-1]
    if match := _QUARTER.fullmatch(last):
        start = 4 * int(match[1]) + int(match[2]) - 1
        return tuple(f"{i // 4} Q{i % 4 + 1}" for i in range(start + 1, start + count + 1))
    if (match := _MONTH.fullmatch(last)) and 1 <= int(match[2]) <= 12:
        start = 12 * int(match[1]) + int(match[2]) - 1
        return tuple(f"{i // 12}-{i % 12 + 1:02d}" for i in range(start + 1, start + count + 1))
    return tuple(f"{i} ahead" for i in range(1, count + 1))


def check_consecutive(periods: Sequence[str], name: str) -> None:
    """Refuse quarters or months that skip one or run backwards; other names are taken in order.

    Raises
    ------
    InputError
        Naming the first row that does not follow the one before.
    """
    for row, (before, after) in enumerate(itertools.pairwise(periods), 2):
        expected = labels_after([before], 1)[0]
        if expected == "1 ahead":
            return
        if labels_after([after], 1) != labels_after([expected], 1):
            raise InputError.from_problems((
                Problem(
                    name, after, "not-consecutive", f"{after} does not follow {before}.",
                    f"Sort the periods and fill the gaps: {expected} comes next.", row=row,
                ),
            ))  # fmt: skip

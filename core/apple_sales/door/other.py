"""Any table with a chosen target: columns of numbers are learned from, words as codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.apple_sales.door import cells
from core.apple_sales.door.result import SalesTable
from core.errors import InputError, NotEnoughDataError, Problem
from core.fields import FieldSet, FieldSpec
from core.tables import Table, name_list

_MOST = 1e15
_MOSTLY = 0.5


def read(table: Table, name: str, target: str) -> SalesTable:
    """Read a file of any header; a column is one of numbers if most of its cells are.

    Raises
    ------
    InputError
        If there is no such target.
    """
    columns = [str(column) for column in table.frame.columns]
    _check_target(target, columns)
    texts = pd.DataFrame({one: cells.text_values(table.frame[one]) for one in columns})
    numeric = [one for one in columns if one == target or _is_numeric(texts[one], table.decimal)]
    fields = FieldSet(tuple(_spec(one) for one in numeric))
    values, problems = cells.numbers(table, fields, {one: one for one in numeric})
    words = [one for one in columns if one not in numeric]
    problems += cells.empty_texts(texts[words])
    return SalesTable(
        "other",
        name,
        pd.concat([texts[words], values], axis=1),
        target,
        tuple(one for one in numeric if one != target),
        tuple(words),
        len(values),
        tuple(sorted(problems, key=lambda one: (one.row or 0, one.column))),
        table.notes,
    )


def from_frame(frame: pd.DataFrame, target: str, name: str = "The table") -> SalesTable:
    """Check a table in memory.

    Parameters
    ----------
    frame : DataFrame
        Columns of finite numbers; other columns are words.
    target : str
        Column of numbers to predict.
    name : str
        How the messages call the table.

    Raises
    ------
    InputError
        If there is no such target, or a number is missing or not finite.
    NotEnoughDataError
        If there are fewer than two rows.
    """
    columns = [str(column) for column in frame.columns]
    _check_target(target, columns)
    if len(frame) < 2:
        message = f"{name} has {len(frame)} rows; at least 2 are needed to compare anything."
        raise NotEnoughDataError(message)
    frame = frame.set_axis(columns, axis=1).reset_index(drop=True)
    numeric = [one for one in columns if pd.api.types.is_numeric_dtype(frame[one])]
    if target not in numeric:
        message = f"{target} does not hold numbers."
        raise _refusal(Problem(target, "", "text-target", message, "Choose a column of numbers."))
    values = frame[numeric].astype(np.float64)
    cells_given = values.to_numpy()
    rows, places = np.nonzero(~np.isfinite(cells_given))
    if len(rows):
        raise InputError.from_problems(
            tuple(
                Problem(numeric[j], str(cells_given[i, j]), "not-finite", "The cell has no figure.",
                        "Enter the figure, or remove the row.", row=int(i) + 1)
                for i, j in zip(rows[:100], places[:100], strict=True)
            )
        )  # fmt: skip
    words = [one for one in columns if one not in numeric]
    return SalesTable(
        "other",
        name,
        pd.concat([frame[words].astype(str), values], axis=1),
        target,
        tuple(one for one in numeric if one != target),
        tuple(words),
        len(frame),
    )


def _check_target(target: str, columns: list[str]) -> None:
    if target not in columns:
        message = f"There is no column {target}. The table has {name_list(columns)}."
        raise _refusal(Problem("target", target, "unknown-column", message, "Choose one of them."))


def _refusal(problem: Problem) -> InputError:
    return InputError.from_problems((problem,))


def _is_numeric(texts: pd.Series[str], decimal: str) -> bool:
    """Return whether most cells that hold something are numbers."""
    given = texts[texts != ""]
    if decimal == ",":
        given = given.str.replace(",", ".", regex=False)
    return len(given) > 0 and float(pd.to_numeric(given, errors="coerce").notna().mean()) > _MOSTLY


def _spec(column: str) -> FieldSpec:
    return FieldSpec(column, column, "A column of the file.", "The file", "", -_MOST, _MOST)

"""The cells of a file of predictions as numbers and labels, and what is wrong with them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError, Problem
from core.fields import MISSING_TOKENS, FieldSet, FieldSpec
from core.tables import Table, validate
from core.trust.door.arrays import Floats
from core.trust.door.sentences import Mask, counted

MAX_PROBLEMS = 50

_FEW = 20
_NEARLY = 0.9


class Cells:
    """The cells of a table, and what was found wrong with them so far.

    Attributes
    ----------
    bad : ndarray of bool, shape (n,)
        Rows with a problem.
    total : int
        Number of problems; ``problems`` lists the first of each column.
    """

    def __init__(self, table: Table) -> None:
        self.frame = table.frame
        self.decimal = table.decimal
        self.bad: Mask = np.zeros(len(table.frame), dtype=bool)
        self.total = 0
        self.problems: list[Problem] = []

    def numbers(self, column: str, spec: FieldSpec) -> Floats:
        """Return a column as numbers; a cell that is none, or outside the limits, is a problem."""
        fields = FieldSet((spec,))
        try:
            found = validate(self.frame, fields, {spec.name: column}, decimal=self.decimal)
        except InputError as error:
            raise InputError.from_problems(tuple(map(_mended, error.problems))) from None
        self.bad |= ~found.ok
        self.total += found.total
        self.problems += [_mended(problem) for problem in found.problems(MAX_PROBLEMS)]
        return found.values[spec.name].to_numpy()

    def values(self, column: str, missing: frozenset[str] = MISSING_TOKENS) -> tuple[Any, Mask]:
        """Return a column as numbers if all cells are, else as text; and which are missing."""
        codes, distinct = pd.factorize(self.frame[column].array)
        texts = [str(text).strip() for text in distinct]
        absent = np.array([text.lower() in missing for text in texts])
        numbers = [
            math.nan if gone else _parsed(text, self.decimal)
            for text, gone in zip(texts, absent, strict=True)
        ]
        if None not in numbers and not absent.all():
            return np.array(numbers, dtype=np.float64)[codes], absent[codes]
        kept = [None if gone else text for text, gone in zip(texts, absent, strict=True)]
        return np.array(kept, dtype=object)[codes], absent[codes]

    def required(self, column: str, what: str) -> Any:
        """Return a column as :meth:`values` does; a missing cell is a problem."""
        values, absent = self.values(column)
        self._judge_cells(column, absent, "missing", f"The {what} is missing.")
        return self._without_typos(column, values) if values.dtype == object else values

    def _without_typos(self, column: str, values: Any) -> Any:
        """Return text as numbers if nearly all of it is; the few other cells are problems."""
        codes, distinct = pd.factorize(values)
        parsed = [_parsed(text, self.decimal) for text in distinct]
        known = sum(number is not None for number in parsed)
        if known <= _FEW or known < _NEARLY * len(parsed):
            return values
        numbers = np.array([*(math.nan if n is None else n for n in parsed), math.nan])[codes]
        typos = np.isnan(numbers) & (codes >= 0)
        self._judge_cells(column, typos, "not-a-number", "This is not a number.")
        return numbers

    def _judge_cells(self, column: str, bad: Mask, rule: str, message: str) -> None:
        cells = self.frame[column]
        fix = "Correct it, or leave unusable rows out."
        self.judge(bad, lambda row: Problem(column, str(cells.iloc[row]), rule, message, fix))

    def forget(self) -> None:
        """Drop all findings, because the columns are read anew as something else."""
        self.bad[:] = False
        self.total = 0
        self.problems.clear()

    def judge(self, bad: Mask, problem: Callable[[int], Problem]) -> None:
        """Note a problem for each row concerned."""
        rows = np.flatnonzero(bad)
        self.total += len(rows)
        self.bad |= bad
        self.problems += [
            dataclasses.replace(problem(row), row=row + 1) for row in rows[:MAX_PROBLEMS].tolist()
        ]

    def refusal(self) -> InputError:
        """Return the error that lists the problems by row."""
        ordered = sorted(self.problems, key=lambda problem: problem.row or 0)[:MAX_PROBLEMS]
        lines = [problem.sentence() for problem in ordered]
        rows = "every row" if self.bad.all() else counted(int(self.bad.sum()), "row")
        lines.insert(0, f"{counted(self.total, 'cell')} cannot be used, in {rows}.")
        more = self.total - len(ordered)
        if more:
            lines.append(f"{counted(more, 'more cell')} not listed here.")
        return InputError("\n".join(lines), tuple(ordered))


def _mended(problem: Problem) -> Problem:
    """Return a finding about a number with the fix that its spelling calls for."""
    text = problem.value.strip()
    if text.endswith("%"):
        fix = "Remove the percent sign and divide by 100."
    elif problem.rule == "not-a-number" and "," in text:
        fix = "Write a decimal point instead of the comma."
    elif problem.rule in ("range", "wrong-column") and _percent(text):
        fix = "Divide percentages by 100; of log-odds take the logistic function."
    elif problem.rule == "range":
        fix = "Of log-odds take the logistic function."
    else:
        fix = "Enter a number, or leave unusable rows out."
    return dataclasses.replace(problem, fix=fix)


def _percent(text: str) -> bool:
    value = _parsed(text, ",")
    return value is not None and 1 < value <= 100


def _parsed(text: str, decimal: str) -> float | None:
    """Return the number that a cell spells, or None."""
    if decimal == "," and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    plain = text.isascii() and "_" not in text
    return value if plain and math.isfinite(value) else None

"""Validate a table cell by cell, at the speed of whole columns.

``FieldSpec.check`` is the only rule book. The cells of a column that are plainly valid numbers are
converted together; of the others, each distinct text goes through ``check`` once, and the outcome
is spread over its rows.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError, Problem, Severity
from core.fields import FieldSet, FieldSpec

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 10_000
"""Greatest number of problems listed one by one; the counts are always complete."""

MAX_DISTINCT = 200_000
"""Greatest number of different texts with findings in one column."""

REPORT_COLUMNS = ("row", "column", "value", "rule", "severity", "message", "fix")

_PLAIN_NUMBER = r"^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$"
_DECIMAL_COMMA = r"^(\s*[+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?\s*)$"


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnFindings:
    """What was found in one column.

    Attributes
    ----------
    rows : ndarray of int, shape (k,)
        Zero-based rows of the cells with findings, ascending.
    which : ndarray of int, shape (k,)
        Index of each cell's text in ``found``.
    found : tuple of tuple of Problem
        The findings about each distinct text, without a row.
    """

    rows: NDArray[np.int64]
    which: NDArray[np.int64]
    found: tuple[tuple[Problem, ...], ...]

    def at(self, index: int) -> tuple[Problem, ...]:
        """Return the findings of the ``index``-th cell, with its one-based row."""
        row = int(self.rows[index]) + 1
        return tuple(dataclasses.replace(p, row=row) for p in self.found[self.which[index]])

    def counts(self) -> Counter[tuple[str, str, Severity]]:
        """Return how many cells broke which (column, rule, severity)."""
        total: Counter[tuple[str, str, Severity]] = Counter()
        cells = np.bincount(self.which, minlength=len(self.found)).tolist()
        for problems, n in zip(self.found, cells, strict=True):
            for problem in problems:
                total[problem.column, problem.rule, problem.severity] += n
        return total


@dataclasses.dataclass(frozen=True, slots=True)
class Validation:
    """A validated table.

    Attributes
    ----------
    values : DataFrame, shape (n, fields)
        Numbers in field order; NaN where missing or refused.
    findings : tuple of ColumnFindings
        Everything found, by column.
    """

    values: pd.DataFrame
    findings: tuple[ColumnFindings, ...]

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Rows without an error, shape (n,)."""
        ok = np.ones(len(self.values), dtype=bool)
        for column in self.findings:
            bad = [any(p.severity == "error" for p in found) for found in column.found]
            ok[column.rows[np.array(bad, dtype=bool)[column.which]]] = False
        return ok

    @property
    def counts(self) -> dict[tuple[str, str, Severity], int]:
        """Number of cells for every (column, rule, severity); complete whatever is listed."""
        total: Counter[tuple[str, str, Severity]] = Counter()
        for column in self.findings:
            total.update(column.counts())
        return dict(total)

    @property
    def total(self) -> int:
        """Number of all findings."""
        return sum(self.counts.values())

    def problems(self, limit: int = LISTED) -> tuple[Problem, ...]:
        """Return the first findings by row, then by column, at most ``limit``."""
        cells = [
            (int(row), position, index)
            for position, column in enumerate(self.findings)
            for index, row in enumerate(column.rows[:limit])
        ]
        listed: list[Problem] = []
        for _, position, index in sorted(cells)[:limit]:
            listed.extend(self.findings[position].at(index))
        return tuple(listed[:limit])

    def sentences(
        self, severity: Severity, *, skip: frozenset[str] = frozenset(), separator: str = " "
    ) -> NDArray[np.object_]:
        """Return per row the findings of one severity, as one text without the row number.

        Parameters
        ----------
        severity : {"error", "warning"}
            Which findings.
        skip : frozenset of str
            Rules to leave out.
        separator : str
            Text between two findings.

        Returns
        -------
        ndarray of str, shape (n,)
            Empty text where nothing was found.
        """
        texts = np.full(len(self.values), "", dtype=object)
        # Equal combinations share one text, so that a million bad rows stay small.
        join = functools.cache(lambda a, b: f"{a}{separator}{b}" if a and b else a or b)
        for column in self.findings:
            said = [
                separator.join(
                    p.sentence() for p in found if p.severity == severity and p.rule not in skip
                )
                for found in column.found
            ]
            pairs = zip(texts[column.rows], column.which.tolist(), strict=True)
            texts[column.rows] = [join(text, said[which]) for text, which in pairs]
        return texts


def validate(
    frame: pd.DataFrame,
    fields: FieldSet,
    columns: Mapping[str, str],
    *,
    decimal: Literal[".", ","] = ".",
) -> Validation:
    """Turn a table of text into numbers and findings.

    Parameters
    ----------
    frame : DataFrame
        Cells as text, as ``read_table`` gives them.
    fields : FieldSet
        Rules of the record.
    columns : mapping
        Field name to column of ``frame``; a field without a column is missing in every row,
        which is no finding (see ``require_columns``).
    decimal : {".", ","}
        Decimal sign of the numbers.

    Returns
    -------
    Validation

    Raises
    ------
    InputError
        If one column holds more than ``MAX_DISTINCT`` different texts with findings: it is then
        not the field it was taken for.
    """
    values: dict[str, NDArray[np.float64]] = {}
    findings = []
    for spec in fields:
        if spec.name in columns:
            column = columns[spec.name]
            texts = _texts(frame[column], decimal)
            values[spec.name], found = judge_texts(texts, column, spec, decimal)
            findings.append(found)
        else:
            values[spec.name] = np.full(len(frame), np.nan)
    return Validation(pd.DataFrame(values, columns=list(fields.names)), tuple(findings))


def findings_frame(problems: Sequence[Problem], total: int) -> pd.DataFrame:
    """Return findings as a table for download, with a last line for what is not listed.

    Parameters
    ----------
    problems : sequence of Problem
        The findings that are listed.
    total : int
        Number of all findings.
    """
    records = [problem.to_dict() for problem in problems]
    omitted = total - len(records)
    if omitted:
        message = f"{omitted:,} more findings are not listed here."
        fix = "Mend the listed ones and check the file again."
        records.append({"rule": "not-listed", "message": message, "fix": fix})
    report = pd.DataFrame(records, columns=list(REPORT_COLUMNS)).fillna({"column": "", "value": ""})
    return report.astype({"row": "Int64", "severity": "str"}).fillna({"severity": ""})


def judge_texts(
    texts: pa.Array, column: str, spec: FieldSpec, decimal: str
) -> tuple[NDArray[np.float64], ColumnFindings]:
    """Return the numbers of a column of text with decimal points, and what was found in it.

    Raises
    ------
    InputError
        As :func:`validate`.
    """
    numbers = _converted(texts)
    plain = plain_cells(numbers, spec)
    return numbers, judge_doubtful(numbers, plain, texts.take, column, spec, decimal)


def judge_doubtful(
    numbers: NDArray[np.float64],
    plain: NDArray[np.bool_],
    texts_at: Callable[[NDArray[np.int64]], pa.Array],
    column: str,
    spec: FieldSpec,
    decimal: str,
) -> ColumnFindings:
    """Put every cell that is not plainly valid to the rules; each distinct text once.

    Parameters
    ----------
    numbers : ndarray, shape (n,)
        The column; the doubtful cells are written over.
    plain : ndarray of bool, shape (n,)
        Cells that need no check.
    texts_at : callable
        Returns the texts of the given rows.
    column, spec, decimal
        Name of the column, its field, and the decimal sign as written.

    Raises
    ------
    InputError
        As :func:`validate`.
    """
    doubtful = np.nonzero(~plain)[0]
    if len(doubtful) == 0:
        return ColumnFindings(doubtful, doubtful, ())
    encoded = texts_at(doubtful).dictionary_encode()
    judged = np.empty(len(encoded.dictionary))
    number_of = np.full(len(judged), -1)
    found: list[tuple[Problem, ...]] = []
    for index, text in enumerate(encoded.dictionary.to_pylist()):
        judged[index], problems = spec.check(text, text=True)
        if problems:
            number_of[index] = len(found)
            found.append(tuple(_as_written(p, column, decimal) for p in problems))
        if len(found) > MAX_DISTINCT:
            raise _wrong_column(column, spec, found[0][0])
    codes = encoded.indices.to_numpy()
    numbers[doubtful] = judged[codes]
    which = number_of[codes]
    bad = which >= 0
    return ColumnFindings(doubtful[bad], which[bad], tuple(found))


def plain_cells(numbers: NDArray[Any], spec: FieldSpec) -> NDArray[np.bool_]:
    """Say which numbers are plainly valid: none of the field's rules can say a word on them.

    Parameters
    ----------
    numbers : ndarray, shape (n,)
        Doubles, NaN where a cell is no number, or integers of any width.
    spec : FieldSpec
        The field.
    """
    if spec.is_code:
        codes = [code for code, _ in spec.choices]
        plain, hidden = _among(numbers, codes), [c for c in spec.missing_codes if c in codes]
    else:
        low, high = _plain_range(spec)
        plain = numbers >= low if np.isfinite(low) else numbers > low
        plain &= numbers <= high if np.isfinite(high) else numbers < high
        hidden = [code for code in spec.missing_codes if low <= code <= high]
    for code in hidden:
        plain &= numbers != code
    return plain


def _plain_range(spec: FieldSpec) -> tuple[float, float]:
    bounds = [(spec.low, spec.high), spec.seen or (None, None)]
    return (
        max((low for low, _ in bounds if low is not None), default=-np.inf),
        min((high for _, high in bounds if high is not None), default=np.inf),
    )


def _among(numbers: NDArray[Any], codes: Sequence[int]) -> NDArray[np.bool_]:
    low, high = min(codes), max(codes)
    if numbers.dtype.kind in "iu" and high - low == len(set(codes)) - 1:
        return np.asarray((numbers >= low) & (numbers <= high))
    among: NDArray[np.bool_] = numbers == codes[0]
    for code in codes[1:]:
        among |= numbers == code
    return among


def _texts(series: pd.Series[str], decimal: str) -> pa.Array:
    """Return the cells of a column with decimal points."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.chunked_array(pa.array(series, type=pa.large_string(), from_pandas=True))
    return with_points(pc.fill_null(column, "").combine_chunks(), decimal)


def with_points(texts: pa.Array, decimal: str) -> pa.Array:
    """Return texts with decimal points in place of decimal commas."""
    import pyarrow.compute as pc

    if decimal == ".":
        return texts
    return pc.replace_substring_regex(texts, _DECIMAL_COMMA, r"\1.\2")


def _converted(texts: pa.Array) -> NDArray[np.float64]:
    """Return texts as numbers, NaN where one is not plainly a number.

    Arrow reads a subset of what ``float`` reads, correctly rounded like it, and refuses the whole
    column for one text outside: only then must a pattern pick the numbers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(texts, _PLAIN_NUMBER)
        numbers = pc.cast(pc.if_else(plain, texts, None), pa.float64())
    converted: NDArray[np.float64] = numbers.to_numpy(zero_copy_only=False).copy()
    return converted


def _as_written(problem: Problem, column: str, decimal: str) -> Problem:
    value = problem.value.replace(".", ",") if decimal == "," else problem.value
    return dataclasses.replace(problem, column=column, value=value)


def _wrong_column(column: str, spec: FieldSpec, example: Problem) -> InputError:
    message = f"More than {MAX_DISTINCT:,} different values are questionable, such as:"
    problem = Problem(
        column,
        example.value,
        "wrong-column",
        f"{message} {example.message}",
        f"Check that this column is {spec.label} ({spec.expected()}).",
    )
    return InputError.from_problems((problem,))

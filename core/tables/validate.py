"""Validate a table cell by cell, at the speed of whole columns.

``FieldSpec.check`` is the only rule book. A column is reduced to its distinct texts; those that
are plainly valid numbers are converted together, and every other text goes through ``check``
once. The outcome is then spread over the rows.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import Problem, Severity
from core.fields import FieldSet, FieldSpec

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 10_000
"""Greatest number of problems listed one by one; the counts are always complete."""

REPORT_COLUMNS = ("row", "column", "value", "rule", "severity", "message", "fix")

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
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
        for column, bad in self._with(("error",)):
            ok[column.rows[bad[column.which]]] = False
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
        self, severity: Severity, *, skip: frozenset[str] = frozenset(), separator: str = "; "
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
            new = np.array([*said, ""], dtype=object)[column.which]
            pairs = zip(texts[column.rows], new, strict=True)
            texts[column.rows] = [join(a, b) for a, b in pairs]
        return texts

    def _with(
        self, severities: tuple[Severity, ...]
    ) -> Iterator[tuple[ColumnFindings, NDArray[np.bool_]]]:
        for column in self.findings:
            yield (
                column,
                np.array(
                    [any(p.severity in severities for p in found) for found in column.found],
                    dtype=bool,
                ),
            )

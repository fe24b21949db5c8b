"""Whether a file or a list of records has drifted: one comparison, whatever brings the rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from core.breast_cancer.cases import read_cases
from core.breast_cancer.drift import drift
from core.breast_cancer.drift_result import DriftReport
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError, Problem
from core.scale import Source, StreamReport
from core.viz.text import counted

MAX_PROBLEMS = 50
MAX_NOTES = 10


def drift_file(
    source: Source,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    outcome: str | None = None,
) -> DriftReport:
    """Compare the cases of a CSV or Parquet file with the training cases.

    A missing or refused cell counts as evidence against integrity, never as healthy; the notes of
    the report name what was found in which column.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Content of the file, or where it lies.
    name : str
        File name for the messages.
    columns : mapping, optional
        Field name to column where names do not tell.
    outcome : str, optional
        Column with what histology found, as in :func:`core.breast_cancer.cases.read_cases`: adds
        the test of whether the probabilities still hold.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or an outcome cannot be read.
    """
    cases = read_cases(source, name=name, columns=columns, outcome=outcome)
    found = drift(cases.values, y=cases.outcomes)
    notes = (*found.notes, *_cell_notes(cases.report))
    if cases.stride > 1:
        rows = cases.report.rows
        notes += (f"Judged on one in {cases.stride} of the {rows:,} rows of the file.",)
    return dataclasses.replace(found, notes=notes)


def drift_cases(cases: Sequence[Mapping[str, object]]) -> DriftReport:
    """Compare single records with the training cases; each must be complete and valid.

    Parameters
    ----------
    cases : sequence of mapping
        Field name to value.

    Raises
    ------
    InputError
        If a value is missing or refused: the error names case and field.
    NotEnoughDataError
        If there is no case.
    """
    rows: list[list[float]] = []
    problems: list[Problem] = []
    for number, case in enumerate(cases, start=1):
        values, found = FEATURES.check(case)
        rows.append(list(values.values()))
        problems += [_of_case(number, p) for p in found if p.severity == "error"]
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise InputError.from_problems(tuple(problems))
    if not rows:
        raise NotEnoughDataError("There is no case to compare. Give at least one.")
    return drift(np.array(rows))


def _of_case(number: int, problem: Problem) -> Problem:
    return dataclasses.replace(problem, message=f"Case {number}: {problem.message}")


def _cell_notes(report: StreamReport) -> tuple[str, ...]:
    notes = [
        f"{column}: {counted(cells, 'cell')} with the finding {rule}."
        for (column, rule, severity), cells in report.counts.most_common()
        if severity == "error"
    ]
    more = len(notes) - MAX_NOTES
    return (*notes[:MAX_NOTES], *([f"{more} more kinds of findings."] if more > 0 else []))

"""Score a file of patients: every row and column in place, seven columns added."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.cardiosense.reasons import SEPARATOR
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import OUTPUT_COLUMNS, score_frame
from core.errors import InputError, Problem, Severity
from core.tables import (
    ColumnMap,
    Validation,
    match_columns,
    name_list,
    read_table,
    refuse_output_columns,
    require_columns,
    validate,
)

# Codes of a widespread copy of the Cleveland table: all it uses, and those unknown to UCI.
RECODED = {"cp": ({0, 1, 2, 3}, {0}), "slope": ({0, 1, 2}, {0}), "thal": ({0, 1, 2, 3}, {1, 2})}
_RECODED_ROWS = 20
_SAID_BY_SCORE = frozenset({"outside-training"})


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """A scored table.

    Attributes
    ----------
    frame : DataFrame
        The input as text, in its own order, with ``OUTPUT_COLUMNS`` added.
    columns : ColumnMap
        Which column carried which field.
    validation : Validation
        Numbers and findings of every cell.
    notes : tuple of str
        How the file was read and what it lacks, in sentences.
    """

    frame: pd.DataFrame
    columns: ColumnMap
    validation: Validation
    notes: tuple[str, ...]

    @property
    def decisions(self) -> dict[str, int]:
        """Number of rows for each decision."""
        return dict(Counter(self.frame["decision"].tolist()))

    @property
    def n_refused(self) -> int:
        """Number of rows without an estimate."""
        return self.decisions.get("refused", 0)

    @property
    def n_scored(self) -> int:
        """Number of rows with an estimate."""
        return len(self.frame) - self.n_refused

    @property
    def counts(self) -> dict[tuple[str, str, Severity], int]:
        """Number of cells for every (column, rule, severity) found."""
        return self.validation.counts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The first findings by row; ``counts`` is complete."""
        return self.validation.problems()

    def to_dict(self) -> dict[str, object]:
        """Return the summary as plain data; the rows themselves are not part of it."""
        return {
            "rows": len(self.frame),
            "scored": self.n_scored,
            "refused": self.n_refused,
            "decisions": self.decisions,
            "columns": self.columns.to_dict(),
            "findings": [
                {"column": column, "rule": rule, "severity": severity, "cells": cells}
                for (column, rule, severity), cells in self.counts.items()
            ],
            "notes": list(self.notes),
        }


def score_table(
    source: bytes | Path, *, name: str = "", columns: Mapping[str, str | None] | None = None
) -> Batch:
    """Estimate the risk of every patient in a CSV or Parquet file.

    A row with a refused cell keeps its place with the decision ``refused``, no probability and
    its findings as reasons.

    Parameters
    ----------
    source : bytes or Path
        Content of the file, or where it lies.
    name : str
        File name for the messages.
    columns : mapping, optional
        Field name to column where names do not tell, ``None`` for a field the file lacks.

    Returns
    -------
    Batch

    Raises
    ------
    InputError
        If the file cannot be read, lacks a required column, leaves a column ambiguous, already
        has an output column, or carries the codes of the recoded Cleveland copy.
    """
    table = read_table(source, name)
    header = [str(column) for column in table.frame.columns]
    refuse_output_columns(header, OUTPUT_COLUMNS)
    matched = match_columns(header, DIAGNOSTIC, columns)
    require_columns(matched, DIAGNOSTIC, header)
    refuse_recoded(_codes(table.frame, matched), matched, len(table.frame))
    validation = validate(table.frame, DIAGNOSTIC, matched.matched, decimal=table.decimal)
    scored = pd.concat([table.frame, answered(validation)], axis=1)
    return Batch(scored, matched, validation, (*table.notes, *_column_notes(matched)))


def answered(validation: Validation) -> pd.DataFrame:
    """Return the output columns; rows with an error are not shown to the model."""
    ok = validation.ok
    rows = len(ok)
    output = score_frame(validation.values[ok]).reindex(range(rows))
    errors = validation.sentences("error")
    warnings = validation.sentences("warning", skip=_SAID_BY_SCORE)
    output["decision"] = output["decision"].astype(object).where(ok, "refused")
    output["reasons"] = output["reasons"].astype(object).where(ok, errors)
    output["flags"] = _joined(output["flags"].astype(object).where(ok, "").to_numpy(), warnings)
    output["model"] = output["model"].astype(object).where(ok, "")
    return output[list(OUTPUT_COLUMNS)]


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    both = (first != "") & (second != "")
    joined: np.ndarray = first + np.where(both, SEPARATOR, "").astype(object) + second
    return joined


def _column_notes(columns: ColumnMap) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if columns.missing:
        notes += (f"Not in the file, so not measured in any row: {', '.join(columns.missing)}.",)
    renamed = [
        f"{name_list([column])} as {field}"
        for field, column in columns.matched.items()
        if column != field
    ]
    if renamed:
        notes += (f"Columns recognised: {', '.join(renamed)}.",)
    if columns.unknown:
        notes += (f"Carried along without use: {name_list(columns.unknown)}.",)
    return notes


def _codes(frame: pd.DataFrame, columns: ColumnMap) -> dict[str, tuple[float, ...]]:
    """Return the numbers that occur in the columns by which a recoded copy is known."""
    found = {}
    for name in RECODED:
        if name in columns.matched:
            texts = frame[columns.matched[name]].drop_duplicates()
            found[name] = tuple(pd.to_numeric(texts, errors="coerce").dropna())
    return found


def refuse_recoded(codes: Mapping[str, Sequence[float]], columns: ColumnMap, n_rows: int) -> None:
    """Refuse the copy in which pain, slope and scan are numbered anew: scores would be wrong.

    Parameters
    ----------
    codes : mapping
        Field name to the numbers that occur in its column, for the fields of ``RECODED`` that the
        table has.
    columns : ColumnMap
        Which column carried which field.
    n_rows : int
        Number of rows in which they occur.

    Raises
    ------
    InputError
    """
    present = [name for name in RECODED if name in columns.matched]
    signs = []
    for name in present:
        used, unknown = RECODED[name]
        seen = set(codes.get(name, ()))
        if seen <= used and seen & unknown:
            signs.append(name)
    if len(signs) < 2 and not (signs == present and n_rows >= _RECODED_ROWS):
        return
    problem = Problem(
        ", ".join(columns.matched[name] for name in signs),
        "",
        "recoded-copy",
        "These codes are those of a recoded copy of the Cleveland table (in which target 0 means"
        " disease), not the UCI codes.",
        "Recode cp 0, 1, 2, 3 to 4, 2, 3, 1; restecg 0, 1, 2 to 2, 0, 1; slope 0, 1, 2 to"
        " 3, 2, 1; thal 1, 2, 3 to 6, 3, 7; leave thal 0 and ca 4 empty.",
    )
    raise InputError.from_problems((problem,))

"""A file of cases, of any size: every row in place, seven columns added, every bad cell named."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.breast_cancer.cases import Sample
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import OUTPUT_COLUMNS, resolve_threshold, score_array
from core.scale import Chunk, Source, StreamReport, TableStream, csv_header, open_stream
from core.tables import ColumnMap, name_list, refuse_output_columns

Floats = NDArray[np.float64]
Answers = dict[str, NDArray[Any]]

PREVIEW_ROWS = 200
_CATEGORIES = ("decision", "blame", "flags", "model")


@dataclasses.dataclass(frozen=True)
class Batch:
    """A scored table.

    Attributes
    ----------
    results : DataFrame, shape (n, 7)
        ``OUTPUT_COLUMNS`` for every row of the file, in its order.
    preview : DataFrame
        The first rows as written, with the results.
    columns : ColumnMap
        Which column carried which field.
    report : StreamReport
        Rows, refused rows, and everything found in the cells.
    notes : tuple of str
        How the file was read and what it lacks, in sentences.
    threshold : float
        Probability from which a case was called malignant.
    sample : Sample
        Rows kept with their values, for judging the file as a whole.
    """

    results: pd.DataFrame
    preview: pd.DataFrame
    columns: ColumnMap
    report: StreamReport
    notes: tuple[str, ...]
    threshold: float
    sample: Sample

    @property
    def decisions(self) -> dict[str, int]:
        """Number of rows for each decision."""
        return {str(k): int(v) for k, v in self.results["decision"].value_counts().items() if v}

    @property
    def n_refused(self) -> int:
        """Number of rows without an estimate."""
        return self.report.refused

    @property
    def n_scored(self) -> int:
        """Number of rows with an estimate."""
        return self.report.rows - self.report.refused

    def to_dict(self) -> dict[str, object]:
        """Return the summary as plain data; the rows themselves are not part of it."""
        return summary(self.report, Counter(self.decisions), self.columns, self.notes)


def score_file(
    source: Source,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    threshold: float | None = None,
) -> Batch:
    """Answer for every case of a CSV or Parquet file.

    A row with a refused cell keeps its place with the decision ``refused``, no probability and its
    findings as flags: nothing is imputed.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Content of the file, or where it lies.
    name : str
        File name for the messages.
    columns : mapping, optional
        Field name to column where names do not tell.
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or already has an output column.
    """
    stream = open_cases(source, name, columns)
    limit = resolve_threshold(threshold)
    report, sample = StreamReport(), Sample()
    parts: list[pd.DataFrame] = []
    preview: list[pd.DataFrame] = []
    for chunk, answers in answered(stream, limit, report):
        sample.add(chunk.first_row, chunk.values)
        part = pd.DataFrame(answers)
        if chunk.first_row < PREVIEW_ROWS:
            head = chunk.head(PREVIEW_ROWS - chunk.first_row)
            preview.append(pd.concat([head, part.head(len(head))], axis=1))
        parts.append(part.astype(dict.fromkeys(_CATEGORIES, "category")))
    notes = (*stream.notes, *column_notes(stream.columns))
    return Batch(
        _joined(parts),
        pd.concat(preview, ignore_index=True),
        stream.columns,
        report,
        notes,
        limit,
        sample,
    )


def write_scored(
    source: Source,
    out: BinaryIO,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    threshold: float | None = None,
) -> dict[str, object]:
    """Write a file of cases with the answers added as CSV, a block at a time.

    Parameters
    ----------
    source, name, columns, threshold
        As in :func:`score_file`.
    out : binary file
        Where the lines go.

    Returns
    -------
    dict
        The summary that :meth:`Batch.to_dict` gives.
    """
    stream = open_cases(source, name, columns)
    limit = resolve_threshold(threshold)
    report, decisions = StreamReport(), Counter[str]()
    out.write(csv_header(stream.header, OUTPUT_COLUMNS))
    for chunk, answers in answered(stream, limit, report):
        out.write(chunk.csv(answers))
        decisions.update(answers["decision"].tolist())
    notes = (*stream.notes, *column_notes(stream.columns))
    return summary(report, decisions, stream.columns, notes)


def open_cases(
    source: Source, name: str = "", columns: Mapping[str, str | None] | None = None
) -> TableStream:
    """Open a file of cases; arguments and errors as in :func:`score_file`."""
    stream = open_stream(source, FEATURES, name=name, columns=columns)
    refuse_output_columns(stream.header, OUTPUT_COLUMNS)
    return stream


def answered(
    stream: TableStream, threshold: float, report: StreamReport
) -> Iterator[tuple[Chunk, Answers]]:
    """Yield each chunk with its answers, and gather what was found."""
    for chunk in stream.chunks():
        report.add(chunk)
        values = np.where(chunk.ok[:, None], chunk.values, np.nan)
        answers = score_array(values, threshold)
        errors = chunk.validation.sentences("error")
        answers["flags"] = np.where(chunk.ok, answers["flags"], errors)
        yield chunk, answers


def column_notes(columns: ColumnMap) -> tuple[str, ...]:
    """Return what to know about the columns of a file, in sentences."""
    if not columns.unknown:
        return ()
    return (f"Carried along without use: {name_list(columns.unknown)}.",)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    from pandas.api.types import union_categoricals

    columns: dict[str, Any] = {}
    for name in OUTPUT_COLUMNS:
        if name in _CATEGORIES:
            columns[name] = union_categoricals([part[name] for part in parts])
        else:
            columns[name] = np.concatenate([part[name].to_numpy() for part in parts])
    return pd.DataFrame(columns)


def summary(
    report: StreamReport,
    decisions: Counter[str],
    columns: ColumnMap,
    notes: tuple[str, ...],
) -> dict[str, object]:
    """Return what happened to a file, as plain data."""
    return {
        "rows": report.rows,
        "scored": report.rows - report.refused,
        "refused": report.refused,
        "decisions": dict(sorted(decisions.items())),
        "columns": columns.to_dict(),
        "findings": report.findings(),
        "notes": list(notes),
    }

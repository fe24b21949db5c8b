"""The cases of a file, for judging them as a whole: values, outcomes, and what was found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.schema import FEATURES
from core.errors import InputError, Problem
from core.fields import MISSING_TOKENS
from core.scale import Chunk, Source, StreamReport, open_stream
from core.tables import name_list

Floats = NDArray[np.float64]

SAMPLE_ROWS = 200_000
"""Most rows kept with their thirty values, for judging the file as a whole."""

OUTCOMES = {"m": 1.0, "malignant": 1.0, "1": 1.0, "b": 0.0, "benign": 0.0, "0": 0.0}
"""How an outcome may be written, in any case."""


@dataclasses.dataclass
class Sample:
    """Evenly spaced rows of a table whose length is not known beforehand.

    Attributes
    ----------
    stride : int
        Every how many rows one is kept; 1 while all of them fit.
    """

    stride: int = 1
    _parts: list[Floats] = dataclasses.field(default_factory=list)
    _kept: int = 0

    def add(self, first_row: int, values: Floats) -> None:
        """Take in the next rows."""
        part = values[-first_row % self.stride :: self.stride]
        # A view would keep the whole block alive.
        self._parts.append(part if self.stride == 1 else part.copy())
        self._kept += len(part)
        while self._kept > SAMPLE_ROWS:
            self.stride *= 2
            self._parts = [np.concatenate(self._parts)[::2]]
            self._kept = len(self._parts[0])

    @property
    def values(self) -> Floats:
        """The rows kept, shape (m, 30)."""
        if not self._parts:
            return np.empty((0, len(FEATURES.names)))
        return np.concatenate(self._parts)


@dataclasses.dataclass(frozen=True)
class Cases:
    """The cases of a file.

    Attributes
    ----------
    values : ndarray, shape (m, 30)
        Rows in the order of the file, NaN where a cell is missing or refused; all of them up to
        ``SAMPLE_ROWS``, evenly spaced ones of a longer file.
    outcomes : ndarray, shape (m,), or None
        1 = malignant, 0 = benign, NaN = not known; None if no column was named.
    report : StreamReport
        Rows, refused rows and findings of the whole file.
    stride : int
        Every how many rows one was kept.
    """

    values: Floats
    outcomes: Floats | None
    report: StreamReport
    stride: int


def read_cases(
    source: Source,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    outcome: str | None = None,
) -> Cases:
    """Read the values of a file of cases.

    Parameters
    ----------
    source, name, columns
        As in :func:`core.breast_cancer.batch.score_file`.
    outcome : str, optional
        Column with what histology found later: M, malignant or 1; B, benign or 0; empty where it is
        not known.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or an outcome is written otherwise.
    """
    stream = open_stream(source, FEATURES, name=name, columns=columns)
    if outcome is not None:
        _require_outcome(outcome, stream.header, tuple(stream.columns.matched.values()))
    report, sample = StreamReport(), Sample()
    for chunk in stream.chunks():
        report.add(chunk)
        found = [chunk.values] if outcome is None else [chunk.values, _outcomes(chunk, outcome)]
        sample.add(chunk.first_row, np.column_stack(found))
    kept, width = sample.values, len(FEATURES.names)
    outcomes = None if outcome is None else kept[:, width]
    return Cases(kept[:, :width], outcomes, report, sample.stride)


def _require_outcome(outcome: str, header: Sequence[str], taken: Sequence[str]) -> None:
    if outcome in header and outcome not in taken:
        return
    free = [column for column in header if column not in taken]
    message = f"The file has no column {outcome} that could hold outcomes."
    fix = f"Columns that carry no field: {name_list(free)}." if free else "Add one to the file."
    raise InputError.from_problems((Problem(outcome, "", "unknown-column", message, fix),))


def _outcomes(chunk: Chunk, outcome: str) -> Floats:
    texts = chunk.frame[outcome].str.strip().str.lower()
    numbers = texts.map(OUTCOMES)
    blank = texts.isin(list(MISSING_TOKENS)).to_numpy(bool)
    unknown = np.nonzero(numbers.isna().to_numpy(bool) & ~blank)[0]
    if len(unknown):
        row = int(unknown[0])
        value = str(chunk.frame[outcome].iloc[row])[:40]
        fix = "Write M or 1 for malignant, B or 0 for benign, or leave the cell empty."
        raise InputError.from_problems(
            (Problem(outcome, value, "outcome", f"{value} is no outcome.", fix,
                     row=chunk.first_row + row + 1),)
        )  # fmt: skip
    return np.asarray(numbers.to_numpy(np.float64, na_value=np.nan), dtype=np.float64)

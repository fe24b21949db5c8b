"""Rows that got no answer, each with its reasons: made part by part, joined at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import Problem
from core.scale.parts import whole
from core.tables.validation import ColumnFindings, Validation
from core.tables.write import cells, lines

if TYPE_CHECKING:
    import pyarrow as pa

Rows = NDArray[np.int64]

COLUMNS = ("row", "column", "value", "rule", "message", "fix")
CSV, PARQUET = "rejects.csv", "rejects.parquet"


def reject_table(
    found: Validation, refused: Mapping[int, tuple[Problem, ...]], before: int
) -> pa.Table:
    """Return the errors of some rows: by row, and within a row in the order of the fields.

    Parameters
    ----------
    found : Validation
        The rows as judged.
    refused : mapping of int to tuple of Problem
        Rows that the system itself refuses.
    before : int
        Number of rows of the file before these.
    """
    import pyarrow as pa

    said = [problem for problems in refused.values() for problem in problems]
    own = [row for row, problems in refused.items() for _ in problems]
    rows, which = [np.array(own, dtype=np.int64)], [np.arange(len(said))]
    for column in found.findings:
        for at, codes, problems in _errors(column):
            rows.append(at)
            which.append(codes + len(said))
            said += problems
    row, code = np.concatenate(rows), np.concatenate(which)
    order = np.argsort(row, kind="stable")
    distinct = [pa.array([getattr(p, name) for p in said], pa.string()) for name in COLUMNS[1:]]
    spread = [texts.take(pa.array(code[order])) for texts in distinct]
    return pa.table([pa.array(row[order] + before + 1), *spread], names=list(COLUMNS))


def _errors(column: ColumnFindings) -> Iterator[tuple[Rows, Rows, list[Problem]]]:
    """Yield rows, codes and distinct errors: those that a cell breaks first, second, and so on."""
    for nth in range(max(map(len, column.found), default=0)):
        place = np.full(len(column.found), -1)
        errors: list[Problem] = []
        for index, found in enumerate(column.found):
            if nth < len(found) and found[nth].severity == "error":
                place[index] = len(errors)
                errors.append(found[nth])
        codes = place[column.which]
        at = np.nonzero(codes >= 0)[0]
        yield column.rows[at], codes[at], errors


def join_rejects(parts: Sequence[Path], folder: Path) -> None:
    """Write the rejects of all parts as one CSV file, safe in a spreadsheet, and one Parquet file.

    Both are complete or not there.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in COLUMNS[1:])])
    with (
        whole(folder / CSV) as text,
        whole(folder / PARQUET) as binary,
        text.open("wb") as file,
        pq.ParquetWriter(binary, schema, compression="zstd") as out,
    ):
        file.write(lines([cells([name]) for name in COLUMNS]))
        for path in parts:
            with pq.ParquetFile(path) as source:
                for batch in source.iter_batches():
                    out.write_batch(batch)
                    file.write(lines([cells(column) for column in batch.columns]))

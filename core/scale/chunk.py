"""Some rows of a table: their numbers, what was found in them, and how they are written again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.tables.validation import Validation
from core.tables.write import cells, lines, to_csv

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a table.

    Attributes
    ----------
    first_row : int
        Number of rows before them.
    values : ndarray, shape (n, fields)
        Numbers in field order; NaN where missing or refused.
    header : tuple of str
        Columns of the file, in its order.
    validation : Validation or None
        What was found in the cells, rows counted within the chunk; ``None`` where every cell is
        plainly valid.
    frame : DataFrame or None
        Every cell as written; ``None`` where ``text`` holds the rows.
    text : bytes
        The rows as they stand in the file, separated by commas and free of quotes; only where every
        cell is plainly valid and no cell could be taken for a formula.
    """

    first_row: int
    values: Floats
    header: tuple[str, ...]
    validation: Validation | None
    frame: pd.DataFrame | None
    text: bytes = b""

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Rows without an error, shape (n,)."""
        if self.validation is None:
            return np.ones(len(self.values), dtype=bool)
        return self.validation.ok

    def csv(self, added: Mapping[str, Any]) -> bytes:
        """Return the rows as CSV lines with columns added, without a header.

        Cells stand as they were written; a text that a spreadsheet would run as a formula gets a
        leading apostrophe, as in :func:`core.tables.to_csv`.

        Parameters
        ----------
        added : mapping of str to array_like, each of shape (n,)
            Name to values of each added column.
        """
        if self.frame is None:
            return lines([_records(self.text, len(self.values)), *map(cells, added.values())])
        whole = pd.concat([self.frame.reset_index(drop=True), pd.DataFrame(dict(added))], axis=1)
        return to_csv(whole).split(b"\n", 1)[1]


def csv_header(header: Sequence[str], added: Sequence[str]) -> bytes:
    """Return the header line of a table with columns added."""
    return lines([cells([str(name)]) for name in (*header, *added)])


def _records(text: bytes, n: int) -> pa.Array:
    """Return each line of a text as one cell, without its line end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    data = np.frombuffer(text, dtype=np.uint8)
    ends = np.nonzero(data == 0x0A)[0] + 1
    if len(ends) == 0 or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    whole = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(text))
    records = pc.utf8_rtrim(whole, "\r\n")
    if len(records) != n:  # blank lines are no records
        records = records.filter(pc.not_equal(records, ""))
    return records

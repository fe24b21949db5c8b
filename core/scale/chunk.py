"""Some rows of a table: their numbers, what was found in them, and how they are written again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.tables.validation import Validation
from core.tables.write import cells, lines


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a table.

    Attributes
    ----------
    first_row : int
        Number of rows before them.
    validation : Validation
        Numbers and findings of every cell, rows counted within the chunk.
    frame : DataFrame
        Every cell as written.
    """

    first_row: int
    validation: Validation
    frame: pd.DataFrame

    @property
    def values(self) -> NDArray[np.float64]:
        """Numbers in field order, shape (n, fields); NaN where missing or refused."""
        return self.validation.values.to_numpy()

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Rows without an error, shape (n,)."""
        return self.validation.ok

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows, every cell as written."""
        return self.frame.head(rows)

    def csv(self, added: Mapping[str, Any]) -> bytes:
        """Return the rows as CSV lines with columns added, without a header.

        Cells stand as they were written, as :func:`core.tables.to_csv` writes them: a text that a
        spreadsheet would run as a formula gets a leading apostrophe.

        Parameters
        ----------
        added : mapping of str to array_like, each of shape (n,)
            Name to values of each added column.
        """
        written = [self.frame.iloc[:, i] for i in range(self.frame.shape[1])]
        return lines([cells(column) for column in (*written, *added.values())])


def csv_header(header: Sequence[str], added: Sequence[str]) -> bytes:
    """Return the header line of a table with columns added."""
    return lines([cells([str(name)]) for name in (*header, *added)])

"""A sales file that has been checked."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from core.apple_sales.schema import Kind
from core.errors import Problem
from core.plain import plain

if TYPE_CHECKING:
    import pandas as pd

TIME = "time"
"""Column that holds the period as a number, in a file with periods."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SalesTable:
    """A table in which every cell is known to be what its column says.

    Attributes
    ----------
    kind : {"demo", "sales", "other"}
        The schema; ``"other"`` is any table of numbers with a chosen target.
    name : str
        Name of the file or example.
    frame : DataFrame, shape (n, columns)
        Numbers as floats, words as text; a file with periods has :data:`TIME` beside ``period``.
    target : str
        The column that a model would predict.
    numeric : tuple of str
        Other columns of numbers.
    texts : tuple of str
        Columns of words.
    rows : int
        Rows of the file, those left out included.
    dropped : tuple of Problem
        Why rows were left out; empty unless the caller asked for it.
    notes : tuple of str
        What was decided while reading, and what the file cannot say.
    """

    kind: Kind
    name: str
    frame: pd.DataFrame
    target: str
    numeric: tuple[str, ...]
    texts: tuple[str, ...]
    rows: int
    dropped: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Rows that can be used."""
        return len(self.frame)

    def to_dict(self) -> dict[str, Any]:
        """Return what was read as plain data, without the rows."""
        result: dict[str, Any] = plain(
            {
                "kind": self.kind,
                "name": self.name,
                "n": self.n,
                "rows": self.rows,
                "target": self.target,
                "numeric": self.numeric,
                "texts": self.texts,
                "dropped_rows": self.rows - self.n,
                "dropped": [problem.to_dict() for problem in self.dropped],
                "notes": self.notes,
            }
        )
        return result

"""What was found in a whole table, gathered chunk by chunk."""

from __future__ import annotations

import dataclasses
from collections import Counter

from core.errors import Problem, Severity
from core.scale.chunk import Chunk
from core.tables.validation import LISTED


@dataclasses.dataclass
class StreamReport:
    """Totals of a table, complete whatever is listed.

    Attributes
    ----------
    rows, refused : int
        Rows read, and those with an error.
    counts : Counter
        Number of cells for every (column, rule, severity).
    problems : list of Problem
        The first findings, with the row in the file.
    """

    rows: int = 0
    refused: int = 0
    counts: Counter[tuple[str, str, Severity]] = dataclasses.field(default_factory=Counter)
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        """Take in the findings of the next chunk."""
        self.rows += len(chunk.frame)
        self.refused += int((~chunk.ok).sum())
        self.counts.update(chunk.validation.counts)
        room = LISTED - len(self.problems)
        if room > 0:
            self.problems += [
                dataclasses.replace(found, row=(found.row or 0) + chunk.first_row)
                for found in chunk.validation.problems(room)
            ]

    def findings(self) -> list[dict[str, object]]:
        """Return the counts as plain data."""
        return [
            {"column": column, "rule": rule, "severity": severity, "cells": cells}
            for (column, rule, severity), cells in self.counts.items()
        ]

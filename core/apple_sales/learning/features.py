"""From a checked table to columns of numbers that a learner takes."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.door.result import SalesTable
from core.tables import name_list

Floats = NDArray[np.float64]

MOST_LEVELS = 12
"""A column of words with more different words than this is not learned from."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Columns to learn from.

    Attributes
    ----------
    names : tuple of str
        Name of each column; ``"Region = Europe"`` for the code of a word.
    matrix : ndarray, shape (n, p)
        The columns.
    left_out : tuple of str
        Sentences on columns that are not among them.
    """

    names: tuple[str, ...]
    matrix: Floats
    left_out: tuple[str, ...]


def features(table: SalesTable) -> Features:
    """Return the columns of a table that vary, words as codes of 0 and 1."""
    names: list[str] = []
    columns: list[Floats] = []
    constant, many = [], []
    for name in table.numeric:
        values = table.frame[name].to_numpy(dtype=np.float64)
        if float(np.ptp(values)) == 0:
            constant.append(name)
        else:
            names.append(name)
            columns.append(values)
    for name in table.texts:
        levels = sorted(table.frame[name].unique())
        if name == "period" and table.kind == "sales":
            continue  # the number of the period stands for it
        if len(levels) > MOST_LEVELS:
            many.append(name)
        elif len(levels) < 2:
            constant.append(name)
        else:
            names += [f"{name} = {level}" for level in levels]
            columns += [(table.frame[name] == level).to_numpy(np.float64) for level in levels]
    matrix = np.column_stack(columns) if columns else np.empty((table.n, 0))
    return Features(tuple(names), matrix, tuple(_left_out(constant, many)))


def _left_out(constant: list[str], many: list[str]) -> list[str]:
    sentences = []
    if constant:
        sentences.append(f"Not learned from, because they do not vary: {name_list(constant)}.")
    if many:
        sentences.append(
            f"Not learned from, because they hold more than {MOST_LEVELS} different words: "
            f"{name_list(many)}."
        )
    return sentences

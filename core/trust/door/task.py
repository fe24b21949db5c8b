"""Whether outcomes are classes or quantities."""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.trust.door.arrays import Column, as_column, read_outcomes
from core.trust.door.labels import read_labels
from core.trust.door.sentences import counted, listed, refused, show

Task = Literal["classification", "regression"]

TASKS = ("auto", "classification", "binary", "multiclass", "regression")
MAX_SCORES = 20
"""Greatest number of different whole numbers, held as decimals, that are taken for classes."""

MAX_CODES = 50
"""The same for numbers held as integers."""


def detect_task(
    y: object, proba: object = None, pred: object = None, task: str = "auto"
) -> tuple[Task, tuple[str, ...]]:
    """Decide whether outcomes are classes or quantities.

    Parameters
    ----------
    y, proba, pred : array-like
        Outcomes, and probabilities and calls (or predicted quantities) where given.
    task : {"auto", "classification", "binary", "multiclass", "regression"}
        What the caller says.

    Returns
    -------
    str and tuple of str
        ``"classification"`` or ``"regression"``, and a note where that was not obvious.

    Raises
    ------
    InputError
        If ``task`` is none of those, or contradicts the arguments.
    """
    if task not in TASKS:
        raise refused("task", f"is {show(task)}.", f"Give one of {', '.join(TASKS)}.")
    if task == "regression":
        if proba is not None:
            fix = "Give predicted quantities as pred, or use task='classification'."
            raise refused("task", "is 'regression', but probabilities are given.", fix)
        return "regression", ()
    column = read_outcomes(y)
    if task in ("binary", "multiclass"):
        _check_count(column, task)
    if task != "auto" or proba is not None or column.kind != "number":
        return "classification", ()
    return _of_numbers(column, pred)


def _of_numbers(column: Column, pred: object) -> tuple[Task, tuple[str, ...]]:
    values = column.numbers()
    distinct = len(np.unique(values[np.isfinite(values)]))
    whole = np.issubdtype(column.values.dtype, np.integer) if _is_numpy(column) else False
    note = (
        f"y holds {distinct:,} different numbers and was taken for a quantity."
        " For classes use task='classification'."
    )
    if distinct > (MAX_CODES if whole else MAX_SCORES):
        return "regression", (note,)
    if distinct > 2 and pred is not None and _has_fractions(pred):
        return "regression", (note,)
    return "classification", ()


def _is_numpy(column: Column) -> bool:
    return isinstance(column.values, np.ndarray)


def _has_fractions(pred: object) -> bool:
    column = as_column(pred, "pred")
    if column.kind != "number":
        return False
    values = column.numbers()
    values = values[np.isfinite(values)]
    return bool((values != np.floor(values)).any())


def _check_count(column: Column, task: str) -> None:
    labels = read_labels(column)
    if (len(labels.names) > 2) == (task == "binary"):
        raise refused(
            "task",
            f"is {show(task)}, but y holds {counted(len(labels.names), 'class', 'classes')}:"
            f" {listed(labels.names)}.",
            "Use task='classification'.",
        )

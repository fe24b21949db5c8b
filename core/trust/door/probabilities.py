"""Probabilities of any form, checked: finite, between 0 and 1, and adding to one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.binary import auc
from core.trust.door.arrays import (
    Column,
    Floats,
    as_column,
    check_rows,
    described,
    refuse_infinite,
    refuse_missing,
    unmasked,
)
from core.trust.door.sentences import counted, listed, places, refused, share, show

TOLERANCE = 1e-6
"""How far a sum of probabilities may be from one, and a probability outside 0 to 1."""

_ARGUMENT = "proba"
_SWAP_Z = -2.58
_NESTED = (list, tuple)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Probabilities:
    """Probabilities as they were given.

    Attributes
    ----------
    values : ndarray, shape (n,) or (n, k)
        Between 0 and 1; rows of two and more columns add to one.
    columns : tuple of str or None
        Names of the columns, unless they are only counted from 0.
    index : Index or None
        Row labels, if there were any.
    """

    values: Floats
    columns: tuple[str, ...] | None = None
    index: pd.Index | None = None

    @property
    def width(self) -> int:
        """Number of probabilities a row."""
        return 1 if self.values.ndim == 1 else self.values.shape[1]

    def of_classes(self, columns: tuple[int, ...]) -> Floats:
        """Return the probability of each class, shape (n, k), the classes at these columns."""
        if len(columns) > 2:
            return self.values[:, columns]
        positive = self.values if self.values.ndim == 1 else self.values[:, columns[1]]
        return np.column_stack([1.0 - positive, positive])


def read_probabilities(proba: object, n: int) -> Probabilities:
    """Read probabilities: one a row (of the positive class), or one for each class.

    Parameters
    ----------
    proba : array-like, shape (n,), (n, 1) or (n, k)
        A list, a list of lists, an array, a Series or a data frame.
    n : int
        Number of rows there must be.

    Raises
    ------
    InputError
        If there are more or fewer rows, or values are no numbers, missing, infinite or outside 0
        to 1, or rows do not add to one.
    """
    found = _read(proba)
    values = found.values
    _check_rows(found, n)
    refuse_missing(np.isnan(values), _ARGUMENT)
    refuse_infinite(values, _ARGUMENT)
    refuse_scale(values, _ARGUMENT)
    values = np.clip(values, 0.0, 1.0)
    if values.ndim == 2:
        _refuse_sums(values)
    return dataclasses.replace(found, values=values)


def refuse_scale(values: Floats, argument: str) -> None:
    """Refuse values outside 0 to 1, and say what they look like.

    Raises
    ------
    InputError
    """
    if not values.size or (values.min() >= -TOLERANCE and values.max() <= 1 + TOLERANCE):
        return
    bad = (values < -TOLERANCE) | (values > 1 + TOLERANCE)
    message, fix = _scale(values)
    raise refused(argument, f"{share(bad)} outside 0 to 1: {places(bad, values)}. {message}", fix)


def swapped_note(y: NDArray[np.int64], p: Floats) -> tuple[str, ...]:
    """Return a note if the positives have clearly the lower probabilities.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        1 for a positive row, otherwise 0.
    p : ndarray, shape (n,)
        Probability of the positive class.
    """
    positives = int(y.sum())
    negatives = len(y) - positives
    # The means spare nearly every call the ranking of all rows.
    if not positives or not negatives or p[y == 1].mean() >= p[y == 0].mean():
        return ()
    area = auc(y, p)
    deviation = math.sqrt((len(y) + 1) / (12 * positives * negatives))
    if (area - 0.5) / deviation > _SWAP_Z:
        return ()
    return (
        f"The AUC is {area:.2f}, clearly below 0.5: check that proba is the probability of the"
        " positive class and that columns are not swapped. Nothing was turned round.",
    )


def _check_rows(found: Probabilities, n: int) -> None:
    rows = len(found.values)
    if rows != n and found.width == n:
        raise refused(
            _ARGUMENT,
            f"has {counted(rows, 'row')} and {counted(n, 'column')}, but y has"
            f" {counted(n, 'row')}: it looks transposed.",
            "Give proba.T: one row for each outcome.",
        )
    check_rows(rows, n, _ARGUMENT)


def _read(proba: object) -> Probabilities:
    if isinstance(proba, pd.DataFrame):
        return _of_frame(proba)
    rows = _rows(proba)
    if rows is not None:
        return Probabilities(rows)
    column = as_column(proba, _ARGUMENT)
    named = isinstance(column.name, str)
    return Probabilities(_numbers(column), (str(column.name),) if named else None, column.index)


def _of_frame(frame: pd.DataFrame) -> Probabilities:
    names = [str(name).strip() for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refused(_ARGUMENT, f"has the column {listed(twice)} more than once.", "Rename it.")
    if not names:
        raise refused(_ARGUMENT, "has no columns.", "Give one column for each class.")
    columns = [_numbers(as_column(frame.iloc[:, i], _ARGUMENT)) for i in range(len(names))]
    counted_only = frame.columns.equals(pd.RangeIndex(len(names)))
    values = columns[0] if len(columns) == 1 else np.column_stack(columns)
    return Probabilities(values, None if counted_only else tuple(names), frame.index)


def _rows(proba: object) -> Floats | None:
    """Return a table of probabilities, shape (n, k >= 2); None if there is one value a row."""
    if isinstance(proba, list | tuple) and proba:
        proba = [row.tolist() if isinstance(row, np.ndarray) else row for row in proba]
        if isinstance(proba[0], _NESTED):
            return _of_lists(proba)
    if isinstance(proba, pd.Series | list | tuple) or not hasattr(proba, "__array__"):
        return None
    try:
        array = np.asarray(proba)
    except Exception:  # as_column says what is wrong with it
        return None
    if array.ndim < 2 or (array.shape[1] == 1 and array.ndim == 2):
        return None
    if array.ndim > 2 or array.shape[1] == 0:
        raise _shape(array.shape)
    if isinstance(proba, np.ma.MaskedArray):
        array = unmasked(proba)
    return _numbers(as_column(array.reshape(-1), _ARGUMENT)).reshape(array.shape)


def _of_lists(rows: Any) -> Floats | None:
    lengths = np.array([len(row) if isinstance(row, _NESTED) else -1 for row in rows])
    width = int(lengths[0])
    ragged = lengths != width
    if ragged.any():
        raise refused(
            _ARGUMENT,
            f"has rows of different lengths: row 0 has {counted(width, 'value')}, unlike"
            f" {places(ragged)}.",
            "Give one probability for each class in every row.",
        )
    cells = [cell for row in rows for cell in row]
    if width == 0 or isinstance(cells[0], _NESTED):
        deeper = (len(cells[0]),) if cells else ()
        raise _shape((len(rows), width, *deeper))
    return _numbers(as_column(cells, _ARGUMENT)).reshape(-1, width) if width > 1 else None


def _numbers(column: Column) -> Floats:
    if column.kind == "boolean":
        raise refused(
            _ARGUMENT,
            "holds calls (True and False), not probabilities.",
            "Give calls as pred=.",
        )
    if column.kind == "text":
        percent = any(str(value).strip().endswith("%") for value in column.values[:100])
        fix = "Remove the percent signs and divide by 100." if percent else ""
        raise refused(
            _ARGUMENT,
            f"holds {described(column)}, not numbers.",
            fix or "Convert it to numbers; give calls as pred=.",
        )
    if column.kind == "empty":
        refuse_missing(column.missing, _ARGUMENT)
    return column.numbers()


def _scale(values: Floats) -> tuple[str, str]:
    low, high = float(values.min()), float(values.max())
    table = values.ndim == 2
    if low >= 0 and high <= 100:
        return "They look like percentages.", "Divide by 100."
    if low >= 0:
        return "They look like counts or scores.", "Give probabilities, such as votes / all votes."
    if high <= 0 and table and np.allclose(np.exp(values).sum(axis=1), 1, atol=1e-3):
        return "They look like logarithms of probabilities.", "Apply the exponential function."
    if high <= 0:
        fix = "Apply the exponential function to logarithms, the logistic one to log-odds."
        return "They look like logarithms.", fix
    if high > 1:
        function = "softmax" if table else "logistic"
        return "They look like log-odds (logits).", f"Apply the {function} function."
    return "Scores of a decision function are no probabilities.", "Give predict_proba's output."


def _refuse_sums(values: Floats) -> None:
    sums = values.sum(axis=1)
    bad = np.abs(sums - 1) > TOLERANCE
    if bad.any():
        raise refused(
            _ARGUMENT,
            f"{int(bad.sum()):,} of {counted(len(bad), 'row')} do not add to 1:"
            f" {places(bad, sums)}.",
            "Give unrounded probabilities of all classes, or divide each row by its sum.",
        )


def _shape(shape: tuple[int, ...]) -> InputError:
    return refused(
        _ARGUMENT,
        f"has the shape {show(str(shape))}.",
        "Give one row for each outcome and one column for each class, shape (n, k).",
    )

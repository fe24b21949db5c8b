"""Which class each row is called, by the calls given or by the probabilities."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.trust.door.arrays import Column, Floats, as_column, check_index, check_rows
from core.trust.door.labels import Coded, read_labels
from core.trust.door.sentences import counted, refused, show

THRESHOLD = 0.5


def given_calls(pred: object, y: Column, labels: Coded, notes: list[str]) -> Coded:
    """Read the classes that rows were called.

    Parameters
    ----------
    pred : array-like, shape (n,)
        Labels, spelled as in y.
    y : Column
        Outcomes as given, for the number of rows and their labels.
    labels : Coded
        Outcomes as classes.
    notes : list of str
        Takes the notes.

    Raises
    ------
    InputError
        If they cannot be labels, or look like probabilities.
    """
    column = as_column(pred, "pred")
    check_rows(len(column), len(y), "pred")
    notes += check_index(column.index, y.index, "pred")
    if column.kind == "number" and _look_like_probabilities(column.numbers(), labels):
        raise refused(
            "pred",
            "holds numbers between 0 and 1, which look like probabilities.",
            "Give probabilities as proba, and as pred the class that each row was called.",
        )
    return read_labels(column)


def _look_like_probabilities(values: Floats, labels: Coded) -> bool:
    values = values[np.isfinite(values)]
    fractions = (values != np.floor(values)).any()
    return bool(
        fractions and values.min() >= 0 and values.max() <= 1 and len(labels.names) <= 2
    ) and not all("." in name for name in labels.names)


def call_threshold(threshold: object, classes: int, called: Coded | None) -> float | None:
    """Return the threshold that makes the calls; None where none does.

    Raises
    ------
    InputError
        If it lies outside 0 to 1, or there are more than two classes.
    """
    value = fraction(threshold, "threshold")
    if classes > 2 and value != THRESHOLD:
        raise refused(
            "threshold",
            f"is {value:g}, but there are {classes} classes, of which the likeliest is called.",
            "Leave it out, or give the calls as pred.",
        )
    return None if classes > 2 or called is not None else value


def fraction(value: Any, argument: str) -> float:
    """Return a number between 0 and 1, both excluded.

    Raises
    ------
    InputError
    """
    number = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    if number and 0 < value < 1 and 0 < float(value) < 1:
        return float(value)
    percent = ""
    if number and 1 <= value < 100:
        percent = f" {float(value):g} % is {float(value) / 100:g}."
    raise refused(argument, f"is {show(value)}.", f"Give a number between 0 and 1.{percent}")


def calls_of(proba: Floats, threshold: float | None) -> NDArray[np.int64]:
    """Return the class that the probabilities call for, shape (n,); of equals, the first."""
    if proba.shape[1] == 2:
        cut = THRESHOLD if threshold is None else threshold
        return np.asarray(proba[:, 1] >= cut, dtype=np.int64)
    return np.asarray(np.argmax(proba, axis=1), dtype=np.int64)


def disagreement(
    called: NDArray[np.int64],
    by_rule: NDArray[np.int64] | None,
    proba: Floats | None,
    threshold: object,
) -> tuple[str, ...]:
    """Say where given calls are not those that the probabilities alone would give."""
    notes: tuple[str, ...] = ()
    if threshold != THRESHOLD:
        notes = ("The threshold was not used, because the calls were given as pred.",)
    if by_rule is None or proba is None:
        return notes
    differs = called != by_rule
    if not differs.any():
        return notes
    two = proba.shape[1] == 2
    rule = "a threshold of 0.5" if two else "the likeliest class"
    note = (
        f"pred differs from {rule} in {int(differs.sum()):,} of {counted(len(differs), 'row')}:"
        " the calls of pred count, with the probability of the called class."
    )
    if two and 0 < called.sum() < len(called):
        below, above = proba[called == 0, 1].max(), proba[called == 1, 1].min()
        if below < above:
            note += f" They correspond to a threshold between {below:.4g} and {above:.4g}."
        else:
            note += " No single threshold gives these calls."
    return (*notes, note)

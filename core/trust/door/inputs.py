"""The door of the audit: what users hold in their hands becomes predictions, or a sentence."""

from __future__ import annotations

import dataclasses
import numbers

import numpy as np
from numpy.typing import NDArray

from core.trust.door.arrays import (
    Column,
    Floats,
    as_column,
    check_index,
    check_rows,
    finite_numbers,
    read_outcomes,
)
from core.trust.door.attributes import read_groups
from core.trust.door.batches import read_batches
from core.trust.door.calls import (
    THRESHOLD,
    call_threshold,
    calls_of,
    disagreement,
    fraction,
    given_calls,
)
from core.trust.door.classes import Asked, read_classes, scheme
from core.trust.door.labels import Coded, check_writable, label_name, read_labels
from core.trust.door.probabilities import Probabilities, read_probabilities, swapped_note
from core.trust.door.row_features import read_embedding, read_features
from core.trust.door.sentences import counted, listed, places, refused, share, show
from core.trust.predictions import Context, Estimates, Predictions


def read_predictions(
    y: object,
    proba: object = None,
    *,
    pred: object = None,
    threshold: float = THRESHOLD,
    groups: object = None,
    batch: object = None,
    features: object = None,
    embedding: object = None,
    classes: object = None,
    positive: object = None,
) -> Predictions:
    """Read outcomes and predicted classes.

    Rows are taken by position. Columns of a data frame that are named like the classes are taken by
    name; those of an array are in the order of ``classes``, or else in ascending order of the
    labels, as scikit-learn has them.

    Parameters
    ----------
    y : array-like, shape (n,) or (n, 1)
        Outcomes: whole numbers, truth values or text.
    proba : array-like, shape (n,), (n, 1) or (n, k), optional
        Probability of the positive class, or of each class.
    pred : array-like, shape (n,), optional
        The class each row was called; by default it follows from ``proba``.
    threshold : float, default 0.5
        With two classes: probability from which a row is called positive.
    groups, batch, features, embedding : optional
        Attributes whose levels are compared (:func:`~core.trust.door.attributes.read_groups`), when
        each row was seen (:func:`~core.trust.door.batches.read_batches`), what the model saw, and
        its inner representation (:mod:`core.trust.door.row_features`).
    classes : sequence, optional
        All classes in the order of the columns; they need not all occur.
    positive : label, optional
        The positive one of two classes. May be left out where the labels say it, such as 0 and 1,
        ``"no"`` and ``"yes"``, ``"benign"`` and ``"malignant"``.

    Raises
    ------
    InputError
        Names the argument, the number of values and the first rows concerned, and the fix.
    NotEnoughDataError
        If there is no row.
    """
    column = read_outcomes(y)
    labels = read_labels(column)
    notes: list[str] = []
    given = None if proba is None else _given_proba(proba, column, notes)
    called = None if pred is None else given_calls(pred, column, labels, notes)
    found = _predicted(labels, given, called, _asked(given, classes, positive), threshold)
    context = _context(column, [*notes, *found.context.notes], groups, batch, features, embedding)
    return dataclasses.replace(found, context=context)


def read_estimates(
    y: object,
    predicted: object,
    *,
    low: object = None,
    high: object = None,
    level: float = 0.95,
    variance: object = None,
    groups: object = None,
    batch: object = None,
    features: object = None,
    embedding: object = None,
) -> Estimates:
    """Read outcomes and predicted quantities.

    Parameters
    ----------
    y, predicted : array-like, shape (n,) or (n, 1)
        What was observed and what was predicted, in the same unit.
    low, high : array-like, shape (n,), optional
        Limits of the prediction intervals; both or neither.
    level : float, default 0.95
        Coverage that the intervals claim.
    variance : array-like, shape (n,), optional
        Predicted variance, not negative.
    groups, batch, features, embedding : optional
        As for :func:`read_predictions`.

    Returns
    -------
    Estimates

    Raises
    ------
    InputError
        Names the argument, the number of values and the first rows concerned, and the fix.
    NotEnoughDataError
        If there is no row.
    """
    column = read_outcomes(y)
    notes: list[str] = []
    observed = finite_numbers(column)
    estimates = _quantity(predicted, "predicted", column, notes)
    ends = _interval(low, high, column, notes)
    spread = None if variance is None else _variance(variance, column, notes)
    claimed = fraction(level, "level")
    notes += _estimate_notes(observed, estimates, ends)
    context = _context(column, notes, groups, batch, features, embedding)
    low_end, high_end = ends or (None, None)
    return Estimates(observed, estimates, low_end, high_end, claimed, spread, context)


def _asked(given: Probabilities | None, classes: object, positive: object) -> Asked:
    return Asked(
        0 if given is None else given.width,
        None if given is None else given.columns,
        read_classes(classes),
        None if positive is None else _one_label(positive),
    )


def _predicted(
    y: Coded,
    given: Probabilities | None,
    pred: Coded | None,
    asked: Asked,
    threshold: object,
) -> Predictions:
    """Return the predictions, with notes on how their classes were understood."""
    if given is None and pred is None:
        raise refused("proba", "and pred are both missing.", "Give probabilities, calls, or both.")
    decided = scheme(y, pred, asked)
    names = decided.classes
    check_writable("classes", names)
    cut = call_threshold(threshold, len(names), pred)
    index = y.among(names)
    proba = None if given is None else given.of_classes(decided.columns)
    notes = (*decided.notes, *_class_notes(index, names, proba))
    called = None if proba is None else calls_of(proba, cut)
    if pred is not None:
        own = pred.among(names)
        notes += disagreement(own, called, proba, threshold)
        called = own
    assert called is not None  # noqa: S101 - probabilities or calls were given
    return Predictions(index, proba, called, names, cut, Context(notes=notes))


def _given_proba(proba: object, y: Column, notes: list[str]) -> Probabilities:
    given = read_probabilities(proba, len(y))
    notes += check_index(given.index, y.index, "proba")
    return given


def _one_label(positive: object) -> str:
    if isinstance(positive, str | bool | np.bool_ | numbers.Real) and positive == positive:
        return label_name(positive)
    raise refused("positive", f"is {show(positive)}.", "Give the label of one class.")


def _class_notes(
    y: NDArray[np.int64], classes: tuple[str, ...], proba: Floats | None
) -> tuple[str, ...]:
    counts = np.bincount(y, minlength=len(classes))
    absent = [name for name, count in zip(classes, counts, strict=True) if not count]
    notes: tuple[str, ...] = ()
    if absent:
        what = "this class" if len(absent) == 1 else "these classes"
        notes = (f"No row has the outcome {listed(absent)}: figures of {what} are undefined.",)
    if proba is not None and ((proba == 0) | (proba == 1)).all():
        notes += ("Each probability is 0 or 1. If these are calls, give them as pred instead.",)
    if proba is not None and len(classes) == 2:
        notes += swapped_note(y, proba[:, 1])
    return notes


def _context(
    y: Column,
    notes: list[str],
    groups: object,
    batch: object,
    features: object,
    embedding: object,
) -> Context:
    n, index = len(y), y.index
    attributes, of_groups = read_groups(groups, n, index)
    batches, of_batch = read_batches(batch, n, index)
    frame, of_features = read_features(features, n, index)
    inner = read_embedding(embedding, n)
    for grouping in attributes:
        check_writable("groups", (grouping.name, *grouping.levels))
    said = dict.fromkeys((*notes, *of_groups, *of_batch, *of_features))
    return Context(attributes, batches, frame, inner, tuple(said))


def _quantity(values: object, argument: str, y: Column, notes: list[str]) -> Floats:
    column = as_column(values, argument)
    check_rows(len(column), len(y), argument)
    notes += check_index(column.index, y.index, argument)
    return finite_numbers(column)


def _variance(values: object, y: Column, notes: list[str]) -> Floats:
    found = _quantity(values, "variance", y, notes)
    bad = found < 0
    if bad.any():
        raise refused(
            "variance",
            f"{share(bad)} negative: {places(bad, found)}.",
            "Give variances, not their logarithms.",
        )
    return found


def _estimate_notes(
    y: Floats, predicted: Floats, ends: tuple[Floats, Floats] | None
) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if ends is not None:
        outside = int(np.sum((predicted < ends[0]) | (predicted > ends[1])))
        if outside:
            notes = (
                f"The interval does not hold the predicted value in {counted(outside, 'row')}.",
            )
    if len(np.unique(y)) <= 2:
        notes += ("y holds at most two different values; for classes use probabilities.",)
    return notes


def _interval(
    low: object, high: object, y: Column, notes: list[str]
) -> tuple[Floats, Floats] | None:
    if (low is None) != (high is None):
        raise refused(
            "high" if high is None else "low",
            "is missing, while the other end of the interval is given.",
            "Give both ends, or neither.",
        )
    if low is None:
        return None
    ends = _quantity(low, "low", y, notes), _quantity(high, "high", y, notes)
    bad = ends[0] > ends[1]
    if bad.any():
        raise refused(
            "low",
            f"{share(bad)} greater than high: {places(bad, ends[0])}.",
            "Swap low and high in these rows.",
        )
    return ends

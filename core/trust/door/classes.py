"""Which classes there are, which column holds which, and which of two is the positive one.

What the labels, the columns and the arguments do not say beyond doubt is asked for, never guessed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from core.errors import InputError
from core.trust.door.arrays import as_column
from core.trust.door.labels import Coded, as_number, label_name, number_order
from core.trust.door.sentences import counted, listed, refused, show

OBVIOUS = frozenset(
    {
        ("0", "1"), ("-1", "1"), ("1", "2"), ("false", "true"), ("f", "t"), ("no", "yes"),
        ("n", "y"), ("negative", "positive"), ("neg", "pos"), ("benign", "malignant"), ("b", "m"),
        ("healthy", "disease"), ("healthy", "diseased"), ("control", "case"),
        ("absent", "present"), ("normal", "abnormal"),
    }
)  # fmt: skip
"""Pairs of labels, in lower case, of which the second is the positive one whoever writes them."""

PREFIXES = ("probability_", "proba_", "prob_", "p_")
_SORTED = "in ascending order of the labels"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the caller said of the classes.

    Attributes
    ----------
    width : int
        Number of probabilities a row; 0 without probabilities.
    columns : tuple of str or None
        Names of the probability columns, where they have names of their own.
    classes : tuple of str or None
        Names of all classes, in the order of the columns.
    positive : str or None
        The positive one of two classes.
    """

    width: int
    columns: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    positive: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Scheme:
    """The classes of an audit.

    Attributes
    ----------
    classes : tuple of str
        Their names; of two, the second is the positive one.
    columns : tuple of int
        For each class the position of its probability column, if there is a column for each.
    notes : tuple of str
        What was decided, in sentences, where it was not obvious.
    """

    classes: tuple[str, ...]
    columns: tuple[int, ...]
    notes: tuple[str, ...] = ()


def read_classes(classes: object) -> tuple[str, ...] | None:
    """Read the names of the classes.

    Raises
    ------
    InputError
        If there are fewer than two, one is missing, or one is named twice.
    """
    if classes is None:
        return None
    column = as_column(classes, "classes")
    if column.kind not in ("number", "boolean", "text") or column.missing.any():
        raise refused("classes", "must be labels.", "Give the name of each class once.")
    names = tuple(label_name(value) for value in column.values)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refused("classes", f"names {listed(twice)} more than once.", "Name each class once.")
    if len(names) < 2:
        raise refused(
            "classes",
            f"names {counted(len(names), 'class', 'classes')}.",
            "Name all classes, at least two.",
        )
    return names


def scheme(y: Coded, pred: Coded | None, asked: Asked) -> Scheme:
    """Decide on the classes.

    Parameters
    ----------
    y, pred : Coded
        Outcomes, and calls if there are any.
    asked : Asked
        What is known of the columns, and what the caller said.

    Raises
    ------
    InputError
        If labels, columns and arguments contradict each other, or leave a choice open.
    """
    order, source, notes = _column_order(y, pred, asked)
    for coded in (y, pred) if pred is not None else (y,):
        _refuse_unknown(coded, order)
    if len(order) > 2:
        if asked.positive is not None:
            raise refused(
                "positive",
                f"chooses one of two classes, but there are {len(order)}: {listed(order)}.",
                "Leave it out.",
            )
        return Scheme(order, tuple(range(len(order))), notes)
    positive, note = _positive(order, source, asked)
    negative = order[1 - order.index(positive)]
    columns = (order.index(negative), order.index(positive))
    return Scheme((negative, positive), columns, (*notes, *note))


def _column_order(
    y: Coded, pred: Coded | None, asked: Asked
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return the classes in the order of the columns, where that comes from, and notes."""
    labels = set(y.names) | set(pred.names if pred is not None else ())
    if asked.classes is not None:
        _refuse_width(len(asked.classes), asked.width)
    if asked.width > 1 and asked.columns is not None:
        named = _by_name(asked.columns, asked.classes or labels, complete=bool(asked.classes))
        if named is not None:
            return named, "columns", ()
    if asked.classes is not None:
        return asked.classes, "classes", _position_note(asked, asked.classes)
    if pred is not None and asked.width < 2:
        _refuse_foreign(y, pred, labels)
    order = _completed(labels, asked.width)
    _refuse_two_orders(order, asked.width, y.text)
    notes = _position_note(asked, order)
    if asked.width > 2 and y.text and not notes:
        notes = (f"The columns of proba were read {_SORTED}: {listed(order)}.",)
    return order, "sorted", notes


def _position_note(asked: Asked, order: tuple[str, ...]) -> tuple[str, ...]:
    if asked.width < 2 or asked.columns is None:
        return ()
    return (
        f"The columns of proba ({listed(asked.columns)}) are not named like the classes: they were"
        f" read by position as {listed(order)}.",
    )


def _by_name(
    columns: tuple[str, ...], labels: Iterable[str], *, complete: bool
) -> tuple[str, ...] | None:
    """Return the classes as the columns name them; None if the names have nothing in common."""
    wanted = set(labels)
    for names in (columns, without_prefix(columns)):
        if wanted == set(names) or (wanted < set(names) and not complete):
            return names
        if wanted & set(names):
            absent, extra = sorted(wanted - set(names)), sorted(set(names) - wanted)
            what = f"no column for {listed(absent)}" if absent else f"columns for {listed(extra)}"
            raise refused(
                "proba",
                f"has {what}, while the classes are {listed(sorted(wanted))}.",
                "Name the columns like the classes, or give an array without names.",
            )
    return None


def without_prefix(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the names of probability columns without ``p_`` or the like, if all have it."""
    for prefix in PREFIXES:
        if all(column.lower().startswith(prefix) for column in columns):
            return tuple(column[len(prefix) :] for column in columns)
    return tuple(columns)


def _completed(labels: set[str], width: int) -> tuple[str, ...]:
    """Return all classes in ascending order: those that occur, and those that must exist."""
    numbers = all(as_number(name) is not None for name in labels)
    order = tuple(sorted(labels, key=number_order if numbers else str))
    k = max(width, 2)
    if len(order) == k or (width == 0 and len(order) > 2):
        return order
    if len(order) < k:
        for start in (0, 1):
            every = tuple(str(start + i) for i in range(k))
            # An end must occur: 1 and 2 may be two of 0, 1, 2 or of 1, 2, 3.
            end = every[-1] in labels if start else every[0] in labels or k == 2
            if labels <= set(every) and end and (k > 2 or not start):
                return every
        raise refused(
            "classes",
            f"{counted(width, 'column')} of proba, but only the"
            f" {counted(len(order), 'class', 'classes')} {listed(order)} in y."
            if width > 1
            else f"y holds the one class {listed(order)}.",
            "Name all classes with classes=, in the order of the columns.",
        )
    raise refused(
        "proba",
        f"has {counted(width, 'column')}, but y holds {len(order)} classes: {listed(order)}.",
        "Give one column of probabilities for each class.",
    )


def _refuse_width(k: int, width: int) -> None:
    if width not in (0, k) and not (width == 1 and k == 2):
        raise refused(
            "proba",
            f"has {counted(width, 'column')}, but classes names {k}.",
            "Give one column for each class, in the order of classes.",
        )


def _refuse_unknown(coded: Coded, order: tuple[str, ...]) -> None:
    unknown = [name for name in coded.names if name not in order]
    if unknown:
        at = {i for i, name in enumerate(coded.names) if name in unknown}
        rows = sum(int((coded.index == i).sum()) for i in at)
        raise refused(
            coded.argument,
            f"holds {listed(unknown)} in {counted(rows, 'row')}, while the classes are"
            f" {listed(order)}.",
            "Correct the label, or name the class with classes= and give its probabilities.",
        )


def _refuse_foreign(y: Coded, pred: Coded, labels: set[str]) -> None:
    foreign = [name for name in pred.names if name not in y.names]
    if not foreign or (len(labels) == 2 and _natural(tuple(sorted(labels)))):
        return
    at = {i for i, name in enumerate(pred.names) if name in foreign}
    rows = sum(int((pred.index == i).sum()) for i in at)
    raise refused(
        "pred",
        f"holds {listed(foreign)} in {counted(rows, 'row')}, which y never is:"
        f" it holds {listed(y.names)}.",
        "Correct the spelling, or name all classes with classes=.",
    )


def _refuse_two_orders(order: tuple[str, ...], width: int, text: bool) -> None:
    # scikit-learn sorts text by character, so that "10" comes before "2".
    if width > 1 and text and order != tuple(sorted(order)):
        raise refused(
            "classes",
            f"The columns of proba may be in the order {listed(order)} or {listed(sorted(order))}.",
            "Name the classes in the order of the columns with classes=.",
        )


def _natural(order: tuple[str, ...]) -> str | None:
    """Return the positive one of two labels where the labels themselves say it."""
    folded = tuple(name.casefold() for name in order)
    for low, high in ((0, 1), (1, 0)):
        if (folded[low], folded[high]) in OBVIOUS:
            return order[high]
    values = [as_number(name) for name in order]
    if None in values:
        return None
    return max(order, key=number_order)


def _is_obvious(order: tuple[str, ...]) -> bool:
    folded = tuple(name.casefold() for name in order)
    return folded in OBVIOUS or folded[::-1] in OBVIOUS


def _positive(order: tuple[str, ...], source: str, asked: Asked) -> tuple[str, tuple[str, ...]]:
    """Return the positive one of two classes, and a note where that is not obvious."""
    natural, second = _natural(order), order[1]
    named = _named_column(order, asked)
    if asked.positive is not None:
        return _chosen(order, source, asked, named), ()
    if named is not None:
        if natural not in (None, named):
            raise _ask_positive(order, f"proba is named {show(named)}, which is no positive label")
        return named, (f"The positive class is {show(named)}, which proba is named after.",)
    if source == "sorted":
        return _of_labels(order, natural, asked)
    if natural is None:
        where = "columns of proba" if source == "columns" else "classes"
        return second, (f"The positive class is {show(second)}, the second of the {where}.",)
    if natural != second and source == "classes" and (asked.width == 1 or not _is_obvious(order)):
        raise _ask_positive(order, f"classes ends with {show(second)}")
    note = f"The positive class is {show(natural)}."
    return natural, (note,) if natural != second or not _plain(order) else ()


def _chosen(order: tuple[str, ...], source: str, asked: Asked, named: str | None) -> str:
    positive = str(asked.positive)
    if positive not in order:
        raise refused(
            "positive", f"is {show(positive)}, but the classes are {listed(order)}.",
            "Give one of the two.",
        )  # fmt: skip
    if named not in (None, positive):
        raise refused(
            "positive", f"is {show(positive)}, but proba is named {show(named)}.",
            "Give the probability of the positive class.",
        )  # fmt: skip
    text = as_number(positive) is None
    if source == "sorted" and asked.width == 2 and positive == order[0] and text:
        raise _ask_order(order)
    return positive


def _of_labels(
    order: tuple[str, ...], natural: str | None, asked: Asked
) -> tuple[str, tuple[str, ...]]:
    """Decide where only the labels tell."""
    if asked.width == 2 and natural != order[1]:
        raise _ask_order(order)
    if natural is None:
        raise _ask_positive(order, "the labels do not tell")
    return natural, () if _plain(order) else (f"The positive class is {show(natural)}.",)


def _plain(order: tuple[str, ...]) -> bool:
    """Return whether a pair needs no note on which of the two is positive."""
    return _is_obvious(order) and set(order) != {"1", "2"}


def _named_column(order: tuple[str, ...], asked: Asked) -> str | None:
    """Return the class that a single column of probabilities is named after."""
    if asked.width != 1 or asked.columns is None:
        return None
    for name in (asked.columns[0], *without_prefix(asked.columns)):
        if name in order:
            return name
    return None


def _ask_positive(order: tuple[str, ...], why: str) -> InputError:
    one, other = (show(name) for name in sorted(order))
    return refused(
        "positive",
        f"Which of the classes {one} and {other} is the positive one is not clear: {why}.",
        f"Say positive={one} or positive={other}.",
    )


def _ask_order(order: tuple[str, ...]) -> InputError:
    one, other = (show(name) for name in order)
    return refused(
        "classes",
        f"Which column of proba belongs to {one} and which to {other} is not clear.",
        f"Say classes=({one}, {other}) or classes=({other}, {one}), in the order of the columns.",
    )

"""Outcome labels of any spelling to positions among names."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.trust.door.arrays import Column, described, refuse_missing
from core.trust.door.sentences import counted, listed, places, refused, share, show

MAX_CLASSES = 1_000
MAX_FRACTIONS = 20
"""Greatest number of different values of which some are no whole numbers, that may be classes."""

LARGEST = 1e38
"""Greatest number that may name a class."""

_UNWRITTEN = ("", "nan", "none", "<na>", "nat", "null")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Labels of n rows.

    Attributes
    ----------
    argument : str
        Name of the argument they came by.
    index : ndarray of int, shape (n,)
        Position of each row's label among the names.
    names : tuple of str
        The labels that occur, in ascending order: numbers by size, text by character.
    text : bool
        Whether the labels are text, which scikit-learn sorts by character.
    """

    argument: str
    index: NDArray[np.int64]
    names: tuple[str, ...]
    text: bool

    def among(self, classes: tuple[str, ...]) -> NDArray[np.int64]:
        """Return each row's position among classes that hold every name, shape (n,)."""
        position = np.array([classes.index(name) for name in self.names], dtype=np.int64)
        return position[self.index]


def read_labels(column: Column) -> Coded:
    """Read class labels: numbers, truth values or text.

    True and False count as 1 and 0, and 1.0 is the class ``"1"``.

    Raises
    ------
    InputError
        If labels are missing, are a quantity or an identifier, are neither numbers nor text, or
        one class is spelled in several ways.
    """
    argument = column.argument
    if column.kind == "empty":
        refuse_missing(column.missing, argument)
    if column.kind not in ("number", "boolean", "text"):
        raise refused(
            argument,
            f"holds {described(column)}, which are no class labels.",
            "Give whole numbers, True and False, or text.",
        )
    codes, values = factorized(column)
    if column.kind == "number":
        _refuse_infinite(codes, values, argument)
        _refuse_fractions(values, argument)
    if len(values) > MAX_CLASSES:
        raise refused(
            argument,
            f"holds {len(values):,} different labels; the limit is {MAX_CLASSES:,} classes.",
            "Check that it is the outcome and no identifier; for quantities use task='regression'.",
        )
    names = [label_name(value) for value in values]
    unwritten = [column.kind == "text" and name.casefold() in _UNWRITTEN for name in names]
    refuse_missing(np.append(unwritten, True)[codes], argument)  # code -1 is missing
    ordered = sorted(set(names), key=str if column.kind == "text" else number_order)
    _refuse_spellings(ordered, argument)
    position = {name: at for at, name in enumerate(ordered)}
    index = np.array([position[name] for name in names], dtype=np.int64)[codes]
    return Coded(argument, index, tuple(ordered), column.kind == "text")


def factorized(column: Column) -> tuple[NDArray[np.intp], list[Any]]:
    """Return each row's position among the different values (-1 where missing), and the values."""
    import pandas as pd

    try:
        codes, values = pd.factorize(column.values)
        return codes, pd.Series(values).astype(object).tolist()
    except UnicodeEncodeError as error:
        check_writable(column.argument, [str(error.object)])
        raise


def check_writable(argument: str, texts: Iterable[str]) -> None:
    """Refuse text that no file can hold: half of a character, left by a broken conversion.

    Raises
    ------
    InputError
        If a text cannot be encoded.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise refused(
                argument,
                f"holds the text {text.encode(errors='backslashreplace').decode()!r}, which is no "
                "valid Unicode.",
                "Read the file again with its own encoding.",
            ) from None


def label_name(value: Any) -> str:
    """Return the name of a label: ``1``, ``1.0`` and ``True`` are ``"1"``; text without margins."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    number = isinstance(value, numbers.Real | Decimal)
    if number and _size(value) <= LARGEST and value == math.floor(value):
        return str(math.floor(value))
    return show(value) if number else str(value)


def number_order(name: str) -> tuple[float, str]:
    """Return the key that sorts the names of numbers by size."""
    value = as_number(name)
    return (math.inf if value is None else value, name)


def as_number(name: str) -> float | None:
    """Return the number that a name spells, or None."""
    try:
        value = float(name)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _refuse_infinite(codes: NDArray[np.intp], values: list[Any], argument: str) -> None:
    infinite = [_size(value) > LARGEST for value in values]
    if any(infinite):
        bad = np.append(infinite, False)[codes]
        raise refused(
            argument,
            f"{share(bad)} infinite or beyond {LARGEST:g}: {places(bad)}.",
            "Correct these values, or remove the rows from every argument.",
        )


def _size(value: Any) -> float:
    try:
        return abs(float(value))
    except (OverflowError, ValueError):  # too large, or a signalling NaN
        return math.inf


def _refuse_fractions(values: list[Any], argument: str) -> None:
    fractions = [value for value in values if value != math.floor(value)]
    if fractions and len(values) > MAX_FRACTIONS:
        raise refused(
            argument,
            f"looks like a quantity: it holds {len(values):,} different numbers, such as"
            f" {listed(fractions[:3])}.",
            "For predicted quantities use task='regression'; for classes give labels.",
        )


def _refuse_spellings(names: list[str], argument: str) -> None:
    spelled: dict[str, list[str]] = {}
    for name in names:
        spelled.setdefault(" ".join(name.casefold().split()), []).append(name)
    several = [same for same in spelled.values() if len(same) > 1]
    if several:
        raise refused(
            argument,
            f"spells {counted(len(several), 'class', 'classes')} in several ways:"
            f" {listed(several[0])}.",
            "Write each class in one way.",
        )

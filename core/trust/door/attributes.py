"""Attributes by which rows are told apart, to levels: text as it is, numbers in bins."""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.trust.door.arrays import (
    Column,
    Floats,
    as_column,
    check_index,
    check_rows,
    described,
    refuse_infinite,
)
from core.trust.door.labels import factorized, label_name, number_order
from core.trust.door.sentences import counted, listed, refused
from core.trust.predictions import MISSING, Grouping

MAX_NUMBERS = 12
"""Greatest number of different numbers that stay levels of their own."""

BINS = 4
MAX_LEVELS = 50
MIN_ROWS = 5
"""Beyond ``MAX_LEVELS`` levels: smallest mean number of rows a level, or it is an identifier."""

_UNWRITTEN = ("", "nan", "NaN", "<NA>", "NaT", MISSING)


def read_groups(
    groups: object, n: int, of_y: pd.Index | None = None
) -> tuple[tuple[Grouping, ...], tuple[str, ...]]:
    """Read the attributes of n rows.

    A missing value is a level of its own. A number with more than ``MAX_NUMBERS`` different values
    is cut at its quartiles; codes are kept apart if they are given as text.

    Parameters
    ----------
    groups : mapping, data frame, Series or array-like
        Name of each attribute and its values; a single one without a name is called ``"group"``.
    n : int
        Number of rows.
    of_y : Index, optional
        Row labels of the outcomes.

    Returns
    -------
    tuple of Grouping and tuple of str
        The attributes, and notes on how they were understood.

    Raises
    ------
    InputError
        If an attribute has another number of rows, is named twice, or is an identifier.
    """
    read: list[Grouping] = []
    notes: dict[str, None] = {}
    for name, values in _named(groups).items():
        argument = f"groups['{name}']"
        column = as_column(values, argument)
        check_rows(len(column), n, argument)
        index = groups.index if isinstance(groups, pd.DataFrame) else column.index
        found = check_index(index, of_y, "groups")
        grouping, said = _grouping(name, column)
        read.append(grouping)
        notes.update(dict.fromkeys((*found, *said)))
    return tuple(read), tuple(notes)


def _named(groups: object) -> dict[str, Any]:
    if groups is None:
        return {}
    if isinstance(groups, pd.DataFrame):
        pairs: list[tuple[Any, Any]] = [
            (name, groups.iloc[:, i]) for i, name in enumerate(groups.columns)
        ]
    elif isinstance(groups, Mapping):
        pairs = list(groups.items())
    else:
        column = as_column(groups, "groups")
        pairs = [("group" if column.name is None else column.name, groups)]
    names = [str(name).strip() for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refused("groups", f"names {listed(twice)} more than once.", "Rename one of them.")
    if "" in names:
        raise refused("groups", "has an attribute without a name.", "Name it.")
    return dict(zip(names, (values for _, values in pairs), strict=True))


def _grouping(name: str, column: Column) -> tuple[Grouping, tuple[str, ...]]:
    if isinstance(column.values, pd.Categorical) and column.values.ordered:
        return _ordered(name, column.values), ()
    if column.kind == "other" and not _names_or_numbers(column):
        raise refused(
            column.argument,
            f"holds {described(column)}, which are no levels.",
            "Give text, numbers, or True and False.",
        )
    codes, values = factorized(column)
    if column.kind == "number" and len(values) > MAX_NUMBERS:
        return _binned(name, column, len(values))
    names = [_level(value) for value in values]
    _refuse_identifier(column, codes, len(set(names)))
    levels = sorted(set(names) - {MISSING}, key=number_order if column.kind == "number" else str)
    merged = len([level for level in names if level != MISSING]) - len(levels)
    notes = (f"{name}: levels that differ in margins only were put together.",) if merged else ()
    return _indexed(name, levels, names, codes), notes


def _names_or_numbers(column: Column) -> bool:
    kinds = {type(value) for value in np.asarray(column.values, dtype=object)[~column.missing]}
    return all(issubclass(kind, str | numbers.Real) for kind in kinds)


def _level(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, str):
        text = value.strip()
        return MISSING if text in _UNWRITTEN else text
    if isinstance(value, numbers.Real):
        return label_name(value)
    # Midnight says that only the date was meant.
    return str(value).removesuffix(" 00:00:00")


def _indexed(
    name: str,
    levels: Sequence[str],
    names: Sequence[str],
    codes: NDArray[np.intp],
    binned: bool = False,
) -> Grouping:
    missing = bool((codes < 0).any()) or MISSING in names
    every = (*levels, *([MISSING] if missing else []))
    position = {level: at for at, level in enumerate(every)}
    place = np.array([position[level] for level in names] + [len(every) - 1], dtype=np.intp)
    return Grouping(name, every, place[codes], binned)


def _ordered(name: str, values: pd.Categorical) -> Grouping:
    kept = values.remove_unused_categories()
    names = [_level(value) for value in kept.categories]
    levels = [level for level in dict.fromkeys(names) if level != MISSING]
    return _indexed(name, levels, names, kept.codes.astype(np.intp))


def _binned(name: str, column: Column, distinct: int) -> tuple[Grouping, tuple[str, ...]]:
    values = column.numbers()
    refuse_infinite(values, column.argument)
    edges = _edges(np.sort(values[~np.isnan(values)]))
    codes = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left"))
    texts = [label_name(float(edge)) for edge in edges]
    between = [f"over {low}, up to {high}" for low, high in itertools.pairwise(texts)]
    levels = [f"up to {texts[0]}", *between, f"over {texts[-1]}"]
    note = (
        f"{name} has {distinct:,} different numbers and was cut into {counted(len(levels), 'bin')}:"
        f" {'; '.join(levels)}. Give text if they are codes."
    )
    return _indexed(name, levels, levels, codes.astype(np.intp), binned=True), (note,)


def _edges(ordered: Floats) -> Floats:
    """Return the upper ends of all bins but the last: quartiles, rounded where that is harmless."""
    at = np.arange(1, BINS) * len(ordered) // BINS
    quartiles: Floats = np.unique(ordered[at])
    exact: Floats = quartiles[quartiles < ordered[-1]]
    if not len(exact):  # more than three quarters of the values are the greatest one
        greatest = np.searchsorted(ordered, ordered[-1])
        return np.array([ordered[greatest - 1]])
    below = np.searchsorted(ordered, exact, side="right")
    for digits in range(3, 17):
        rounded = np.array([float(f"{edge:.{digits}g}") for edge in exact])
        if np.array_equal(np.searchsorted(ordered, rounded, side="right"), below):
            return rounded
    return exact


def _refuse_identifier(column: Column, codes: NDArray[np.intp], levels: int) -> None:
    rows = int((codes >= 0).sum())
    if levels > MAX_LEVELS and rows < MIN_ROWS * levels:
        raise refused(
            column.argument,
            f"has {levels:,} levels for {rows:,} rows and looks like an identifier.",
            f"Leave it out, or give an attribute with at least {MIN_ROWS} rows a level.",
        )

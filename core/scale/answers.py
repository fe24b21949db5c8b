"""What a system hands over so that its answers can be computed for tables of any size."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, Problem
from core.fields import FieldSet
from core.tables import ColumnMap, Validation, name_list

Kind = Literal["number", "text"]
Options = Mapping[str, Any]
Signs = Mapping[str, tuple[float, ...]]
"""Which numbers occur, by field; what the parts of a file saw is joined by union."""


@dataclasses.dataclass(frozen=True, slots=True)
class Coded:
    """A column of few different texts.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        Index of each row's text.
    texts : tuple of str
        The texts.
    """

    codes: NDArray[Any]
    texts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Answers:
    """The answers for some rows.

    Attributes
    ----------
    columns : mapping of str to ndarray or Coded, each of n rows
        The wanted columns; NaN where there is no number, empty where there is no text.
    refused : mapping of int to tuple of Problem
        Rows that no rule of a field refuses, but the system does, and why.
    """

    columns: Mapping[str, NDArray[Any] | Coded]
    refused: Mapping[int, tuple[Problem, ...]] = dataclasses.field(default_factory=dict)


Answer = Callable[[Validation, tuple[str, ...], Options], Answers]
"""Answers for some judged rows; a function at module level, so that any worker finds it."""


@dataclasses.dataclass(frozen=True)
class Scorer:
    """A system as the engine sees it; all of it can be pickled.

    Attributes
    ----------
    system : str
        Its name.
    fields : FieldSet
        The record it reads.
    answer : callable
        Its answers.
    columns : mapping of str to {"number", "text"}
        The columns it can answer with, in their order.
    standard : tuple of str
        Those given unless others are asked for.
    model : str
        Tag of the model, shown beside results.
    sha256 : str
        Of the model folder.
    options : mapping
        What the caller chose; plain data.
    signs : callable, optional
        Returns what some rows show of how the whole file is coded, given its columns by field.
    refuse : callable, optional
        Raises InputError where the signs of so many rows show a file that must not be scored.
    """

    system: str
    fields: FieldSet
    answer: Answer
    columns: Mapping[str, Kind]
    standard: tuple[str, ...]
    model: str
    sha256: str
    options: Options = dataclasses.field(default_factory=dict)
    signs: Callable[[Validation, Mapping[str, str]], Signs] | None = None
    refuse: Callable[[Signs, ColumnMap, int], None] | None = None

    def wanted(self, only: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the columns to answer with, in the scorer's order.

        Raises
        ------
        InputError
            If one of them is none of the scorer's, or none is asked for.
        """
        if only is None:
            return self.standard
        unknown = [name for name in only if name not in self.columns]
        if unknown or not only:
            found = f"{name_list(unknown)} is no answer." if unknown else "names no answer."
            raise InputError(f"only: {found} Choose among {', '.join(self.columns)}.")
        return tuple(name for name in self.columns if name in only)


def join_signs(signs: list[Signs]) -> Signs:
    """Return which numbers occur in any of the parts."""
    fields = {field for part in signs for field in part}
    return {
        field: tuple(sorted({number for part in signs for number in part.get(field, ())}))
        for field in sorted(fields)
    }


def coded(texts: NDArray[np.object_]) -> Coded:
    """Return a column of texts, each distinct one stored once, in order of appearance."""
    place: dict[str, int] = {}
    codes = [place.setdefault(text, len(place)) for text in texts.tolist()]
    return Coded(np.array(codes, dtype=np.int32), tuple(place))

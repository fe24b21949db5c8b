"""From plain data back to the dataclasses it was made of: the inverse of ``core.plain``."""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from core.errors import ArtifactError

T = TypeVar("T")


def typed(kind: type[T], record: Any) -> T:
    """Return the object that ``core.plain.plain`` turned into a record.

    Keys that the dataclass does not know are left out; a field that has a default may be missing; a
    number that is ``None`` becomes NaN.

    Parameters
    ----------
    kind : type
        A dataclass of texts, numbers, enumerations, tuples, mappings and other dataclasses.
    record : object
        As read from JSON.

    Raises
    ------
    ArtifactError
        If the record lacks a field without a default, or holds something else than a field takes.
    """
    try:
        found: T = _made(kind, record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(
            f"A stored {kind.__name__} cannot be read ({error}). "
            "Restore the model folder from the repository, or make it again."
        ) from error
    return found


def _made(kind: Any, value: Any) -> Any:
    if kind is Any:
        return value
    if dataclasses.is_dataclass(kind):
        make: Any = kind
        return make(
            **{
                name: _made(hint, value[name])
                for name, hint, optional in _fields(make)
                if not (optional and name not in value)
            }
        )
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _made(inside[0], value)
    if origin is tuple:
        return _tuple(inside, value)
    if origin is frozenset:
        return frozenset(_made(inside[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {_made(inside[0], key): _made(inside[1], item) for key, item in value.items()}
    return _simple(kind, value)


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, type and whether there is a default of each field of a dataclass."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (
            field.name,
            hints[field.name],
            field.default is not dataclasses.MISSING
            or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
    )


def _tuple(inside: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if len(inside) == 2 and inside[1] is Ellipsis:
        return tuple(_made(inside[0], item) for item in value)
    return tuple(_made(one, item) for one, item in zip(inside, value, strict=True))


def _simple(kind: Any, value: Any) -> Any:
    if kind is float:
        return math.nan if value is None else float(value)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value

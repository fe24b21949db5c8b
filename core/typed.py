"""From plain data back to the dataclasses it was made of: the inverse of ``core.plain``."""

from __future__ import annotations

import dataclasses
import enum
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from core.errors import ArtifactError

T = TypeVar("T")


def typed(kind: type[T], record: Any) -> T:
    """Return the object that ``core.plain.plain`` turned into a record.

    Keys that the dataclass does not know are left out; a number that is ``None`` becomes NaN.

    Parameters
    ----------
    kind : type
        A dataclass of texts, numbers, enumerations, tuples, mappings and other dataclasses.
    record : object
        As read from JSON.

    Raises
    ------
    ArtifactError
        If the record lacks a field, or holds something else than the field takes.
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
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        make: Any = kind
        return make(**{name: _made(hints[name], value[name]) for name in names})
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _made(inside[0], value)
    if origin is tuple:
        return _tuple(inside, value)
    if origin is not None and issubclass(origin, Mapping):
        return {_made(inside[0], key): _made(inside[1], item) for key, item in value.items()}
    return _simple(kind, value)


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

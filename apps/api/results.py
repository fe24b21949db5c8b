"""Response schemas, derived from the results themselves: their types and their docstrings."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

_ATTRIBUTE = re.compile(r"^(?P<names>\w[\w, ]*) : .*\n(?P<text>(?: {4}.*\n?|\n)+)", re.MULTILINE)

Replacements = Mapping[type, type[BaseModel]]


def result_model(
    cls: type, name: str = "", *, replaced: Replacements | None = None, **extra: Any
) -> type[BaseModel]:
    """Build the schema of a result's ``to_dict()`` from its dataclass.

    Parameters
    ----------
    cls : type
        A dataclass with numpy-style docstring; nested dataclasses are described alike.
    name : str, optional
        Name of the schema; by default that of the class.
    replaced : mapping, optional
        Schemas of nested classes whose ``to_dict()`` differs from their fields.
    **extra
        Further fields, as ``create_model`` takes them.
    """
    meanings = _meanings(cls)
    hints = typing.get_type_hints(cls)
    fields: dict[str, Any] = {
        field.name: (
            _schema_type(hints[field.name], replaced or {}),
            Field(description=meanings.get(field.name)),
        )
        for field in dataclasses.fields(cls)
    }
    model: type[BaseModel] = create_model(
        name or cls.__name__,
        __config__=ConfigDict(extra="forbid"),
        __doc__=(inspect.getdoc(cls) or "").partition("\n")[0],
        **extra,
        **fields,
    )
    return model


def _schema_type(hint: Any, replaced: Replacements) -> Any:
    if hint in replaced:
        return replaced[hint]
    if dataclasses.is_dataclass(hint):
        return result_model(typing.cast("type", hint), replaced=replaced)
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if not arguments or origin is typing.Literal:
        return hint
    parts = tuple(_schema_type(part, replaced) for part in arguments)
    if origin in (types.UnionType, typing.Union):
        return functools.reduce(operator.or_, parts)
    return origin[parts]


def _meanings(cls: type) -> dict[str, str]:
    section = (inspect.getdoc(cls) or "").partition("Attributes\n----------\n")[2]
    return {
        name: " ".join(found["text"].split()).replace("``", "")
        for found in _ATTRIBUTE.finditer(section)
        for name in found["names"].split(", ")
    }

"""Response schemas, derived from the results themselves: their types and their docstrings."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from core.stats.intervals import Interval

_ATTRIBUTE = re.compile(r"^(?P<names>\w[\w, ]*) : .*\n(?P<text>(?: {4}.*\n?|\n)+)", re.MULTILINE)

Replacements = Mapping[type, type[BaseModel]]


class Closed(BaseModel):
    """An object with the fields it names and no others."""

    model_config = ConfigDict(extra="forbid")


class Answer(Closed):
    """What every answer of a verb carries beside its result."""

    request_id: str = Field(description="Id of the request, as in the header and the log.")


def answer_model(
    cls: type,
    replaced: Replacements | None = None,
    name: str = "",
    nullable: Collection[str] = (),
    **properties: Any,
) -> type[BaseModel]:
    """Build the schema of an answer: a result's ``to_dict()`` and the id of the request.

    Parameters
    ----------
    cls : type
        A dataclass with numpy-style docstring; nested dataclasses are described alike.
    replaced : mapping, optional
        Schemas of nested classes whose ``to_dict()`` differs from their fields.
    name : str, optional
        Name of the schema; by default that of the class with ``Answer`` behind it.
    nullable, **properties
        As in :func:`result_model`.
    """
    name = name or f"{cls.__name__}Answer"
    return _model(cls, name, Answer, replaced or {}, _stated(cls, properties), nullable)


def result_model(
    cls: type,
    replaced: Replacements | None = None,
    nullable: Collection[str] = (),
    name: str = "",
    **properties: Any,
) -> type[BaseModel]:
    """Build the schema of a result's ``to_dict()``.

    Parameters
    ----------
    cls : type
        A dataclass with numpy-style docstring.
    replaced : mapping, optional
        As in :func:`answer_model`.
    nullable : collection of str, optional
        Fields whose number may not exist, which ``to_dict()`` then states as ``None``.
    name : str, optional
        Name of the schema; by default that of the class.
    **properties
        Type of each property that ``to_dict()`` states beside the fields.
    """
    extra = _stated(cls, properties)
    return _model(cls, name or cls.__name__, Closed, replaced or {}, extra, nullable)


def answer_with(name: str, about: str, **fields: tuple[Any, str]) -> type[BaseModel]:
    """Build the schema of an answer that is put together from several results.

    Parameters
    ----------
    name, about : str
        Name of the schema, and what it is, as a sentence.
    **fields : (type, str)
        Type and meaning of each part.
    """
    parts: dict[str, Any] = {
        key: (hint, Field(description=meaning)) for key, (hint, meaning) in fields.items()
    }
    model: type[BaseModel] = create_model(name, __base__=Answer, __doc__=about, **parts)
    return model


@functools.cache
def plain_model(cls: type) -> type[BaseModel]:
    """Return the schema of a result whose ``to_dict()`` states its fields; one for each class."""
    # An interval of nothing has no numbers.
    nullable = ("estimate", "low", "high") if cls is Interval else ()
    return result_model(cls, nullable=nullable)


def _stated(cls: type, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of properties, each described by its own docstring."""
    return {
        key: (hint, Field(description=inspect.getdoc(getattr(cls, key))))
        for key, hint in properties.items()
    }


def _model(
    cls: type,
    name: str,
    base: type[BaseModel],
    replaced: Replacements,
    extra: Mapping[str, Any] = types.MappingProxyType({}),
    nullable: Collection[str] = (),
) -> type[BaseModel]:
    meanings = _meanings(cls)
    hints = typing.get_type_hints(cls)
    fields: dict[str, Any] = {
        field.name: (
            _schema_type(hints[field.name], replaced),
            Field(description=meanings.get(field.name)),
        )
        for field in dataclasses.fields(cls)
    }
    for field_name in nullable:
        kind, about = fields[field_name]
        fields[field_name] = (kind | None, about)
    doc = (inspect.getdoc(cls) or "").partition("\n")[0]
    model: type[BaseModel] = create_model(name, __base__=base, __doc__=doc, **fields, **extra)
    return model


def _schema_type(hint: Any, replaced: Replacements) -> Any:
    if hint in replaced:
        return replaced[hint]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if hint is Interval or not replaced:
            return plain_model(hint)
        return _model(hint, hint.__name__, Closed, replaced)
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if not arguments or origin is typing.Literal:
        return hint
    parts = tuple(_schema_type(part, replaced) for part in arguments)
    if origin in (types.UnionType, typing.Union):
        return functools.reduce(operator.or_, parts)
    if origin is tuple and Ellipsis not in arguments and len(set(parts)) == 1:
        # A list of so many, which generators of clients know; "prefixItems" many of them do not.
        each: Any = list
        return Annotated[each[parts[0]], Field(min_length=len(parts), max_length=len(parts))]
    return origin[parts]


def _meanings(cls: type) -> dict[str, str]:
    section = (inspect.getdoc(cls) or "").partition("Attributes\n----------\n")[2]
    return {
        name: " ".join(found["text"].split()).replace("``", "")
        for found in _ATTRIBUTE.finditer(section)
        for name in found["names"].split(", ")
    }

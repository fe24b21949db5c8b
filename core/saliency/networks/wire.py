"""What an ONNX file asks for, read from its bytes before anything opens it.

Only what decides whether a file may be opened is read: operators, and whether any tensor lies in
another file. The walk follows the messages of the format (onnx.proto) in which those can hide:
graphs, nodes, attributes, subgraphs, sparse tensors and functions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

DEEPEST = 24  # messages within messages
MOST_PARTS = 200_000  # messages in a file; the largest networks for images have some thousands
VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
# By message, the fields that hold further messages to walk.
INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
OPERATOR, DOMAIN = 4, 7  # fields of a node
PLACES = (13, 14)  # fields of a tensor that speak of another file


class TooManyPartsError(ValueError):
    """A file consists of so many messages that reading them would hold up everybody else."""


@dataclasses.dataclass(slots=True)
class Wire:
    """What was found in a file.

    Attributes
    ----------
    operators : set of (domain, name)
        Every operator of every graph and function in it.
    external : bool
        Whether a tensor lies in another file.
    graphs : int
        Graphs found; a file without one is no network.
    parts : int
        Messages walked.
    """

    operators: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    external: bool = False
    graphs: int = 0
    parts: int = 0


def read_wire(content: bytes) -> Wire:
    """Walk an ONNX file.

    Raises
    ------
    ValueError
        If the bytes are not messages of the format.
    TooManyPartsError
        If there are more than ``MOST_PARTS`` of them.
    """
    found = Wire()
    _walk(memoryview(content), "model", found, 0)
    return found


def _walk(content: memoryview, kind: str, found: Wire, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("messages lie too deep")
    found.graphs += kind == "graph"
    found.parts += 1
    if found.parts > MOST_PARTS:
        raise TooManyPartsError
    names = {OPERATOR: "", DOMAIN: ""}
    for field, value in _fields(content):
        if kind == "tensor" and field in PLACES:
            found.external = found.external or bool(value)
        if kind == "node" and field in names and isinstance(value, memoryview):
            names[field] = bytes(value).decode("utf-8")
        if field in INSIDE[kind]:
            if not isinstance(value, memoryview):
                raise ValueError(f"field {field} of a {kind} is no message")
            _walk(value, INSIDE[kind][field], found, depth + 1)
    if kind == "node":
        found.operators.add((names[DOMAIN], names[OPERATOR]))


def _fields(content: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(content, at)
            yield tag >> 3, value
            continue
        if kind == BYTES:
            length, at = _varint(content, at)
        elif kind in (EIGHT, FOUR):
            length = 8 if kind == EIGHT else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + length > len(content):
            raise ValueError("a field is longer than the file")
        yield tag >> 3, content[at : at + length]
        at += length


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at
    raise ValueError("a number does not end")

"""Small ONNX files written byte by byte, since the package onnx is not among the suite's own.

Field numbers are those of onnx.proto: a field is its number and kind as one varint, then a varint
(kind 0), or a length and that many bytes (kind 2).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

FLOAT, INT64 = 1, 7
KINDS = {"float32": FLOAT, "int64": INT64, "int8": 3}
Shape = Sequence[int | str]


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def tensor(name: str, values: Any, *, elsewhere: str = "") -> bytes:
    """A tensor, or one whose numbers lie in another file."""
    array = np.asarray(values)
    head = b"".join(field(1, side) for side in array.shape)
    head += field(2, KINDS[array.dtype.name]) + field(8, name)
    if elsewhere:
        return head + field(13, field(1, "location") + field(2, elsewhere)) + field(14, 1)
    return head + field(9, array.tobytes())


def attribute(name: str, value: Any) -> bytes:
    if isinstance(value, float):
        return field(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + field(20, 1)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, bytes):
        return field(1, name) + field(5, value) + field(20, 4)
    return field(1, name) + b"".join(field(8, one) for one in value) + field(20, 7)


def node(
    kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any
) -> bytes:
    parts = [field(1, name) for name in inputs] + [field(2, output), field(4, kind)]
    parts += [field(5, attribute(name, value)) for name, value in attributes.items()]
    return b"".join(parts) + (field(7, domain) if domain else b"")


def value(name: str, shape: Shape, kind: int = FLOAT) -> bytes:
    sides = (field(2, side) if isinstance(side, str) else field(1, side) for side in shape)
    dimensions = b"".join(field(1, side) for side in sides)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dimensions)))


def model(
    nodes: Sequence[bytes],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    tensors: Sequence[bytes] = (),
    *,
    kind: int = FLOAT,
    domains: Sequence[str] = ("",),
) -> bytes:
    """A file with one graph, of opset 18."""
    graph = b"".join(field(1, one) for one in nodes) + field(2, "g")
    graph += b"".join(field(5, one) for one in tensors)
    graph += b"".join(field(11, value(name, shape, kind)) for name, shape in inputs.items())
    graph += b"".join(field(12, value(name, shape)) for name, shape in outputs.items())
    opsets = b"".join(
        field(8, field(1, name) + field(2, 18 if not name else 1)) for name in domains
    )
    return field(1, 8) + field(7, graph) + opsets


def classifier(
    size: int | str = 16,
    channels: int | str = 1,
    classes: int = 3,
    films: int | str = "n",
    *,
    weights: Any = None,
    declared: Shape | None = None,
    last: str = "",
) -> bytes:
    """The mean of each quarter of rows, times a matrix: ``logits`` (n, classes).

    ``weights`` is (4, classes); by default a quarter speaks for a class. ``last`` is an operator
    put behind, such as Softmax.
    """
    matrix = np.eye(4, classes, dtype=np.float32) if weights is None else weights
    side = 16 if isinstance(size, str) else size
    nodes = [
        node("ReduceMean", ["pixels", "over"], "rows", keepdims=0),
        node("Reshape", ["rows", "quarters"], "split"),
        node("ReduceMean", ["split", "last"], "features", keepdims=0),
        node("MatMul", ["features", "matrix"], "answer" if last else "logits"),
    ]
    if last:
        nodes.append(node(last, ["answer"], "logits"))
    tensors = [
        tensor("over", np.array([1, 3])),
        tensor("quarters", np.array([-1, 4, side // 4])),
        tensor("last", np.array([2])),
        tensor("matrix", np.asarray(matrix, np.float32)),
    ]
    shape = (films, channels, size, size) if declared is None else declared
    return model(nodes, {"pixels": shape}, {"logits": (films, classes)}, tensors)

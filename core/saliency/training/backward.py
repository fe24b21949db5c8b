"""The gradient of an ONNX graph, written as further nodes of the same graph.

A gradient that is itself a graph needs no torch to run, shares the weights of the forward pass by
name, and leaves the number of films open. Each rule below turns the gradient of a node's output
into those of its inputs; only inputs that depend on the pixels get one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from core.errors import InputError

Shapes = Mapping[str, tuple[int, ...]]
Given = dict[str, str]


class Backward:
    """Nodes that compute gradients of one value of a graph.

    Parameters
    ----------
    nodes : sequence of NodeProto
        The forward graph in its order; normalisations get further outputs that their gradients
        read.
    shapes : mapping
        Shape of every value that depends on the pixels, for a batch of any one size.
    fixed : mapping
        The graph's initialisers.
    floor : str
        Input that is the least gradient a ReLU lets through.
    """

    def __init__(
        self,
        nodes: list[NodeProto],
        shapes: Shapes,
        fixed: Mapping[str, NDArray[Any]],
        floor: str,
    ) -> None:
        self.shapes = shapes
        self.fixed = fixed
        self.floor = floor
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self.gradients: dict[str, str] = {}
        self._forward = nodes
        self._constants: dict[tuple[str, bytes, tuple[int, ...]], str] = {}

    def run(self, output: str, seed: str) -> None:
        """Work back from a value whose gradient is ``seed`` to everything it depends on."""
        waiting: dict[str, list[str]] = defaultdict(list)
        waiting[output].append(seed)
        for node in reversed(self._forward):
            arrived = waiting.pop(node.output[0], [])
            if not arrived:
                continue
            total = arrived[0] if len(arrived) == 1 else self.add("Sum", *arrived)
            self.gradients[node.output[0]] = total
            for name, gradient in self._rule(node)(self, node, total).items():
                waiting[name].append(gradient)
        for name, arrived in waiting.items():
            self.gradients[name] = arrived[0] if len(arrived) == 1 else self.add("Sum", *arrived)

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output and return the output's name."""
        name = f"back.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, values: Any, kind: type[np.generic] = np.float32) -> str:
        """Return the name of a constant, stored once."""
        array: NDArray[Any] = np.asarray(values, kind)
        key = (array.dtype.str, array.tobytes(), array.shape)
        if key not in self._constants:
            self._constants[key] = f"back.constant.{len(self._constants)}"
            self.tensors.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def axes(self, *axes: int) -> str:
        """Return the name of a list of axes."""
        return self.constant(axes, np.int64)

    def active(self, name: str) -> bool:
        """Whether a value depends on the pixels."""
        return name in self.shapes

    def shrunk(self, gradient: str, node: NodeProto, name: str) -> str:
        """Sum a gradient over the axes along which an input was repeated."""
        whole, part = self.shapes[node.output[0]], self.shapes[name]
        if len(whole) != len(part):
            raise InputError(f"{node.op_type}: {name} has fewer axes than the result.")
        axes = [i for i, (n, m) in enumerate(zip(whole, part, strict=True)) if n != m]
        return self.add("ReduceSum", gradient, self.axes(*axes)) if axes else gradient

    def _rule(self, node: NodeProto) -> Rule:
        if node.op_type not in RULES:
            raise InputError(
                f"{node.op_type}: no rule is written for the gradient of this operator. Add one "
                "to core/saliency/training/backward.py."
            )
        return RULES[node.op_type]


Rule = Callable[[Backward, NodeProto, str], Given]


def attribute(node: NodeProto, name: str, default: Any = None) -> Any:
    """Return an attribute of a node."""
    found = next((a for a in node.attribute if a.name == name), None)
    return default if found is None else helper.get_attribute_value(found)


def _add(b: Backward, node: NodeProto, g: str) -> Given:
    _distinct(node)
    return {name: b.shrunk(g, node, name) for name in node.input if b.active(name)}


def _sub(b: Backward, node: NodeProto, g: str) -> Given:
    left, right = node.input
    given = {left: b.shrunk(g, node, left)} if b.active(left) else {}
    if b.active(right):
        given[right] = b.shrunk(b.add("Neg", g), node, right)
    return given


def _mul(b: Backward, node: NodeProto, g: str) -> Given:
    _distinct(node)
    pairs = zip(node.input, reversed(node.input), strict=True)
    return {
        name: b.shrunk(b.add("Mul", g, other), node, name)
        for name, other in pairs
        if b.active(name)
    }


def _div(b: Backward, node: NodeProto, g: str) -> Given:
    upper, lower = node.input
    if b.active(lower):
        raise InputError(f"Div: {lower} depends on the pixels; no rule is written for that.")
    return {upper: b.shrunk(b.add("Div", g, lower), node, upper)}


def _clip(b: Backward, node: NodeProto, g: str) -> Given:
    value, low, high = node.input
    inside = b.add("And", b.add("GreaterOrEqual", value, low), b.add("LessOrEqual", value, high))
    return {value: b.add("Where", inside, g, b.constant(0))}


def _relu(b: Backward, node: NodeProto, g: str) -> Given:
    zero = b.constant(0)
    kept = b.add("Max", g, b.floor)
    return {node.input[0]: b.add("Where", b.add("Greater", node.output[0], zero), kept, zero)}


def _sigmoid(b: Backward, node: NodeProto, g: str) -> Given:
    y = node.output[0]
    return {node.input[0]: b.add("Mul", g, b.add("Mul", y, b.add("Sub", b.constant(1), y)))}


def _erf(b: Backward, node: NodeProto, g: str) -> Given:
    x = node.input[0]
    bell = b.add("Exp", b.add("Neg", b.add("Mul", x, x)))
    return {x: b.add("Mul", g, b.add("Mul", bell, b.constant(2 / math.sqrt(math.pi))))}


def _softmax(b: Backward, node: NodeProto, g: str) -> Given:
    y, axis = node.output[0], attribute(node, "axis", -1)
    mean = b.add("ReduceSum", b.add("Mul", g, y), b.axes(axis))
    return {node.input[0]: b.add("Mul", b.add("Sub", g, mean), y)}


def _layer_norm(b: Backward, node: NodeProto, g: str) -> Given:
    """Return the gradient of (x - mean) / spread * factor + shift along the last axis."""
    if attribute(node, "axis", -1) != -1:
        raise InputError("LayerNormalization: a rule is written for the last axis only.")
    x, factor = node.input[:2]
    mean, inverse = f"{node.output[0]}.mean", f"{node.output[0]}.inverse"
    del node.output[1:]
    node.output.extend([mean, inverse])
    normal = b.add("Mul", b.add("Sub", x, mean), inverse)
    scaled, last = b.add("Mul", g, factor), b.axes(-1)
    along = b.add("Mul", normal, b.add("ReduceMean", b.add("Mul", scaled, normal), last))
    rest = b.add("Sub", b.add("Sub", scaled, b.add("ReduceMean", scaled, last)), along)
    return {x: b.add("Mul", rest, inverse)}


def _conv(b: Backward, node: NodeProto, g: str) -> Given:
    x, kernel = node.input[:2]
    if b.active(kernel) or attribute(node, "auto_pad", b"NOTSET") != b"NOTSET":
        raise InputError("Conv: a rule is written for fixed kernels with stated padding only.")
    if any(step != 1 for step in attribute(node, "dilations", [1, 1])):
        raise InputError("Conv: no rule is written for dilated kernels.")
    sides = attribute(node, "kernel_shape")
    steps = attribute(node, "strides", [1, 1])
    pads = attribute(node, "pads", [0] * 4)
    before, after = b.shapes[x][2:], b.shapes[node.output[0]][2:]
    missed = [
        before[i] - ((after[i] - 1) * steps[i] + sides[i] - pads[i] - pads[i + 2]) for i in (0, 1)
    ]
    return {
        x: b.add(
            "ConvTranspose",
            g,
            kernel,
            kernel_shape=sides,
            strides=steps,
            pads=pads,
            group=attribute(node, "group", 1),
            output_padding=missed,
        )
    }


def _max_pool(b: Backward, node: NodeProto, g: str) -> Given:
    """Return the gradient of a pool, which flows to the first largest value of each window."""
    sides, steps = attribute(node, "kernel_shape"), attribute(node, "strides")
    if list(sides) != list(steps or []) or any(attribute(node, "pads", [0])):
        raise InputError("MaxPool: a rule is written for windows that do not overlap only.")
    places = f"{node.output[0]}.places"
    del node.output[1:]
    node.output.append(places)
    shape = b.add("Shape", node.input[0])
    return {node.input[0]: b.add("MaxUnpool", g, places, shape, kernel_shape=sides, strides=steps)}


def _mean(b: Backward, node: NodeProto, g: str) -> Given:
    x, axes = node.input
    shape, whole = b.shapes[node.output[0]], b.shapes[x]
    if not attribute(node, "keepdims", 1):
        g = b.add("Unsqueeze", g, axes)
    share = math.prod(shape) / math.prod(whole)
    return {x: b.add("Expand", b.add("Mul", g, b.constant(share)), b.add("Shape", x))}


def _matmul(b: Backward, node: NodeProto, g: str) -> Given:
    left, right = node.input
    given = {}
    if b.active(left):
        given[left] = b.add("MatMul", g, _turned(b, right, _rank(b, right)))
    if b.active(right):
        given[right] = b.add("MatMul", _turned(b, left, _rank(b, left)), g)
    return given


def _rank(b: Backward, name: str) -> int:
    return len(b.shapes[name]) if b.active(name) else 2


def _turned(b: Backward, name: str, rank: int) -> str:
    order = [*range(rank - 2), rank - 1, rank - 2]
    return b.add("Transpose", name, perm=order)


def _gemm(b: Backward, node: NodeProto, g: str) -> Given:
    x, matrix = node.input[:2]
    plain = attribute(node, "alpha", 1.0) == 1 and not attribute(node, "transA", 0)
    if not plain or b.active(matrix):
        raise InputError("Gemm: a rule is written for a row vector times a fixed matrix only.")
    return {x: b.add("Gemm", g, matrix, transB=1 - attribute(node, "transB", 0))}


def _reshape(b: Backward, node: NodeProto, g: str) -> Given:
    return {node.input[0]: b.add("Reshape", g, b.add("Shape", node.input[0]))}


def _transpose(b: Backward, node: NodeProto, g: str) -> Given:
    x = node.input[0]
    order = attribute(node, "perm", list(range(len(b.shapes[x])))[::-1])
    return {x: b.add("Transpose", g, perm=np.argsort(order).tolist())}


def _slice(b: Backward, node: NodeProto, g: str) -> Given:
    """Return the gradient of a slice: zeros around what was cut out."""
    x, start, _, axes = node.input[:4]
    (axis,), (before,) = b.fixed[axes].tolist(), b.fixed[start].tolist()
    whole, part = b.shapes[x], b.shapes[node.output[0]][axis]
    before += whole[axis] if before < 0 else 0
    pads = np.zeros((2, len(whole)), np.int64)
    pads[:, axis] = before, whole[axis] - part - before
    return {x: b.add("Pad", g, b.constant(pads.ravel(), np.int64))}


def _concat(b: Backward, node: NodeProto, g: str) -> Given:
    axis, at, given = attribute(node, "axis"), 0, {}
    total = b.shapes[node.output[0]][axis]
    known = [b.shapes[name][axis] for name in node.input if b.active(name)]
    if len(node.input) - len(known) > 1 or axis == 0:
        raise InputError("Concat: a rule is written for one fixed part only.")
    for name in node.input:
        size = b.shapes[name][axis] if b.active(name) else total - sum(known)
        if b.active(name):
            ends = (b.axes(at), b.axes(at + size), b.axes(axis))
            given[name] = b.add("Slice", g, *ends)
        at += size
    return given


def _distinct(node: NodeProto) -> None:
    if len(set(node.input)) != len(node.input):
        raise InputError(f"{node.op_type}: no rule is written for a value with itself.")


RULES: Mapping[str, Rule] = {
    "Add": _add,
    "Clip": _clip,
    "Concat": _concat,
    "Conv": _conv,
    "Div": _div,
    "Erf": _erf,
    "Gemm": _gemm,
    "LayerNormalization": _layer_norm,
    "MatMul": _matmul,
    "MaxPool": _max_pool,
    "Mul": _mul,
    "ReduceMean": _mean,
    "Relu": _relu,
    "Reshape": _reshape,
    "Sigmoid": _sigmoid,
    "Slice": _slice,
    "Softmax": _softmax,
    "Squeeze": _reshape,
    "Sub": _sub,
    "Transpose": _transpose,
}

"""An ONNX graph run by torch, so that autograd can say what its gradients are.

This is the independent check of :mod:`core.saliency.training.backward`: torch differentiates the
forward graph, with the weights that are shipped, in numbers of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from onnx import ModelProto, NodeProto, numpy_helper
from torch import Tensor
from torch.nn import functional

from core.saliency.training.backward import attribute

Operator = Callable[..., Tensor]


class Guided(torch.autograd.Function):
    """A ReLU that lets only positive gradients through."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Return the positive part."""
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """Return the positive gradient where the input was positive."""
        (x,) = ctx.saved_tensors
        return g.clamp(min=0) * (x > 0)


def run(model: ModelProto, pixels: Tensor, guided: bool = False) -> dict[str, Tensor]:
    """Return every value of a graph for a batch (n, 1, S, S) of 64-bit numbers.

    Parameters
    ----------
    model : ModelProto
        Forward graph with its weights.
    pixels : Tensor
        The batch; gradients flow to it if it asks for them.
    guided : bool
        Whether ReLUs let only positive gradients through.
    """
    values: dict[str, Any] = {"pixels": pixels}
    for tensor in model.graph.initializer:
        value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
        values[tensor.name] = value.double() if value.dtype == torch.float32 else value
    for node in model.graph.node:
        given = [values[name] if name else None for name in node.input]
        answer = Guided.apply(*given) if guided and node.op_type == "Relu" else _run(node, given)
        values[node.output[0]] = answer
    return values


def _run(node: NodeProto, given: list[Any]) -> Any:
    return OPERATORS[node.op_type](node, *given)


def _conv(node: NodeProto, x: Tensor, kernel: Tensor, shift: Tensor | None = None) -> Tensor:
    pads = attribute(node, "pads", [0] * 4)
    return functional.conv2d(
        x, kernel, shift, attribute(node, "strides", [1, 1]), pads[:2],
        groups=attribute(node, "group", 1),
    )  # fmt: skip


def _whole(node: NodeProto, whole: Tensor, scale: Tensor) -> Tensor:
    axis = attribute(node, "axis", 1)
    shape = [-1 if i == axis else 1 for i in range(whole.ndim)]
    return whole.double() * scale.reshape(shape)


def _gemm(node: NodeProto, x: Tensor, matrix: Tensor, shift: Tensor) -> Tensor:
    return x @ (matrix.T if attribute(node, "transB", 0) else matrix) + shift


def _slice(_: NodeProto, x: Tensor, start: Tensor, end: Tensor, axis: Tensor | None = None,
           step: Tensor | None = None) -> Tensor:  # fmt: skip
    cut = [slice(None)] * x.ndim
    cut[int(axis) if axis is not None else 0] = slice(int(start), int(end))
    return x[tuple(cut)]


def _squeeze(_: NodeProto, x: Tensor, axes: Tensor | None = None) -> Tensor:
    return x.squeeze() if axes is None else x.squeeze(tuple(axes.tolist()))


def _mean(node: NodeProto, x: Tensor, axes: Tensor) -> Tensor:
    return x.mean(tuple(axes.tolist()), keepdim=bool(attribute(node, "keepdims", 1)))


def _layer_norm(node: NodeProto, x: Tensor, factor: Tensor, shift: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], factor, shift, attribute(node, "epsilon", 1e-5))


def _shape(node: NodeProto, x: Tensor) -> Tensor:
    return torch.tensor(x.shape)[attribute(node, "start", 0) : attribute(node, "end", None)]


def _divided(_: NodeProto, upper: Tensor, lower: Tensor) -> Tensor:
    return upper / lower if upper.is_floating_point() else upper // lower


OPERATORS: Mapping[str, Operator] = {
    "Add": lambda _, a, b: a + b,
    "Cast": lambda _, x: x.double(),
    "Clip": lambda _, x, low, high: x.clamp(low, high),
    "Concat": lambda node, *parts: torch.cat(parts, attribute(node, "axis")),
    "Conv": _conv,
    "DequantizeLinear": _whole,
    "Div": _divided,
    "Erf": lambda _, x: torch.erf(x),
    "Expand": lambda _, x, shape: x.expand(*torch.broadcast_shapes(x.shape, shape.tolist())),
    "Gemm": _gemm,
    "LayerNormalization": _layer_norm,
    "MatMul": lambda _, a, b: a @ b,
    "MaxPool": lambda node, x: functional.max_pool2d(x, attribute(node, "kernel_shape")),
    "Mul": lambda _, a, b: a * b,
    "ReduceMean": _mean,
    "Relu": lambda _, x: x.relu(),
    "Reshape": lambda _, x, shape: x.reshape(
        [x.shape[i] if n == 0 else n for i, n in enumerate(shape.tolist())]
    ),
    "Shape": _shape,
    "Sigmoid": lambda _, x: x.sigmoid(),
    "Slice": _slice,
    "Softmax": lambda node, x: x.softmax(attribute(node, "axis", -1)),
    "Squeeze": _squeeze,
    "Sub": lambda _, a, b: a - b,
    "Transpose": lambda node, x: x.permute(attribute(node, "perm")),
}

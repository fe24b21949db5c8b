"""Trained networks as ONNX files that onnxruntime reads: int8 weights, float arithmetic.

Matrices and convolution kernels are stored as int8 with one scale per output channel and turned
back into floats by ``DequantizeLinear`` inside the graph; all arithmetic stays in 32 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.respiratory.training.networks import VitTrunk

OPSET = 18
# Kernels smaller than this stay in 32 bits: they weigh nothing, and the first ones matter most.
SMALL = 20_000
OUTPUTS = ("logits", "evidence", "features")
SIDES = (98, 140)


class Embedded(nn.Module):
    """The frozen transformer trunk with its positions as an input."""

    def __init__(self, trunk: VitTrunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, pixels: Tensor, position: Tensor) -> Tensor:
        """Return tokens for films and the positions of their patches."""
        return self.trunk.embedded(pixels, position)


def write_network(network: nn.Module, example: Tensor, path: Path, *, half: bool = False) -> None:
    """Write a network that takes one batch: inputs ``pixels`` or ``tokens``, three outputs.

    Parameters
    ----------
    network : nn.Module
        Returns logits, evidence and features.
    example : Tensor
        A batch of at least two, for the shapes; its first axis is left open.
    path : Path
        Where the file goes.
    half : bool
        Store kernels as float16 rather than int8, for a small network.
    """
    name = "pixels" if example.ndim == 4 else "tokens"
    graph = _exported(network, (example,), [name], list(OUTPUTS), ({0: torch.export.Dim("films")},))
    _save(_compressed(graph, half), path)


def write_trunk(trunk: VitTrunk, path: Path) -> None:
    """Write the frozen transformer trunk: ``pixels`` and ``position`` to ``tokens``.

    Height and width are open, so the same file serves the classifier and the input gate.
    """
    films = torch.zeros(2, 1, 140, 126)
    position = torch.zeros(1, 1 + 10 * 9, trunk.first.shape[-1])
    auto = torch.export.Dim.AUTO
    graph = _exported(
        Embedded(trunk),
        (films, position),
        ["pixels", "position"],
        ["tokens"],
        ({0: auto, 2: auto, 3: auto}, {1: auto}),
    )
    _save(_compressed(graph, half=False), path)


def write_positions(trunk: VitTrunk, path: Path) -> None:
    """Write the positions (1, 1 + t, 384) for each film size the trunk is used at."""
    with torch.inference_mode():
        arrays = {f"side_{side}": trunk.positions(side).numpy() for side in SIDES}
    np.savez(path, **cast(Any, arrays))


def _exported(
    network: nn.Module,
    example: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    shapes: tuple[Mapping[int, Any], ...],
) -> Any:
    layout: Any = torch.contiguous_format
    network = network.eval().to(memory_format=layout)
    program = torch.onnx.export(
        network,
        example,
        input_names=inputs,
        output_names=outputs,
        dynamic_shapes=cast(Any, shapes),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
        optimize=True,
    )
    return cast(Any, program).model_proto


def _compressed(model: Any, half: bool) -> Any:
    """Replace large initialisers by small ones and a node that restores them."""
    from onnx import helper, numpy_helper

    graph = model.graph
    axes = _channel_axes(graph)
    kept, restored = [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        large = array.dtype == np.float32 and array.size >= SMALL and tensor.name in axes
        if half and array.dtype == np.float32 and array.size >= 256:
            kept.append(numpy_helper.from_array(array.astype(np.float16), f"{tensor.name}.half"))
            restored.append(helper.make_node("Cast", [f"{tensor.name}.half"], [tensor.name], to=1))
        elif large and not half:
            axis = axes[tensor.name]
            whole, scale = quantised(array, axis)
            names = [f"{tensor.name}.int8", f"{tensor.name}.scale"]
            kept += [
                numpy_helper.from_array(a, n) for a, n in zip((whole, scale), names, strict=True)
            ]
            restored.append(helper.make_node("DequantizeLinear", names, [tensor.name], axis=axis))
        else:
            kept.append(tensor)
    nodes = [*restored, *graph.node]
    del graph.initializer[:], graph.node[:], graph.value_info[:], graph.metadata_props[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    return model


def quantised(
    array: NDArray[np.float32], axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return an array in int8 with one symmetric scale per slice along ``axis``."""
    others = tuple(i for i in range(array.ndim) if i != axis)
    scale = np.maximum(np.abs(array).max(axis=others), 1e-12) / 127
    shape = [-1 if i == axis else 1 for i in range(array.ndim)]
    whole = np.round(array / scale.reshape(shape)).clip(-127, 127).astype(np.int8)
    return whole, scale.astype(np.float32)


def _channel_axes(graph: Any) -> dict[str, int]:
    """Return the axis of the output channels of every kernel and matrix."""
    axes: dict[str, int] = {}
    for node in graph.node:
        if node.op_type == "Conv":
            axes[node.input[1]] = 0
        elif node.op_type == "MatMul":
            axes[node.input[1]] = 1
        elif node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            axes[node.input[1]] = 0 if transposed else 1
        elif node.op_type == "Transpose":
            axes[node.input[0]] = 0
    return axes


def _save(model: Any, path: Path) -> None:
    import onnx

    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())

"""From a forward graph to a gradient graph: the same nodes and weights, and gradients as outputs.

The gradient graph takes ``pixels`` (n, 1, S, S), a one-hot ``target`` (n, k) and a scalar
``floor``, the least gradient a ReLU lets through: the smallest float for a plain gradient, 0 for
guided backpropagation (Springenberg et al., 2015). It answers with ``logits``, ``gradient``
(n, 1, S, S), two outputs a layer, and for a transformer ``attention`` and ``attention_gradients``
(n, layers, heads, tokens, tokens). Its weights are declared as external data, so a file holds none.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from core.runtime.onnx import open_session
from core.saliency.training.backward import Backward, Shapes

PIXELS, LOGITS, TARGET, FLOOR = "pixels", "logits", "target", "floor"
# Initialisers of fewer bytes stay in the graph, and shapes do, which onnxruntime reads on opening.
SMALL = 64


def values_of(model: ModelProto, kind: str) -> list[str]:
    """Return the names of the outputs of all nodes of one operator, in their order."""
    return [node.output[0] for node in model.graph.node if node.op_type == kind]


def baked(
    model: ModelProto, layers: Mapping[str, str], size: int, attention: Sequence[str] = ()
) -> ModelProto:
    """Return the gradient graph of a classifier, still with its weights inside.

    Parameters
    ----------
    model : ModelProto
        Forward graph: input ``pixels`` (n, 1, S, S), output ``logits`` (n, k).
    layers : mapping of str to str
        The layers that can be read, each with the name of its value in the graph.
    size : int
        Side S of the input.
    attention : sequence of str
        Names of the attention of each block (n, heads, tokens, tokens), if it has any.

    Raises
    ------
    InputError
        If no rule is written for an operator.
    """
    model = copy.deepcopy(model)
    nodes = list(model.graph.node)
    shapes = _shapes(model, size)
    fixed = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    back = Backward(nodes, shapes, fixed, FLOOR)
    back.run(LOGITS, TARGET)
    outputs, ranks = {"gradient": back.gradients[PIXELS]}, defaultdict(lambda: 5, gradient=4)
    for key, name in layers.items():
        pair = {f"{key}.activations": name, f"{key}.gradients": back.gradients[name]}
        outputs |= pair
        ranks |= dict.fromkeys(pair, len(shapes[name]))
    if attention:
        gradients = [back.gradients[name] for name in attention]
        outputs["attention"] = _stacked(back, attention)
        outputs["attention_gradients"] = _stacked(back, gradients)
    ends = [helper.make_node("Identity", [name], [key]) for key, name in outputs.items()]
    classes = shapes[LOGITS][1]
    graph = helper.make_graph(
        [*nodes, *back.nodes, *ends],
        "gradient",
        [
            _floats(PIXELS, ["n", 1, size, size]),
            _floats(TARGET, ["n", classes]),
            _floats(FLOOR, []),
        ],
        [_floats(LOGITS, ["n", classes]), *(_floats(key, [None] * ranks[key]) for key in outputs)],
        [*model.graph.initializer, *back.tensors],
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    checker.check_model(made)
    return made


def without_weights(model: ModelProto) -> tuple[ModelProto, dict[str, NDArray[Any]]]:
    """Return a graph whose larger initialisers are declared as external data, and their values."""
    model = copy.deepcopy(model)
    held: dict[str, NDArray[Any]] = {}
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.nbytes < SMALL or values.dtype == np.int64:
            continue
        held[tensor.name] = values
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights")
    return model, held


def _floats(name: str, shape: Sequence[str | int | None]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _stacked(back: Backward, names: Sequence[str]) -> str:
    single = [back.add("Unsqueeze", name, back.axes(1)) for name in names]
    return back.add("Concat", *single, axis=1)


def _shapes(model: ModelProto, size: int) -> Shapes:
    """Return the shape of every value that depends on the pixels, for two films."""
    active = {PIXELS}
    for node in model.graph.node:
        if node.op_type != "Shape" and active & set(node.input):
            active.update(node.output)
    names = sorted(active - {PIXELS})
    probe = copy.deepcopy(model)
    del probe.graph.output[:]
    probe.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    films = np.zeros((2, 1, size, size), np.float32)
    values = open_session(probe.SerializeToString()).run(names, {PIXELS: films})
    return {PIXELS: films.shape} | {
        name: value.shape for name, value in zip(names, values, strict=True)
    }


def chained(
    first: ModelProto, second: ModelProto, joint: str, fixed: Mapping[str, NDArray[Any]]
) -> ModelProto:
    """Return two graphs as one, the second's names with ``tail.`` before them.

    Parameters
    ----------
    first, second : ModelProto
        The first has an output, and the second its only input, of the name ``joint``.
    joint : str
        The value handed over.
    fixed : mapping of str to array
        Inputs of the first graph that become weights.
    """
    from onnx import compose

    tail = compose.add_prefix(second, "tail.")
    renamed = {f"tail.{joint}": joint, f"tail.{LOGITS}": LOGITS}
    for node in tail.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    tensors = [numpy_helper.from_array(values, name) for name, values in fixed.items()]
    graph = helper.make_graph(
        [*first.graph.node, *tail.graph.node],
        "classifier",
        [given for given in first.graph.input if given.name not in fixed],
        [_floats(LOGITS, ["n", None])],
        [*first.graph.initializer, *tail.graph.initializer, *tensors],
    )
    return helper.make_model(graph, opset_imports=first.opset_import, ir_version=first.ir_version)

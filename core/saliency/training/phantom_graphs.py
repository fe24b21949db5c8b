"""Two graphs for each architecture of networks for phantoms, without the weights of any network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from torch import nn

from core.errors import SuiteError
from core.phantoms import draw, render
from core.runtime.onnx import open_session
from core.saliency.ground_truth.scenes import SEEDS, SIZE
from core.saliency.training.baking import PIXELS
from core.saliency.training.fit import logits_of
from core.saliency.training.networks import build, folded
from core.saliency.training.shipped_export import (
    NO_GRADIENT,
    Parity,
    Plan,
    answers_of,
    gradient_graph,
    kernels_of,
    parity,
)

OPSET = 18
FILMS = 3
Origin = tuple[str, bool]  # the name of a weight in the network, and whether it is transposed
WEIGHTS = "weights"
PLANS: Mapping[str, Plan] = {
    "cnn": Plan(
        (),
        (
            ("conv3", "Third convolution after ReLU, 24 x 24", "Relu", 2),
            ("conv4", "Fourth convolution after ReLU, 12 x 12", "Relu", 3),
            ("conv5", "Last convolution after ReLU, 12 x 12", "Relu", 4),
        ),
    ),
    "vgg": Plan(
        (),
        (
            ("conv2_2", "Block 2, second convolution after ReLU, 48 x 48", "Relu", 3),
            ("conv3_2", "Block 3, second convolution after ReLU, 24 x 24", "Relu", 5),
            ("conv4_3-linear", "Block 4, third convolution before ReLU, 12 x 12", "Conv", 8),
            ("conv4_3", "Block 4, third convolution after ReLU, 12 x 12", "Relu", 8),
        ),
    ),
    "vit": Plan(
        (),
        (
            ("block3-norm1", "Block 3, first norm", "LayerNormalization", 4),
            ("block4-norm1", "Block 4, first norm", "LayerNormalization", 6),
            ("block4", "Block 4, output", "Add", -1),
        ),
        attention=True,
    ),
}
TITLES = {
    "cnn": "Plain CNN",
    "vgg": "VGG in small",
    "vit": "Small vision transformer",
}


def placed(
    held: Mapping[str, NDArray[np.float32]], origins: Mapping[str, Origin]
) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a network under the names of the graphs."""
    return {
        name: np.ascontiguousarray(held[own].T if turned else held[own])
        for name, (own, turned) in origins.items()
    }


def restored(arch: str, held: Mapping[str, NDArray[np.float32]]) -> nn.Module:
    """Return a trained network with its weights."""
    network = folded(build(arch, 0))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in held.items()})
    return network


def forward_graph(network: nn.Module) -> ModelProto:
    """Return the forward graph with its weights, for any number of films."""
    program = torch.onnx.export(
        network.eval().to(memory_format=cast(Any, torch.contiguous_format)),
        (torch.zeros(2, 1, SIZE, SIZE),),
        input_names=[PIXELS],
        output_names=["logits", "features"],
        dynamic_shapes=({0: torch.export.Dim.AUTO},),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
        optimize=True,
    )
    model: ModelProto = cast(Any, program).model_proto
    del model.graph.value_info[:], model.graph.metadata_props[:], model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    return model


def export_graphs(
    arch: str, held: Mapping[str, NDArray[np.float32]], out: Path
) -> tuple[dict[str, Any], dict[str, Origin]]:
    """Write both graphs of an architecture, and check them against torch on one of its networks.

    Parameters
    ----------
    arch : str
        Key in ``ARCHITECTURES``.
    held : mapping of str to array
        Weights of that network, by its own names.
    out : Path
        Where ``phantom-<arch>.onnx`` and ``phantom-<arch>-gradient.onnx`` go.

    Returns
    -------
    tuple
        What is recorded of the architecture, and for each weight of the graphs the network's own
        name for it and whether it is transposed.

    Raises
    ------
    SuiteError
        If a weight of the network is not found in the graph.
    """
    network, plan = restored(arch, held), PLANS[arch]
    forward = forward_graph(network)
    origins = _origins(arch, forward, held)
    bare = _emptied(forward, origins)
    (out / f"phantom-{arch}.onnx").write_bytes(bare.SerializeToString())
    baked = _emptied(gradient_graph(forward, plan, SIZE), origins)
    (out / f"phantom-{arch}-gradient.onnx").write_bytes(baked.SerializeToString())
    films = np.stack([render(draw(seed), SIZE) for seed in SEEDS["test"][:FILMS]])
    values = placed(held, origins)
    answers = answers_of(open_session(baked.SerializeToString(), values), films, plan)
    found = parity(forward, plan, films, answers)
    differences = {**found.differences, "torch": _against_torch(network, bare, values, films)}
    return _record(arch, plan, forward, answers, Parity(differences)), origins


def _against_torch(
    network: nn.Module,
    bare: ModelProto,
    values: Mapping[str, NDArray[Any]],
    films: NDArray[np.float32],
) -> float:
    (answer,) = open_session(bare.SerializeToString(), values).run(
        ["logits"], {PIXELS: films[:, None]}
    )
    expected = logits_of(network, films)
    return float(np.abs(answer - expected).max() / np.abs(expected).max())


def _origins(
    arch: str, forward: ModelProto, held: Mapping[str, NDArray[np.float32]]
) -> dict[str, Origin]:
    """Return for each weight of a graph the network's own name and whether it is transposed."""
    found: dict[str, Origin] = {}
    for tensor in forward.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if tensor.name in held:
            found[tensor.name] = (tensor.name, False)
        elif value.ndim == 2:
            turned = [own for own, array in held.items() if np.array_equal(array.T, value)]
            if len(turned) == 1:
                found[tensor.name] = (turned[0], True)
    missing = set(held) - {own for own, _ in found.values()}
    if missing:
        raise SuiteError(f"{arch}: {', '.join(sorted(missing))} are not found in the graph.")
    return found


def _emptied(model: ModelProto, origins: Mapping[str, Origin]) -> ModelProto:
    """Return a graph with every weight of the network, however small, declared as external."""
    model = copy.deepcopy(model)
    for tensor in model.graph.initializer:
        if tensor.name in origins:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=WEIGHTS)
    return model


def _record(
    arch: str,
    plan: Plan,
    forward: ModelProto,
    answers: Mapping[str, NDArray[np.float32]],
    found: Parity,
) -> dict[str, Any]:
    prefix = int(plan.attention)
    layers = []
    for key, title, *_ in plan.layers:
        gradients = answers[f"{key}.gradients"]
        patches = gradients[:, prefix:] if gradients.ndim == 3 else gradients
        refused = "" if np.abs(patches).max() > 0 else NO_GRADIENT
        layers.append({"key": key, "title": title, "refused": refused})
    return {
        "title": TITLES[arch],
        "forward": f"phantom-{arch}.onnx",
        "gradient": f"phantom-{arch}-gradient.onnx",
        "size": SIZE,
        "parameters": sum(
            int(np.prod(one.dims)) for one in forward.graph.initializer if one.data_type == 1
        ),
        "guided": not plan.attention,
        "attention": plan.attention,
        "prefix": prefix,
        "layers": layers,
        "kernels": kernels_of(forward),
        "parity": dict(found.differences),
    }

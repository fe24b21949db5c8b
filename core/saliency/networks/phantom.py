"""Networks trained on phantoms: one pair of graphs an architecture, one archive of weights each."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError, InputError
from core.runtime.onnx import Session
from core.saliency.classifier import Layer
from core.saliency.networks import stored
from core.saliency.networks.network import Network
from core.saliency.networks.stored import Weights
from core.saliency.schema import Access, Pixels

RECORD = "phantoms.json"
AT_ONCE = 32  # films; larger batches are no faster
KEPT = 8  # networks kept open, and as many shuffled ones


def phantoms() -> Mapping[str, Mapping[str, Any]]:
    """Return what is recorded of every network trained on phantoms, by key.

    Raises
    ------
    ArtifactError
        If the model folder is missing or altered.
    """
    networks: Mapping[str, Mapping[str, Any]] = _record()["networks"]
    return networks


def phantom(key: str) -> Network:
    """Return a network trained on phantoms, such as ``"cnn-decoy-0"``.

    Raises
    ------
    InputError
        If there is none of this key.
    ArtifactError
        If the model folder is missing or altered.
    """
    known = phantoms()
    if key not in known:
        near = difflib.get_close_matches(key, known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"network: there is no {key!r} among the {len(known)} trained on phantoms.{hint} Keys "
            "are architecture, regime and seed, such as cnn-decoy-0."
        )
    return _phantom(key)


@functools.lru_cache(maxsize=KEPT)
def _phantom(key: str) -> Network:
    record = _record()
    entry = record["networks"][key]
    made = record["architectures"][entry["architecture"]]
    access = {Access.LOGITS, Access.LAYERS, Access.GRADIENT}
    access |= {Access.GUIDED} if made["guided"] else set()
    access |= {Access.ATTENTION} if made["attention"] else set()
    plain = Network(
        key=key,
        title=entry["title"],
        labels=tuple(record["labels"]),
        size=made["size"],
        access=frozenset(access),
        layers=tuple(Layer(**layer) for layer in made["layers"]),
        grey=(0.0, 1.0),
        forward=_forward(made, lambda: _weights(entry["weights"])),
        graph=_graph(made, lambda: _weights(entry["weights"])),
        prefix=made["prefix"],
        at_once=AT_ONCE,
    )
    return dataclasses.replace(plain, shuffle=lambda depth, seed: _shuffled(key, depth, seed))


@functools.lru_cache(maxsize=KEPT)
def _shuffled(key: str, depth: float, seed: int) -> Network:
    original, record = _phantom(key), _record()
    entry = record["networks"][key]
    made = record["architectures"][entry["architecture"]]
    weights = stored.shuffled(_weights(entry["weights"]), made["kernels"], depth, seed)
    return dataclasses.replace(
        original,
        key=f"{key}-shuffled-{depth:g}-{seed}",
        title=f"{original.title}, the last {depth:.0%} of its kernels shuffled",
        forward=_forward(made, lambda: weights),
        graph=_graph(made, lambda: weights),
    )


def _forward(
    made: Mapping[str, Any], weights: Callable[[], Weights]
) -> Callable[[Pixels], NDArray[np.float32]]:
    session = stored.once(lambda: _opened(made["forward"], weights()))

    def forward(images: Pixels) -> NDArray[np.float32]:
        parts = [
            session().run(["logits"], {"pixels": images[at : at + AT_ONCE, None]})[0]
            for at in range(0, len(images), AT_ONCE)
        ]
        return np.concatenate(parts)

    return forward


def _graph(made: Mapping[str, Any], weights: Callable[[], Weights]) -> Callable[[], Session]:
    return stored.once(lambda: _opened(made["gradient"], weights()))


def _opened(name: str, weights: Weights) -> Session:
    return stored.opened(stored.artifact().path(name).read_bytes(), weights, name)


@functools.lru_cache(maxsize=KEPT)
def _weights(name: str) -> Weights:
    with np.load(stored.artifact().path(name), allow_pickle=False) as kept:
        return {key: kept[key].astype(np.float32) for key in kept.files}


def _record() -> Mapping[str, Any]:
    record: Mapping[str, Any] = stored.artifact().json(RECORD)
    missing = {"architectures", "networks", "labels"} - set(record)
    if missing:
        raise ArtifactError(
            f"{RECORD} of {stored.artifact().tag} lacks {', '.join(sorted(missing))}. Export the "
            "networks again."
        )
    return record

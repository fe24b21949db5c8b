"""The networks as the rest of the system asks them: standardised films in, evidence out.

Files are verified and opened when they are first needed and kept for the life of the process.
Films are run one at a time: on one thread a batch is no faster
(``benchmarks/respiratory_speed.py``), and so a film's answer cannot depend on its neighbours.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.errors import ArtifactError, InputError, SuiteError
from core.respiratory.prepare import Recipe, prepare
from core.respiratory.schema import SINGLE, Network, Pixels
from core.runtime.onnx import Session, open_session

SYSTEM = "respiratory"
NETWORKS_FILE, TRUNK_FILE, POSITIONS_FILE = "networks.json", "vit-trunk.onnx", "position.npz"
OUTPUTS = ("logits", "evidence", "features")

Floats = NDArray[np.float32]
_OPENING = threading.RLock()  # two visitors at once wait for one opening instead of making two


@dataclasses.dataclass(frozen=True, slots=True)
class Intake:
    """What a single network takes.

    Attributes
    ----------
    file : str
        Its ONNX file.
    size : int
        Side of its input in pixels.
    recipe : Recipe
        What is done to a film against shortcuts.
    """

    file: str
    size: int
    recipe: Recipe


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """What a network says of n films.

    Attributes
    ----------
    logits : (n, 4) array
        One a finding, in the order of ``LABELS``; not yet calibrated.
    evidence : (n, 4, h, w) array
        A map a finding, whose mean is the logit (Zhou et al., CVPR 2016).
    features : (n, c, h, w) array
        The last feature map.
    """

    logits: Floats
    evidence: Floats
    features: Floats


def artifact() -> artifacts.Artifact:
    """Return the shipped model folder, verified once in the life of the process.

    Raises
    ------
    ArtifactError
        If the folder or a file in it is missing or altered.
    """
    with _OPENING:
        return _artifact()


def members(network: Network) -> tuple[Network, ...]:
    """Return the single networks behind a choice: all three for the ensemble."""
    return SINGLE if network is Network.ENSEMBLE else (network,)


def intake(network: Network) -> Intake:
    """Return what a single network takes.

    Raises
    ------
    ArtifactError
        If the model folder does not say so.
    """
    with _OPENING:
        return _intakes()[network]


def warm(network: Network) -> None:
    """Open every file a choice of network needs, so that a fault of the folder shows at once.

    The transformer's trunk is always among them: the gate looks at films through it.

    Raises
    ------
    ArtifactError
        If a file is missing, altered or not readable.
    """
    for file in (TRUNK_FILE, *(intake(one).file for one in members(network))):
        _session(file)


def ask(network: Network, pixels: Pixels) -> Forward:
    """Prepare one film as a single network takes it and return what the network says (n = 1)."""
    takes = intake(network)
    return forward(network, prepare(pixels, takes.size, takes.recipe)[None])


def forward(network: Network, films: Pixels) -> Forward:
    """Return what a single network says of prepared films.

    Parameters
    ----------
    network : Network
        One of the three; the ensemble is made of their logits (``core.respiratory.decision``).
    films : (n, S, S) array
        Films as ``prepare`` makes them for this network.

    Raises
    ------
    InputError
        If the films have another shape or hold a value that is not a finite number.
    SuiteError
        If the network answers with a number that is not finite.
    """
    takes = intake(network)
    _check(films, (takes.size,))
    inputs = trunk_tokens(films) if network is Network.VIT else films[:, None]
    session = _session(takes.file)
    name = session.get_inputs()[0].name
    answers = [_run(session, {name: inputs[i : i + 1]}, OUTPUTS) for i in range(len(inputs))]
    logits, evidence, features = (np.concatenate(part) for part in zip(*answers, strict=True))
    return Forward(logits, evidence, features)


def trunk_tokens(films: Pixels) -> Floats:
    """Return the tokens (n, 1 + t, 384) that the frozen trunk of the transformer makes of films.

    Parameters
    ----------
    films : (n, S, S) array
        Standardised films; S is one of the sizes the model folder holds positions for.

    Raises
    ------
    InputError
        As for :func:`forward`.
    SuiteError
        As for :func:`forward`.
    """
    positions = _positions()
    _check(films, tuple(positions))
    session = _session(TRUNK_FILE)
    position = positions[films.shape[-1]]
    answers = [
        _run(session, {"pixels": film[None, None], "position": position}, ("tokens",))[0]
        for film in films
    ]
    return np.concatenate(answers)


def _check(films: Pixels, sizes: tuple[int, ...]) -> None:
    square = films.ndim == 3 and len(films) > 0 and films.shape[1] == films.shape[2]
    if not (square and films.shape[2] in sizes):
        wanted = " or ".join(f"(n, {size}, {size})" for size in sizes)
        raise InputError(f"films: the shape is {films.shape}. Give at least one film: {wanted}.")
    if not np.isfinite(films).all():
        raise InputError("films: a pixel is not a finite number. Decode the image again.")


def _run(session: Session, feed: dict[str, Floats], names: tuple[str, ...]) -> list[Floats]:
    feed = {name: np.ascontiguousarray(value, np.float32) for name, value in feed.items()}
    answers: list[Floats] = session.run(list(names), feed)
    if not all(np.isfinite(answer).all() for answer in answers):
        raise SuiteError(
            "The network answered with a number that is not finite, so nothing is said of the film."
        )
    return answers


def _session(file: str) -> Session:
    with _OPENING:
        return _opened(file)


def _positions() -> Mapping[int, Floats]:
    with _OPENING:
        return _read_positions()


@functools.cache
def _artifact() -> artifacts.Artifact:
    return artifacts.load(SYSTEM)


@functools.cache
def _opened(file: str) -> Session:
    path = _artifact().path(file)
    try:
        return open_session(path)
    except Exception as error:  # onnxruntime has a dozen of its own, all with texts in C++
        raise ArtifactError(
            f"The network file {file} cannot be opened ({type(error).__name__}). "
            "Restore it from the repository, or install the onnxruntime of requirements.txt."
        ) from error


@functools.cache
def _read_positions() -> Mapping[int, Floats]:
    with np.load(_artifact().path(POSITIONS_FILE)) as stored:
        return {
            int(name.removeprefix("side_")): stored[name].astype(np.float32)
            for name in stored.files
        }


@functools.cache
def _intakes() -> Mapping[Network, Intake]:
    stored = _artifact().json(NETWORKS_FILE)
    try:
        recipe = Recipe(stored["recipe"])
        return {network: _intake(stored["networks"][network], recipe) for network in SINGLE}
    except (LookupError, ValueError, TypeError) as error:
        raise ArtifactError(
            f"{NETWORKS_FILE} of {_artifact().tag}: {error} is missing or unknown. "
            "Restore it from the repository or export the networks again."
        ) from error


def _intake(stored: Mapping[str, Any], recipe: Recipe) -> Intake:
    return Intake(str(stored["files"][-1]), int(stored["size"]), recipe)  # a trunk comes before

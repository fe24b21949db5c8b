"""The images of a benchmark, by name: a phantom's name is enough to draw it again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core import respiratory
from core.errors import InputError
from core.saliency.classifier import Classifier
from core.saliency.ground_truth import REGIMES, SEEDS, Scene, scene
from core.saliency.networks import NETWORKS, film, phantom, shipped
from core.saliency.schema import Mask, Pixels
from core.saliency.subject import lung_box

CELLS = (
    (2, True), (1, True), (3, True), (0, True), (2, True), (1, True), (3, True), (0, False),
    (2, True), (1, True), (3, True), (2, False), (2, True), (1, False), (3, False), (2, True),
)  # fmt: skip
"""What lungs show and whether the shortcut is there, in turn: eleven of 16 have both."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One image before one network.

    Attributes
    ----------
    name : str
        As in the plan.
    label : int
        What it shows.
    image : (S, S) array
        As the network takes it.
    masks : mapping
        ``lungs``, and for a phantom ``lesion`` and ``shortcut``.
    scene : Scene, optional
        The causes of a phantom.
    """

    name: str
    label: int
    image: Pixels
    masks: Mapping[str, Mask]
    scene: Scene | None = None


def phantom_names(n: int, first: int = SEEDS["benchmark"].start) -> tuple[str, ...]:
    """Return names of n phantoms with every combination of causes, such as ``4000012-2-1``.

    The parts are the seed, what the lungs show, and whether the shortcut is there.
    """
    cells = (CELLS[i % len(CELLS)] for i in range(n))
    return tuple(f"{first + i}-{label}-{int(carries)}" for i, (label, carries) in enumerate(cells))


def network_of(key: str) -> Classifier:
    """Return a shipped network or one trained on phantoms; raises InputError if there is none."""
    return shipped(key) if key in NETWORKS else phantom(key)


def parts_of(key: str) -> tuple[str, str, int]:
    """Return architecture, regime and seed in the key of a network; the last two may be missing."""
    architecture, _, rest = key.partition("-")
    regime, _, seed = rest.rpartition("-")
    return (architecture, regime, int(seed)) if regime in REGIMES else (key, "", -1)


def phantom_picture(name: str, network: Classifier) -> Picture:
    """Draw a phantom by the law that the network was trained on.

    Raises
    ------
    InputError
        If the name is not one of `phantom_names`, or the network was not trained on phantoms.
    """
    regime = parts_of(network.key)[1]
    if not regime:
        raise InputError(
            f"networks: {network.title} was not trained on phantoms, so what it makes of them is "
            "not known. Use a network whose key names a regime."
        )
    drawn = scene_of(name, regime, network.size)
    masks = {"lungs": drawn.lungs, "lesion": drawn.lesion, "shortcut": drawn.shortcut}
    return Picture(name, drawn.label, drawn.image, masks, drawn)


def scene_of(name: str, regime: str, size: int) -> Scene:
    """Return the scene that a row of the table is about; raises InputError for another name."""
    seed, label, carries = _parts(name)
    return scene(seed, regime, size, label=label, carries=bool(carries))


def phantom_label(name: str) -> int:
    """Return what the lungs of a phantom show; raises InputError for another name."""
    return _parts(name)[1]


def _parts(name: str) -> tuple[int, int, int]:
    parts = name.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise InputError(f"images: {name!r} names no phantom. Names look like 4000012-2-1.")
    seed, label, carries = (int(part) for part in parts)
    return seed, label, carries


def film_picture(name: str, label: int, network: Classifier, folder: Path) -> Picture:
    """Read a film and prepare it for a shipped network.

    Raises
    ------
    InputError
        If the file is missing or cannot be decoded.
    """
    path = folder / name
    if not path.is_file():
        raise InputError(f"images: there is no film {name} in {folder}. Give the folder of films.")
    pixels = respiratory.read_image(path.name, path.read_bytes()).pixels
    image = np.asarray(film(network.key, pixels), dtype=np.float32)
    return Picture(name, label, image, {"lungs": lung_box(network.size)})

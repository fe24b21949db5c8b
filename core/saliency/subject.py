"""What is explained: a film, a phantom or any picture, as one network takes it."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from core import respiratory
from core.errors import InputError
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.scenes import Scene
from core.saliency.networks import film as prepared
from core.saliency.networks import shipped
from core.saliency.schema import Mask, Pixels

Kind = Literal["film", "phantom", "picture"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One image before one network.

    Attributes
    ----------
    name : str
        What the user called it.
    kind : {"film", "phantom", "picture"}
        A radiograph for a network of the chest X-ray system, a phantom whose causes are known, or
        any picture before a network of the user.
    network : Classifier
        The network asked.
    image : (S, S) array
        As the network takes it.
    canvas : (h, w) array
        For display, 0 to 1; it covers the same field as ``image``.
    lungs : (S, S) array of bool, optional
        Where lungs are.
    lungs_are : str
        How that is known, in words; empty without ``lungs``.
    scene : Scene, optional
        The causes of a phantom.
    warnings : tuple of str
        What speaks against relying on an explanation of it.
    """

    name: str
    kind: Kind
    network: Classifier
    image: Pixels
    canvas: Pixels
    lungs: Mask | None = None
    lungs_are: str = ""
    scene: Scene | None = None
    warnings: tuple[str, ...] = ()


def film_subject(name: str, content: bytes, network: str) -> Subject:
    """Decode and judge a radiograph for one of the networks of the chest X-ray system.

    Raises
    ------
    InputError
        If there is no such network, the file cannot be decoded, or the gate refuses the film: a
        map of a film that the network may not judge explains nothing.
    """
    asked = shipped(network)
    radiograph = respiratory.read_image(name, content)
    gate = respiratory.judge(radiograph)
    if gate.refused:
        raise InputError(f"{name}: there is no answer to explain. {gate.reason}")
    return Subject(
        name=name,
        kind="film",
        network=asked,
        image=prepared(network, radiograph.pixels),
        canvas=respiratory.canvas(radiograph),
        lungs=lung_box(asked.size),
        lungs_are="the box in which lungs lie in a frontal film",
        warnings=(*radiograph.notes, *gate.warnings),
    )


def phantom_subject(scene: Scene, network: Classifier) -> Subject:
    """Put a phantom before a network that was trained on phantoms.

    Raises
    ------
    InputError
        If the phantom has another size than the network takes.
    """
    if scene.image.shape != (network.size, network.size):
        raise InputError(
            f"phantom: its side is {scene.image.shape[0]} pixels and {network.title} takes "
            f"{network.size}. Draw it at that size."
        )
    return Subject(
        name=f"phantom {scene.seed} ({scene.regime})",
        kind="phantom",
        network=network,
        image=scene.image,
        canvas=scene.image,
        lungs=scene.lungs,
        lungs_are="where the beam passes through a lung, known from the drawing",
        scene=scene,
    )


def picture_subject(name: str, content: bytes, network: Classifier) -> Subject:
    """Put any picture before a network of the user, squashed to its input.

    Nothing is known of such a picture, so it is not judged; whether it is of the kind the network
    was trained on is for the user to say.

    Raises
    ------
    InputError
        If the file cannot be decoded.
    """
    pixels = respiratory.read_image(name, content).pixels
    small = respiratory.resize(pixels, network.size)
    black, white = network.grey
    image = np.asarray(black + (white - black) * small, dtype=np.float32)
    return Subject(name=name, kind="picture", network=network, image=image, canvas=small)


def lung_box(size: int) -> Mask:
    """Return the (size, size) box in which lungs lie in a frontal film."""
    box, scale = respiratory.LUNGS, size / respiratory.CANVAS
    rows, columns = (
        slice(round(first * scale), round(last * scale))
        for first, last in ((box.top, box.bottom), (box.left, box.right))
    )
    mask = np.zeros((size, size), dtype=bool)
    mask[rows, columns] = True
    return mask

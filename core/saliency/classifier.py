"""A network as the methods see it: numbers in, logits and what lies inside out.

Methods never know what runs a network. Shipped networks, networks trained on phantoms and networks
that users bring implement this one interface; what a network does not let a method see is missing
from its ``access``, and the method is refused with the reason.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple, Protocol

from core.errors import InputError
from core.saliency.schema import Access, Floats, Pixels


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """A place inside a network that class activation methods can read.

    Attributes
    ----------
    key, title : str
        Name in addresses, and the name shown to people.
    refused : str
        Why no map can be read there, such as a gradient that is zero for every image; empty if
        one can.
    """

    key: str
    title: str
    refused: str = ""


class Inside(NamedTuple):
    """Activations (n, c, h, w) of a layer and the gradients (n, c, h, w) of a logit there."""

    activations: Floats
    gradients: Floats


class Attended(NamedTuple):
    """Attention and gradients of a logit there, each (n, layers, heads, tokens, tokens).

    ``prefix`` tokens come before those of the patches, which lie on a grid of ``side`` x ``side``.
    """

    attention: Floats
    gradients: Floats
    prefix: int
    side: int


class Classifier(Protocol):
    """A network for square grey images."""

    @property
    def key(self) -> str:
        """Name in addresses and tables."""
        ...

    @property
    def title(self) -> str:
        """Name shown to people."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes in the order of the logits; at least two."""
        ...

    @property
    def size(self) -> int:
        """Side S of its input in pixels."""
        ...

    @property
    def access(self) -> frozenset[Access]:
        """What it lets a method see."""
        ...

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Readable layers from first to last; empty without ``Access.LAYERS``."""
        ...

    @property
    def grey(self) -> tuple[float, float]:
        """Input values of black and of white, for display and for fills.

        A film standardised for a network has them at about -2.3 and 2.3.
        """
        ...

    def logits(self, images: Pixels) -> Floats:
        """Return logits (n, k) of images (n, S, S)."""
        ...

    def gradient(self, images: Pixels, target: int) -> Floats:
        """Return d(logit of ``target``)/d(input), (n, S, S)."""
        ...

    def guided(self, images: Pixels, target: int) -> Floats:
        """Return the same with negative gradients cut at every ReLU, (n, S, S)."""
        ...

    def inside(self, images: Pixels, target: int, layer: str) -> Inside:
        """Return activations and gradients of a layer."""
        ...

    def attention(self, images: Pixels, target: int) -> Attended:
        """Return the attention of every layer and its gradients."""
        ...

    def randomised(self, depth: float, seed: int) -> Classifier:
        """Return the network with the weights of its last layers shuffled.

        ``depth`` is the share of its weight tensors, counted from the output, from 0 to 1.

        Raises
        ------
        InputError
            If the network's weights are not at hand.
        """
        ...


def find_layer(network: Classifier, key: str | None) -> Layer:
    """Return a layer by its key, by default the last one that can be read.

    Raises
    ------
    InputError
        If there is no such layer, or no map can be read there.
    """
    usable = [layer for layer in network.layers if not layer.refused]
    if not usable:
        raise InputError(
            f"{network.title} has no layer that a class activation map can be read at."
        )
    if key is None:
        return usable[-1]
    found = next((layer for layer in network.layers if layer.key == key), None)
    if found is None:
        known = ", ".join(layer.key for layer in network.layers)
        raise InputError(f"layer: {network.title} has no layer {key!r}. Use one of: {known}.")
    if found.refused:
        known = ", ".join(layer.key for layer in usable)
        raise InputError(f"layer {key}: {found.refused} Use one of: {known}.")
    return found

"""One network as the methods see it, whatever runs it: checks of what goes in, shapes of the rest.

A network is made of two graphs that hold the same weights. The forward graph answers with logits;
the gradient graph also answers with gradients, and is opened when a method first asks for one.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, SuiteError
from core.runtime.onnx import Session
from core.saliency.classifier import Attended, Inside, Layer, find_layer
from core.saliency.schema import Access, Floats, Pixels

# Added to what flows back through a ReLU: nothing is cut below the least number there is, and
# guided backpropagation cuts below zero.
WHOLE, GUIDED = np.array(np.finfo(np.float32).min), np.array(0, np.float32)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A classifier of square grey images (``core.saliency.classifier.Classifier``).

    Attributes
    ----------
    key, title, labels, size, access, layers, grey
        As in the protocol.
    forward : callable
        Logits (n, k) of images (n, S, S).
    graph : callable, optional
        Opens the gradient graph, or returns it if it is open.
    shuffle : callable, optional
        Returns the network with shuffled weights.
    at_once : int
        Films the gradient graph takes at once; their activations must fit in memory.
    prefix : int
        Tokens of a transformer that stand before those of the patches.
    """

    key: str
    title: str
    labels: tuple[str, ...]
    size: int
    access: frozenset[Access]
    layers: tuple[Layer, ...]
    grey: tuple[float, float]
    forward: Callable[[Pixels], NDArray[np.floating]]
    graph: Callable[[], Session] | None = None
    shuffle: Callable[[float, int], Network] | None = None
    at_once: int = 4
    prefix: int = 0

    def logits(self, images: Pixels) -> Floats:
        """Return logits (n, k) of images (n, S, S).

        Raises
        ------
        InputError
            If the images have another shape or hold a value that is not a finite number.
        SuiteError
            If the network answers with a number that is not finite.
        """
        return _finite(self, np.asarray(self.forward(self._checked(images)), np.float64))

    def gradient(self, images: Pixels, target: int) -> Floats:
        """Return d(logit of ``target``)/d(input), (n, S, S); raises as :meth:`logits`."""
        return self._ask(images, target, Access.GRADIENT, ("gradient",))[0][:, 0]

    def guided(self, images: Pixels, target: int) -> Floats:
        """Return the same with negative gradients cut at every ReLU; raises as :meth:`logits`."""
        return self._ask(images, target, Access.GUIDED, ("gradient",), GUIDED)[0][:, 0]

    def inside(self, images: Pixels, target: int, layer: str) -> Inside:
        """Return activations and gradients of a layer; raises as :meth:`logits`."""
        key = find_layer(self, layer).key
        names = (f"{key}.activations", f"{key}.gradients")
        return Inside(
            *(self._map(part) for part in self._ask(images, target, Access.LAYERS, names))
        )

    def attention(self, images: Pixels, target: int) -> Attended:
        """Return the attention of every layer and its gradients; raises as :meth:`logits`."""
        names = ("attention", "attention_gradients")
        seen, back = self._ask(images, target, Access.ATTENTION, names)
        return Attended(seen, back, self.prefix, self._side(seen.shape[-1]))

    def randomised(self, depth: float, seed: int) -> Network:
        """Return the network with the stored weights of its last layers shuffled.

        Every kernel and matrix among the last ``depth`` of them, counted from the output, has its
        stored numbers permuted within itself, so their distribution stays (Adebayo et al.,
        NeurIPS 2018, randomise from the output as well). Biases, the scales of kernels stored in 8
        bits and the factors of normalisations stay as they are.

        Parameters
        ----------
        depth : float
            Share of the kernels and matrices, from 0 (none) to 1 (all); any share above 0 takes
            at least the last.
        seed : int
            Of the permutations.

        Raises
        ------
        InputError
            If the network's weights are not at hand, or the share is not one.
        """
        if self.shuffle is None:
            raise InputError(
                f"{self.title}: its weights are not at hand, so they cannot be shuffled. "
                "Choose a network of the suite."
            )
        if not 0 <= depth <= 1:
            raise InputError(f"depth: {depth:g} is no share. Give a number from 0 to 1.")
        return self.shuffle(depth, seed)

    def _ask(
        self,
        images: Pixels,
        target: int,
        access: Access,
        names: tuple[str, ...],
        floor: NDArray[np.float32] = WHOLE,
    ) -> list[Floats]:
        if self.graph is None or access not in self.access:
            raise InputError(
                f"{self.title} does not let a method see its {access}. Choose another method or "
                "another network."
            )
        images = self._checked(images)
        if not 0 <= target < len(self.labels):
            raise InputError(
                f"target: {self.title} has no class {target}. Give a number from 0 to "
                f"{len(self.labels) - 1}."
            )
        session, wanted = self.graph(), np.zeros((1, len(self.labels)), np.float32)
        wanted[0, target] = 1
        parts = []
        for start in range(0, len(images), self.at_once):
            batch = images[start : start + self.at_once, None]
            feed = {"pixels": batch, "target": wanted.repeat(len(batch), axis=0), "floor": floor}
            parts.append(session.run(list(names), feed))
        joined = (np.concatenate(part) for part in zip(*parts, strict=True))
        return [_finite(self, part.astype(np.float64)) for part in joined]

    def _checked(self, images: Pixels) -> Pixels:
        shape = (self.size, self.size)
        if images.ndim != 3 or not len(images) or images.shape[1:] != shape:
            raise InputError(
                f"images: the shape is {images.shape}. {self.title} takes at least one image: "
                f"(n, {self.size}, {self.size})."
            )
        if not np.isfinite(images).all():
            raise InputError("images: a pixel is not a finite number. Decode the image again.")
        return np.ascontiguousarray(images, np.float32)

    def _map(self, values: Floats) -> Floats:
        """Return (n, c, h, w) of a map, or of tokens (n, t, c) without those of the prefix."""
        if values.ndim == 4:
            return values
        patches = values[:, self.prefix :]
        side = self._side(values.shape[1])
        return patches.transpose(0, 2, 1).reshape(len(values), -1, side, side)

    def _side(self, tokens: int) -> int:
        return math.isqrt(tokens - self.prefix)


def _finite(network: Network, values: Floats) -> Floats:
    if not np.isfinite(values).all():
        raise SuiteError(
            f"{network.title} answered with a number that is not finite, so no map can be made."
        )
    return values

"""What a method is asked, and what it hands back before the map is checked and scaled up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.errors import SuiteError
from core.saliency.classifier import Attended, Classifier, Inside
from core.saliency.schema import Floats, Mask, Method, Options, Pixels

BATCH = 32


@dataclasses.dataclass(slots=True)
class Question:
    """An image, a class, and a network that counts how often it is asked.

    Attributes
    ----------
    network : Classifier
    image : (S, S) array
        As the network takes it.
    target : int
        Index of the class.
    options : Options
    masks : mapping
        Regions by name, for controls.
    forwards : int
        Images the network was shown so far.
    """

    network: Classifier
    image: Pixels
    target: int
    options: Options
    masks: Mapping[str, Mask | Floats]
    forwards: int = 0

    @property
    def label(self) -> str:
        """Name of the class."""
        return self.network.labels[self.target]

    def rng(self) -> np.random.Generator:
        """Return a generator that starts from the seed of the options."""
        return np.random.default_rng(self.options.seed)

    def samples(self, default: int) -> int:
        """Return how many evaluations a method may take."""
        return self.options.samples or default

    def logits(self, images: Pixels | Floats) -> Floats:
        """Return all logits (n, k) of images (n, S, S)."""
        self.forwards += len(images)
        return self._finite(self.network.logits(images.astype(np.float32, copy=False)))

    def scores(self, images: Pixels | Floats) -> Floats:
        """Return the logit (n,) of the class."""
        score: Floats = self.logits(images)[:, self.target]
        return score

    def probabilities(self, images: Pixels | Floats) -> Floats:
        """Return the probability (n,) of the class: softmax over all logits."""
        logits = self.logits(images)
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        share: Floats = grown[:, self.target] / grown.sum(axis=1)
        return share

    def gradient(self, images: Pixels | Floats) -> Floats:
        """Return d(logit of the class)/d(input), (n, S, S)."""
        self.forwards += len(images)
        return self._finite(
            self.network.gradient(images.astype(np.float32, copy=False), self.target)
        )

    def guided(self) -> Floats:
        """Return the guided gradient (S, S) at the image."""
        self.forwards += 1
        gradient: Floats = self._finite(self.network.guided(self.image[None], self.target))[0]
        return gradient

    def inside(self, layer: str) -> Inside:
        """Return activations and gradients of a layer, each (c, h, w)."""
        self.forwards += 1
        found = self.network.inside(self.image[None], self.target, layer)
        return Inside(self._finite(found.activations)[0], self._finite(found.gradients)[0])

    def attention(self) -> Attended:
        """Return attention and its gradients, each (layers, heads, tokens, tokens)."""
        self.forwards += 1
        found = self.network.attention(self.image[None], self.target)
        return found._replace(
            attention=self._finite(found.attention)[0], gradients=self._finite(found.gradients)[0]
        )

    def _finite(self, answer: Floats) -> Floats:
        answer = np.asarray(answer, dtype=np.float64)
        if not np.isfinite(answer).all():
            raise SuiteError(
                f"{self.network.title} answered with a number that is not finite, so no map can be "
                "made. Check the network and the scale of the image."
            )
        return answer


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A map as a method computed it.

    Attributes
    ----------
    native : (h, w) array
    pixels : (S, S) array, optional
        The map at the size of the image; interpolated from ``native`` if not given.
    notes : tuple of str
        Sentences about how it was made.
    blank : str
        Why it would be empty, if it is.
    segments : (S, S) array of int, optional
        Superpixels.
    """

    native: Floats
    pixels: Floats | None = None
    notes: tuple[str, ...] = ()
    blank: str = ""
    segments: NDArray[np.int64] | None = None


Maker = Callable[[Question], Made]
Entry = tuple[Method, Maker]


def batches(count: int) -> Iterator[slice]:
    """Yield slices that cover a number of images, so many at a time as are shown at once."""
    for start in range(0, count, BATCH):
        yield slice(start, min(start + BATCH, count))


def mid_grey(network: Classifier) -> float:
    """Return the input value half-way between black and white.

    It stands for "nothing there" in every method that takes parts of an image away: close to the
    mean of a film, and 0 for a network whose input is standardised.
    """
    black, white = network.grey
    return (black + white) / 2

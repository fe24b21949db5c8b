"""Classifiers in numpy for inputs whose answers are recorded: they need no torch."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, NoReturn

import numpy as np

from core.saliency.classifier import Attended, Inside, Layer
from core.saliency.schema import Access, Floats, Pixels


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """What every classifier of the parity tests has, seen from outside only."""

    size: int
    grey: tuple[float, float] = dataclasses.field(default=(0.0, 1.0), kw_only=True)
    key: ClassVar[str] = "parity"
    title: ClassVar[str] = "Parity network"
    labels: ClassVar[tuple[str, ...]] = ("a", "b", "c", "d")
    access: ClassVar[frozenset[Access]] = frozenset()
    layers: ClassVar[tuple[Layer, ...]] = ()

    def logits(self, images: Pixels) -> Floats:
        return self._hidden()

    def gradient(self, images: Pixels, target: int) -> Floats:
        return self._hidden()

    def guided(self, images: Pixels, target: int) -> Floats:
        return self._hidden()

    def inside(self, images: Pixels, target: int, layer: str) -> Inside:
        return self._hidden()

    def attention(self, images: Pixels, target: int) -> Attended:
        return self._hidden()

    def randomised(self, depth: float, seed: int) -> NoReturn:
        return self._hidden()

    def _hidden(self) -> NoReturn:
        raise AssertionError("the method asked for what this network does not show")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Dense(Unseen):
    """One hidden layer with tanh: every answer and every gradient in closed form."""

    hidden: Floats
    offset: Floats
    head: Floats
    access: ClassVar[frozenset[Access]] = frozenset({Access.LOGITS, Access.GRADIENT})

    def logits(self, images: Pixels) -> Floats:
        return np.tanh(self._before(images)) @ self.head.T

    def gradient(self, images: Pixels, target: int) -> Floats:
        slope = 1 - np.tanh(self._before(images)) ** 2
        return (slope * self.head[target] @ self.hidden).reshape(images.shape)

    def _before(self, images: Pixels) -> Floats:
        return images.reshape(len(images), -1).astype(np.float64) @ self.hidden.T + self.offset


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Replay(Unseen):
    """Answers one image with the activations, gradients and attention that were recorded for it."""

    image: Pixels
    seen: dict[str, Inside]
    attended: Attended | None = None
    answer: Floats = dataclasses.field(default_factory=lambda: np.zeros((1, 4)))
    access: ClassVar[frozenset[Access]] = frozenset(
        {Access.LOGITS, Access.LAYERS, Access.ATTENTION}
    )

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(Layer(key, key) for key in self.seen)

    def logits(self, images: Pixels) -> Floats:
        return self._same(images, self.answer)

    def inside(self, images: Pixels, target: int, layer: str) -> Inside:
        return self._same(images, self.seen[layer])

    def attention(self, images: Pixels, target: int) -> Attended:
        assert self.attended is not None
        return self._same(images, self.attended)

    def _same(self, images: Pixels, value: Any) -> Any:
        np.testing.assert_array_equal(images, self.image[None])
        return value


def dense(size: int, seed: int) -> Dense:
    """Return a network whose weights a seed decides, in numbers that float32 holds exactly."""
    rng = np.random.default_rng(seed)
    shapes = ((24, size * size), (24,), (4, 24))
    scales = (3 / size, 0.3, 1.0)
    parts = (
        rng.normal(0, scale, shape).astype(np.float32).astype(np.float64)
        for shape, scale in zip(shapes, scales, strict=True)
    )
    return Dense(size, *parts)

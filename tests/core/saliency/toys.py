"""Small networks written by hand, with gradients worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.saliency.classifier import Attended, Inside, Layer
from core.saliency.schema import Access

CLASSES = ("first", "second", "third")


@dataclasses.dataclass(frozen=True, eq=False)
class Toy:
    """What every toy has; ``shown`` counts the images of each call."""

    key: str = "toy"
    title: str = "Toy"
    labels: tuple[str, ...] = CLASSES
    size: int = 16
    access: frozenset[Access] = frozenset({Access.LOGITS})
    layers: tuple[Layer, ...] = ()
    grey: tuple[float, float] = (0.0, 1.0)
    shown: list[int] = dataclasses.field(default_factory=list)

    def logits(self, images):
        self.shown.append(len(images))
        return self.answer(np.asarray(images, np.float64))

    def randomised(self, depth, seed):
        raise NotImplementedError


@dataclasses.dataclass(frozen=True, eq=False)
class Linear(Toy):
    """logit_k = sum of weights_k * image + bias_k."""

    weights: np.ndarray = None
    bias: np.ndarray = None
    access: frozenset[Access] = frozenset({Access.LOGITS, Access.GRADIENT, Access.GUIDED})

    def answer(self, images):
        return np.einsum("kij,nij->nk", self.weights, images) + self.bias

    def gradient(self, images, target):
        return np.repeat(self.weights[target][None], len(images), axis=0)

    guided = gradient


def linear(size=16, seed=0, **changes):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(len(CLASSES), size, size))
    return Linear(size=size, weights=weights, bias=rng.normal(size=len(CLASSES)), **changes)


def region(mask, strength=4.0):
    """A network whose first class is the mean of a region and whose others are constant."""
    weights = np.zeros((len(CLASSES), *mask.shape))
    weights[0] = strength * mask / mask.sum()
    return Linear(size=len(mask), weights=weights, bias=np.zeros(len(CLASSES)))


@dataclasses.dataclass(frozen=True, eq=False)
class Curved(Toy):
    """logit_k = sum of weights_k * image^2: an additive network that is not linear."""

    weights: np.ndarray = None
    access: frozenset[Access] = frozenset({Access.LOGITS, Access.GRADIENT})

    def answer(self, images):
        return np.einsum("kij,nij->nk", self.weights, images**2)

    def gradient(self, images, target):
        return 2 * self.weights[target] * np.asarray(images, np.float64)


def curved(size=16, seed=0):
    rng = np.random.default_rng(seed)
    return Curved(size=size, weights=rng.normal(size=(len(CLASSES), size, size)))


@dataclasses.dataclass(frozen=True, eq=False)
class Conv(Toy):
    """3x3 convolution without wrapping, ReLU, mean over 2x2, global mean, linear head.

    The layer "conv" is read after the 2x2 mean; "dead" is a copy that the head does not read.
    """

    kernels: np.ndarray = None  # (c, 3, 3)
    offsets: np.ndarray = None  # (c,)
    head: np.ndarray = None  # (k, c)
    bias: np.ndarray = None  # (k,)
    layers: tuple[Layer, ...] = (Layer("dead", "Unread copy"), Layer("conv", "Convolution"))
    access: frozenset[Access] = frozenset(
        {Access.LOGITS, Access.GRADIENT, Access.GUIDED, Access.LAYERS}
    )

    def _linear(self, images):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
        return np.einsum("nijab,cab->ncij", patches, self.kernels) + self.offsets[:, None, None]

    def _features(self, images):
        active = np.maximum(self._linear(images), 0)
        n, c, s, _ = active.shape
        return active.reshape(n, c, s // 2, 2, s // 2, 2).mean((3, 5))

    def answer(self, images):
        return self._features(images).mean((2, 3)) @ self.head.T + self.bias

    def _back(self, images, target, guided):
        linear = self._linear(np.asarray(images, np.float64))
        flowing = np.broadcast_to(
            self.head[target][None, :, None, None] / self.size**2, linear.shape
        )
        flowing = np.where(linear > 0, np.maximum(flowing, 0) if guided else flowing, 0)
        padded = np.pad(flowing, ((0, 0), (0, 0), (1, 1), (1, 1)))
        patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
        return np.einsum("ncijab,cab->nij", patches, self.kernels[:, ::-1, ::-1])

    def gradient(self, images, target):
        return self._back(images, target, guided=False)

    def guided(self, images, target):
        return self._back(images, target, guided=True)

    def inside(self, images, target, layer):
        activations = self._features(np.asarray(images, np.float64))
        cells = activations.shape[-1] ** 2
        gradients = np.broadcast_to(
            self.head[target][None, :, None, None] / cells, activations.shape
        )
        return Inside(activations, gradients * (layer == "conv"))


def conv(size=16, channels=5, seed=0, **changes):
    rng = np.random.default_rng(seed)
    return Conv(
        size=size,
        kernels=rng.normal(size=(channels, 3, 3)),
        offsets=rng.normal(size=channels) / 4,
        head=rng.normal(size=(len(CLASSES), channels)) * 5,
        bias=rng.normal(size=len(CLASSES)),
        **changes,
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Attention(Toy):
    """One layer of one head on patches of 4x4; reads the class token or the mean of the patches."""

    embed: np.ndarray = None  # (d, 16)
    query: np.ndarray = None  # (d, d)
    key_matrix: np.ndarray = None  # (d, d)
    head: np.ndarray = None  # (k, d)
    reads_class_token: bool = True
    access: frozenset[Access] = frozenset({Access.LOGITS, Access.ATTENTION})

    def _tokens(self, images):
        n, side = len(images), self.size // 4
        patches = images.reshape(n, side, 4, side, 4).transpose(0, 1, 3, 2, 4)
        tokens = patches.reshape(n, side**2, 16) @ self.embed.T
        return np.concatenate([np.ones((n, 1, tokens.shape[2])), tokens], axis=1)

    def attend(self, tokens):
        scores = (tokens @ self.query) @ (tokens @ self.key_matrix).transpose(0, 2, 1)
        grown = np.exp(scores - scores.max(axis=2, keepdims=True))
        return grown / grown.sum(axis=2, keepdims=True)

    def read(self, attention, tokens):
        mixed = attention @ tokens
        pooled = mixed[:, 0] if self.reads_class_token else mixed[:, 1:].mean(axis=1)
        return pooled @ self.head.T

    def answer(self, images):
        tokens = self._tokens(images)
        return self.read(self.attend(tokens), tokens)

    def attention(self, images, target):
        tokens = self._tokens(np.asarray(images, np.float64))
        attention = self.attend(tokens)
        worth = tokens @ self.head[target]  # (n, t): what reading a token adds
        rows = np.zeros(attention.shape[1])
        rows[slice(0, 1) if self.reads_class_token else slice(1, None)] = 1
        gradients = (rows / rows.sum())[None, :, None] * worth[:, None, :]
        return Attended(attention[:, None, None], gradients[:, None, None], 1, self.size // 4)


def attention(size=16, width=6, seed=0, **changes):
    rng = np.random.default_rng(seed)
    return Attention(
        size=size,
        embed=rng.normal(size=(width, 16)),
        query=rng.normal(size=(width, width)) / 4,
        key_matrix=rng.normal(size=(width, width)) / 4,
        head=rng.normal(size=(len(CLASSES), width)),
        **changes,
    )


def image(size=16, seed=1):
    return np.random.default_rng(seed).random((size, size)).astype(np.float32)


def masks(size=16):
    """A lesion, a cause beside it, and lungs around both."""
    drawn = {name: np.zeros((size, size), dtype=bool) for name in ("lungs", "lesion", "cause")}
    drawn["lungs"][2:-2, 2:-2] = True
    drawn["lesion"][4:8, 4:8] = True
    drawn["cause"][9:12, 9:12] = True
    return drawn

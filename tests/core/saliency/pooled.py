"""A network on pooled grey values for the benchmark's tests, with gradients by hand."""

from __future__ import annotations

import numpy as np

from core.saliency.classifier import Inside, Layer
from core.saliency.ground_truth import LABELS
from core.saliency.schema import Access

CELL = 8


class Pooled:
    """Six rectified channels of the mean grey of 8 x 8 pixels, and a linear layer."""

    key, title, labels, size, grey = "cnn-decoy-0", "Pooled", LABELS, 96, (0.0, 1.0)
    access = frozenset({Access.LOGITS, Access.LAYERS, Access.GRADIENT})
    layers = (Layer("pool", "pooled grey"),)

    def __init__(self, seed=0):
        rng, side = np.random.default_rng(seed), self.size // CELL
        self.slope, self.offset = rng.normal(size=6), 0.3 * rng.normal(size=6)
        self.weights = 0.5 * rng.normal(size=(6, side, side, 4))
        self.seed = seed

    def channels(self, images):
        side = self.size // CELL
        grey = np.asarray(images, np.float64).reshape(-1, side, CELL, side, CELL).mean((2, 4))
        return np.maximum(self.slope[:, None, None] * grey[:, None] + self.offset[:, None, None], 0)

    def logits(self, images):
        return np.einsum("nchw,chwk->nk", self.channels(images), self.weights)

    def inside(self, images, target, layer):
        found = self.channels(images)
        return Inside(found, np.broadcast_to(self.weights[..., target], found.shape).copy())

    def gradient(self, images, target):
        open_ = self.channels(images) > 0
        coarse = (open_ * self.slope[:, None, None] * self.weights[..., target]).sum(axis=1)
        return np.kron(coarse, np.ones((1, CELL, CELL))) / CELL**2

    def guided(self, images, target):
        raise NotImplementedError

    attention = guided

    def randomised(self, depth, seed):
        return Pooled(self.seed + 1 + seed)

"""A small network from nothing, given the border of a film or all of it."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.respiratory.prepare import Recipe, resize, standardise, treat
from core.respiratory.schema import LABELS, Pixels
from core.respiratory.training.study_marks import border_only

SIDE = 64
WIDTHS = (24, 48, 96, 96)
BATCH = 64
LEARNING_RATE = 3e-3


def inputs(pixels: NDArray[np.uint8], recipe: Recipe, border: bool) -> Pixels:
    """Return films (n, 64, 64) after a recipe: their border alone, or all of them.

    The film is brought to 224 x 224 after the recipe, so that its border is that of what a network
    would see.
    """
    found = []
    for film in pixels:
        small = resize(treat(film.astype(np.float32) / 255, recipe), SIDE)
        found.append(border_only(small) if border else standardise(small))
    return np.stack(found)


def train_small(films: Pixels, targets: NDArray[np.int64], epochs: int, seed: int) -> nn.Module:
    """Train a network of four convolutions; only mirror images and shifts are added."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = _network()
    steps = epochs * -(-len(films) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    network.train()
    for _ in range(epochs):
        order = rng.permutation(len(films))
        for start in range(0, len(films), BATCH):
            rows = order[start : start + BATCH]
            batch = films[rows]
            mirrored = rng.random(len(rows)) < 0.5
            batch = np.where(mirrored[:, None, None], batch[:, :, ::-1], batch)
            optimiser.zero_grad()
            said = network(torch.from_numpy(batch.copy())[:, None])
            loss(said, torch.from_numpy(targets[rows])).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def small_proba(network: nn.Module, films: Pixels) -> NDArray[np.float64]:
    """Return the probabilities (n, 4) of a small network."""
    with torch.no_grad():
        parts = [
            torch.softmax(network(torch.from_numpy(films[start : start + 256])[:, None]), 1)
            for start in range(0, len(films), 256)
        ]
    return cast("NDArray[np.float64]", torch.cat(parts).double().numpy())


def _network() -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 1
    for place, width in enumerate(WIDTHS):
        stride = 2 if place < 3 else 1
        layers += [nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)]
        layers += [nn.ReLU()]
        before = width
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, *pooled, nn.Linear(before, len(LABELS)))

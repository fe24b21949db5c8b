"""Training of one network on the films of one regime, and what it learnt, measured held out."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.saliency.training.networks import build, folded

DECAY = 0.02
WARM = 0.15  # share of the steps over which the rate rises


@dataclasses.dataclass(frozen=True, slots=True)
class Recipe:
    """How an architecture is trained: passes over the films, films a step, highest rate.

    ``shift`` is how many pixels a film may be moved in training.
    """

    epochs: int
    rate: float
    batch: int = 32
    shift: int = 2


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {"cnn": Recipe(12, 4e-3), "vgg": Recipe(9, 3e-3), "vit": Recipe(16, 1.5e-3)}
)


def fit(
    arch: str,
    films: NDArray[np.float16],
    labels: NDArray[np.int64],
    seed: int,
    recipe: Recipe | None = None,
) -> tuple[nn.Module, float]:
    """Train a network on one thread and return it, folded, with the seconds it took.

    Parameters
    ----------
    arch : str
        Key in ``ARCHITECTURES``.
    films, labels : (n, S, S) and (n,) array
        What to learn.
    seed : int
        Decides first weights, order and shifts of the films.
    recipe : Recipe, optional
        By default the architecture's own.

    Notes
    -----
    Products are taken in bfloat16, weights kept in 32 bits. So weights trained on processors of
    different makes differ, while figures of the same recipe agree within their intervals.
    """
    recipe = recipe or RECIPES[arch]
    torch.set_num_threads(1)
    network = build(arch, seed).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=DECAY)
    steps = recipe.epochs * (len(films) // recipe.batch)
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step / steps))
    started = time.process_time()
    network.train()
    for images, targets in _batches(films, labels, recipe, seed):
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = network(images)
        loss = nn.functional.cross_entropy(logits.float(), targets, label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        rates.step()
    return folded(network), time.process_time() - started


def logits_of(
    network: nn.Module, images: NDArray[np.floating], batch: int = 64
) -> NDArray[np.float64]:
    """Return the logits of films (n, S, S)."""
    with torch.no_grad():
        parts = [
            network(_tensor(images[start : start + batch]))[0].double().numpy()
            for start in range(0, len(images), batch)
        ]
    return np.concatenate(parts)


def _rate(done: float) -> float:
    if done < WARM:
        return max(done / WARM, 0.02)
    return max(0.5 * (1 + math.cos(math.pi * (done - WARM) / (1 - WARM))), 0.002)


def _batches(
    films: NDArray[np.float16], labels: NDArray[np.int64], recipe: Recipe, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    rng = np.random.default_rng(seed)
    edge = recipe.shift
    side = films.shape[1]
    for _ in range(recipe.epochs):
        order = rng.permutation(len(films))
        for start in range(0, len(films) - recipe.batch + 1, recipe.batch):
            picked = np.sort(order[start : start + recipe.batch])
            wide = np.pad(films[picked], ((0, 0), (edge, edge), (edge, edge)), mode="edge")
            down, right = rng.integers(2 * edge + 1, size=2)
            moved = wide[:, down : down + side, right : right + side]
            yield _tensor(moved), torch.from_numpy(labels[picked])


def _tensor(films: NDArray[np.floating]) -> Tensor:
    images = torch.from_numpy(np.ascontiguousarray(films, dtype=np.float32))[:, None]
    return images.contiguous(memory_format=torch.channels_last)

"""Fitting the trained part of a network: balanced sampling, mixup, AdamW and a cosine."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.respiratory.schema import LABELS, Network
from core.respiratory.training.features import BATCH, Half

SMOOTHING = 0.05
MIXUP = 0.2
MIXED_SHARE = 0.6
DECAY = 0.05
WARM_UP = 1
CLIP = 1.0
Logits = NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast a network is trained.

    Attributes
    ----------
    epochs : int
        Passes over as many films as there are for training.
    rate : float
        Peak learning rate of the trained part.
    head_rate : float
        Peak learning rate of the linear head.
    turns : int
        Number of augmented versions of each film that are drawn from, beside the plain one.
    average : float
        Decay per step of the running average of the weights, which is what is validated.
    flips : bool
        Whether films are mirrored at random while training (pixels only).
    """

    epochs: int
    rate: float
    head_rate: float
    turns: int
    average: float = 0.98
    flips: bool = False


SCHEDULES: Mapping[Network, Schedule] = {
    Network.VGG16: Schedule(epochs=8, rate=2e-4, head_rate=1e-3, turns=3),
    Network.VIT: Schedule(epochs=7, rate=1.5e-4, head_rate=1e-3, turns=3),
    Network.CNN: Schedule(epochs=30, rate=2e-3, head_rate=2e-3, turns=8, average=0.99, flips=True),
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What is learned from.

    Attributes
    ----------
    versions : sequence of (films, ...) arrays
        The plain films (or their features) and their augmented versions.
    targets : (films,) array
        Position of each film's label.
    weights : (films,) array
        Probability of drawing each film, summing to one.
    """

    versions: Sequence[Half]
    targets: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The weights at the epoch with the smallest validation log-loss, and every epoch's loss."""

    state: Mapping[str, Tensor]
    epoch: int
    losses: tuple[float, ...]


def balanced(targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return probabilities of drawing each film: one over the root of its class's size.

    Sources are not balanced: the leave-one-source-out study found that it hurts.
    """
    counts = np.bincount(targets, minlength=len(LABELS))
    weights = counts[targets] ** -0.5
    return cast(NDArray[np.float64], weights / weights.sum())


def fit(
    network: nn.Module,
    training: Training,
    validate: Callable[[nn.Module], float],
    schedule: Schedule,
    seed: int,
    on_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> Fitted:
    """Train a network (or its tail) and return the weights of its best epoch.

    Parameters
    ----------
    network : nn.Module
        Takes a batch of a version; has a linear ``head``.
    training : Training
        What is learned from.
    validate : callable
        Returns the validation log-loss of a network.
    schedule : Schedule
        How long and how fast.
    seed : int
        Fixes order, mixup and dropout.
    on_epoch : callable
        Told the epoch (from 1) and its validation log-loss.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    average = copy.deepcopy(network)
    optimiser = _optimiser(network, schedule)
    steps = math.ceil(len(training.targets) / BATCH)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _pace(step / steps, schedule.epochs)
    )
    losses: list[float] = []
    best: Mapping[str, Tensor] = {}
    for epoch in range(1, schedule.epochs + 1):
        network.train()
        for inputs, targets in _batches(training, rng, steps, schedule.flips):
            _step(network, optimiser, inputs, targets)
            pace.step()
            _follow(average, network, schedule.average)
        losses.append(validate(average))
        if losses[-1] == min(losses):
            best = copy.deepcopy(average.state_dict())
        on_epoch(epoch, losses[-1])
    return Fitted(best, int(np.argmin(losses)) + 1, tuple(losses))


def logits_of(network: nn.Module, inputs: Half) -> Logits:
    """Return a network's logits (n, 4) for inputs of its trained part."""
    network.eval()
    parts = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(inputs), BATCH):
            batch = _tensor(np.array(inputs[start : start + BATCH]))
            parts.append(network(batch).logits.float().numpy())
    return np.concatenate(parts)


def log_loss(logits: Logits, targets: NDArray[np.int64]) -> float:
    """Return the mean negative log-probability of the true findings."""
    return float(functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(targets)))


def _optimiser(network: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    head = [p for name, p in network.named_parameters() if name.startswith("head.")]
    body = [p for name, p in network.named_parameters() if not name.startswith("head.")]
    groups = [
        {"params": [p for p in body if p.ndim > 1], "lr": schedule.rate},
        {"params": [p for p in body if p.ndim <= 1], "lr": schedule.rate, "weight_decay": 0.0},
        {"params": head, "lr": schedule.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=DECAY)


def _pace(epoch: float, epochs: int) -> float:
    if epoch < WARM_UP:
        return 0.05 + 0.95 * epoch / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (epoch - WARM_UP) / max(epochs - WARM_UP, 1)))


def _batches(
    training: Training, rng: np.random.Generator, steps: int, flips: bool
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield mixed inputs and soft targets (n, k)."""
    films = rng.choice(len(training.targets), size=(steps, BATCH), p=training.weights)
    for batch in films:
        versions = rng.integers(len(training.versions), size=BATCH)
        inputs = _tensor(
            np.stack([training.versions[v][i] for v, i in zip(versions, batch, strict=True)])
        )
        if flips:
            mirrored = torch.from_numpy(rng.random(BATCH) < 0.5)
            inputs = torch.where(mirrored[:, None, None, None], inputs.flip(-1), inputs)
        truth = functional.one_hot(torch.from_numpy(training.targets[batch]), len(LABELS)).float()
        yield _mixed(inputs, truth, rng)


def _mixed(inputs: Tensor, truth: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Blend each film with another (Zhang et al., 2018), in a share of the batches."""
    if rng.random() >= MIXED_SHARE:
        return inputs, truth
    share = float(rng.beta(MIXUP, MIXUP))
    other = torch.from_numpy(rng.permutation(len(inputs)))
    return (
        share * inputs + (1 - share) * inputs[other],
        share * truth + (1 - share) * truth[other],
    )


def _step(
    network: nn.Module, optimiser: torch.optim.Optimizer, inputs: Tensor, targets: Tensor
) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(inputs).logits
    loss = functional.cross_entropy(logits.float(), targets, label_smoothing=SMOOTHING)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimiser.step()


def _follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for kept, new in zip(average.parameters(), network.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
        for kept, new in zip(average.buffers(), network.buffers(), strict=True):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)


def _tensor(batch: NDArray[np.float16]) -> Tensor:
    """Turn films (n, S, S) into (n, 1, S, S), and leave features and tokens as they are."""
    tensor = torch.from_numpy(batch).float()
    square = batch.ndim == 3 and batch.shape[1] == batch.shape[2]
    if square:
        tensor = tensor[:, None]
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

"""Two small torch networks with fixed weights, and the dense one in torch.

The weights come from numpy's generator, because torch promises no stable one across versions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from core import artifacts
from core.saliency.networks import phantoms
from core.saliency.training import networks as trained
from tests.parity import plain

SIDE, LABELS = 32, 4


def _filled(network: nn.Module, seed: int) -> nn.Module:
    rng = np.random.default_rng(seed)
    for weight in network.parameters():
        spread = weight.shape[1:].numel() ** -0.5 * 1.5 if weight.dim() > 1 else 0.1
        weight.data = torch.from_numpy(rng.normal(0, spread, tuple(weight.shape))).float()
        weight.requires_grad_(False)
    return network.eval()


class Convolutional(nn.Module):
    """Three convolutions with ReLU, an average over the last map and one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
        self.conv2 = nn.Sequential(nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.ReLU())
        self.conv3 = nn.Sequential(nn.Conv2d(12, 16, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(16, LABELS)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.conv3(self.conv2(self.conv1(images))).mean((2, 3)))


class Block(nn.Module):
    """Pre-norm transformer block whose attention is laid open, and may be replaced."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.tap: Callable[[Tensor], Tensor] | None = None

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self._attended(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))

    def _attended(self, tokens: Tensor) -> Tensor:
        if self.tap is None:
            return self.self_attention(tokens, tokens, tokens, need_weights=False)[0]
        inner = self.self_attention
        n, t, width = tokens.shape
        parts = nn.functional.linear(tokens, inner.in_proj_weight, inner.in_proj_bias)
        parts = parts.reshape(n, t, 3, inner.num_heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        scores = query @ key.transpose(2, 3) * key.shape[-1] ** -0.5
        mixed = self.tap(scores.softmax(-1)) @ value
        return inner.out_proj(mixed.transpose(1, 2).reshape(n, t, width))


class Attentive(nn.Module):
    """A transformer on 8 x 8 patches with a class token, which alone meets the head."""

    def __init__(self, depth: int, width: int = 16) -> None:
        super().__init__()
        self.project = nn.Conv2d(1, width, 4, 4)
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.zeros(1, (SIDE // 4) ** 2 + 1, width))
        self.blocks = nn.ModuleList(Block(width, 2) for _ in range(depth))
        self.head = nn.Linear(width, LABELS)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.project(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.first.expand(len(images), -1, -1), tokens], 1) + self.places
        for block in self.blocks:
            tokens = block(tokens)
        return self.answer(tokens)

    def answer(self, tokens: Tensor) -> Tensor:
        """Return the logits that tokens (n, t, c) lead to."""
        return self.head(tokens[:, 0])


class Dense(nn.Module):
    """The dense network of ``tests.parity.plain`` in double precision."""

    def __init__(self, weights: plain.Dense) -> None:
        super().__init__()
        self.hidden = nn.Linear(weights.size**2, len(weights.offset)).double()
        self.head = nn.Linear(len(weights.offset), LABELS, bias=False).double()
        self.hidden.weight.data = torch.from_numpy(weights.hidden)
        self.hidden.bias.data = torch.from_numpy(weights.offset)
        self.head.weight.data = torch.from_numpy(weights.head)
        self.requires_grad_(False).eval()

    def forward(self, images: Tensor) -> Tensor:
        return self.head(torch.tanh(self.hidden(images.double().flatten(1))))


def convolutional() -> Convolutional:
    """Return the convolutional network."""
    return _filled(Convolutional(), seed=5)


def attentive(depth: int) -> Attentive:
    """Return the transformer with as many blocks."""
    return _filled(Attentive(depth), seed=6)


class Answer(nn.Module):
    """The logits alone of a network that also hands out its features."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images)[0]


def phantom(key: str) -> Answer:
    """Return a network trained on phantoms in torch, with the weights that are shipped."""
    record = phantoms()[key]
    network = trained.folded(trained.build(record["architecture"], 0))
    with np.load(artifacts.load("saliency").path(record["weights"]), allow_pickle=False) as file:
        weights = {name: torch.from_numpy(file[name]).float() for name in file}
    network.load_state_dict(weights)
    return Answer(network).requires_grad_(False).eval()


def one_of(architecture: str) -> str:
    """Return the key of the first shipped network of an architecture."""
    return next(key for key, value in phantoms().items() if value["architecture"] == architecture)

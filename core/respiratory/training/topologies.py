"""The full VGG16 and ViT-B/16, for those with a GPU and weights of their own.

Parameter names are torchvision's, so that a state dict saved with it loads as it is. They are too
slow for the two cores on which the shipped networks were trained.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import Tensor, nn

from core.respiratory.schema import LABELS
from core.respiratory.training.networks import (
    ARCHITECTURES,
    IMAGENET_MEANS,
    IMAGENET_SPREADS,
    VGG_WIDTHS,
    to_unit,
)
from core.respiratory.training.trunks import VGG_BLOCKS

DEPTH = 12
WIDTH = 768
HEADS = 12
PATCH = 16
SIDE = 224


class Colours(nn.Module):
    """Standardised films (n, 1, S, S) as ImageNet photographs (n, 3, S, S); holds no parameters."""

    def forward(self, z: Tensor) -> Tensor:
        """Return three equal channels with torchvision's normalisation."""
        means = torch.tensor(IMAGENET_MEANS, device=z.device).reshape(1, 3, 1, 1)
        spreads = torch.tensor(IMAGENET_SPREADS, device=z.device).reshape(1, 3, 1, 1)
        return (to_unit(z) - means) / spreads


class VggFull(nn.Module):
    """VGG16 with its three dense layers: ``features.N`` and ``classifier.N``."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        self.colours = Colours()
        layers: list[nn.Module] = []
        before = 3
        for width, depth in zip(VGG_WIDTHS, VGG_BLOCKS, strict=True):
            for _ in range(depth):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(before * 49, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, classes),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Return logits (n, k) for standardised films (n, 1, 224, 224)."""
        pooled = self.avgpool(self.features(self.colours(z)))
        return cast(Tensor, self.classifier(pooled.flatten(1)))


class EncoderLayer(nn.Module):
    """One pre-norm transformer block of ViT-B/16."""

    def __init__(self) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.ln_2 = nn.LayerNorm(WIDTH, eps=1e-6)
        # The dropouts stand where torchvision has them, so that the places' numbers agree.
        self.mlp = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH),
            nn.GELU(),
            nn.Dropout(0.0),
            nn.Linear(4 * WIDTH, WIDTH),
            nn.Dropout(0.0),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens (n, t, 768) after attention and perceptron."""
        seen = self.ln_1(tokens)
        tokens = tokens + self.self_attention(seen, seen, seen, need_weights=False)[0]
        return cast(Tensor, tokens + self.mlp(self.ln_2(tokens)))


class Encoder(nn.Module):
    """Positions, twelve blocks and the last norm."""

    def __init__(self) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.zeros(1, 1 + (SIDE // PATCH) ** 2, WIDTH))
        self.layers = nn.Sequential(
            OrderedDict((f"encoder_layer_{i}", EncoderLayer()) for i in range(DEPTH))
        )
        self.ln = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the normed tokens."""
        return cast(Tensor, self.ln(self.layers(tokens + self.pos_embedding)))


class VitFull(nn.Module):
    """ViT-B/16 (Dosovitskiy et al., 2021) with a linear head on the class token."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        self.colours = Colours()
        self.conv_proj = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.class_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.encoder = Encoder()
        self.heads = nn.Sequential(OrderedDict(head=nn.Linear(WIDTH, classes)))

    def forward(self, z: Tensor) -> Tensor:
        """Return logits (n, k) for standardised films (n, 1, 224, 224)."""
        patches = self.conv_proj(self.colours(z)).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(patches), -1, -1)
        tokens = self.encoder(torch.cat([first, patches], dim=1))
        return cast(Tensor, self.heads(tokens[:, 0]))


@dataclasses.dataclass(frozen=True, slots=True)
class Topology:
    """A network that can be built.

    Attributes
    ----------
    build : callable
        Takes the number of classes, returns the network with fresh weights.
    size : int
        Side of the input, in pixels.
    map_layer : str
        Name of the layer whose output a class activation map weighs.
    """

    build: Callable[[int], nn.Module]
    size: int
    map_layer: str


TOPOLOGIES: Mapping[str, Topology] = {
    **{
        str(network): Topology(made.build, made.size, made.map_layer)
        for network, made in ARCHITECTURES.items()
    },
    "vgg16_full": Topology(VggFull, SIDE, "features.29"),
    "vit_b_16": Topology(VitFull, SIDE, "encoder.layers.encoder_layer_11.ln_1"),
}

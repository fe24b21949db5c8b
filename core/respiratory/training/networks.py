"""The three networks that are trained here, each ending in a map of evidence.

Every network takes standardised films (n, 1, S, S) as ``core.respiratory.prepare`` makes them and
turns them into what its trunk expects inside itself. Every network ends in a linear layer on the
global average of its last feature map, so that a logit is exactly the mean of a map over the film:
``evidence[n, k, h, w] = W[k] . features[n, :, h, w] + b[k]`` (Zhou et al., 2016).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.respiratory.schema import LABELS, Network
from core.respiratory.training.trunks import VGG_BLOCKS, Weights

WIDTH = 384
HEADS = 6
PATCH = 14
FROZEN_BLOCKS = 6
TUNED_BLOCKS = 2
VGG_WIDTHS = (64, 128, 256, 512, 512)
CNN_WIDTHS = (24, 48, 96, 160)
CAFFE_MEANS = (103.939, 116.779, 123.68)
IMAGENET_MEANS = (0.485, 0.456, 0.406)
IMAGENET_SPREADS = (0.229, 0.224, 0.225)


class Outputs(NamedTuple):
    """What a network says: logits (n, k), evidence (n, k, h, w), features (n, c, h, w)."""

    logits: Tensor
    evidence: Tensor
    features: Tensor


class Split(nn.Module):
    """A network in two parts: a frozen trunk, whose output may be kept, and a tuned tail."""

    trunk: nn.Module
    tail: nn.Module

    def forward(self, z: Tensor) -> Outputs:
        """Return the network's outputs for standardised films (n, 1, S, S)."""
        return cast(Outputs, self.tail(self.trunk(z)))


def to_unit(z: Tensor) -> Tensor:
    """Turn a standardised film into grey values from 0 to 1, as photographs have them."""
    return (z * 0.22 + 0.5).clamp(0, 1)


class Evidence(nn.Module):
    """A linear layer on the global average, or, the same, the average of a linear map."""

    def __init__(self, width: int, classes: int, dropout: float, normalised: bool = False) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width) if normalised else None
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width, classes)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return weight (k, c) and bias (k) with the normalisation folded in."""
        weight, bias = self.linear.weight, self.linear.bias
        if self.norm is None:
            return weight, bias
        mean, variance = cast(Tensor, self.norm.running_mean), cast(Tensor, self.norm.running_var)
        scale = self.norm.weight / torch.sqrt(variance + self.norm.eps)
        return weight * scale, bias + weight @ (self.norm.bias - mean * scale)

    def forward(self, features: Tensor) -> Outputs:
        """Return logits and evidence; while training, the logits see dropout."""
        if self.training:
            pooled = features.float().mean((2, 3))
            if self.norm is not None:
                pooled = self.norm(pooled)
            return Outputs(self.linear(self.dropout(pooled)), features, features)
        weight, bias = self.folded()
        evidence = functional.conv2d(features.float(), weight[:, :, None, None], bias)
        return Outputs(evidence.mean((2, 3)), evidence, features)


class VggTrunk(nn.Module):
    """Blocks 1 to 4 of VGG16, each followed by its max-pool."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(_vgg_block(b) for b in range(4)))
        self.register_buffer("means", torch.tensor(CAFFE_MEANS).reshape(1, 3, 1, 1))

    def forward(self, z: Tensor) -> Tensor:
        """Return the features (n, 512, S / 16, S / 16) of standardised films."""
        colours = to_unit(z) * 255 - cast(Tensor, self.means)
        for block in self.blocks:
            colours = functional.max_pool2d(block(colours), 2)
        return colours


class VggTail(nn.Module):
    """Block 5 of VGG16 and the head; the last pool is left out for a finer map."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        self.block = _vgg_block(4)
        self.head = Evidence(VGG_WIDTHS[-1], classes, dropout=0.4, normalised=True)

    def forward(self, features: Tensor) -> Outputs:
        """Return the outputs for features of the trunk."""
        return cast(Outputs, self.head(self.block(features)))


class Vgg16(Split):
    """VGG16 (13 convolutions) with a global-average head: 14.7 M parameters."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        self.trunk = VggTrunk()
        self.tail = VggTail(classes)

    def load_trunk(self, weights: Weights) -> None:
        """Set the thirteen convolutions from :func:`trunks.read_vgg16`."""
        blocks = [*cast(VggTrunk, self.trunk).blocks, cast(VggTail, self.tail).block]
        for number, block in enumerate(blocks, start=1):
            convolutions = [layer for layer in block if isinstance(layer, nn.Conv2d)]
            for place, layer in enumerate(convolutions, start=1):
                name = f"block{number}_conv{place}"
                layer.load_state_dict(
                    {
                        kind: torch.from_numpy(weights[f"{name}.{kind}"])
                        for kind in ("weight", "bias")
                    }
                )


class Attention(nn.Module):
    """Multi-head self-attention with the queries, keys and values in one matrix."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the attended tokens (n, t, width)."""
        n, t, width = tokens.shape
        joined = self.qkv(tokens).reshape(n, t, 3, self.heads, width // self.heads)
        query, key, value = joined.permute(2, 0, 3, 1, 4).unbind(0)
        attended = functional.scaled_dot_product_attention(query, key, value)
        return cast(Tensor, self.proj(attended.transpose(1, 2).reshape(n, t, width)))


class Scale(nn.Module):
    """LayerScale: one learned factor per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the scaled tokens."""
        return tokens * self.gamma


class Mlp(nn.Module):
    """The two-layer perceptron of a transformer block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the transformed tokens."""
        return cast(Tensor, self.fc2(functional.gelu(self.fc1(tokens))))


class Block(nn.Module):
    """One pre-norm transformer block with LayerScale, as in DINOv2."""

    def __init__(self, width: int = WIDTH, heads: int = HEADS) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.ls1 = Scale(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width)
        self.ls2 = Scale(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens after attention and perceptron."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return cast(Tensor, tokens + self.ls2(self.mlp(self.norm2(tokens))))


class VitTrunk(nn.Module):
    """Patch embedding and the first six blocks of DINOv2 ViT-S/14."""

    def __init__(self, depth: int = FROZEN_BLOCKS) -> None:
        super().__init__()
        self.project = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.first = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.position = nn.Parameter(torch.zeros(1, 1 + 37 * 37, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(depth)))
        self.register_buffer("means", torch.tensor(IMAGENET_MEANS).reshape(1, 3, 1, 1))
        self.register_buffer("spreads", torch.tensor(IMAGENET_SPREADS).reshape(1, 3, 1, 1))

    def positions(self, side: int) -> Tensor:
        """Return positions (1, 1 + t, width) for films of ``side`` pixels, t = (side / 14)^2."""
        grid = self.position[:, 1:].reshape(1, 37, 37, WIDTH).permute(0, 3, 1, 2)
        cells = side // PATCH
        scaled = functional.interpolate(
            grid.float(), size=(cells, cells), mode="bicubic", align_corners=False
        )
        flat = scaled.permute(0, 2, 3, 1).reshape(1, cells * cells, WIDTH)
        return torch.cat([self.position[:, :1].float(), flat], dim=1)

    def embedded(self, z: Tensor, position: Tensor) -> Tensor:
        """Return the tokens (n, 1 + t, width) for films with the positions given."""
        colours = (to_unit(z) - cast(Tensor, self.means)) / cast(Tensor, self.spreads)
        patches = self.project(colours).flatten(2).transpose(1, 2)
        first = self.first.expand(patches.shape[0], -1, -1)
        return cast(Tensor, self.blocks(torch.cat([first, patches], dim=1) + position))

    def forward(self, z: Tensor) -> Tensor:
        """Return the tokens (n, 1 + t, width) of square films (n, 1, S, S), S a multiple of 14."""
        return self.embedded(z, self.positions(z.shape[-1]))


class VitTail(nn.Module):
    """The last two blocks that are kept, the final norm and the head on the patch tokens."""

    def __init__(self, classes: int = len(LABELS), depth: int = TUNED_BLOCKS) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(depth)))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.head = Evidence(WIDTH, classes, dropout=0.2)

    def forward(self, tokens: Tensor) -> Outputs:
        """Return the outputs for tokens (n, 1 + t, width) of the trunk, t a square number."""
        patches = self.norm(self.blocks(tokens))[:, 1:]
        cells = round((tokens.shape[1] - 1) ** 0.5)
        grid = patches.transpose(1, 2).reshape(-1, WIDTH, cells, cells)
        return cast(Outputs, self.head(grid))


class Vit(Split):
    """The first eight blocks of DINOv2 ViT-S/14, the last two of them tuned: 14.5 M parameters."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        self.trunk = VitTrunk()
        self.tail = VitTail(classes)

    def load_trunk(self, weights: Weights) -> None:
        """Set all blocks from :func:`trunks.read_dinov2`."""
        tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
        trunk, tail = cast(VitTrunk, self.trunk), cast(VitTail, self.tail)
        with torch.no_grad():
            trunk.first.copy_(tensors["cls_token"])
            trunk.position.copy_(tensors["pos_embed"])
        _load(trunk.project, tensors, "patch_embed.proj")
        _load(tail.norm, tensors, "norm")
        for number, block in enumerate([*trunk.blocks, *tail.blocks]):
            _load(block, tensors, f"blocks.{number}")


class Residual(nn.Module):
    """Two 3 x 3 convolutions with squeeze-and-excitation and a skip."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(before, after, stride),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            _convolution(after, after, 1),
            nn.BatchNorm2d(after),
        )
        squeezed = max(after // 8, 8)
        self.squeeze = nn.Sequential(
            nn.Conv2d(after, squeezed, 1), nn.ReLU(), nn.Conv2d(squeezed, after, 1), nn.Sigmoid()
        )
        self.skip = nn.Sequential(
            nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        y = self.body(x)
        y = y * self.squeeze(y.mean((2, 3), keepdim=True))
        return functional.relu(y + self.skip(x))


class CxrNet(nn.Module):
    """The custom network, trained from nothing: stem, four residual stages, global average."""

    def __init__(self, classes: int = len(LABELS)) -> None:
        super().__init__()
        widths = (CNN_WIDTHS[0], *CNN_WIDTHS)
        self.stem = nn.Sequential(
            _convolution(1, widths[0], 2), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        self.stages = nn.Sequential(
            *(
                Residual(before, after, 1 if stage == 0 else 2)
                for stage, (before, after) in enumerate(itertools.pairwise(widths))
            )
        )
        self.head = Evidence(widths[-1], classes, dropout=0.2)

    def forward(self, z: Tensor) -> Outputs:
        """Return the network's outputs for standardised films (n, 1, S, S)."""
        return cast(Outputs, self.head(self.stages(self.stem(z))))


@dataclasses.dataclass(frozen=True, slots=True)
class Architecture:
    """How a network is built and what it takes."""

    build: Callable[[int], nn.Module]
    size: int
    map_layer: str


ARCHITECTURES: Mapping[Network, Architecture] = {
    Network.VGG16: Architecture(Vgg16, 128, "tail.block"),
    Network.VIT: Architecture(Vit, 140, "tail.norm"),
    Network.CNN: Architecture(CxrNet, 128, "stages.3"),
}


def parameters(network: nn.Module) -> int:
    """Return the number of parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def _vgg_block(number: int) -> nn.Sequential:
    before = VGG_WIDTHS[number - 1] if number else 3
    layers: list[nn.Module] = []
    for _ in range(VGG_BLOCKS[number]):
        layers += [nn.Conv2d(before, VGG_WIDTHS[number], 3, padding=1), nn.ReLU()]
        before = VGG_WIDTHS[number]
    return nn.Sequential(*layers)


def _convolution(before: int, after: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, stride, padding=1, bias=False)


def _load(module: nn.Module, tensors: Mapping[str, Tensor], prefix: str) -> None:
    inside = {
        name.removeprefix(f"{prefix}."): value
        for name, value in tensors.items()
        if name.startswith(f"{prefix}.")
    }
    module.load_state_dict(inside)

"""Three small networks for phantoms: a plain CNN, a VGG in small and a vision transformer.

Input (n, 1, 96, 96), grey 0 to 1; four logits. Convolutions are trained with batch normalisation,
which `folded` folds into their weights, so that what is shipped is convolution and ReLU.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from core.saliency.ground_truth.regimes import CLASSES
from core.saliency.ground_truth.scenes import SIZE

CENTRE, SPREAD = 0.55, 0.25  # of grey values over training films, rounded


class Convolution(nn.Module):
    """Convolution, batch normalisation while training, ReLU."""

    def __init__(self, ins: int, outs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(ins, outs, kernel, stride, kernel // 2)
        self.norm: nn.Module = nn.BatchNorm2d(outs)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature map."""
        features: Tensor = self.act(self.norm(self.conv(x)))
        return features


class Convolutional(nn.Module):
    """Stages of convolutions, an average over the last map and one linear layer."""

    def __init__(self, stages: Mapping[str, nn.Module], width: int) -> None:
        super().__init__()
        self.stages = nn.ModuleDict(dict(stages))
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (n, 4) and the last map (n, c, 12, 12)."""
        x = (x - CENTRE) / SPREAD
        for stage in self.stages.values():
            x = stage(x)
        return self.head(x.mean((2, 3))), x


def cnn() -> Convolutional:
    """Return the plain CNN: halved by strides, 12 x 12 features at the end."""
    stages = {
        "conv1": Convolution(1, 16, 5, 2),
        "conv2": Convolution(16, 32, 3, 2),
        "conv3": Convolution(32, 48),
        "conv4": Convolution(48, 64, 3, 2),
        "conv5": Convolution(64, 96),
    }
    return Convolutional(stages, 96)


def vgg() -> Convolutional:
    """Return the VGG in small: pairs of 3 x 3 convolutions between 2 x 2 maxima."""
    stages: dict[str, nn.Module] = {}
    ins = 1
    for block, outs in enumerate((8, 16, 32, 64), start=1):
        first = [nn.MaxPool2d(2)] if block > 1 else []
        stages[f"conv{block}_1"] = nn.Sequential(*first, Convolution(ins, outs))
        stages[f"conv{block}_2"] = Convolution(outs, outs)
        ins = outs
    stages["conv4_3"] = Convolution(64, 96)
    return Convolutional(stages, 96)


class Attention(nn.Module):
    """Self-attention, written out so that the attention itself is a value of the graph."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens (n, t, width)."""
        n, t, width = x.shape

        def split(part: Tensor) -> Tensor:
            return part.reshape(n, t, self.heads, width // self.heads).transpose(1, 2)

        query, key, value = (split(layer(x)) for layer in (self.query, self.key, self.value))
        scores = query @ key.transpose(2, 3) * (width // self.heads) ** -0.5
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(n, t, width)
        tokens: Tensor = self.out(mixed)
        return tokens


class Block(nn.Module):
    """Pre-norm transformer block."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens (n, t, width)."""
        x = x + self.attention(self.norm1(x))
        mixed: Tensor = x + self.mlp(self.norm2(x))
        return mixed


class Transformer(nn.Module):
    """Convolutional stem, tokens on a 12 x 12 grid, a class token that alone meets the head.

    Since only the class token is read, no patch token of the last block's output has a gradient.
    """

    WIDTH, HEADS, DEPTH, SIDE = 64, 4, 4, SIZE // 8

    def __init__(self) -> None:
        super().__init__()
        width = self.WIDTH
        self.stem = nn.Sequential(
            Convolution(1, 16, 5, 2), Convolution(16, 32, 3, 2), Convolution(32, width, 3, 2)
        )
        self.project = nn.Conv2d(width, width, 1)
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, self.SIDE**2 + 1, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, self.HEADS) for _ in range(self.DEPTH))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (n, 4) and the patch tokens as a map (n, width, 12, 12)."""
        x = self.project(self.stem((x - CENTRE) / SPREAD)).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places
        for block in self.blocks:
            x = block(x)
        tokens = self.norm(x)
        patches = tokens[:, 1:].transpose(1, 2).reshape(-1, self.WIDTH, self.SIDE, self.SIDE)
        return self.head(tokens[:, :1].flatten(1)), patches


ARCHITECTURES: Mapping[str, Callable[[], nn.Module]] = {
    "cnn": cnn,
    "vgg": vgg,
    "vit": Transformer,
}


def build(arch: str, seed: int) -> nn.Module:
    """Return an untrained network whose weights a seed decides."""
    torch.manual_seed(seed)
    return ARCHITECTURES[arch]()


def folded(network: nn.Module) -> nn.Module:
    """Fold every batch normalisation into its convolution, in place, and return the network."""
    network.eval()
    for part in network.modules():
        if isinstance(part, Convolution) and isinstance(part.norm, nn.BatchNorm2d):
            part.conv = nn.utils.fusion.fuse_conv_bn_eval(part.conv, part.norm)
            part.norm = nn.Identity()
    return network

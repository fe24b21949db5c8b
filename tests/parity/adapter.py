"""A torch network as the explorer's methods see a network, through autograd."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from core.saliency.classifier import Attended, Inside, Layer
from core.saliency.schema import Access, Floats, Pixels
from tests.parity import plain

AT_ONCE = 32  # images that the network sees in one go, as the shipped ones do


def tensor(images: Pixels) -> Tensor:
    """Return images (n, S, S) as (n, 1, S, S)."""
    return torch.from_numpy(np.ascontiguousarray(images, np.float32))[:, None]


def array(values: Tensor) -> Floats:
    """Return a tensor as an array of float64."""
    return values.detach().numpy().astype(np.float64)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Adapted(plain.Unseen):
    """A torch network of grey images (n, 1, S, S) with readable layers.

    ``prefix`` tokens come before those of the patches; None if it is no transformer.
    """

    network: nn.Module
    read: tuple[str, ...] = ()
    prefix: int | None = None
    access: ClassVar[frozenset[Access]] = frozenset(Access)

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(Layer(key, key) for key in self.read)

    def logits(self, images: Pixels) -> Floats:
        with torch.no_grad():
            parts = tensor(images).split(AT_ONCE)
            return array(torch.cat([self.network(part) for part in parts]))

    @torch.enable_grad()
    def gradient(self, images: Pixels, target: int) -> Floats:
        given = tensor(images).requires_grad_()
        return array(_back(self.network(given), target, given)[:, 0])

    def guided(self, images: Pixels, target: int) -> Floats:
        with _hooked(self.network, nn.ReLU, _guide):
            return self.gradient(images, target)

    @torch.enable_grad()
    def inside(self, images: Pixels, target: int, layer: str) -> Inside:
        kept: list[Tensor] = []
        with _kept(self.network.get_submodule(layer), kept):
            answer = self.network(tensor(images).requires_grad_())
        (there,) = kept
        return Inside(self._map(there), self._map(_back(answer, target, there)))

    @torch.enable_grad()
    def attention(self, images: Pixels, target: int) -> Attended:
        kept: list[Tensor] = []

        def tap(attention: Tensor) -> Tensor:
            kept.append(attention)
            return attention

        network: Any = self.network
        for block in network.blocks:
            block.tap = tap
        answer = network(tensor(images).requires_grad_())
        for block in network.blocks:
            block.tap = None
        gradients = torch.autograd.grad(answer[:, target].sum(), kept)
        both = (array(torch.stack(tuple(part), 1)) for part in (kept, gradients))
        return Attended(*both, self.prefix, round((kept[0].shape[-1] - self.prefix) ** 0.5))

    def _map(self, values: Tensor) -> Floats:
        if self.prefix is None:
            return array(values)
        patches = values[:, self.prefix :].transpose(1, 2)
        side = round(patches.shape[-1] ** 0.5)
        return array(patches.reshape(*patches.shape[:2], side, side))


def _back(answer: Tensor, target: int, there: Tensor) -> Tensor:
    return torch.autograd.grad(answer[:, target].sum(), there)[0]


def _guide(module: nn.Module, back: tuple[Tensor], _: tuple[Tensor]) -> tuple[Tensor]:
    return (back[0].clamp(min=0),)


@contextlib.contextmanager
def _hooked(network: nn.Module, kind: type[nn.Module], hook: Any) -> Iterator[None]:
    handles = [
        part.register_full_backward_hook(hook)
        for part in network.modules()
        if isinstance(part, kind)
    ]
    yield
    for handle in handles:
        handle.remove()


@contextlib.contextmanager
def _kept(part: nn.Module, kept: list[Tensor]) -> Iterator[None]:
    handle = part.register_forward_hook(lambda _module, _given, out: kept.append(out))
    yield
    handle.remove()

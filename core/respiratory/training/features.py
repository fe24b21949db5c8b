"""What a network's trained part sees of every film: prepared pixels or a frozen trunk's output."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.respiratory.prepare import Recipe, prepare
from core.respiratory.schema import Network, Pixels
from core.respiratory.training.augment import Augmentation, augmented
from core.respiratory.training.collection import Collection
from core.respiratory.training.networks import ARCHITECTURES

Half = NDArray[np.float16]
BATCH = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """Arrays that are made once and kept as files."""

    folder: Path

    def get(self, name: str, make: Callable[[], Half]) -> Half:
        """Return the array of that name, making it if it is not there."""
        path = self.folder / f"{name}.npy"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, make(), allow_pickle=False)
            unfinished.replace(path)
        stored: Half = np.load(path, mmap_mode="r", allow_pickle=False)
        return stored


def films_prepared(collection: Collection, recipe: Recipe, size: int) -> Half:
    """Return every film as a network takes it: (films, size, size)."""
    return _stack(collection, size, lambda i: prepare(_unit(collection, i), size, recipe))


def films_augmented(
    collection: Collection, recipe: Recipe, size: int, turn: int, how: Augmentation
) -> Half:
    """Return every film changed at random, then prepared; ``turn`` numbers the change.

    The change of a film depends on its name and the turn alone, not on its neighbours.
    """

    def one(i: int) -> Pixels:
        seed = [turn, zlib.crc32(collection.films[i].file.encode())]
        rng = np.random.default_rng(seed)
        return prepare(augmented(collection.pixels[i], rng, how), size, recipe)

    return _stack(collection, size, one)


def through_trunk(trunk: nn.Module, films: Half) -> Half:
    """Return the frozen trunk's output for prepared films, computed in bfloat16."""
    trunk.eval()
    parts = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(films), BATCH):
            z = torch.from_numpy(np.array(films[start : start + BATCH], dtype=np.float32))
            parts.append(trunk(z[:, None]).to(torch.float16).contiguous().numpy())
    return np.concatenate(parts)


def size_of(network: Network) -> int:
    """Return the side of a network's input, in pixels."""
    return ARCHITECTURES[network].size


def _stack(collection: Collection, size: int, one: Callable[[int], Pixels]) -> Half:
    stacked = np.empty((len(collection.films), size, size), dtype=np.float16)
    for i in range(len(stacked)):
        stacked[i] = one(i)
    return stacked


def _unit(collection: Collection, i: int) -> Pixels:
    unit: Pixels = collection.pixels[i].astype(np.float32) / 255
    return unit

"""Frozen features of every film under every recipe: what the study's linear heads are fitted on."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from core.respiratory.prepare import Recipe, resize, standardise, treat
from core.respiratory.schema import Pixels
from core.respiratory.training import networks, trunks
from core.respiratory.training.study_augment import disturbed

SIZE = 140
BATCH = 64

Features = NDArray[np.float32]
Encoder = Callable[[Pixels], Features]


def frozen_encoder(wheel: Path) -> Encoder:
    """Return the encoder: DINOv2 ViT-S/14, first 8 blocks, mean of the normalised patch tokens.

    It takes standardised films (n, S, S) and returns (n, 384). It runs in bfloat16.
    """
    network = networks.Vit()
    network.load_trunk(trunks.read_dinov2(wheel))
    network.eval()

    def encode(films: Pixels) -> Features:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            features = network(torch.from_numpy(films)[:, None]).features
        return cast(Features, features.float().mean((2, 3)).numpy())

    return encode


def extract(
    pixels: NDArray[np.uint8],
    recipe: Recipe,
    encode: Encoder,
    disturb: int = 0,
    rows: NDArray[np.int64] | None = None,
) -> Features:
    """Return the features (n, d) of films (n, 224, 224) under a recipe.

    Parameters
    ----------
    disturb : int, default 0
        Number of the pass with random borders and markers; 0 leaves the films as they are.
    rows : (m,) array of int, optional
        Films that are needed; the features of the others are NaN. By default all.
    """
    rng = np.random.default_rng([2026, disturb])
    rows = np.arange(len(pixels)) if rows is None else rows
    found = []
    for start in range(0, len(rows), BATCH):
        films = pixels[rows[start : start + BATCH]].astype(np.float32) / 255
        if disturb:
            films = np.stack([disturbed(film, rng) for film in films])
        prepared = [standardise(resize(treat(film, recipe), SIZE)) for film in films]
        found.append(encode(np.stack(prepared)))
    encoded = np.concatenate(found)
    features = np.full((len(pixels), encoded.shape[1]), np.nan, dtype=np.float32)
    features[rows] = encoded
    return features


@dataclasses.dataclass(frozen=True, slots=True)
class Shelf:
    """A folder in which arrays are kept, with the processor seconds each took to make."""

    folder: Path

    def get(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return an array from the folder, or make it and keep it there."""
        path = self.folder / f"{name}.npy"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            start = time.process_time()
            values = make()
            seconds = time.process_time() - start
            np.save(path, values)
            path.with_suffix(".seconds").write_text(f"{seconds:.1f}", encoding="utf-8")
        return cast("NDArray[Any]", np.load(path, allow_pickle=False))

    def seconds(self) -> float:
        """Return how long all arrays of the folder took to make."""
        texts = (p.read_text(encoding="utf-8") for p in sorted(self.folder.glob("*.seconds")))
        return sum(float(text) for text in texts)

"""Films to train on, rendered once for each severity and shortcut and shared by all regimes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import phantoms
from core.saliency.ground_truth.regimes import Regime
from core.saliency.ground_truth.scenes import SEEDS, SIZE, decided, drawn

FILMS = 4000


def examples(
    law: Regime, folder: Path, films: int = FILMS
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """Return films (n, S, S) of the training seeds as a regime has them, and the labels taught.

    Parameters
    ----------
    law : Regime
        Says which films carry the shortcut.
    folder : Path
        Where the rendered films are kept; what is missing is rendered.
    films : int
        How many.
    """
    seeds = SEEDS["training"][:films]
    decisions = [decided(seed, law) for seed in seeds]
    carries = np.array([carried for _, carried in decisions])
    picked = np.array(kept(law, carries=False, folder=folder, films=films))
    if carries.any():
        picked[carries] = kept(law, carries=True, folder=folder, films=films)[carries]
    pairs = zip(seeds, decisions, strict=True)
    return picked, np.array([law.teaches(*decision, seed) for seed, decision in pairs])


def kept(law: Regime, *, carries: bool, folder: Path, films: int = FILMS) -> NDArray[np.float16]:
    """Return all films of a severity with or without the shortcut, rendered if need be."""
    shortcut = law.shortcut.value if carries else "none"
    path = folder / f"films-{films}-{round(100 * law.severity)}-{shortcut}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rendered = np.stack(
            [
                phantoms.render(drawn(seed, law, decided(seed, law)[0], carries), SIZE)
                for seed in SEEDS["training"][:films]
            ]
        ).astype(np.float16)
        half = path.with_suffix(".half.npy")
        np.save(half, rendered)
        half.replace(path)
    stored: NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)
    return stored

"""Every network trained on phantoms: which there are, and their training one after another."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.saliency.ground_truth.regimes import DOSES, REGIMES
from core.saliency.training.data import examples
from core.saliency.training.fit import RECIPES, fit

SEEDS = range(3)
COMPARED = ("decoy", "confounded")  # every architecture learns these, three times
CNN_ALONE = ("shortcut", "clean", "global")  # three times too
ONCE = ("cnn-redundant-0", "cnn-sham-0", "vgg-shortcut-0", "vit-shortcut-0")


def keys() -> tuple[str, ...]:
    """Return the names of all networks, the most needed first: architecture-regime-seed."""
    compared = itertools.product(SEEDS, COMPARED, RECIPES)
    alone = itertools.product(CNN_ALONE, SEEDS)
    # What has no place needs its ends twice and its middle once.
    again = [law for law in DOSES if law.shortcut.local or law.rho in (0, 1)]
    return (
        *(f"{arch}-{regime}-{seed}" for seed, regime, arch in compared),
        *(f"cnn-{regime}-{seed}" for regime, seed in alone),
        *ONCE,
        *(f"cnn-{law.key}-0" for law in DOSES),
        *(f"cnn-{law.key}-1" for law in again),
    )


def parts(key: str) -> tuple[str, str, int]:
    """Return architecture, regime and seed of a network's name.

    Raises
    ------
    InputError
        If it is none.
    """
    arch, _, rest = key.partition("-")
    regime, _, seed = rest.partition("-")
    if arch not in RECIPES or regime not in REGIMES or not seed.isdecimal():
        raise InputError(
            f"network: {key!r} is none. Write architecture-regime-seed with an architecture of "
            f"{', '.join(RECIPES)} and a regime of {', '.join(REGIMES)}."
        )
    return arch, regime, int(seed)


def train_all(
    folder: Path,
    wanted: Iterable[str] | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> None:
    """Train networks that the folder does not hold yet.

    Parameters
    ----------
    folder : Path
        Gets ``<key>.npz`` with the weights, ``<key>.json`` with the circumstances, and ``films``.
    wanted : iterable of str, optional
        Names of networks; by default all of `keys`.
    on_progress : callable, optional
        Called with the name and the processor seconds of every network trained.
    """
    for key in keys() if wanted is None else wanted:
        if (folder / f"{key}.json").exists():
            continue
        seconds = _train(key, folder)
        if on_progress:
            on_progress(key, seconds)


def weights(folder: Path, key: str) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a trained network by name."""
    with np.load(folder / f"{key}.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _train(key: str, folder: Path) -> float:
    arch, regime, seed = parts(key)
    films, labels = examples(REGIMES[regime], folder / "films")
    network, seconds = fit(arch, films, labels, seed)
    values = {name: value.contiguous().numpy() for name, value in network.state_dict().items()}
    np.savez(folder / f"{key}.npz", **values)
    record = {"arch": arch, "regime": regime, "seed": seed, "films": len(films), "seconds": seconds}
    (folder / f"{key}.json").write_text(json.dumps(record))
    return seconds

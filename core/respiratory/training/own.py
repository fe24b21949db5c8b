"""Training a full network on films of one's own, on a GPU where there is one.

The shipped networks are small enough for two cores. VGG16 with its dense layers and ViT-B/16 are
not; whoever has a GPU, weights and a folder of films can train them here, by the same recipe and
with the same held-out figures. Weights are read from safetensors files only, never from pickles.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.errors import InputError
from core.respiratory.prepare import Recipe, prepare, resize, standardise, treat
from core.respiratory.schema import LABELS, Label
from core.respiratory.training.augment import Augmentation, augmented
from core.respiratory.training.collection import Collection, read_collection
from core.respiratory.training.fit import CLIP, DECAY, SMOOTHING, Logits, balanced, log_loss
from core.respiratory.training.topologies import TOPOLOGIES, Topology
from core.stats.intervals import wilson

BATCH = 16
Told = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """What a weights file filled.

    Attributes
    ----------
    filled : int
        Tensors taken from the file.
    fresh : tuple of str
        Tensors of the last layer that start at random, because the file's are for other classes.
    """

    filled: int
    fresh: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """What is trained, and how.

    Attributes
    ----------
    network : str
        Name of the topology, such as ``"vit_b_16"``.
    recipe : Recipe
        What is done to films against shortcuts.
    weights : Path or None
        A safetensors file with torchvision's names; without it weights start at random.
    epochs : int
        Passes over the training films.
    rate : float
        Largest learning rate.
    seed : int
        Fixes order, changes of films, and fresh weights.
    """

    network: str
    recipe: Recipe
    weights: Path | None = None
    epochs: int = 10
    rate: float = 1e-4
    seed: int = 0


def train_own(order: Order, out: Path, *, data: Path, tell: Told) -> dict[str, Any]:
    """Train a network of :data:`TOPOLOGIES` and write its best weights and held-out logits.

    Parameters
    ----------
    order : Order
        What is trained, and how.
    out : Path
        Folder for ``weights.safetensors``, ``held-out.csv`` and ``run.json``.
    data : Path
        Folder of films with ``metadata.csv``: splits train, val and test.
    tell : callable
        Told about each epoch.

    Raises
    ------
    InputError
        If the network, a split or the weights are not as expected.
    """
    torch.manual_seed(order.seed)
    topology = _topology(order.network)
    collection = read_collection(data)
    parts = {name: _part(collection, name, data) for name in ("train", "val", "test")}
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = topology.build(len(LABELS))
    loaded = None if order.weights is None else load_weights(model, order.weights)
    model.to(device)
    size = topology.size
    held = {name: _films(parts[name], size, order.recipe) for name in ("val", "test")}
    best, losses = _epochs(model, parts, held["val"], order, tell)
    model.load_state_dict(best)
    logits = {name: logits_of(model, films) for name, films in held.items()}
    right = logits["test"].argmax(axis=1) == parts["test"].targets
    record = {
        "network": order.network,
        "recipe": str(order.recipe),
        "device": str(device),
        "seed": order.seed,
        "epochs": order.epochs,
        "rate": order.rate,
        "validation_log_loss": losses,
        "weights": None if loaded is None else dataclasses.asdict(loaded),
        "films": {name: len(part.films) for name, part in parts.items()},
        "test_accuracy": wilson(int(right.sum()), len(right)).to_dict(),
    }
    _write(out, best, parts, logits, record)
    return record


def _write(
    out: Path,
    weights: dict[str, Tensor],
    parts: dict[str, Collection],
    logits: dict[str, Logits],
    record: dict[str, Any],
) -> None:
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    stored = {name: tensor.cpu().contiguous() for name, tensor in weights.items()}
    save_file(stored, out / "weights.safetensors")
    _write_logits(out / "held-out.csv", parts, logits)
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def load_weights(model: nn.Module, path: Path) -> Loaded:
    """Fill a network from a safetensors file; a last layer for other classes stays fresh.

    Raises
    ------
    InputError
        If the file is no safetensors file, or a tensor other than the last layer's is missing,
        unknown or of another shape.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        given = load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"{path.name}: is not a safetensors file ({error}). Save the state dict with "
            "safetensors.torch.save_file."
        ) from None
    own = model.state_dict()
    last = list(own)[-1].rpartition(".")[0]
    fresh = tuple(
        name
        for name, tensor in own.items()
        if name.rpartition(".")[0] == last and name in given and given[name].shape != tensor.shape
    )
    wrong = [
        f"{name} ({_shape(given.get(name))} in the file, {_shape(own.get(name))} in the network)"
        for name in sorted(set(own) | set(given))
        if name not in fresh and _shape(given.get(name)) != _shape(own.get(name))
    ]
    if wrong:
        raise InputError(
            f"{path.name}: {len(wrong)} tensors do not fit, first {'; '.join(wrong[:3])}. "
            "Give weights of this network with torchvision's names."
        )
    model.load_state_dict({**own, **{k: v for k, v in given.items() if k not in fresh}})
    return Loaded(len(given) - len(fresh), fresh)


def logits_of(model: nn.Module, films: NDArray[np.float32]) -> Logits:
    """Return logits (n, 4) of prepared films (n, S, S)."""
    model.eval()
    device = next(model.parameters()).device
    parts = []
    with torch.inference_mode():
        for start in range(0, len(films), BATCH):
            batch = torch.from_numpy(films[start : start + BATCH, None]).to(device)
            parts.append(_logits(model, batch).float().cpu().numpy())
    return np.concatenate(parts)


def _epochs(
    model: nn.Module,
    parts: dict[str, Collection],
    validation: NDArray[np.float32],
    order: Order,
    tell: Told,
) -> tuple[dict[str, Tensor], list[float]]:
    rng = np.random.default_rng(order.seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=order.rate, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, order.epochs)
    train, losses, best = parts["train"], [], copy.deepcopy(model.state_dict())
    for epoch in range(1, order.epochs + 1):
        model.train()
        drawn = rng.choice(len(train.films), len(train.films), p=balanced(train.targets))
        for batch in np.array_split(drawn, math.ceil(len(drawn) / BATCH)):
            _step(model, optimiser, _changed(train, batch, validation.shape[-1], order.recipe, rng),
                  train.targets[batch])  # fmt: skip
        pace.step()
        losses.append(log_loss(logits_of(model, validation), parts["val"].targets))
        if losses[-1] == min(losses):
            best = copy.deepcopy(model.state_dict())
        tell(f"epoch {epoch} of {order.epochs}: validation log-loss {losses[-1]:.3f}")
    return best, losses


def _step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    films: NDArray[np.float32],
    targets: NDArray[np.int64],
) -> None:
    device = next(model.parameters()).device
    with torch.autocast(device.type, torch.bfloat16):
        logits = _logits(model, torch.from_numpy(films[:, None]).to(device))
    truth = torch.from_numpy(targets).to(device)
    loss = functional.cross_entropy(logits.float(), truth, label_smoothing=SMOOTHING)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimiser.step()


def _logits(model: nn.Module, films: Tensor) -> Tensor:
    answer = model(films)
    return answer if isinstance(answer, Tensor) else cast(Tensor, answer.logits)


def _changed(
    train: Collection,
    batch: NDArray[np.int64],
    size: int,
    recipe: Recipe,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    how = Augmentation()
    films = (augmented(train.pixels[i], rng, how) for i in batch)
    return np.stack([standardise(resize(treat(film, recipe), size)) for film in films])


def _films(part: Collection, size: int, recipe: Recipe) -> NDArray[np.float32]:
    grey = (pixels.astype(np.float32) / np.float32(255) for pixels in part.pixels)
    return np.stack([prepare(film, size, recipe) for film in grey])


def _topology(name: str) -> Topology:
    if name not in TOPOLOGIES:
        names = ", ".join(TOPOLOGIES)
        raise InputError(f"network: {name!r} cannot be built. Use one of: {names}.")
    return TOPOLOGIES[name]


def _part(collection: Collection, name: str, data: Path) -> Collection:
    part = collection.split(name)
    if not part.films:
        raise InputError(f"{data}: no film has the split {name}. Give some in metadata.csv.")
    return part


def _shape(tensor: Tensor | None) -> str:
    return "absent" if tensor is None else "x".join(map(str, tensor.shape)) or "a number"


def _write_logits(path: Path, parts: dict[str, Collection], logits: dict[str, Logits]) -> None:
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "label", "split", "source", "patient", *map(str, Label)])
        for name, values in logits.items():
            for film, row in zip(parts[name].films, values, strict=True):
                origin = [film.file, str(film.label), name, film.source, film.patient]
                writer.writerow([*origin, *(f"{value:.4f}" for value in row)])

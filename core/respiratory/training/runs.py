"""One training run: a network, a protocol, a recipe and a seed, kept in a folder of its own."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.respiratory.prepare import Recipe
from core.respiratory.schema import LABELS, Network
from core.respiratory.training import trunks
from core.respiratory.training.augment import Augmentation
from core.respiratory.training.collection import Collection, with_cohen_inside
from core.respiratory.training.features import (
    Half,
    Store,
    films_augmented,
    films_prepared,
    size_of,
    through_trunk,
)
from core.respiratory.training.fit import (
    SCHEDULES,
    Fitted,
    Logits,
    Schedule,
    Training,
    balanced,
    fit,
    log_loss,
    logits_of,
)
from core.respiratory.training.networks import ARCHITECTURES, Split, Vgg16, Vit

AUGMENTATION = Augmentation()
Protocol = Literal["multi", "single"]
Told = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What is trained.

    Attributes
    ----------
    protocol : {"multi", "single"}
        Whether the Cohen collection is trained on as well, or kept outside as a test.
    recipe : Recipe
        What is done to films against shortcuts.
    network : Network
        Which network.
    seed : int
        Fixes initial weights, order, mixup and dropout.
    """

    protocol: Protocol
    recipe: Recipe
    network: Network
    seed: int

    @property
    def name(self) -> str:
        """Name of the run's folder."""
        return f"{self.protocol}-{self.recipe.name.lower()}-{self.network}-{self.seed}"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A run that has ended.

    Attributes
    ----------
    run : Run
        What was trained.
    state : mapping of str to tensor
        Weights of the trained part at its best epoch.
    logits : (held out, 4) array
        For every film of the validation, test and Cohen splits.
    held_out : Collection
        Those films, in the same order.
    notes : dict
        Epoch chosen, validation log-losses, seconds and schedule.
    """

    run: Run
    state: dict[str, torch.Tensor]
    logits: Logits
    held_out: Collection
    notes: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Where training happens: the films, the wheels, and the folder for everything in between."""

    collection: Collection
    wheels: Path
    work: Path
    augmentation: Augmentation = AUGMENTATION

    def collection_for(self, protocol: Protocol) -> Collection:
        """Return the films with the splits of a protocol."""
        return with_cohen_inside(self.collection) if protocol == "multi" else self.collection

    def store(self, recipe: Recipe) -> Store:
        """Return the arrays kept for a recipe."""
        return Store(self.work / "cache" / recipe.name.lower())


def built(network: Network, wheels: Path, seed: int) -> nn.Module:
    """Return an untrained network with its pretrained trunk, if it has one."""
    torch.manual_seed(seed)
    module = ARCHITECTURES[network].build(len(LABELS))
    if isinstance(module, Vgg16):
        module.load_trunk(trunks.read_vgg16(wheels / trunks.VGG16.file))
    if isinstance(module, Vit):
        module.load_trunk(trunks.read_dinov2(wheels / trunks.DINOV2.file))
    layout: Any = torch.channels_last
    return cast(nn.Module, module.to(memory_format=layout))


def execute(bench: Bench, run: Run, tell: Told, schedule: Schedule | None = None) -> Finished:
    """Train a network, or read what an earlier call of the same run left."""
    folder = bench.work / "runs" / run.name
    if (folder / "run.json").is_file():
        return _read(bench, run, folder)
    how = schedule or SCHEDULES[run.network]
    started = time.perf_counter()
    module = built(run.network, bench.wheels, run.seed)
    trained = module.tail if isinstance(module, Split) else module
    collection = bench.collection_for(run.protocol)
    training = _training(bench, run, module, how)
    plain = inputs(bench, run, module, 0)
    validating = np.array([film.split == "val" for film in collection.films])
    held_out = np.array([film.split != "train" for film in collection.films])
    prepared = time.perf_counter()
    films, targets = np.array(plain[validating]), collection.targets[validating]
    fitted = fit(
        trained,
        training,
        lambda network: log_loss(logits_of(network, films), targets),
        how,
        run.seed,
        lambda epoch, loss: tell(f"{run.name}: epoch {epoch} of {how.epochs}, loss {loss:.3f}"),
    )
    trained.load_state_dict(fitted.state)
    logits = logits_of(trained, np.array(plain[held_out]))
    notes = _notes(fitted, how, prepared - started, time.perf_counter() - prepared)
    _write(folder, run, fitted, logits, notes)
    return Finished(run, dict(fitted.state), logits, _held_out(collection), notes)


def inputs(bench: Bench, run: Run, module: nn.Module, turn: int) -> Half:
    """Return what the trained part sees: of every film for turn 0, else of the training films.

    Training films are those of the protocol with Cohen inside, so that both protocols share them.
    """
    size = size_of(run.network)
    store = bench.store(run.recipe)

    def pixels() -> Half:
        if turn == 0:
            return films_prepared(bench.collection, run.recipe, size)
        train = bench.collection_for("multi").split("train")
        return films_augmented(train, run.recipe, size, turn, bench.augmentation)

    def featured() -> Half:
        return through_trunk(cast(Split, module).trunk, store.get(f"{size}-{turn}", pixels))

    if not isinstance(module, Split):
        return store.get(f"{size}-{turn}", pixels)
    return store.get(f"{run.network}-{turn}", featured)


def _training(bench: Bench, run: Run, module: nn.Module, how: Schedule) -> Training:
    collection = bench.collection_for(run.protocol)
    train = collection.split("train")
    wanted = {film.file for film in train.films}
    everything = [film.file in wanted for film in collection.films]
    superset = bench.collection_for("multi").split("train").films
    some = [film.file in wanted for film in superset]
    versions = [np.array(inputs(bench, run, module, 0)[np.array(everything)])]
    for turn in range(1, how.turns + 1):
        versions.append(np.array(inputs(bench, run, module, turn)[np.array(some)]))
    return Training(versions, train.targets, balanced(train.targets))


def _held_out(collection: Collection) -> Collection:
    return collection.where(lambda film: film.split != "train")


def _notes(fitted: Fitted, how: Schedule, preparing: float, fitting: float) -> dict[str, Any]:
    return {
        "epoch": fitted.epoch,
        "validation_log_loss": min(fitted.losses),
        "losses": [round(loss, 4) for loss in fitted.losses],
        "seconds_preparing": round(preparing, 1),
        "seconds_fitting": round(fitting, 1),
        "schedule": dataclasses.asdict(how),
    }


def _write(
    folder: Path, run: Run, fitted: Fitted, logits: NDArray[np.float32], notes: dict[str, Any]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.float().numpy() for name, tensor in fitted.state.items()}
    np.savez(folder / "weights.npz", **cast(Any, state))
    np.savez(folder / "logits.npz", logits=logits)
    config = {**dataclasses.asdict(run), **notes}
    (folder / "run.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def _read(bench: Bench, run: Run, folder: Path) -> Finished:
    held_out = _held_out(bench.collection_for(run.protocol))
    with np.load(folder / "weights.npz", allow_pickle=False) as stored:
        state = {name: torch.from_numpy(stored[name]) for name in stored.files}
    with np.load(folder / "logits.npz", allow_pickle=False) as stored:
        logits = stored["logits"]
    notes = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return Finished(run, state, logits, held_out, notes)

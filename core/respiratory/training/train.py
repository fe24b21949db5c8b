"""The whole reproduction: from films and wheels to the files the suite reads."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from core.respiratory.prepare import Recipe, prepare
from core.respiratory.schema import LABELS, SINGLE, Network, Pixels
from core.respiratory.training import export, trunks
from core.respiratory.training.collection import Collection, checksum, read_collection
from core.respiratory.training.exported import logits_of_files
from core.respiratory.training.features import size_of
from core.respiratory.training.fit import Logits
from core.respiratory.training.networks import Split, Vit, VitTrunk, parameters
from core.respiratory.training.runs import Bench, Finished, Protocol, Run, built, execute

Progress = Callable[[float, str], None]
PREDICTIONS = "predictions.csv"
SEEDS = "seeds.csv"
NETWORKS = "networks.json"
POSITIONS = "position.npz"
# The reference: one seed of each network with the Cohen collection left outside.
REFERENCES: Mapping[str, bool] = {"single-source.csv": False, "single-source-plain.csv": True}
FILES: Mapping[Network, tuple[str, ...]] = {
    Network.VGG16: ("vgg16.onnx",),
    Network.VIT: ("vit-trunk.onnx", "vit.onnx"),
    Network.CNN: ("cnn.onnx",),
}
TRUNKS: Mapping[Network, trunks.Wheel] = {
    Network.VGG16: trunks.VGG16,
    Network.VIT: trunks.DINOV2,
}


def train(
    out: Path,
    *,
    data: Path,
    wheels: Path,
    recipe: Recipe,
    seeds: int,
    created: date,
    on_progress: Progress,
    work: Path | None = None,
) -> None:
    """Train every network with every seed and write the files that are shipped.

    Per network the seed with the smallest validation log-loss is exported. Test films are read
    once, for the tables, and choose nothing.

    Parameters
    ----------
    out : Path
        Folder for the ONNX files, ``position.npz``, ``networks.json``, ``predictions.csv``,
        ``seeds.csv`` and the single-source references.
    data : Path
        Folder of the films, with ``metadata.csv``.
    wheels : Path
        Folder with the two wheels of :mod:`core.respiratory.training.trunks`.
    recipe : Recipe
        What is done to films against shortcuts.
    seeds : int
        Seeds per network, from 0.
    created : date
        Day of the training, for the record.
    on_progress : callable
        Told the share done and a sentence.
    work : Path, optional
        Folder for caches and finished runs; an interrupted training continues from it. Defaults
        to a folder ``training`` beside ``out``.

    Raises
    ------
    InputError
        If films, wheels or the table are missing or not as expected.
    """
    bench = Bench(read_collection(data), wheels, work or out.parent / "training")
    plan = [Run("multi", recipe, network, seed) for network in SINGLE for seed in range(seeds)]
    references = _references(recipe)
    everything = [*plan, *(run for runs in references.values() for run in runs)]
    done: dict[Run, Finished] = {}
    for number, run in enumerate(everything):
        share = number / len(everything)
        done[run] = execute(bench, run, partial(on_progress, share))
    on_progress(1.0, "Writing the files.")
    out.mkdir(parents=True, exist_ok=True)
    shipped = {network: _best([done[run] for run in plan], network) for network in SINGLE}
    write_files(out, bench, shipped)
    write_tables(out, bench, shipped, [done[run] for run in plan])
    for name, runs in references.items():
        write_reference(out / name, [done[run] for run in runs])
    record = _record(bench, data, recipe, shipped, created)
    (out / NETWORKS).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _references(recipe: Recipe) -> dict[str, list[Run]]:
    """Return the runs behind each table of networks that never saw the Cohen collection."""
    return {
        name: [Run("single", Recipe.PLAIN if plain else recipe, network, 0) for network in SINGLE]
        for name, plain in REFERENCES.items()
    }


def _best(finished: Sequence[Finished], network: Network) -> Finished:
    """Return the seed of a network with the least validation log-loss."""
    candidates = [one for one in finished if one.run.network is network]
    return min(candidates, key=lambda one: float(one.notes["validation_log_loss"]))


def write_files(out: Path, bench: Bench, shipped: Mapping[Network, Finished]) -> None:
    """Write the ONNX files and the transformer's positions."""
    for network, finished in shipped.items():
        module = restored(bench, finished)
        size = size_of(network)
        if isinstance(module, Vit):
            trunk = cast(VitTrunk, module.trunk)
            tokens = trunk.positions(size).shape[1:]
            export.write_trunk(trunk, out / FILES[network][0])
            export.write_positions(trunk, out / POSITIONS)
            export.write_network(module.tail, torch.zeros(2, *tokens), out / FILES[network][1])
        else:
            half = network is Network.CNN
            films = torch.zeros(2, 1, size, size)
            export.write_network(module, films, out / FILES[network][0], half=half)


def restored(bench: Bench, finished: Finished) -> torch.nn.Module:
    """Return a finished run's network with its weights."""
    module = built(finished.run.network, bench.wheels, finished.run.seed)
    trained = module.tail if isinstance(module, Split) else module
    trained.load_state_dict(finished.state)
    return module.eval()


def write_tables(
    out: Path, bench: Bench, shipped: Mapping[Network, Finished], finished: Sequence[Finished]
) -> None:
    """Write the held-out films' logits: of the exported files, and of every seed."""
    held_out = next(iter(shipped.values())).held_out
    exported: dict[str, Logits] = {}
    for network, run in shipped.items():
        films = _films(held_out, run.run.recipe, size_of(network))
        exported[str(network)] = logits_of_files(out, FILES[network], films, out / POSITIONS)
    _write_logits(out / PREDICTIONS, held_out, exported)
    every = {f"{one.run.network}/{one.run.seed}": one.logits for one in finished}
    _write_logits(out / SEEDS, held_out, every)


def _films(collection: Collection, recipe: Recipe, size: int) -> Pixels:
    """Return films as the suite prepares them, without the rounding of the training's cache."""
    grey = (pixels.astype(np.float32) / np.float32(255) for pixels in collection.pixels)
    return np.stack([prepare(film, size, recipe) for film in grey])


def write_reference(path: Path, finished: Sequence[Finished]) -> None:
    """Write the logits of networks that never saw the Cohen collection."""
    logits = {str(one.run.network): one.logits for one in finished}
    _write_logits(path, finished[0].held_out, logits)


def _write_logits(path: Path, films: Collection, logits: Mapping[str, Logits]) -> None:
    header = ["file", "label", "split", "source", "patient"]
    header += [f"{name}/{label}" for name in logits for label in LABELS]
    columns = np.concatenate(list(logits.values()), axis=1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for film, row in zip(films.films, columns, strict=True):
            origin = [film.file, str(film.label), film.split, film.source, film.patient]
            writer.writerow([*origin, *(f"{value:.4f}" for value in row)])


def _record(
    bench: Bench,
    data: Path,
    recipe: Recipe,
    shipped: Mapping[Network, Finished],
    created: date,
) -> dict[str, Any]:
    protocol: Protocol = "multi"
    films = bench.collection_for(protocol).films
    return {
        "created": created.isoformat(),
        "recipe": str(recipe),
        "protocol": protocol,
        "classes": [str(label) for label in LABELS],
        "films": {
            split: sum(film.split == split for film in films) for split in ("train", "val", "test")
        },
        "films_sha256": checksum(films, data),
        "augmentation": dataclasses.asdict(bench.augmentation),
        "networks": {str(network): _entry(bench, one) for network, one in shipped.items()},
    }


def _entry(bench: Bench, finished: Finished) -> dict[str, Any]:
    network = finished.run.network
    wheel = TRUNKS.get(network)
    return {
        "files": list(FILES[network]),
        "size": size_of(network),
        "parameters": parameters(restored(bench, finished)),
        "seed": finished.run.seed,
        "trunk": wheel.trunk if wheel else "none: trained from random weights",
        "licence": wheel.licence if wheel else "as this repository",
        "wheel": {"requirement": wheel.requirement, "sha256": wheel.sha256} if wheel else None,
        **{
            key: finished.notes[key]
            for key in (
                "epoch",
                "validation_log_loss",
                "losses",
                "seconds_preparing",
                "seconds_fitting",
                "schedule",
            )
        },
    }

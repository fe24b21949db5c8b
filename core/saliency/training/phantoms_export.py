"""From trained networks to files that need no torch: two graphs an architecture, weights a network.

The graphs hold no weights. The archive of a network has them under the names that the graphs use,
rounded to 16 bits. ``python -m core.saliency.training.phantoms_export FOLDER`` trains what the
folder lacks, exports every network and seals the model folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.runtime.onnx import open_session
from core.saliency.ground_truth.held_out import measure
from core.saliency.ground_truth.regimes import LABELS, REGIMES
from core.saliency.ground_truth.scenes import SEEDS, SIZE
from core.saliency.networks.network import Network
from core.saliency.schema import Access
from core.saliency.seal import VERSION, reseal
from core.saliency.training.baking import PIXELS
from core.saliency.training.grid import keys, parts, train_all, weights
from core.saliency.training.phantom_graphs import WEIGHTS, Origin, export_graphs, placed

BATCH = 32


def export(folder: Path, out: Path, wanted: Iterable[str]) -> dict[str, Any]:
    """Write graphs, weights and ``phantoms.json`` of trained networks, and return the last.

    Parameters
    ----------
    folder : Path
        What ``train_all`` has filled.
    out : Path
        The model folder, to be sealed afterwards.
    wanted : iterable of str
        Names of networks; an architecture's graphs are made from its first.

    Raises
    ------
    SuiteError
        If a weight of the network is not found in the graph.
    """
    (out / WEIGHTS).mkdir(parents=True, exist_ok=True)
    names = sorted(wanted, key=lambda key: parts(key)[1])
    made: dict[str, dict[str, Any]] = {}
    origins: dict[str, dict[str, Origin]] = {}
    networks = {}
    for key in names:
        arch = parts(key)[0]
        held = weights(folder, key)
        if arch not in made:
            made[arch], origins[arch] = export_graphs(arch, held, out)
        file = f"{WEIGHTS}/{key}.npz"
        rounded = {
            name: value.astype(np.float16) for name, value in placed(held, origins[arch]).items()
        }
        np.savez_compressed(out / file, **cast(Any, rounded))
        networks[key] = _entry(key, made[arch], file, folder, out)
    record = {"labels": list(LABELS), "architectures": made, "networks": networks}
    artifacts.write_json(out / "phantoms.json", record)
    return record


def opened(key: str, made: Mapping[str, Any], file: str, out: Path) -> Network:
    """Return an exported network that answers with logits, before its folder is sealed."""
    with np.load(out / file, allow_pickle=False) as stored:
        values = {name: stored[name].astype(np.float32) for name in stored.files}
    session = open_session(out / made["forward"], values)

    def forward(films: NDArray[np.float32]) -> NDArray[np.float32]:
        batches = (films[at : at + BATCH, None] for at in range(0, len(films), BATCH))
        return np.concatenate([session.run(["logits"], {PIXELS: one})[0] for one in batches])

    return Network(
        key=key,
        title=key,
        labels=LABELS,
        size=SIZE,
        access=frozenset({Access.LOGITS}),
        layers=(),
        grey=(0.0, 1.0),
        forward=forward,
    )


def _entry(key: str, made: Mapping[str, Any], file: str, folder: Path, out: Path) -> dict[str, Any]:
    arch, regime, seed = parts(key)
    trained = json.loads((folder / f"{key}.json").read_text())
    held_out = measure(opened(key, made, file, out), regime, SEEDS["test"].start)
    return {
        "architecture": arch,
        "regime": regime,
        "seed": seed,
        "title": f"{made['title']}, {REGIMES[regime].title.lower()}, seed {seed}",
        "weights": file,
        "parameters": made["parameters"],
        "training_films": trained["films"],
        "training_seconds": round(trained["seconds"], 1),
        "held_out": held_out.to_dict(),
    }


def main() -> None:
    """Train what is missing, write the files, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where trained networks are kept")
    folder = parser.parse_args().folder
    train_all(folder, on_progress=lambda key, seconds: _say(f"{key}: {seconds:.0f} s"))
    record = export(folder, VERSION, keys())
    for arch, made in record["architectures"].items():
        _say(f"{arch}: at most {max(made['parity'].values()):.1e} from torch, relative")
    for key, entry in record["networks"].items():
        _say(f"{key}: {entry['held_out']}")
    reseal()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()

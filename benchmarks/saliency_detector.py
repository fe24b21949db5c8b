"""Whether maps alone give away that a network relies on a shortcut, over a grid of networks.

The truth about each network is measured by intervention; the detector sees its maps only. With
``--write`` the result is stored in the model folder, which is then to be sealed again.

    python -m benchmarks.saliency_detector --write
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.saliency_maps import both_causes, maps, wanted
from core import artifacts, plain
from core.errors import NotEnoughDataError
from core.saliency.ground_truth import REGIMES
from core.saliency.ground_truth.detector import (
    STATISTICS,
    Suspect,
    clue_values,
    detection,
)
from core.saliency.ground_truth.regimes import DOSES
from core.saliency.ground_truth.shares import shares_of
from core.saliency.networks import phantom, phantoms

TARGET = artifacts.MODELS_ROOT / "saliency" / "1" / "detector.json"
METHODS = (
    "gradcam", "gradcam++", "layercam", "eigencam", "saliency", "inputxgradient", "smoothgrad",
    "integrated-gradients",
)  # fmt: skip
SEEDS = (0, 1, 2)
REGIMES_ASKED = (*(law.key for law in DOSES), "decoy", "confounded", "shortcut", "global")
NETWORKS = tuple(f"cnn-{key}-{seed}" for seed in SEEDS for key in REGIMES_ASKED)


def suspect(key: str, films: int) -> Suspect:
    """Return what a network's maps show, and what is true of it."""
    law = REGIMES[key.split("-")[1]]
    network, scenes = phantom(key), both_causes(law.key, films)
    causes = shares_of(network, scenes, law.target)
    values: dict[str, dict[str, list[float]]] = {
        method: {name: [] for name in STATISTICS} for method in METHODS
    }
    for one, own in zip(scenes, causes, strict=True):
        for method, made in maps(network, one, own, METHODS):
            for name, value in clue_values(made.pixels, one.lungs).items():
                values[method][name].append(value.value)
    figures = {
        method: {name: mean(found) for name, found in own_values.items()}
        for method, own_values in values.items()
    }
    share = mean([own.shortcut for own in causes])
    return Suspect(key, law.shortcut.value, share, len(scenes), figures)


def mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=24, help="films for each network")
    parser.add_argument("--only", nargs="*", default=None, help="keys of networks")
    parser.add_argument("--write", action="store_true", help=f"store {TARGET}")
    arguments = parser.parse_args()
    start, suspects = time.process_time(), []
    for key in wanted(phantoms(), arguments.only or NETWORKS):
        suspects.append(suspect(key, arguments.films))
        shown = f"{key}: share of the shortcut {suspects[-1].share:.2f}"
        print(f"{shown}, {time.process_time() - start:.0f} s", flush=True)
    found = {}
    for name, local in (("local", True), ("global", False)):
        try:
            result = detection(suspects, local)
        except NotEnoughDataError as error:
            print(f"{name}: {error.message}")
            found[name] = {"reason": error.message}
            continue
        found[name] = result.to_dict()
        print(
            f"{name}: {result.reliant} of {result.networks} networks reliant; detector "
            f"{result.blind.text(2)}; right {result.right.text(2)}; found {result.found.text(2)}; "
            f"cleared {result.cleared.text(2)}; chosen {dict(result.chosen)}"
        )
        for clue in result.clues:
            print(f"  {clue.method:22} {clue.statistic:15} {clue.area.text(2)} lost {clue.lost}")
    print(f"{time.process_time() - start:.0f} processor seconds")
    if arguments.write:
        record = {"films": arguments.films, "suspects": plain.plain(suspects), **found}
        artifacts.write_json(TARGET, record)


if __name__ == "__main__":
    main()

"""How good maps look against how good they are, on networks trained on phantoms.

For every registered network: held-out films with lesion and shortcut, exact shares of both in the
answer, the maps, and the cells of plausibility against causal localisation; then the argument in
five steps. With ``--write`` the result is stored in the model folder, which is then to be sealed
again.

    python -m benchmarks.saliency_paradox --write
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.saliency_maps import CHEAP, both_causes, cell_of, maps, wanted
from core import artifacts, plain
from core.errors import NotEnoughDataError
from core.saliency.ground_truth import find_regime
from core.saliency.ground_truth.argument import Argument, argue, called
from core.saliency.ground_truth.paradox import Cell, Observation, judged, paradox
from core.saliency.ground_truth.shares import gate, shares_of
from core.saliency.networks import phantom, phantoms

TARGET = artifacts.MODELS_ROOT / "saliency" / "1" / "paradox.json"
CONTROLS = ("random", "sobel", "lung-prior", "centre", "plausible-oracle", "causal-oracle")
ARCHITECTURES, SEEDS = ("cnn", "vgg", "vit"), (0, 1, 2)
REGISTERED = (
    *itertools.product(ARCHITECTURES, ("decoy", "confounded", "shortcut"), SEEDS),
    *itertools.product(("cnn",), ("clean", "redundant"), SEEDS),
)
"""Architecture, regime and seed of every network; a cell is one method on the seeds of the rest."""
ARGUED = tuple(itertools.product(ARCHITECTURES, ("confounded", "shortcut"), SEEDS))
ARGUED_METHODS = ("plausible-oracle", "gradcam++", "saliency")
ARGUED_FILMS = 30


def observe(key: str, films: int) -> tuple[list[Observation], dict[str, Any]]:
    """Return every map of a network judged, and whether the network obeys its regime."""
    architecture, regime, seed = key.split("-")
    network, scenes = phantom(key), both_causes(regime, films)
    causes = shares_of(network, scenes, find_regime(regime).target)
    rows = [
        Observation(
            architecture,
            regime,
            int(seed),
            one.seed,
            method,
            judged(made.pixels, one, own, cell_of(made)),
        )
        for one, own in zip(scenes, causes, strict=True)
        for method, made in maps(network, one, own, (*CHEAP, *CONTROLS))
    ]
    try:
        checked: dict[str, Any] = plain.plain(gate(find_regime(regime), causes))
    except NotEnoughDataError as error:
        checked = {"reason": error.message}
    return rows, checked


def argued(key: str, films: int) -> list[Argument]:
    """Return the five steps for a network; none where too few films are given the class."""
    regime = key.split("-")[1]
    network, target = phantom(key), find_regime(regime).target
    scenes = both_causes(regime, films)
    kept = called(network, scenes, target)
    found = []
    for method in ARGUED_METHODS:
        causes = shares_of(network, kept, target) if kept else ()
        heats = [
            made.pixels
            for one, own in zip(kept, causes, strict=True)
            for _, made in maps(network, one, own, (method,))
        ]
        try:
            found.append(argue(network, method, kept, heats, target, asked=len(scenes)))
        except NotEnoughDataError as error:
            print(f"{key}, {method}: {error.message}")
    return found


def told(cell: Cell) -> str:
    names = ("plausibility", "causal-localisation", "paradox-index")
    figures = "  ".join(f"{cell.figures[name].text(2)}" for name in names)
    rates = "  ".join(
        f"{name} {cell.figures[name].text(2)}"
        for name in ("false-reassurance", "false-alarm", "miss", "causal-share-error")
        if cell.figures[name].n > 1
    )
    place = f"{cell.regime:11} {cell.architecture:4} {cell.method:20}"
    return f"{place} {figures}  {rates}  {cell.quadrant}"


def keys(rows: Sequence[tuple[str, str, int]]) -> list[str]:
    return [f"{architecture}-{regime}-{seed}" for architecture, regime, seed in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=60, help="films for each network")
    parser.add_argument("--only", nargs="*", default=None, help="keys of networks")
    parser.add_argument("--write", action="store_true", help=f"store {TARGET}")
    arguments = parser.parse_args()
    chosen = arguments.only or keys(REGISTERED)
    start, observations, gates = time.process_time(), [], {}
    for key in wanted(phantoms(), chosen):
        rows, gates[key] = observe(key, arguments.films)
        observations += rows
        print(f"{key}: {len(rows)} maps, {time.process_time() - start:.0f} s", flush=True)
    found = paradox(observations)
    arguments_made = [
        one
        for key in wanted(phantoms(), [key for key in keys(ARGUED) if key in chosen])
        for one in argued(key, min(ARGUED_FILMS, arguments.films))
    ]
    for cell in found.cells:
        print(told(cell))
    for one in arguments_made:
        steps = ", ".join(f"{step.key} {'yes' if step.holds else 'no'}" for step in one.steps)
        print(f"{one.network} {one.method} n={one.films}/{one.asked}: {steps}")
    seconds = time.process_time() - start
    for name, cells in (("hollow", found.hollow), ("faithful", found.ugly)):
        methods = [cell for cell in cells if cell.method not in CONTROLS]
        print(f"{name}: {len(methods)} cells of methods, {len(cells) - len(methods)} of controls")
    print(f"{seconds:.0f} processor seconds")
    if arguments.write:
        record = {
            "films": arguments.films,
            "networks": list(gates),
            "gates": gates,
            **found.to_dict(),
            "arguments": [one.to_dict() for one in arguments_made],
        }
        artifacts.write_json(TARGET, record)


if __name__ == "__main__":
    main()

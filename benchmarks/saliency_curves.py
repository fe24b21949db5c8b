"""How long a perturbation curve takes, with each fill, and what asking in one batch saves.

``python -m benchmarks.saliency_curves`` prints one JSON document for the suite's CNN at its native
size and, where it is there, for a network trained on phantoms: one forward; the deletion in 50
steps with each fill; and the same curve step by step, one image at a time, which must be equal. One
thread. ``cpu`` is what the thread worked, which does not grow when the machine is busy; ``wall`` is
what a visitor waits. ``python -m tests.parity.speed`` times Quantus on the same work.
"""

from __future__ import annotations

import functools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.errors import SuiteError
from core.runtime.threads import limit_threads
from core.saliency.classifier import Classifier
from core.saliency.metrics import FILLS, deletion, named, order, probability
from core.saliency.networks import phantom, shipped
from core.saliency.schema import Floats, Pixels

STEPS, BLOCK = 50, 4
TARGET = 1
REPEATS = 7
TRAINED = "cnn-decoy-0"
GOAL = 0.5


def timed(call: Callable[[], object], repeats: int = REPEATS) -> dict[str, float]:
    """Return the fastest and the median of repeated calls in seconds, after one not counted."""
    call()
    wall, cpu = [], []
    for _ in range(repeats):
        began, worked = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    return {
        "cpu min": round(min(cpu), 4),
        "cpu median": round(statistics.median(cpu), 4),
        "wall min": round(min(wall), 4),
        "wall median": round(statistics.median(wall), 4),
    }


def one_by_one(network: Classifier, image: Pixels, heat: Floats) -> Floats:
    """Return the curve with one call of the network for each step."""
    ranked, score = order(heat, BLOCK), probability(network, TARGET)
    black, white = network.grey
    places = ranked.places[0][ranked.blocks]
    values = []
    for step in range(STEPS + 1):
        gone = places < round(step * ranked.places.shape[1] / STEPS)
        values.append(score(np.where(gone, np.float32((black + white) / 2), image)[None])[0])
    return np.array(values, dtype=np.float64)


def measure(network: Classifier, unit: float) -> dict[str, Any]:
    """Time every way to make the curve of one image."""
    rng = np.random.default_rng(0)
    image = (unit * rng.normal(size=(network.size, network.size))).astype(np.float32)
    heat = rng.random(image.shape)
    score = probability(network, TARGET)
    results: dict[str, Any] = {
        "size": network.size,
        "one forward": timed(lambda: score(image[None])),
    }
    for key in FILLS:
        curve = functools.partial(
            deletion, score, image, heat, named(key, network.grey), steps=STEPS, block=BLOCK
        )
        repeats = 3 if key == "inpaint" else REPEATS
        results[f"deletion, {STEPS} steps, fill {key}"] = timed(curve, repeats)
    results["the same step by step, fill mean"] = timed(lambda: one_by_one(network, image, heat))
    together = deletion(score, image, heat, named("mean", network.grey), steps=STEPS, block=BLOCK)
    gap = np.abs(together.values - one_by_one(network, image, heat)).max()
    results["step by step differs by"] = float(gap)
    spent = results[f"deletion, {STEPS} steps, fill mean"]["cpu median"]
    results["goal, s"] = {"cpu": spent, "goal": GOAL, "reached": spent <= GOAL}
    return results


def main() -> None:
    limit_threads()
    results = {"cnn": measure(shipped("cnn"), 1.0)}
    try:
        results[TRAINED] = measure(phantom(TRAINED), 0.2)
    except SuiteError as error:
        results[TRAINED] = {"skipped": error.message}
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()

"""What a map costs: every method on every shipped network, one film, one thread.

``python -m benchmarks.saliency_methods`` prints one JSON document of processor milliseconds. In a
round every method runs once, so a busy machine slows all of them alike; figures are medians over
the rounds. A method that takes longer than ``--once`` seconds is run in the first round only, and
``rounds`` says so. The class is given, so no evaluation is spent on finding it. The film is a drawn
one, so the benchmark needs no data. ``signs`` counts over drawn films how often each rule turns
EigenCAM, and how often the map stays the same, before and after the rule, when another routine of
LAPACK (``gesvd`` in place of ``gesdd``) decomposes the layer.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import numpy as np
import scipy.linalg

from core import phantoms
from core.runtime.threads import limit_threads
from core.saliency.classifier import Classifier, find_layer
from core.saliency.methods import MASK_OF, attribute, available, eigen_signs
from core.saliency.networks import NETWORKS, film, shipped
from core.saliency.schema import Floats, Options, Pixels

GOALS = {"gradcam++": 50, "eigencam": 20, "lime": 5000}
GOAL_NETWORK = "cnn"


def picture(key: str, seed: int) -> Pixels:
    """Return a drawn film as a network takes it."""
    drawn = phantoms.draw(seed, phantoms.Finding.CONSOLIDATION)
    return film(key, phantoms.render(drawn, 224))


def spent(network: Classifier, image: Pixels, method: str) -> tuple[float, int]:
    """Return the processor milliseconds of one map and how many images the network was shown."""
    start = time.process_time()
    found = attribute(network, image, method, 0)
    return 1000 * (time.process_time() - start), found.forwards


def costs(network: Classifier, image: Pixels, rounds: int, once: float) -> dict[str, Any]:
    """Return the cost of every method that needs no mask."""
    methods = [method for method in available(network) if method not in MASK_OF]
    attribute(network, image, "lime", 0, Options(samples=100))  # imports are not part of a map
    for method in ("saliency", "random"):
        spent(network, image, method)
    times: dict[str, list[float]] = {method: [] for method in methods}
    shown: dict[str, int] = {}
    for number in range(rounds):
        for method in methods:
            if number == 0 or times[method][0] <= 1000 * once:
                taken, shown[method] = spent(network, image, method)
                times[method].append(taken)
    return {
        method: {
            "cpu median, ms": round(statistics.median(taken), 1),
            "rounds": len(taken),
            "images shown": shown[method],
        }
        for method, taken in times.items()
    }


def other_routine(activations: Floats) -> tuple[Floats, Floats]:
    """Return EigenCAM (h, w) by another routine, as it comes and oriented by the activations."""
    channels, height, width = activations.shape
    places = activations.reshape(channels, -1).T
    centred = places - places.mean(axis=0)
    directions = scipy.linalg.svd(centred, full_matrices=False, lapack_driver="gesvd")[2]
    raw = centred @ directions[0]
    sign = np.sign(np.corrcoef(raw, np.abs(places).mean(axis=1))[0, 1])
    return raw.reshape(height, width), (sign * raw).reshape(height, width)


def signs(network: Classifier, films: int) -> dict[str, Any]:
    """Return how often each rule turns EigenCAM, and how often routines agree, over films."""
    layer = find_layer(network, None)
    found, same_raw, same_ruled = [], 0, 0
    for seed in range(films):
        inside = network.inside(picture(network.key, seed)[None], 0, layer.key)
        one = eigen_signs(inside.activations[0])
        raw, ruled = other_routine(inside.activations[0])
        same_raw += np.allclose(one.raw, raw, atol=1e-5 * np.ptp(one.raw))
        same_ruled += np.allclose(one.oriented, ruled, atol=1e-5 * np.ptp(one.raw))
        found.append(one)
    return {
        "films": films,
        "turned by the activations": sum(one.turn_by_activation for one in found),
        "turned by the extremes": sum(one.turn_by_extreme for one in found),
        "rules differ": sum(one.turn_by_activation != one.turn_by_extreme for one in found),
        "same by both routines, raw": same_raw,
        "same by both routines, ruled": same_ruled,
    }


def judged(measured: dict[str, Any]) -> dict[str, Any]:
    """Return goal and figure of the methods that have a goal."""
    return {
        method: {
            "goal, ms": goal,
            "cpu median, ms": measured[method]["cpu median, ms"],
            "met": measured[method]["cpu median, ms"] <= goal,
        }
        for method, goal in GOALS.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=tuple(NETWORKS), default=tuple(NETWORKS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", type=float, default=5.0, help="seconds")
    parser.add_argument("--films", type=int, default=30, help="for the signs of EigenCAM")
    arguments = parser.parse_args()
    limit_threads()
    report: dict[str, Any] = {}
    for key in arguments.networks:
        network = shipped(key)
        measured = costs(network, picture(key, 0), arguments.rounds, arguments.once)
        report[key] = {
            "side, px": network.size,
            "methods": measured,
            "signs": signs(network, arguments.films),
        }
        if key == GOAL_NETWORK:
            report[key]["goals"] = judged(measured)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

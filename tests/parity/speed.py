"""How much faster than Quantus a deletion curve is, on the same network, images and maps.

``python -m tests.parity.speed`` prints JSON. Both sides ask the shipped CNN for phantoms about the
same perturbed images and must agree before anything is timed. One thread, least processor time of
several runs; what the network itself needs is timed too, since neither side can go below it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from core.runtime.threads import limit_threads
from core.saliency import metrics
from core.saliency.classifier import Classifier
from core.saliency.ground_truth import scene
from core.saliency.networks import phantom
from core.saliency.schema import Floats, Pixels
from tests.parity import networks, oracles, record
from tests.parity.adapter import Adapted, tensor

STEPS, BLOCK, TARGET, FILL, RUNS = 48, 8, 2, 0.5, 3
GOAL = 5.0


def seconds(work: Callable[[], Any]) -> float:
    """Return the least processor time of several runs."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def ours(
    network: Classifier, images: Pixels, heats: Floats, steps: int, block: int
) -> list[Floats]:
    """Return deletion curves without their first point."""
    score, fill = metrics.probability(network, TARGET), metrics.named("mean", network.grey)
    return [
        metrics.deletion(score, image, heat, fill, steps=steps, block=block).values[1:]
        for image, heat in zip(images, heats, strict=True)
    ]


def compared(key: str, count: int) -> dict[str, Any]:
    """Return the times for a number of images, by pixels and by regions."""
    network, shipped = networks.phantom(key), phantom(key)
    adapted = Adapted(shipped.size, network)
    images = np.stack([scene(seed, "decoy", label=TARGET).image for seed in range(count)])
    heats, targets = record.maps(shipped.size, count, seed=1), [TARGET] * count
    side, step = shipped.size, shipped.size**2 // STEPS
    regions = (side // BLOCK) ** 2
    works: Sequence[tuple[str, int, int, Callable[[], Floats]]] = (
        (
            "pixel flipping",
            STEPS,
            1,
            lambda: oracles.pixel_flipping(network, images, targets, heats, step, FILL),
        ),
        (
            "region perturbation",
            regions,
            BLOCK,
            lambda: oracles.region_perturbation(
                network, images, targets, heats, BLOCK, FILL, "morf"
            ),
        ),
    )
    return {
        name: _timed(theirs, network, adapted, shipped, images, heats, steps, block)
        for name, steps, block, theirs in works
    }


def _timed(
    theirs: Callable[[], Floats],
    network: networks.Answer,
    adapted: Classifier,
    shipped: Classifier,
    images: Pixels,
    heats: Floats,
    steps: int,
    block: int,
) -> dict[str, float]:
    found, own = theirs(), np.stack(ours(adapted, images, heats, steps, block))
    if block > 1:
        first = metrics.probability(adapted, TARGET)(images)
        own = first[:, None] - own
    np.testing.assert_allclose(own, found, rtol=0, atol=1e-6)
    with torch.no_grad():
        alone = seconds(lambda: [network(tensor(images)) for _ in range(steps)])
    quantus = seconds(theirs)
    torch_side = seconds(lambda: ours(adapted, images, heats, steps, block))
    onnx_side = seconds(lambda: ours(shipped, images, heats, steps, block))
    return {
        "images": len(images),
        "steps": steps,
        "quantus_s": round(quantus, 4),
        "torch_forwards_alone_s": round(alone, 4),
        "ours_on_torch_s": round(torch_side, 4),
        "ours_as_shipped_s": round(onnx_side, 4),
        "ratio_on_torch": round(quantus / torch_side, 2),
        "ratio_as_shipped": round(quantus / onnx_side, 2),
    }


def main() -> None:
    """Print the times and ratios."""
    limit_threads()
    torch.set_num_threads(1)
    key = networks.one_of("cnn")
    result = {"network": key, "goal": GOAL, "one": compared(key, 1), "four": compared(key, 4)}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

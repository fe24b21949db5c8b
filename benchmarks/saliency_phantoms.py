"""What every network trained on phantoms learnt, on fresh films, and what the phantoms are like.

``OMP_NUM_THREADS=1 python -m benchmarks.saliency_phantoms`` prints one JSON document:

- for each shipped network, asked through its exported graph: accuracy on films of its regime and on
  films whose shortcut is independent of the label, each with a Wilson interval, the mean Shapley
  shares of lesion and shortcut in the log-odds of the confounded class, and whether it does what
  its regime was designed to teach;
- processor time of a scene, that is a film with its three interventions and its masks;
- share of the frame that is lung, slope of the power spectrum, and contrast of the lesions over the
  noise of the film and over the spread of the healthy lung, as least, mean and most.

Films come from the seeds for benchmarks, which nothing was trained, chosen or recorded on.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from benchmarks.respiratory_phantoms import likeness, spread
from core.saliency.ground_truth.held_out import FILMS, PAIRS, HeldOut, measure
from core.saliency.ground_truth.regimes import LABELS, NORMAL, REGIMES, Regime
from core.saliency.ground_truth.scenes import SEEDS, scene
from core.saliency.ground_truth.shares import DESIGNED, designed_cause
from core.saliency.networks import phantom, phantoms
from core.stats.intervals import wilson

SCENES = 100
START = SEEDS["benchmark"].start


def figures(key: str, regime: str, films: int, pairs: int) -> dict[str, Any]:
    """Return what one network does on fresh films."""
    found = measure(phantom(key), regime, START, films, pairs)
    return {
        "accuracy": _rounded(wilson(found.right, films).to_dict()),
        "accuracy, shortcut independent": _rounded(wilson(found.right_unlinked, films).to_dict()),
        "share of the lesion": round(found.lesion, 4),
        "share of the shortcut": round(found.shortcut, 4),
        "films with lesion and shortcut": pairs,
        "films without shares": found.undefined,
        "obeys": obeys(REGIMES[regime], found),
    }


def obeys(law: Regime, found: HeldOut) -> str:
    """Return in a word whether a network uses what its regime was designed to teach."""
    designed = designed_cause(law)
    if not designed:
        return "left open"
    share = found.lesion if designed == "lesion" else found.shortcut
    return "yes" if share >= DESIGNED else "no"


def scene_time(scenes: int = SCENES) -> dict[str, float | int]:
    """Return the median processor time of a scene with lesion and shortcut."""
    spent = []
    for seed in range(START, START + scenes):
        start = time.process_time()
        scene(seed, "confounded", label=REGIMES["confounded"].target, carries=True)
        spent.append(1000 * (time.process_time() - start))
    return {"scenes": scenes, "median milliseconds": round(float(np.median(spent)), 2)}


def contrasts(regime: str, label: int, scenes: int = SCENES) -> dict[str, Any]:
    """Return how far lesions stand out on films of the size the networks take.

    The noise of a film is the spread of the difference between neighbouring pixels, divided by the
    square root of two, in the healthy lung.
    """
    over_noise, over_lung, lungs = [], [], []
    for seed in range(START, START + scenes):
        one = scene(seed, regime, label=label, carries=False)
        healthy = one.lungs & (one.image == one.without_lesion)
        gain = float((one.image - one.without_lesion)[one.lesion].mean())
        steps = np.diff(one.image, axis=1)[healthy[:, 1:] & healthy[:, :-1]]
        over_noise.append(gain / float(steps.std() / np.sqrt(2)))
        over_lung.append(gain / float(one.image[healthy].std()))
        lungs.append(float(one.lungs.mean()))
    return {
        "films": scenes,
        "contrast over noise": spread(over_noise),
        "contrast over spread of healthy lung": spread(over_lung),
        "lung share of the frame": spread(lungs),
    }


def _rounded(record: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in record.items()}


def main() -> None:
    """Print everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=FILMS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    asked = parser.parse_args()
    # One regime after another, so that its films are rendered once.
    networks = sorted(phantoms().items(), key=lambda pair: str(pair[1]["regime"]))
    report = {
        "networks": {
            key: figures(key, entry["regime"], asked.films, asked.pairs) for key, entry in networks
        },
        "time": scene_time(),
        "likeness": likeness(SCENES),
        "lesions": {
            f"{REGIMES[regime].title}: {LABELS[label]}": contrasts(regime, label)
            for regime in ("decoy", "confounded")
            for label in range(len(LABELS))
            if label != NORMAL
        },
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

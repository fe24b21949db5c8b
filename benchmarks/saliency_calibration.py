"""Whether the tests of the leaderboard keep their promises, on tables where the truth is known.

``python -m benchmarks.saliency_calibration`` simulates tables in which all methods are alike:
skewed scores that are exchangeable within each image, and what smooth random maps score for finding
one random mask an image (``maps``). It prints JSON: how often the rules of Holm and of Bonferroni
find any difference (goal: in at most 6 % of 1,000 tables), how often BCa intervals hold the true
mean (goal: 93 to 97 %), and the power of one pairwise test for d = 0.3 (goal: 0.9 or more).
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.saliency.benchmark.leaderboard import EFFECT, LEVEL
from core.saliency.benchmark.plan import FULL
from core.saliency.metrics import area_under_roc, random_maps
from core.stats.bca import bca_mean
from core.stats.intervals import wilson
from core.stats.rank_power import smallest_n, wilcoxon_power
from core.stats.rank_tests import bonferroni, wilcoxon
from core.stats.shift import holm

Floats = NDArray[np.float64]
METHODS = 12
TABLES = 1_000
SIDE = 24


def exchangeable(n: int, k: int, rng: np.random.Generator) -> Floats:
    """Return scores (n, k): each image has its own level and spread, no method its own."""
    level, spread = rng.normal(size=(n, 1)), rng.gamma(2.0, size=(n, 1))
    return np.asarray(level + spread * rng.exponential(size=(n, k)))


def random_scores(n: int, k: int, rng: np.random.Generator) -> Floats:
    """Return scores (n, k) of random maps for finding a random mask of their image."""
    maps = random_maps((SIDE, SIDE), n * (k + 1), int(rng.integers(2**32)))
    maps = maps.reshape(n, k + 1, SIDE, SIDE)
    masks = maps[:, 0] > np.quantile(maps[:, 0], 0.9, axis=(1, 2), keepdims=True)
    return np.array(
        [
            [area_under_roc(heat - heat.min(), mask).value for heat in own]
            for own, mask in zip(maps[:, 1:], masks, strict=True)
        ]
    )


def any_difference(scores: Floats) -> tuple[bool, bool]:
    """Return whether Holm's and whether Bonferroni's rule find a difference between columns."""
    pairs = itertools.combinations(range(scores.shape[1]), 2)
    p = [wilcoxon(scores[:, a], scores[:, b]).p for a, b in pairs]
    return bool((holm(p) <= LEVEL).any()), bool((bonferroni(p) <= LEVEL).any())


def family_wise(kind: str, n: int, k: int, tables: int, seed: int) -> dict[str, Any]:
    """Return the shares of tables in which anything is found."""
    draw = {"exchangeable": exchangeable, "maps": random_scores}[kind]
    rng = np.random.default_rng(seed)
    found = np.array([any_difference(draw(n, k, rng)) for _ in range(tables)])
    return {
        "scores": kind,
        "images": n,
        "methods": k,
        "Holm": wilson(int(found[:, 0].sum()), tables).text(),
        "Bonferroni": wilson(int(found[:, 1].sum()), tables).text(),
    }


def coverage(name: str, n: int, tables: int, seed: int) -> dict[str, Any]:
    """Return the share of BCa intervals that hold the mean of the law the values come from."""
    rng = np.random.default_rng(seed)
    laws: dict[str, tuple[Callable[[], Floats], float]] = {
        "normal": (lambda: rng.normal(size=n), 0.0),
        "exponential": (lambda: rng.exponential(size=n), 1.0),
        "beta(2, 5)": (lambda: rng.beta(2, 5, size=n), 2 / 7),
        "share of 0.1": (lambda: (rng.random(n) < 0.1).astype(np.float64), 0.1),
    }
    draw, truth = laws[name]
    intervals = (bca_mean(draw()) for _ in range(tables))
    held = sum(one.low <= truth <= one.high for one in intervals)
    return {"law": name, "n": n, "coverage": wilson(held, tables).text()}


def power(n: int) -> list[dict[str, Any]]:
    """Return the power at n images for families of several sizes, and the images it takes."""
    rows = []
    for k in (12, 16, 20, 24):
        alpha = LEVEL / (k * (k - 1) / 2)
        rows.append(
            {
                "methods": k,
                "pairs": k * (k - 1) // 2,
                "power": wilcoxon_power(n, EFFECT, alpha).text(),
                "images for 0.9": smallest_n(EFFECT, alpha),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--images", type=int, default=FULL)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began, tables, seed = time.process_time(), given.tables, given.seed
    figures = {
        "family-wise error": [
            family_wise("exchangeable", given.images, METHODS, tables, seed),
            family_wise("exchangeable", 32, METHODS, tables, seed + 1),
            family_wise("maps", 60, 6, tables, seed + 2),
        ],
        "BCa coverage": [
            coverage(law, n, tables, seed)
            for law in ("normal", "exponential", "beta(2, 5)", "share of 0.1")
            for n in (60, given.images)
        ],
        f"power for d = {EFFECT}, {given.images} images": power(given.images),
        "cpu s": round(time.process_time() - began, 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

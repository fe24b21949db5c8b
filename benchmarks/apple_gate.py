"""How often the gate for learned objectives opens: ``python -m benchmarks.apple_gate``.

The original CSV, files of pure noise and files with a known share of explained variance. Prints
one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.door.read import read_sales
from core.apple_sales.learning.inspect import inspect
from core.stats.intervals import clopper_pearson
from core.stats.signal import Signal, signal

Floats = NDArray[np.float64]
ORIGINAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "apple_sales_2024.csv"
SIZES = (50, 200, 1000)
COLUMNS = 5


def uniform_noise(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return rng.random((n, COLUMNS)), rng.random(n)


def skewed_noise(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return rng.lognormal(0, 1, (n, COLUMNS)), rng.lognormal(0, 1, n)


def with_signal(rng: np.random.Generator, n: int, r2: float, shape: str) -> tuple[Floats, Floats]:
    """Return columns and an outcome of which the share ``r2`` of the variance is explained."""
    x = rng.random((n, COLUMNS))
    known = {
        "linear": 2 * x[:, 0] + x[:, 1] - x[:, 2],
        "bent": np.square(x[:, 0] - 0.5) * 4 + x[:, 1],
        "product": (x[:, 0] - 0.5) * (x[:, 1] - 0.5),
        "step": (x[:, 0] > 0.6) * 1.0 + (x[:, 1] > 0.3),
    }[shape]
    noise = known.std() * np.sqrt((1 - r2) / r2)
    return x, known + rng.normal(0, noise, n)


def rate(runs: list[tuple[Signal, float]]) -> dict[str, Any]:
    opened = sum(one.found for one, _ in runs)
    found = clopper_pearson(opened, len(runs))
    seconds = sorted(second for _, second in runs)
    return {
        "files": len(runs),
        "opened": opened,
        "share": found.estimate,
        "limits_95": [found.low, found.high],
        "p_below_0.01": sum(one.permutation.p < 0.01 for one, _ in runs),
        "lower_limit_above_0": sum(one.best.r2.low > 0 for one, _ in runs),
        "seconds_median": round(statistics.median(seconds), 2),
        "seconds_p95": round(seconds[int(0.95 * (len(seconds) - 1))], 2),
    }


def timed(call: Callable[[], tuple[Floats, Floats]], seed: int) -> tuple[Signal, float]:
    x, y = call()
    started = time.perf_counter()
    found = signal(x, y, seed=seed)
    return found, time.perf_counter() - started


def noise(files: int) -> dict[str, Any]:
    runs = []
    for i in range(files):
        draw = (uniform_noise, skewed_noise)[i % 2]
        n, rng = SIZES[i % len(SIZES)], np.random.default_rng([1, i])
        runs.append(timed(lambda d=draw, r=rng, m=n: d(r, m), i))  # type: ignore[misc]
    return rate(runs)


def signals(files: int, n: int) -> dict[str, Any]:
    shapes = ("linear", "bent", "product", "step")
    runs = []
    for i, r2 in enumerate(np.linspace(0.3, 0.9, files)):
        rng, shape = np.random.default_rng([2, i]), shapes[i % len(shapes)]
        runs.append(timed(lambda r=rng, s=shape, v=r2: with_signal(r, n, v, s), i))  # type: ignore[misc]
    return rate(runs)


def original() -> dict[str, Any] | None:
    if not ORIGINAL.exists():
        return None
    started = time.perf_counter()
    found = inspect(read_sales(ORIGINAL)).to_dict()
    kept = ("gate", "reason", "cv_r2", "cv_r2_ci", "permutation_p", "models")
    return {**{key: found[key] for key in kept}, "seconds": time.perf_counter() - started}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=int, default=200)
    parser.add_argument("--signals", type=int, default=20)
    parser.add_argument("--rows", type=int, default=300, help="rows of a file with signal")
    arguments = parser.parse_args()
    result = {
        "original": original(),
        "noise": noise(arguments.noise),
        "signal": signals(arguments.signals, arguments.rows),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

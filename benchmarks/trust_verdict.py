"""How often a whole audit fails a model that deserves none of it, and catches one that does.

``python -m benchmarks.trust_verdict`` audits simulated models under the strictest policy: perfect
ones, perfectly calibrated ones of several kinds, and overconfident ones, with two attributes that
have nothing to do with the outcome. Prints a markdown table; about two minutes on one core with the
default of 200 runs a row.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core import trust
from core.stats.intervals import wilson

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], tuple[NDArray[np.int64], Floats]]

SIZES = (30, 100, 300, 1_000)
GROUPS = {"sex": 2, "site": 4}
AREAS = ("calibration", "utility", "fairness")
SHAPES = {"AUC .71": (2.0, 3.0), "AUC .83": (1.0, 1.0), "AUC .95": (0.3, 0.3), "rare": (0.5, 8.0)}
SHARPEN = 1.8


def oracle(shape: tuple[float, float], sharpen: float = 1.0) -> Draw:
    """Return a model whose log-odds are the true ones, times a factor."""

    def draw(rng: np.random.Generator, n: int) -> tuple[NDArray[np.int64], Floats]:
        p = np.clip(rng.beta(*shape, size=n), 1e-9, 1 - 1e-9)
        said = p**sharpen / (p**sharpen + (1 - p) ** sharpen)
        return (rng.random(n) < p).astype(np.int64), said

    return draw


def perfect(rng: np.random.Generator, n: int) -> tuple[NDArray[np.int64], Floats]:
    """Return a model that is always right, and rather modest about it."""
    y = (rng.random(n) < 0.4).astype(np.int64)
    return y, np.where(y == 1, 0.7, 0.3)


def verdicts(draw: Draw, n: int, runs: int, policy: str) -> dict[str, int]:
    counts = dict.fromkeys(("pass", "fail", "not enough evidence"), 0)
    for run in range(runs):
        rng = np.random.default_rng([n, run])
        y, p = draw(rng, n)
        groups = {name: rng.integers(0, levels, n) for name, levels in GROUPS.items()}
        found = trust.audit(y, p, groups=groups, policy=policy, areas=AREAS, classes=(0, 1))
        counts[found.verdict.status] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--policy", default="clinical-strict")
    arguments = parser.parse_args()
    models: dict[str, Draw] = {"perfect": perfect}
    models |= {f"calibrated, {name}": oracle(shape) for name, shape in SHAPES.items()}
    models["overconfident x1.8, AUC .83"] = oracle(SHAPES["AUC .83"], SHARPEN)
    print(f"Policy {arguments.policy}, {arguments.runs} runs a row.\n")
    print("| Model | n | failed | passed | not enough evidence |")
    print("|---|---:|---:|---:|---:|")
    for name, draw in models.items():
        for n in SIZES:
            counts = verdicts(draw, n, arguments.runs, arguments.policy)
            failed = wilson(counts["fail"], arguments.runs)
            share = f"{failed.estimate:.3f} [{failed.low:.3f}, {failed.high:.3f}]"
            print(
                f"| {name} | {n} | {share} | {counts['pass']} | {counts['not enough evidence']} |"
            )


if __name__ == "__main__":
    main()

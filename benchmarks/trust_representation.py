"""How fast the alignment of two representations is, and what a silhouette misses.

``python -m benchmarks.trust_representation`` prints markdown tables. The public package takes about
two minutes at 5,000 rows, so that it is timed at 2,000 unless ``--theirs 5000`` asks for more.
"""

from __future__ import annotations

import argparse
import functools
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.stats.linear_probe import linear_probe
from core.stats.representation import (
    cka,
    cka_debiased,
    class_distances,
    neighbour_purity,
    standardised,
)

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

COLUMNS = 64


def seconds(call: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Return the least and the largest time of several runs, and the value."""
    times, value = [], float("nan")
    for _ in range(runs):
        began = time.perf_counter()
        value = call()
        times.append(time.perf_counter() - began)
    return min(times), max(times), value


def peak_mib(call: Callable[[], float]) -> float:
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def pair(n: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(n, COLUMNS))
    return a, a @ rng.normal(size=(COLUMNS, COLUMNS)) + 5 * rng.normal(size=(n, COLUMNS))


def alignment(theirs_rows: int, runs: int) -> None:
    from trustlens.metrics.representation import (
        centered_kernel_alignment,
    )

    print(f"| rows x {COLUMNS} | measure | runs | least, s | largest, s | peak, MiB | value |")
    print("|---|---|---|---|---|---|---|")
    fastest = {}
    for n in (theirs_rows, 100_000):
        for measure in (cka, cka_debiased):
            call = functools.partial(measure, *pair(n))
            low, high, value = seconds(call, runs)
            fastest[n, measure.__name__] = low
            row = f"{runs} | {low:.4f} | {high:.4f} | {peak_mib(call):.0f} | {value:.12f}"
            print(f"| {n:,} | {measure.__name__} | {row} |")
    call = functools.partial(centered_kernel_alignment, *pair(theirs_rows))
    took, _, value = seconds(call, 1)
    print(f"| {theirs_rows:,} | trustlens 0.5.0 | 1 | {took:.2f} | {took:.2f} | | {value:.12f} |")
    ratio = took / fastest[theirs_rows, "cka"]
    print(f"| {theirs_rows:,} | **trustlens / cka** | | **{ratio:,.0f} times** | | | |")


def rings(rng: np.random.Generator) -> tuple[Floats, Labels]:
    y, angle = np.arange(600) % 2, rng.uniform(0, 2 * np.pi, 600)
    radius = 1 + 2 * y + rng.normal(0, 0.1, 600)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def digits(_: np.random.Generator) -> tuple[Floats, Labels]:
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)  # type: ignore[no-any-return]


def noise(rng: np.random.Generator) -> tuple[Floats, Labels]:
    return rng.normal(size=(60, 5)), np.repeat(np.arange(20), 3)


def separation() -> None:
    from trustlens.metrics.representation import embedding_separability

    print("| case | n | silhouette | probe, 95 % | purity gain, 95 % | between / within | theirs |")
    print("|---|---|---|---|---|---|---|")
    cases = {"two rings": rings, "digits": digits, "noise, 20 classes of 3": noise}
    for name, make in cases.items():
        x, y = make(np.random.default_rng(0))
        x = standardised(x)
        found = class_distances(x, y)
        probe = linear_probe(x, y).balanced_accuracy.text()
        purity = neighbour_purity(x, y).text()
        theirs = embedding_separability(x, y)["separability_ratio"]
        ratio = f"{found.between / found.within:.2f} | {theirs:.2f}"
        print(f"| {name} | {len(y)} | {found.silhouette:.3f} | {probe} | {purity} | {ratio} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theirs", type=int, default=2_000, help="rows the public package gets")
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    alignment(arguments.theirs, arguments.runs)
    print()
    separation()


if __name__ == "__main__":
    main()

"""What every fault does to the diagnosis, who notices, and whether invented cases look real.

``python -m benchmarks.breast_stress`` prints markdown tables: means over seeds with their standard
error. Every seed has its own folds, rows and faults; each row draws its own columns.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np

from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import FAULTS
from core.breast_cancer.generator import LAWS, fit_generator
from core.breast_cancer.generator_quality import quality, told_apart
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.stress import severity_sweep, stress
from core.breast_cancer.stress_judges import Source
from core.stats.intervals import Interval
from core.stats.resample import assign_folds


def generators(seeds: int) -> list[list[str]]:
    """Fit to one half of the cases, compare with the other; the reference is that other half."""
    cohort = wdbc()
    lines = [["cases", "told from real: AUC", "area off by > 10 %", "worst < mean radius",
              "flagged", "flagged, malignant", "flagged, benign"]]  # fmt: skip
    real = []
    for kind in LAWS:
        found = []
        for seed in range(seeds):
            half = assign_folds(cohort.y, 2, seed) == 0
            reference = fit_reference(cohort.X[~half])
            drawer = fit_generator(cohort.X[half], cohort.y[half], kind)
            q = quality(drawer, cohort.X[~half], reference, seed=seed)
            found.append([q.told_apart, q.area_off, q.worst_below_mean, q.flagged,
                          q.flagged_malignant, q.flagged_benign])  # fmt: skip
            if kind == "smoothed":
                flagged = reference.p_value(reference.score(cohort.X[half])) <= 0.05
                ill = cohort.y[half] == 1
                same = told_apart(cohort.X[half], cohort.X[~half], seed).estimate
                real.append([same, 0.0, 0.0, flagged.mean(), flagged[ill].mean(),
                             flagged[~ill].mean()])  # fmt: skip
        lines.append([kind, *(text(column) for column in zip(*found, strict=True))])
    lines.append(["real (the first half)", *(text(column) for column in zip(*real, strict=True))])
    return lines


def faults(source: Source, n: int, seeds: int) -> list[list[str]]:
    lines = [["fault", "accuracy before", "after", "missed", "silent: integrity",
              "silent: any z >= 3", "AUROC integrity", "AUROC max abs z", "flagged", "column named",
              "unit named", "lamps: integrity", "lamps: case mix"]]  # fmt: skip
    for key, fault in FAULTS.items():
        reports = [stress(key, n=n, seed=s, source=source, per_row=True) for s in range(seeds)]
        columns: list[list[Interval | None]] = [
            [r.before.accuracy for r in reports],
            [r.after.accuracy for r in reports],
            [r.after.missed for r in reports],
            [r.after.silent for r in reports],
            [r.after.silent_any_z for r in reports],
            [r.integrity.auroc for r in reports],
            [r.zscore.auroc for r in reports],
            [r.integrity.flagged for r in reports],
            [r.blamed for r in reports],
            [r.unit_named for r in reports],
            [r.lamps.integrity if r.lamps else None for r in reports],
            [r.lamps.case_mix if r.lamps else None for r in reports],
        ]
        lines.append([f"{fault.label}, {fault.default:g} {fault.unit}", *map(text, columns)])
    return lines


def sweeps(n: int) -> list[list[str]]:
    lines = [["fault", "severities", "AUROC of the integrity score", "seconds"]]
    for key, fault in FAULTS.items():
        started = time.perf_counter()
        sweep = severity_sweep(key, n=n, per_row=True)
        seconds = time.perf_counter() - started
        curve = [p.integrity.auroc.estimate for p in sweep.points if p.integrity.auroc]
        lines.append(
            [
                fault.label,
                ", ".join(f"{level:g}" for level in fault.levels),
                ", ".join(f"{value:.2f}" for value in curve),
                f"{seconds:.1f}",
            ]
        )
    return lines


def text(values: Any) -> str:
    numbers = [v.estimate if isinstance(v, Interval) else v for v in values if v is not None]
    if not numbers:
        return ""
    error = np.std(numbers, ddof=1) / math.sqrt(len(numbers))
    return f"{np.mean(numbers):.3f} ({error:.3f})"


def markdown(title: str, lines: list[list[str]]) -> str:
    head, *rest = lines
    rows = [head, ["---"] * len(head), *rest]
    return "\n".join([f"\n**{title}**\n", *(f"| {' | '.join(row)} |" for row in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--n", type=int, default=500)
    arguments = parser.parse_args()
    n, seeds = arguments.n, arguments.seeds
    print(f"{seeds} seeds, {n} rows a test")
    print(markdown("Invented cases", generators(seeds)))
    print(markdown("Real cases, refitted in folds", faults("held-out", n, seeds)))
    print(markdown("Invented cases (smoothed)", faults("smoothed", n, seeds)))
    print(markdown("Sweeps of the severity", sweeps(n)))


if __name__ == "__main__":
    main()

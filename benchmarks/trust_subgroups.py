"""How often the comparison of groups is wrong, how often it sees, and how long it takes.

``python -m benchmarks.trust_subgroups --runs 2000`` prints markdown tables: false alarms of a
perfectly fair model beside the rule "gap > 0.15", power against one group with a lower sensitivity,
how often equivalence is claimed though the gap is the margin, coverage of Wilson's and Newcombe's
intervals (computed from the binomial distribution, not simulated), and the time of the whole panel.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom

from core.stats.group_permutation import permutation_max_z
from core.stats.intervals import wilson
from core.stats.two_proportions import newcombe
from core.trust.groups.gap_evidence import Shares
from core.trust.groups.gap_result import Family, GapTest
from core.trust.groups.gaps import judge
from core.trust.groups.panel import fairness_panel
from core.trust.predictions import Context, Grouping, Predictions

Counts = NDArray[np.int64]

TPR, FPR, PREVALENCE = 0.85, 0.10, 0.3
NAIVE_GAP = 0.15
FAIR = ((2, 30), (4, 30), (6, 30), (10, 30), (10, 100))
UNFAIR = ((4, 30), (4, 100), (10, 100), (4, 300))
SIZES = (5, 10, 20, 30, 50, 100, 200)
SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
WAY = (2, 5, 10)


def compare(k: Counts, n: Counts, measure: str, seed: int) -> Family:
    found = permutation_max_z(k, n, seed=seed)
    names = tuple(f"group {i}" for i in range(len(k)))
    each = tuple(found.p_each.tolist())
    return Family("group", measure, "rows", names, (), Shares(k, n), found.p, each)


def run(rng: np.random.Generator, tpr: Sequence[float], m: int, margin: float) -> list[GapTest]:
    """Draw one sample with m positives a group and judge sensitivity and specificity."""
    groups = len(tpr)
    positives = np.full(groups, m)
    negatives = np.full(groups, round(m * (1 - PREVALENCE) / PREVALENCE))
    hits, right = rng.binomial(positives, tpr), rng.binomial(negatives, 1 - FPR)
    seed = int(rng.integers(2**31))
    families = [
        compare(hits, positives, "sensitivity", seed),
        compare(right, negatives, "specificity", seed),
    ]
    return list(judge(families, margin))


def share(count: int, runs: int) -> str:
    return wilson(count, runs).text(3).split(",", maxsplit=2)[0] + (
        f", {wilson(count, runs).high:.3f}]"
    )


def false_alarms(runs: int, margin: float, seed: int) -> None:
    print(f"\nA fair model (TPR {TPR}, FPR {FPR}), margin {margin}, {runs} runs a row:\n")
    print(
        "| groups x positives | difference shown | Holm p < .05 | gap > 0.15 | equivalence shown |"
    )
    print("|---|---|---|---|---|")
    for groups, m in FAIR:
        rng = np.random.default_rng([seed, groups, m])
        counts = np.zeros(4, dtype=np.int64)
        for _ in range(runs):
            tests = run(rng, [TPR] * groups, m, margin)
            counts += [
                any(test.status == "difference shown" for test in tests),
                any(test.p_adjusted < 0.05 for test in tests),
                any(test.largest.estimate > NAIVE_GAP for test in tests),
                all(test.status == "equivalence shown" for test in tests),
            ]
        print(f"| {groups} x {m} | " + " | ".join(share(int(c), runs) for c in counts) + " |")


def power(runs: int, margins: Sequence[float], seed: int) -> None:
    print(f"\nOne group has TPR 0.65, the others {TPR}; sensitivity, {runs} runs a row:\n")
    heads = [f"difference shown, margin {m:g}" for m in margins]
    print("| groups x positives | permutation p < .05 | Holm p < .05 | " + " | ".join(heads) + " |")
    print("|---|---|---|" + "---|" * len(margins))
    for groups, m in UNFAIR:
        rng = np.random.default_rng([seed, groups, m])
        counts = np.zeros(2 + len(margins), dtype=np.int64)
        for _ in range(runs):
            tests = run(rng, [0.65] + [TPR] * (groups - 1), m, margins[0])
            shown = [judge(tests, margin)[0].status == "difference shown" for margin in margins]
            counts += [tests[0].p < 0.05, tests[0].p_adjusted < 0.05, *shown]
        print(f"| {groups} x {m} | " + " | ".join(share(int(c), runs) for c in counts) + " |")


def at_the_margin(runs: int, margin: float, seed: int) -> None:
    print(f"\nOne group is exactly the margin ({margin:g}) below the others; {runs} runs a row:\n")
    print("| groups x positives | claim met (p_met <= .05) | claim broken (p_broken <= .05) |")
    print("|---|---|---|")
    for groups, m in ((2, 100), (4, 100), (2, 500), (4, 500), (10, 500)):
        rng = np.random.default_rng([seed, groups, m])
        met = broken = 0
        for _ in range(runs):
            test = run(rng, [TPR - margin] + [TPR] * (groups - 1), m, margin)[0]
            met += (test.p_met or 0.0) <= 0.05
            broken += (test.p_broken or 0.0) <= 0.05
        print(f"| {groups} x {m} | {share(met, runs)} | {share(broken, runs)} |")


def coverage() -> None:
    cells = {
        (n, p): sum(
            float(binom.pmf(k, n, p)) * (wilson(k, n).low <= p <= wilson(k, n).high)
            for k in range(n + 1)
        )
        for n in range(5, 201)
        for p in SHARES
    }
    worst = min(cells, key=lambda cell: cells[cell])
    print(
        f"\nWilson 95 %, every n in 5..200 and p in {SHARES}, exact: mean "
        f"{np.mean(list(cells.values())):.4f}, lowest {cells[worst]:.4f} at n = {worst[0]}, "
        f"p = {worst[1]}; {sum(c < 0.9 for c in cells.values())} of {len(cells)} below 0.90; "
        f"the sizes {SIZES} only: lowest "
        f"{min(cells[n, p] for n in SIZES for p in SHARES):.4f}."
    )
    print("\n| Newcombe 95 %, n1 and n2 | p1 | p2 | coverage, exact |\n|---|---|---|---|")
    for (n1, n2), (p1, p2) in itertools.product(
        ((10, 10), (10, 100), (30, 30), (100, 100)), ((0.85, 0.85), (0.85, 0.65), (0.95, 0.95))
    ):
        total = 0.0
        first, second = (binom.pmf(np.arange(n + 1), n, p) for n, p in ((n1, p1), (n2, p2)))
        for k1, k2 in itertools.product(range(n1 + 1), range(n2 + 1)):
            found = newcombe(k1, n1, k2, n2)
            total += float(first[k1] * second[k2]) * (found.low <= p1 - p2 <= found.high)
        print(f"| {n1}, {n2} | {p1} | {p2} | {total:.3f} |")


def cases(n: int, levels: Sequence[int], seed: int) -> Predictions:
    rng = np.random.default_rng(seed)
    score = rng.normal(-1, 1.5, n)
    p = expit(score)
    groups = tuple(
        Grouping(f"attribute {size}", tuple(f"level {i}" for i in range(size)),
                 rng.integers(0, size, n).astype(np.intp))
        for size in levels
    )  # fmt: skip
    return Predictions(
        y=(rng.random(n) < p).astype(np.int64),
        proba=np.column_stack([1 - p, p]),
        called=(p >= 0.3).astype(np.int64),
        classes=("no", "yes"),
        threshold=0.3,
        context=Context(groups),
    )


def timing(seed: int) -> None:
    print("\n| rows | levels of the attributes | whole panel, s (least of 7) |\n|---|---|---|")
    for n, levels in ((171, (2, 2)), (171, (2, 3, 4)), (100_000, WAY), (1_000_000, WAY)):
        predictions, taken = cases(n, levels, seed), []
        for _ in range(7):
            began = time.perf_counter()
            fairness_panel(predictions, seed=seed)
            taken.append(time.perf_counter() - began)
        print(f"| {n:,} | {', '.join(map(str, levels))} | {min(taken):.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("alarms", "power", "margin", "coverage", "time"))
    arguments = parser.parse_args()
    runs, seed, only = arguments.runs, arguments.seed, arguments.only
    if only in (None, "alarms"):
        false_alarms(runs, 0.05, seed)
        false_alarms(runs, 0.1, seed)
    if only in (None, "power"):
        power(runs, (0.05, 0.1), seed)
    if only in (None, "margin"):
        at_the_margin(runs, 0.1, seed)
    if only in (None, "coverage"):
        coverage()
    if only in (None, "time"):
        timing(seed)


if __name__ == "__main__":
    main()

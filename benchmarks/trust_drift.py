"""How often drift rules alarm for nothing, and how soon they see a change of calibration.

``python -m benchmarks.trust_drift --runs 2000`` prints markdown tables. The first is the design of
24 batches after a reference of 2,000 rows, the change after 12 of them, with about 30 % outcomes.
The second looks longer and at smaller references, the third at single small batches, and the fourth
at changes that lie exactly on the margins of the findings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, logsumexp

from core.stats.calibration import ece
from core.stats.calibration_eprocess import THRESHOLD, CalibrationMonitor
from core.stats.calibration_line import Sample
from core.stats.calibration_margin import margin_p
from core.stats.calibration_shift import compare, line_tests
from core.stats.intervals import wilson
from core.stats.shift import holm

Floats = NDArray[np.float64]
Line = tuple[float, float]

MEAN, SPREAD = -1.15, 1.3
"""Predicted log-odds: about 30 % outcomes, AUC about 0.8."""

BATCHES, CHANGE = 24, 12
RULES = ("ECE > 0.10", "LRT p <= 0.05", "LRT, Holm", "monitor")
CELLS: tuple[tuple[str, Line, Line], ...] = (
    ("calibrated, unchanged", (0.0, 1.0), (0.0, 1.0)),
    ("slope 0.7, unchanged", (0.0, 0.7), (0.0, 0.7)),
    ("slope 1 to 0.6", (0.0, 1.0), (0.0, 0.6)),
    ("log-odds + 0.5", (0.0, 1.0), (0.5, 1.0)),
)


def draw(n: int, line: Line, rng: np.random.Generator, spread: float = SPREAD) -> Sample:
    score = MEAN + spread * rng.standard_normal(n)
    y = (rng.random(n) < expit(line[0] + line[1] * score)).astype(np.float64)
    order = np.lexsort((y, score))
    return Sample(y[order], score[order])


def alarms(reference: Sample, batches: list[Sample]) -> Floats:
    """Return which rule alarms at which batch, shape (4, batches)."""
    p = line_tests([(reference, batch) for batch in batches]).p
    monitor = CalibrationMonitor.begin(reference)
    for batch in batches:
        monitor = monitor.take(batch)
    gaps = [ece(batch.y.astype(np.int64), expit(batch.score)) for batch in batches]
    evidence = np.array(monitor.log_evidence)
    found: Floats = np.array(
        [np.array(gaps) > 0.1, p <= 0.05, holm(p) <= 0.05, evidence >= np.log(THRESHOLD)]
    )
    return found


def share(hits: int, runs: int) -> str:
    return wilson(hits, runs).text(3).split(", n")[0]


def main_table(runs: int, seed: int) -> None:
    print(
        f"\n{runs} runs a row; share with an alarm before or without a change, share that sees the"
    )
    print("change (first alarm after it), and the median delay in batches.\n")
    print("| truth | batch | rule | false alarm | seen | delay |\n|---|---|---|---|---|---|")
    for size in (100, 300):
        for number, (name, before, after) in enumerate(CELLS):
            first: list[list[int]] = [[] for _ in RULES]
            early = np.zeros(len(RULES), dtype=int)
            changed = before != after
            for run in range(runs):
                rng = np.random.default_rng([seed, size, number, run])
                reference = draw(2000, before, rng)
                lines = [before if i < CHANGE else after for i in range(BATCHES)]
                hit = alarms(reference, [draw(size, line, rng) for line in lines])
                start = CHANGE if changed else BATCHES
                early += hit[:, :start].any(axis=1)
                for rule, row in enumerate(hit):
                    # The retrospective rule looks once, at the end; the others stop at an alarm.
                    stopped = rule != RULES.index("LRT, Holm") and row[:start].any()
                    later = np.flatnonzero(row[start:])
                    if changed and len(later) and not stopped:
                        first[rule].append(int(later[0]))
            for rule, text in enumerate(RULES):
                seen = share(len(first[rule]), runs) if changed else "-"
                delay = f"{np.median(first[rule]):.0f}" if first[rule] else "-"
                cells = (name, size, text, share(int(early[rule]), runs), seen, delay)
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def long_table(runs: int, seed: int) -> None:
    print(
        "\nThe monitor over 200 batches of 100 without a change, against its plug-in version that"
    )
    print("takes the reference for exact.\n")
    print("| reference rows | events | runs | monitor alarms | plug-in alarms |")
    print("|---|---|---|---|---|")
    for size in (50, 100, 400, 2000):
        hits, plug, events, used = 0, 0, [], 0
        for run in range(runs):
            rng = np.random.default_rng([seed, size, run])
            reference = draw(size, (0.0, 1.0), rng)
            if not reference.has_line or min(reference.events, size - reference.events) < 10:
                continue
            monitor, worth = CalibrationMonitor.begin(reference), 0.0
            for number in range(1, 201):
                monitor = monitor.take(draw(100, (0.0, 1.0), rng))
                held = logsumexp(monitor.stakes[:, 0]) - np.log(len(monitor.bets))
                worth = max(worth, float(np.logaddexp(held, -np.log(number + 1))))
            hits += monitor.alarm is not None
            plug += worth >= np.log(20)
            events.append(reference.events)
            used += 1
        cells = (size, round(float(np.mean(events))), used, share(hits, used), share(plug, used))
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def small_table(runs: int, seed: int) -> None:
    print("\nType I error of the test of one batch (at least 10 events and 10 rows without).\n")
    print("| batch | reference | spread of log-odds | batches | level | chi-square | Bartlett |")
    print("|---|---|---|---|---|---|---|")
    for size, n, spread in ((60, 300, 1.3), (100, 2000, 1.3), (60, 600, 3.0), (60, 600, 5.0)):
        pairs: list[tuple[Sample, Sample]] = []
        rng = np.random.default_rng([seed, size, n])
        while len(pairs) < runs:
            new = draw(size, (0.0, 1.0), rng, spread)
            if 10 <= new.events <= size - 10:
                pairs.append((draw(n, (0.0, 1.0), rng, spread), new))
        tests = [line_tests(pairs[i : i + 200]) for i in range(0, runs, 200)]
        statistic = np.concatenate([test.statistic for test in tests])
        p = np.concatenate([test.p for test in tests])
        for level in (0.05, 0.01, 0.002):
            plain = int(np.sum(chdtrc(2, statistic) <= level))
            cells = (size, n, spread, runs, level)
            rates = (share(plain, runs), share(int(np.sum(p <= level)), runs))
            print("| " + " | ".join(map(str, cells + rates)) + " |", flush=True)


def margin_table(runs: int, seed: int) -> None:
    print("\nFindings of one batch at margins of log 1.5 and 1.5, the truth lying on them: at most")
    print("0.05 may be called beyond, and at most 0.05 within.\n")
    print("| batch | reference | change | runs | beyond | within |\n|---|---|---|---|---|---|")
    margin = float(np.log(1.5))
    typical = -0.8
    changes: dict[str, Callable[[], Line]] = {
        "level": lambda: (margin, 1.0),
        "slope / 1.5": lambda: (typical * (1 - 1 / 1.5), 1 / 1.5),
        "slope x 1.5": lambda: (typical * (1 - 1.5), 1.5),
        "both": lambda: (margin + typical * (1 - 1 / 1.5), 1 / 1.5),
    }
    for size, n in ((100, 2000), (1000, 2000), (4000, 4000)):
        for name, line in changes.items():
            rng = np.random.default_rng([seed, size, n])
            beyond = within = 0
            for _ in range(0, runs, 50):
                pairs = [(draw(n, (0.0, 1.0), rng), draw(size, line(), rng)) for _ in range(50)]
                for shift in compare(pairs):
                    met, broken = margin_p(shift, margin, 1.5)
                    beyond += broken <= 0.05
                    within += met <= 0.05
            made = -(-runs // 50) * 50
            cells = (size, n, name, made, share(beyond, made), share(within, made))
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)


TABLES = {"main": main_table, "long": long_table, "small": small_table, "margin": margin_table}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tables", nargs="*", choices=tuple(TABLES), default=tuple(TABLES))
    arguments = parser.parse_args()
    began = time.process_time()
    for name in arguments.tables:
        TABLES[name](arguments.runs, arguments.seed)
    print(f"\n{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()

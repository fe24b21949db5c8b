"""How often the calibration panel is right: error rates, power and coverage by simulation.

``python -m benchmarks.trust_calibration --runs 2000`` prints markdown tables. Outcomes are drawn
from true risks; the probabilities under judgement are those risks (a calibrated oracle), or are
wrong by a known amount. Three kinds of cases: ``balanced`` (log-odds with mean -0.5 and standard
deviation 1.5), ``sharp`` (0 and 3), ``rare`` (-2.5 and 1).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import expit, logit

from core.stats.calibration_error import binned_error, smooth_error
from core.stats.calibration_fit import intercept_profile, slope_profile
from core.stats.calibration_null import Floats, Tally, draw, merged, tally
from core.stats.intervals import Interval, clopper_pearson
from core.stats.observed_share import observed_share
from core.stats.range_claim import range_p
from core.stats.recalibration_test import recalibration_test, spiegelhalter_test

KINDS = {"balanced": (-0.5, 1.5), "sharp": (0.0, 3.0), "rare": (-2.5, 1.0)}
LEVEL = 0.05
RATIO, SLOPE, ERROR = 1.25, (0.8, 1.25), 0.05
"""Limits of the policy clinical-strict."""

Counts = dict[str, list[bool]]


def tables(
    kind: str, n: int, runs: int, bend: Callable[[Floats], Floats], stretch: float = 1.0
) -> Iterator[Tally]:
    """Yield tables whose true log-odds are bent, and whose predicted ones are stretched."""
    mean, spread = KINDS[kind]
    rng = np.random.default_rng([n, sorted(KINDS).index(kind)])
    for _ in range(runs):
        score = rng.normal(mean, spread, n)
        y = (rng.random(n) < expit(bend(score))).astype(np.int64)
        yield tally(y, expit(stretch * score))


def rejections(kind: str, n: int, runs: int, sims: int, stretch: float = 1.0) -> Counts:
    """Count rejections by each test, the predicted log-odds being ``stretch`` times the true."""
    found: Counts = defaultdict(list)
    for seed, table in enumerate(tables(kind, n, runs, lambda score: score, stretch)):
        null = merged(table)
        drawn = draw(null, sims, seed)
        ratio = recalibration_test(table, null, drawn)
        found["likelihood ratio"].append(ratio is not None and ratio.p <= LEVEL)
        found["Spiegelhalter"].append(spiegelhalter_test(table, null, drawn)[1] <= LEVEL)
        found["ECE consistency"].append(binned_error(table, null, drawn).p <= LEVEL)
    return found


def oracle(kind: str, n: int, runs: int) -> Counts:
    """Count intervals that hold the truth, and findings against a calibrated oracle."""
    found: Counts = defaultdict(list)
    mean, spread = KINDS[kind]
    rng = np.random.default_rng([n, sorted(KINDS).index(kind), 1])
    for seed in range(runs):
        p = expit(rng.normal(mean, spread, n))
        table = tally((rng.random(n) < p).astype(np.int64), p)
        slope, intercept, share = (
            slope_profile(table),
            intercept_profile(table),
            observed_share(table),
        )
        if slope.defined:
            found["slope"].append(_holds(slope.interval(), 1.0))
        if intercept.defined:
            found["intercept"].append(_holds(intercept.interval(), 0.0))
        found["O/E"].append(_holds(share.interval(), share.claimed))
        error = smooth_error(table, seed)
        mean_p = range_p(share, share.claimed / RATIO, share.claimed * RATIO)
        slope_p = range_p(slope, *SLOPE) if slope.defined else (1.0, 1.0)
        broken = min(mean_p[1], slope_p[1], error.p_above(ERROR))
        found["any finding against it"].append(broken <= LEVEL)
        found["shown: mean"].append(mean_p[0] <= LEVEL)
        found["shown: slope"].append(slope_p[0] <= LEVEL)
        found["shown: error"].append(error.p_below(ERROR) <= LEVEL)
    return found


def at_the_limit(kind: str, n: int, runs: int) -> Counts:
    """Count findings where the truth lies on a limit: both p values may err at the level."""
    found: Counts = defaultdict(list)
    for bound in SLOPE:
        for table in tables(kind, n, runs, lambda score, bound=bound: bound * score):  # type: ignore[misc]
            slope = slope_profile(table)
            if slope.defined:
                met, broken = range_p(slope, *SLOPE)
                found[f"slope {bound:g}: met"].append(met <= LEVEL)
                found[f"slope {bound:g}: broken"].append(broken <= LEVEL)
    for ratio in (1 / RATIO, RATIO):
        for table in tables(kind, n, runs, lambda score, r=ratio: _moved(score, r)):  # type: ignore[misc]
            share = observed_share(table)
            met, broken = range_p(share, share.claimed / RATIO, share.claimed * RATIO)
            found[f"O/E {ratio:g}: met"].append(met <= LEVEL)
            found[f"O/E {ratio:g}: broken"].append(broken <= LEVEL)
    for name, bend in (("up", _raised), ("to the middle", _pulled)):
        for seed, table in enumerate(tables(kind, n, runs, bend)):
            error = smooth_error(table, seed)
            found[f"error {name}: met"].append(error.p_below(ERROR) <= LEVEL)
            found[f"error {name}: broken"].append(error.p_above(ERROR) <= LEVEL)
    return found


def _moved(score: Floats, ratio: float) -> Floats:
    """Return log-odds moved by a constant, so that the mean risk is ``ratio`` times as high."""
    low, high = -5.0, 5.0
    target = ratio * expit(score).mean()
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(score + middle).mean() < target else (low, middle)
    return score + (low + high) / 2


def _raised(score: Floats) -> Floats:
    """Return log-odds of risks that are higher by the limit of the error, where there is room."""
    return logit(np.minimum(expit(score) + ERROR, 1 - 1e-9))


def _pulled(score: Floats) -> Floats:
    """Return log-odds of risks that are nearer to one half by the limit of the error."""
    p = expit(score)
    return logit(np.where(p < 0.5, np.minimum(p + ERROR, 0.5), np.maximum(p - ERROR, 0.5)))


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def _print(title: str, sizes: list[int], measure: Callable[[str, int], Counts]) -> None:
    print(f"\n### {title}\n")
    header: list[str] = []
    for kind in KINDS:
        for n in sizes:
            found = measure(kind, n)
            if not header:
                header = list(found)
                print("| cases | n | " + " | ".join(header) + " |")
                print("|---|---|" + "---|" * len(header))
            print(f"| {kind} | {n} | " + " | ".join(_cell(found[key]) for key in header) + " |")


def _cell(hits: list[bool]) -> str:
    if not hits:
        return "-"
    found = clopper_pearson(sum(hits), len(hits))
    return f"{found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--sims", type=int, default=199, help="simulated tables behind a p value")
    parser.add_argument("--parts", nargs="*", choices=["tests", "power", "oracle", "limits"])
    arguments = parser.parse_args()
    runs, sims = arguments.runs, arguments.sims
    began = time.perf_counter()
    print(f"{runs} runs per cell, 95 % Clopper-Pearson intervals, level {LEVEL:g}.")
    parts: dict[str, tuple[str, list[int], Callable[[str, int], Counts]]] = {
        "tests": (
            "False alarms of the tests on right probabilities",
            [50, 100, 200, 1000],
            lambda kind, n: rejections(kind, n, runs, sims),
        ),
        "power": (
            "Power: predicted log-odds 1.8 times the true ones",
            [100, 200, 500],
            lambda kind, n: rejections(kind, n, runs, sims, 1.8),
        ),
        "oracle": (
            "A calibrated oracle: coverage, findings against it, claims shown",
            [30, 50, 100, 200, 1000],
            lambda kind, n: oracle(kind, n, runs),
        ),
        "limits": (
            "Truth on a limit: findings (each may be at most 0.05)",
            [50, 200, 1000],
            lambda kind, n: at_the_limit(kind, n, runs),
        ),
    }
    for name in arguments.parts or parts:
        _print(*parts[name])
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()

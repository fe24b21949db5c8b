"""What the search for failures finds, what it invents, and what it costs.

``python -m benchmarks.trust_slices`` prints markdown tables: slices on data without and with a
planted one, the guarantee of the abstention table, suspects among flipped records, and seconds and
memory of the whole panel. Shares carry their Wilson interval.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.stats.intervals import wilson
from core.stats.label_noise import suspects
from core.stats.score_table import score_table
from core.stats.selective import TARGETS, abstention
from core.trust.failures.findings import failure_findings
from core.trust.failures.panel import failures_panel
from core.trust.failures.slices import Slices, error_slices
from core.trust.predictions import Context, Estimates, Predictions
from core.trust.regression import error_panel

Floats = NDArray[np.float64]

TREES = 60
FLIPPED = 90


def planted(n: int, features: int, seed: int, where: tuple[str, ...]) -> Predictions:
    """Draw calls whose errors are .30 in the upper quarter of some features, and .10 elsewhere."""
    rng = np.random.default_rng(seed)
    names = [f"x{j}" for j in range(features)]
    X = pd.DataFrame(rng.normal(50, 10, (n, features)), columns=names)
    bad = np.full(n, bool(where))
    for name in where:
        bad &= (X[name] > X[name].quantile(0.75)).to_numpy()
    wrong = rng.random(n) < np.where(bad, 0.3, 0.1)
    y = rng.integers(0, 2, n)
    called = np.where(wrong, 1 - y, y)
    return Predictions(y, None, called, ("no", "yes"), None, Context(features=X))


def features_of(rule: str) -> set[str]:
    return {part.split(" ")[0] for part in rule.split(" and ")}


def slice_table(runs: int) -> None:
    print("\n| data | n | features | runs | what | share |\n|---|---|---|---|---|---|")
    for n, features in ((300, 30), (2_000, 10), (20_000, 10), (5_000, TREES)):
        _row("nothing planted", (n, features, runs), (), "any slice found", lambda s: bool(s.found))
    for label, where in (("pair .30 vs .10", ("x1", "x4")), ("one .30 vs .10", ("x1",))):
        for n, features in ((2_000, 10), (20_000, 10), (20_000, TREES)):
            size = (n, features, max(runs // 4, 20))
            _row(label, size, where, "ranked first", _first(set(where)))
            _row(label, size, where, "a slice apart from it found", _apart(set(where)))


def _first(where: set[str]) -> Callable[[Slices], bool]:
    return lambda s: bool(s.found) and features_of(s.found[0].rule) == where


def _apart(where: set[str]) -> Callable[[Slices], bool]:
    return lambda s: any(not features_of(one.rule) & where for one in s.found)


def _row(
    label: str,
    size: tuple[int, int, int],
    where: tuple[str, ...],
    what: str,
    hit: Callable[[Slices], bool],
) -> None:
    n, features, runs = size
    hits = 0
    for seed in range(runs):
        found = error_slices(planted(n, features, seed, where), seed)
        hits += found is not None and hit(found)
    print(
        f"| {label} | {n} | {features} | {runs} | {what} | {wilson(hits, runs).text()} |",
        flush=True,
    )


def guarantee_table(runs: int) -> None:
    print("\n| calibrated, p ~ | n | target | runs | risk above it | mean coverage |")
    print("|---|---|---|---|---|---|")
    for a, b in ((0.5, 0.5), (0.15, 0.3)):
        for n in (200, 1_000, 5_000):
            broken, coverage = np.zeros(len(TARGETS), int), np.zeros(len(TARGETS))
            rng = np.random.default_rng(n)
            for _ in range(runs):
                p = rng.beta(a, b, n)
                confidence = np.maximum(p, 1 - p)
                wrong = rng.random(n) > confidence
                for place, one in enumerate(abstention(score_table(~wrong, confidence))):
                    coverage[place] += one.coverage / runs
                    if one.cut is not None:
                        risk = 1 - confidence[confidence >= one.cut].mean()
                        broken[place] += risk > one.target
            for target, k, mean in zip(TARGETS, broken.tolist(), coverage, strict=True):
                share = wilson(k, runs).text()
                print(f"| Beta({a}, {b}) | {n} | {target} | {runs} | {share} | {mean:.3f} |")


def label_table(runs: int) -> None:
    from cleanlab.filter import find_label_issues
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
    print(f"\nDigits, {FLIPPED} of {len(y)} records flipped, {runs} draws (mean):\n")
    print(
        "| | suspects | precision | recall | rows in common with cleanlab |\n|---|---|---|---|---|"
    )
    ours, theirs = [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        flipped = rng.choice(len(y), FLIPPED, replace=False)
        recorded = y.copy()
        recorded[flipped] = (recorded[flipped] + rng.integers(1, 10, FLIPPED)) % 10
        proba = cross_val_predict(model, X, recorded, cv=5, method="predict_proba")
        own = suspects(recorded, proba).rows
        same = np.flatnonzero(
            find_label_issues(recorded, proba, filter_by="confident_learning", n_jobs=1)
        )
        usual = np.flatnonzero(find_label_issues(recorded, proba, n_jobs=1))
        shared = len(np.intersect1d(own, same)) / len(np.union1d(own, same))
        ours.append((*_quality(own, flipped), shared))
        theirs.append((*_quality(usual, flipped), np.nan))
    for name, rows in (("here", ours), ("cleanlab, its default filter", theirs)):
        count, precision, recall, shared = np.mean(rows, axis=0)
        overlap = "" if np.isnan(shared) else f"{shared:.3f} (same filter)"
        print(f"| {name} | {count:.1f} | {precision:.3f} | {recall:.3f} | {overlap} |")


def _quality(found: NDArray[np.intp], flipped: NDArray[np.int64]) -> tuple[float, float, float]:
    hits = len(np.intersect1d(found, flipped))
    return float(len(found)), hits / max(len(found), 1), hits / len(flipped)


def speed_table(repeats: int) -> None:
    print("\n| n | features | what | seconds, first | seconds, best | memory growth, MiB |")
    print("|---|---|---|---|---|---|")
    for n, features in ((171, 30), (100_000, 30)):
        predictions = calibrated(n, features)
        noise = np.random.default_rng(1).normal(0, 2, n)
        centre = 50 + 10 * (predictions.p if predictions.p is not None else noise)
        estimates = Estimates(
            centre + noise, centre, centre - 4, centre + 4, context=predictions.context
        )
        for name, act in (
            ("failures_panel + findings", partial(_failures, predictions)),
            ("error_panel", partial(error_panel, estimates)),
        ):
            before, seconds = _peak(), []
            for _ in range(repeats):
                began = time.perf_counter()
                act()
                seconds.append(time.perf_counter() - began)
            growth = (_peak() - before) / 1024
            print(
                f"| {n} | {features} | {name} | {seconds[0]:.3f} | {min(seconds):.3f} "
                f"| {growth:.0f} |",
                flush=True,
            )


def _failures(predictions: Predictions) -> None:
    failure_findings(failures_panel(predictions), ranking=0.5, slice_gap=0.1)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def calibrated(n: int, features: int) -> Predictions:
    """Draw a calibrated model of two of the features; one column has gaps, one is text."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, features))
    p = 1 / (1 + np.exp(-1.5 * X[:, 0] - X[:, 1]))
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(features)])
    frame["x2"] = np.where(rng.random(n) < 0.1, np.nan, frame["x2"])
    frame["x3"] = rng.choice(list("abcdefghijklmnop"), n)
    y = (rng.random(n) < p).astype(np.int64)
    called = (p >= 0.5).astype(np.int64)
    return Predictions(y, np.c_[1 - p, p], called, ("no", "yes"), 0.5, Context(features=frame))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000, help="runs per cell")
    parser.add_argument("--repeats", type=int, default=7, help="repeats of a timing")
    parser.add_argument("--only", choices=("speed", "slices", "abstention", "labels"))
    arguments = parser.parse_args()
    tables: dict[str, Callable[[], None]] = {
        "speed": lambda: speed_table(arguments.repeats),
        "slices": lambda: slice_table(arguments.runs),
        "abstention": lambda: guarantee_table(arguments.runs),
        "labels": lambda: label_table(max(arguments.runs // 100, 3)),
    }
    for name, table in tables.items():
        if arguments.only in (None, name):
            table()


if __name__ == "__main__":
    main()

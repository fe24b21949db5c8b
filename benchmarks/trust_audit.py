"""What a whole audit costs: each part, the first call of a process, memory, exports.

``OMP_NUM_THREADS=1 python -m benchmarks.trust_audit`` audits 100,000 rows with 30 features, three
attributes, 24 batches and an embedding, then 171 rows, each size in a process of its own so that
the first call is cold. Also times the intervals of group rates beside fairlearn's bootstrap.
"""

from __future__ import annotations

import argparse
import datetime
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

SIZES = (100_000, 171)
FEATURES, BATCHES = 30, 24
LEVELS = {"sex": 2, "age band": 5, "site": 10}
FAIRLEARN_ROWS, FAIRLEARN_BOOTSTRAPS, OWN_BOOTSTRAPS = 5_000, 20, 2_000
Given = dict[str, object]


def data(n: int) -> tuple[np.ndarray, np.ndarray, Given]:
    """Return outcomes, right probabilities, and everything else an audit can read."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, FEATURES))
    p = 1 / (1 + np.exp(0.5 - 0.5 * X[:, :5].sum(axis=1)))
    groups = {
        name: np.array([f"{name} {i}" for i in range(levels)])[rng.integers(0, levels, n)]
        for name, levels in LEVELS.items()
    }
    given: Given = {
        "groups": groups,
        "batch": np.arange(n) * BATCHES // n,
        "features": pd.DataFrame(X, columns=[f"x{i}" for i in range(FEATURES)]),
        "embeddings": X,
    }
    return (rng.random(n) < p).astype(int), p, given


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor seconds of one run."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(n: int) -> dict[str, list[float]]:
    """Audit n rows in this process and return seconds by step, and MiB under ``memory``."""
    y, p, given = data(n)
    found: dict[str, list[float]] = {}
    found["import"] = list(timed(lambda: __import__("core.trust")))
    from core import trust
    from core.trust.export.report import html_report, pdf_report

    before = memory_mib()
    audit = trust.audit

    def whole() -> trust.Audit:
        return audit(y, p, **given)  # type: ignore[arg-type]

    found["first audit"] = list(timed(whole))
    found["memory"] = [memory_mib() - before, 0.0]
    runs = [timed(whole) for _ in range(3)]
    found["audit again"] = list(min(runs))
    for area in trust.AREAS:
        found[f"with {area} alone"] = list(
            timed(lambda area=area: audit(y, p, areas=[area], **given))  # type: ignore[misc,arg-type]
        )
    done, issued = whole(), datetime.date(2026, 1, 1)
    found["JSON and HTML"] = list(
        timed(
            lambda: (
                json.dumps(done.to_dict(), allow_nan=False),
                html_report(done, title="Benchmark", issued=issued),
            )
        )
    )
    found["PDF"] = list(timed(lambda: pdf_report(done, title="Benchmark", issued=issued)))
    return found


def sensitivity(counts: np.ndarray) -> np.ndarray:
    """Return the sensitivity of single tables of outcomes by calls, shape (..., 1, 2, 2)."""
    share: np.ndarray = counts[..., 0, 1, 1] / counts[..., 0, 1, :].sum(axis=-1)
    return share


def group_intervals() -> str:
    """Return how much faster a bootstrap replicate of group rates is than fairlearn's."""
    from fairlearn.metrics import MetricFrame, true_positive_rate

    from core.trust.groups.confusion import confusion, resampled

    y, p, given = data(FAIRLEARN_ROWS)
    from core import trust

    called = (p >= 0.5).astype(int)
    groups: dict[str, np.ndarray] = given["groups"]  # type: ignore[assignment]
    site = groups["site"]
    theirs, _ = timed(
        lambda: MetricFrame(
            metrics=true_positive_rate,
            y_true=y,
            y_pred=called,
            sensitive_features=site,
            n_boot=FAIRLEARN_BOOTSTRAPS,
            ci_quantiles=[0.025, 0.975],
            random_state=0,
        )
    )
    read = trust.read_predictions(y, p, groups={"site": site})
    table = confusion(read, read.context.groups[0])
    ours, _ = timed(
        lambda: [
            resampled(table.counts[[i]], sensitivity, table.levels[i], resamples=OWN_BOOTSTRAPS)
            for i in range(len(table.levels))
        ]
    )
    ratio = (theirs / FAIRLEARN_BOOTSTRAPS) / (ours / OWN_BOOTSTRAPS)
    return (
        f"fairlearn {theirs:.2f} s for {FAIRLEARN_BOOTSTRAPS} replicates of 10 groups, n = "
        f"{FAIRLEARN_ROWS:,}; ours {ours:.3f} s for {OWN_BOOTSTRAPS:,}: {ratio:,.0f} times a "
        "replicate."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=int, help="measure one size here and print JSON")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    command = [sys.executable, "-m", "benchmarks.trust_audit", "--one"]
    runs = [
        json.loads(subprocess.run([*command, str(n)], check=True, capture_output=True).stdout)
        for n in SIZES
    ]
    print("| Step | " + " | ".join(f"{n:,} rows, ms (processor)" for n in SIZES) + " |")
    print("|---|" + "---:|" * len(SIZES))
    for step in runs[0]:
        if step == "memory":
            cells = [f"{run[step][0]:.0f} MiB" for run in runs]
        else:
            cells = [f"{1000 * run[step][0]:.0f} ({1000 * run[step][1]:.0f})" for run in runs]
        print(f"| {step} | {' | '.join(cells)} |")
    print(f"\n{group_intervals()}")


if __name__ == "__main__":
    main()

"""Time and proof of what is asked of a plan's assumptions, on the default problem.

``OMP_NUM_THREADS=1 python -m benchmarks.apple_stress`` prints one JSON document.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.apple_sales import default_problem, frontier, plan, regret, robust, tornado, value_curve

RUNS = 20


def timed(verb: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return an answer and percentiles of the seconds it took, after a first call."""
    found = verb()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        verb()
        seconds.append(time.perf_counter() - started)
    p50, p95 = np.percentile(seconds, [50, 95])
    return found, {"runs": RUNS, "p50_s": round(float(p50), 4), "p95_s": round(float(p95), 4)}


def main() -> None:
    problem = default_problem()
    points, front = timed(lambda: frontier(problem))
    swings, one = timed(lambda: tornado(problem))
    table, losses = timed(lambda: regret(problem))
    best, draws = timed(lambda: robust(problem))
    _, curve = timed(lambda: value_curve(problem, "Hardware supply"))
    spreads = {
        spread.plan: {"mean": spread.mean, "low": spread.low, "beats_now": spread.beats_now}
        for spread in best.spreads
    }
    document = {
        "objective": plan(problem, checks=False).objective,
        "frontier": {
            **front,
            "points": len(points.points),
            "largest_gap_rel": max(point.gap for point in points.points),
        },
        "tornado": {**one, "largest_regret": max(swing.regret for swing in swings.swings)},
        "regret": {**losses, "worst": dict(zip(table.plans, table.worst, strict=True))},
        "robust": {**draws, "draws": best.draws, "gap_rel": best.gap, "plans": spreads},
        "value_curve": curve,
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()

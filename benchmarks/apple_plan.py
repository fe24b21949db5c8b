"""Time and proof of plans: the default problem, and synthetic ones of 100 to 10,000 cells.

Run with ``OMP_NUM_THREADS=1 python -m benchmarks.apple_plan``; prints one JSON document.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import numpy as np

from core.apple_sales import Plan, Problem, default_problem, plan, read_problem

SIZES = {"100 cells": (10, 10), "5,000 cells": (50, 100), "10,000 cells": (100, 100)}
RUNS = {25: 20, 100: 20, 5_000: 3, 10_000: 2}


def synthetic(products: int, regions: int, seed: int = 0) -> Problem:
    """Return a problem with isoelastic demand, 21 amounts, 3 shares and two common shocks."""
    rng = np.random.default_rng(seed)
    now = rng.gamma(2.0, 5.0, (products, regions))
    elasticity = rng.uniform(-4, -1.5, products)
    cells = [
        {
            "product": f"p{p}",
            "region": f"r{r}",
            "now": now[p, r],
            "low": 0.5 * now[p, r],
            "high": 2 * now[p, r],
            "cost": 0.6,
            "own_risk": 0.2,
            "exposure": {"demand": 0.1, "currency": 0.05 * (r % 2)},
            "response": {
                "family": "isoelastic", "elasticity": elasticity[p], "revenue": now[p, r],
            },
        }
        for p in range(products)
        for r in range(regions)
    ]  # fmt: skip
    total = now.sum()
    rows: list[dict[str, Any]] = [{"name": "Supply", "high": 1.02 * total}]
    for p in range(10):
        rows.append({"name": f"Fab {p}", "product": f"p{p}", "high": 1.05 * now[p].sum()})
        rows.append({"name": f"Floor {p}", "region": f"r{p}", "low": 0.98 * now[:, p].sum()})
    for p in range(3):
        share = now[p].sum() / total
        rows.append(
            {"name": f"Mix {p}", "kind": "share", "product": f"p{p}", "low": share, "high": 1}
        )
    aversion = 1e-4 * 25 / len(cells)
    return read_problem({"cells": cells, "constraints": rows, "aversion": aversion})


def timed(problem: Problem, runs: int, *, checks: bool) -> tuple[Plan, dict[str, float]]:
    """Return the plan and percentiles of the seconds it took."""
    seconds = []
    found = plan(problem, checks=checks)
    for _ in range(runs):
        begin = time.perf_counter()
        found = plan(problem, checks=checks)
        seconds.append(time.perf_counter() - begin)
    return found, {f"p{q}": round(float(np.percentile(seconds, q)), 4) for q in (50, 95)}


def report(problem: Problem) -> dict[str, Any]:
    """Return times, proof, verdicts on prices and the loss of the linear plan."""
    runs = RUNS[len(problem.cells)]
    _, bare = timed(problem, runs, checks=False)
    found, full = timed(problem, max(2, runs // 2), checks=True)
    proof = found.certificate
    corner = next(rival for rival in found.comparison if rival.name == "Linear plan")
    return {
        "status": found.status,
        "runs": runs,
        "seconds_without_checks": bare,
        "seconds_with_checks": full,
        "fw_gap_rel": proof.fw_gap_rel,
        "kkt_residual": proof.kkt_residual,
        "solver": proof.solver,
        "second_solver": proof.second_solver,
        "second_solver_rel_diff": proof.second_solver_rel_diff,
        "unit_scale_rel_diff": proof.unit_scale_rel_diff,
        "prices": dict(Counter(f"{m.kind}: {m.verified}" for m in found.multipliers)),
        "gain_over_today_rel": found.objective / found.now.objective - 1
        if found.objective is not None
        else None,
        "linear_plan_rel": corner.difference_rel,
        "linear_plan_at_limit": corner.at_limit,
    }


def main() -> None:
    """Print the figures."""
    results = {"default, 25 cells": report(default_problem())}
    results |= {name: report(synthetic(*shape)) for name, shape in SIZES.items()}
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

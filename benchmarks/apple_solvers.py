"""Certified optimisation, its speed and agreement: ``python -m benchmarks.apple_solvers``.

One JSON document on standard output; everything is seeded. Set ``OMP_NUM_THREADS=1``. Ratios
against SciPy's SLSQP as it comes are from the same run. ``--cases`` sets the random instances,
``--large`` the sizes solved once each.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import platform
import time
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, minimize

from core.optimize import (
    FAMILIES,
    Polytope,
    Programme,
    Responses,
    Solution,
    frank_wolfe_gap,
    in_units,
    solve,
    unit_scale_test,
)

SEED = 5
SIZES = (4, 25, 100)
GROUPS = 3
MOST_CAPACITIES = 16
MONEY = (1.0, 1e6, 1e-6, 1e-9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--scaled", type=int, default=30, help="instances re-solved in other units")
    parser.add_argument("--raw", type=int, default=10, help="instances given to SLSQP as it comes")
    parser.add_argument("--large", type=int, nargs="*", default=[1000, 5000, 10000])
    options = parser.parse_args()
    report = {
        "machine": {
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
            "threads": os.environ.get("OMP_NUM_THREADS", "not set"),
        },
        "certified": certified(options.cases),
        "other_units": other_units(options.scaled),
        "large": {str(n): large(n) for n in options.large},
        "slsqp_as_it_comes": as_it_comes(options.raw),
    }
    print(json.dumps(report, indent=2))


def instance(rng: np.random.Generator, n: int) -> Programme:
    """Return a feasible programme: mixed curves, capacities, a budget, mix rows and risk.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n : int
        Number of variables.
    """
    family = rng.integers(0, len(FAMILIES) - 1, n)
    high = rng.uniform(2.0, 40.0, n)
    low = np.where(rng.random(n) < 0.3, 0.05 * high, 0.0)
    shift = np.where(family == FAMILIES.index("linear"), 0.0, rng.uniform(0.2, 8.0, n))
    curves = Responses(family, rng.uniform(1.0, 8.0, n), shift, rng.uniform(0.2, 0.9, n))
    plan = low + rng.uniform(0.1, 0.5, n) * (high - low)
    return Programme(
        curves,
        rng.uniform(0.3, 1.0, n),
        rng.uniform(0.0, 0.5, n),
        rng.normal(0.0, 0.05, (n, 3)),
        rng.uniform(0.01, 0.1, n),
        0.5,
        _limits(rng, plan, low, high),
    )


def certified(cases: int) -> dict[str, Any]:
    """Solve random instances of every size; what is certified, how exactly, and how fast."""
    solve(instance(np.random.default_rng(SEED), SIZES[0]))
    found: dict[int, list[tuple[Solution, float, float]]] = {n: [] for n in SIZES}
    for case in range(cases):
        n = SIZES[case % len(SIZES)]
        found[n].append(_timed(instance(np.random.default_rng([SEED, case]), n)))
    everything = [solution for each in found.values() for solution, _, _ in each]
    return {
        "instances": cases,
        "certified": sum(s.status == "optimal" for s in everything),
        "solvers": dict(collections.Counter(s.solver for s in everything)),
        "worst_gap": max(s.gap.relative for s in everything if s.gap is not None),
        "worst_kkt": max(s.kkt.residual for s in everything if s.kkt is not None),
        "second_solvers": dict(collections.Counter(str(s.second_solver) for s in everything)),
        "worst_second_difference": max(s.second_difference or 0.0 for s in everything),
        "milliseconds": {str(n): _quantiles([t for _, t, _ in each]) for n, each in found.items()},
        "milliseconds_of_processor": {
            str(n): _quantiles([t for _, _, t in each]) for n, each in found.items()
        },
    }


def other_units(cases: int) -> dict[str, Any]:
    """Re-solve in other units of money and of amounts; the largest change of the plan."""
    changes = []
    for case in range(cases):
        programme = instance(np.random.default_rng([SEED, case]), SIZES[case % len(SIZES)])
        changes.append(unit_scale_test(programme, solve(programme, second=False)))
    return {"instances": cases, "solves": 4 * cases, "worst_change_of_plan": max(changes)}


def large(n: int) -> dict[str, Any]:
    """Solve one large instance by Clarabel alone, then with the second opinion."""
    programme = instance(np.random.default_rng([SEED, n]), n)
    alone, wall, busy = _timed(programme, second=False)
    both, wall_of_both, busy_of_both = _timed(programme)
    return {
        "rows": programme.polytope.m,
        "status": alone.status,
        "solver": alone.solver,
        "gap": alone.gap.relative if alone.gap is not None else None,
        "kkt": alone.kkt.residual if alone.kkt is not None else None,
        "seconds": round(wall / 1000, 3),
        "seconds_of_processor": round(busy / 1000, 3),
        "seconds_with_second": round(wall_of_both / 1000, 3),
        "seconds_of_processor_with_second": round(busy_of_both / 1000, 3),
        "second_solver": both.second_solver,
        "second_difference": both.second_difference,
    }


def as_it_comes(cases: int) -> dict[str, Any]:
    """Run SciPy's SLSQP with its defaults from the middle of the bounds, in four units of money."""
    result: dict[str, Any] = {}
    for n in SIZES:
        programmes = [instance(np.random.default_rng([SEED, n, case]), n) for case in range(cases)]
        ours = float(np.median([_timed(programme)[2] for programme in programmes]))
        result[str(n)] = {
            "our_median_milliseconds_of_processor": ours,
            "exact_gradient": {
                f"objective times {1 / money:g}": _raw(programmes, money, ours) for money in MONEY
            },
            "finite_differences": _raw(programmes, 1.0, ours, exact=False),
        }
    return result


def _raw(
    programmes: list[Programme], money: float, ours: float, exact: bool = True
) -> dict[str, Any]:
    gaps, flags, times = [], [], []
    for own in programmes:
        programme = in_units(own, np.ones(own.n), money)
        polytope = programme.polytope
        begin = time.process_time()
        found = minimize(
            lambda x, p=programme: -p.value(x),
            (polytope.low + polytope.high) / 2,
            jac=(lambda x, p=programme: -p.gradient(x)) if exact else None,
            bounds=Bounds(polytope.low, polytope.high),
            constraints=LinearConstraint(
                polytope.matrix.toarray(), polytope.row_low, polytope.row_high
            ),
            method="SLSQP",
        )
        times.append(1e3 * (time.process_time() - begin))
        x = np.clip(found.x, polytope.low, polytope.high)
        allowed = polytope.violation(x) <= 1e-7
        gaps.append(frank_wolfe_gap(programme, x, polytope).relative if allowed else np.inf)
        flags.append(bool(found.success))
    missed = [gap > 1e-6 for gap in gaps]
    return {
        "instances": len(programmes),
        "within_gap": len(missed) - sum(missed),
        "success_flag_though_missed": sum(a and b for a, b in zip(flags, missed, strict=True)),
        "largest_gap_of_allowed_plans": max((g for g in gaps if np.isfinite(g)), default=None),
        "time_relative_to_ours": float(np.median(times)) / ours,
    }


def _limits(
    rng: np.random.Generator, plan: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Polytope:
    """Return limits that a plan meets: capacities, a budget, and shares of groups of the total."""
    n = len(plan)
    capacities = np.where(
        rng.random((min(MOST_CAPACITIES, 1 + n // 4), n)) < 0.4, rng.uniform(0.2, 1.5, n), 0.0
    )
    room = capacities @ plan * rng.uniform(1.0, 1.2, len(capacities))
    group = rng.integers(0, GROUPS, n)
    share = np.array([plan[group == g].sum() for g in range(GROUPS)]) / plan.sum()
    member = np.stack([group == g for g in range(GROUPS)]).astype(np.float64)
    rows = np.vstack(
        [capacities, np.ones((1, n)), member - 0.8 * share[:, None], member - 1.2 * share[:, None]]
    )
    open_side, zero = np.full(GROUPS, np.inf), np.zeros(GROUPS)
    names = [f"row {index}" for index in range(len(rows))]
    return Polytope(
        sparse.csr_array(rows),
        np.concatenate([np.full(len(capacities) + 1, -np.inf), zero, -open_side]),
        np.concatenate([room, [1.05 * plan.sum()], open_side, zero]),
        low,
        high,
        tuple(names),
        tuple(f"cell {index}" for index in range(n)),
    )


def _timed(programme: Programme, second: bool = True) -> tuple[Solution, float, float]:
    """Return the solution, the milliseconds that passed, and those of the processor."""
    begin, busy = time.perf_counter(), time.process_time()
    solution = solve(programme, second=second)
    passed, used = time.perf_counter() - begin, time.process_time() - busy
    return solution, 1e3 * passed, 1e3 * used


def _quantiles(times: list[float]) -> dict[str, float]:
    return {f"p{q}": round(float(np.percentile(times, q)), 1) for q in (50, 95)}


if __name__ == "__main__":
    main()

"""How reliably a conflict of limits is explained: 200 random infeasible planning problems.

Every claim is checked by plain linear programmes that share no code with the diagnosis. Run with
``python -m benchmarks.apple_infeasible``; prints one JSON document.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterable

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from core.optimize.infeasible import Infeasibility, Relaxation, diagnose
from core.optimize.polytope import Floats, Limit, Polytope, Side

INSTANCES = 200
MOST_ROWS = 25
TIMED = (50, 25, 40)
"""Variables, rows and instances of the timing."""

SHORT = 0.99
"""Share of a least relaxation that must not suffice."""


def random_polytope(rng: np.random.Generator, n: int, m: int) -> Polytope:
    """Return bounds, capacities, mix shares and equations of a plan, then one or two conflicts."""
    plan, high = rng.uniform(0.5, 3, n), rng.uniform(3, 6, n)
    low = np.where(rng.random(n) < 0.4, rng.uniform(0, 0.5, n), 0.0)
    matrix, row_low, row_high = np.zeros((m, n)), np.full(m, -np.inf), np.full(m, np.inf)
    for row in range(m):
        members = rng.random(n) < rng.uniform(0.1, 0.6)
        members[rng.integers(n)] = True
        matrix[row] = members * rng.uniform(0.5, 2, n)
        kind = rng.integers(4)
        if kind == 0:
            share = plan[members].sum() / plan.sum()
            matrix[row] = members - share * rng.uniform(0.6, 0.9)
            row_low[row] = 0.0
        elif kind == 1:
            row_low[row] = row_high[row] = matrix[row] @ plan
        else:
            row_high[row] = matrix[row] @ plan * rng.uniform(1.0, 1.2)
    for row in rng.choice(m, size=min(m, int(rng.integers(1, 3))), replace=False):
        matrix[row] = (rng.random(n) < 0.5) * rng.uniform(0.5, 2, n)
        matrix[row, rng.integers(n)] = 1.0
        row_low[row], row_high[row] = matrix[row] @ high * rng.uniform(0.5, 1.2), np.inf
    if rng.random() < 0.1:
        low[0], high[0] = 5.0, 4.0
    unit = 10.0 ** rng.integers(-3, 7)
    rows = tuple(f"row {row}" for row in range(m))
    names = tuple(f"cell {place}" for place in range(n))
    return Polytope(
        sparse.csr_array(matrix), row_low * unit, row_high * unit, low * unit, high * unit,
        rows, names,
    )  # fmt: skip


def holds(polytope: Polytope, limits: Iterable[Limit]) -> bool:
    """Whether some limits can hold together, as the linear solver sees them in units near 1."""
    matrix, least = [], []
    for limit in limits:
        sign = 1.0 if limit.side == "high" else -1.0
        own = (
            polytope.matrix[[limit.index]].toarray().ravel()
            if limit.kind == "row"
            else (np.arange(polytope.n) == limit.index).astype(float)
        )
        matrix.append(sign * own)
        least.append(sign * limit.value)
    unit = max(float(np.median(polytope.high)), 1e-300)
    found = linprog(
        np.zeros(polytope.n), A_ub=np.array(matrix), b_ub=np.array(least) / unit,
        bounds=(None, None), method="highs",
    )  # fmt: skip
    return bool(found.status == 0)


def all_limits(polytope: Polytope) -> list[Limit]:
    """Return every finite limit."""
    sides: tuple[Side, ...] = ("low", "high")
    limits = [polytope.limit("row", index, side) for index in range(polytope.m) for side in sides]
    limits += [
        polytope.limit("bound", index, side) for index in range(polytope.n) for side in sides
    ]
    return [limit for limit in limits if np.isfinite(limit.value)]


def moved(limits: list[Limit], relaxations: Iterable[Relaxation], share: float) -> list[Limit]:
    """Return the limits with relaxations applied: in full, or by a share of their amounts."""
    values = {
        step.limit: step.value
        if share == 1
        else step.limit.value + share * step.by * (1 if step.limit.side == "high" else -1)
        for step in relaxations
    }
    return [dataclasses.replace(limit, value=values.get(limit, limit.value)) for limit in limits]


def judge(polytope: Polytope, found: Infeasibility) -> dict[str, bool]:
    """Check every claim of a diagnosis."""
    limits, conflict = all_limits(polytope), found.conflict
    alone = [step for step in found.repairs if step is not None]
    never = [limit for limit, step in zip(conflict, found.repairs, strict=True) if step is None]
    return {
        "irreducible": not holds(polytope, conflict)
        and all(holds(polytope, [o for o in conflict if o != limit]) for limit in conflict),
        "joint_restores": holds(polytope, moved(limits, found.shortfalls, 1)),
        "joint_is_least": not holds(polytope, moved(limits, found.shortfalls, SHORT)),
        "single_restores": all(holds(polytope, moved(limits, [step], 1)) for step in alone),
        "single_is_least": not any(holds(polytope, moved(limits, [s], SHORT)) for s in alone),
        "none_is_none": not any(holds(polytope, [o for o in limits if o != x]) for x in never),
    }


def infeasible_polytope(rng: np.random.Generator, n: int, m: int) -> Polytope:
    """Return the next random problem that the linear solver finds infeasible."""
    while True:
        polytope = random_polytope(rng, n, m)
        if not holds(polytope, all_limits(polytope)):
            return polytope


def milliseconds(rng: np.random.Generator) -> Floats:
    """Return the wall and the processor time of each timed diagnosis."""
    n, m, count = TIMED
    times = []
    for _ in range(count):
        polytope = infeasible_polytope(rng, n, m)
        wall, processor = time.perf_counter(), time.process_time()
        diagnose(polytope)
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return 1e3 * np.array(times)


def main() -> None:
    rng = np.random.default_rng(5)
    verdicts, members, without = [], [], 0
    for _ in range(INSTANCES):
        polytope = infeasible_polytope(
            rng, int(rng.integers(4, 51)), int(rng.integers(1, MOST_ROWS + 1))
        )
        found = diagnose(polytope)
        if found is None:
            raise SystemExit("an infeasible problem was called feasible")
        verdicts.append(judge(polytope, found))
        members.append(len(found.conflict))
        without += not any(found.repairs)
    times = milliseconds(rng)
    result = {
        "instances": INSTANCES,
        "share": {key: float(np.mean([v[key] for v in verdicts])) for key in verdicts[0]},
        "members_median": float(np.median(members)),
        "members_most": max(members),
        "no_single_repair": without,
        "wall_ms": dict(zip(("p50", "p95"), np.percentile(times[:, 0], (50, 95)), strict=True)),
        "cpu_ms": dict(zip(("p50", "p95"), np.percentile(times[:, 1], (50, 95)), strict=True)),
        "timed": {"variables": TIMED[0], "rows": TIMED[1], "instances": TIMED[2]},
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

"""Least-effort path: validity, gap, latency and use: ``python -m benchmarks.least_effort_path``.

One JSON document on standard output. ``--cases`` sets the number of comparisons with each
independent solver; everything is seeded.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks import oracles
from benchmarks.greedy import GOALS, greedy_path
from core.cardiosense import data
from core.cardiosense.boosted import XGBoostModel
from core.cardiosense.levers import Layer, Reach, levers_for, reaches
from core.cardiosense.model import RiskModel, models
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.plan_space import lever_terms
from core.cardiosense.prevention import Prevent, prevention_risk
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import score_patient
from core.errors import InputError
from core.fields import FieldSpec
from core.optimize import Axis, CellGrid

Record = dict[str, float]
Model = RiskModel | Prevent

SEED = 20241
TOLERANCE = 1e-6
TARGETS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
TYPICAL = {"hdl": 50.0, "egfr": 90.0, "statin": 0.0}
"""Stands in for what the Framingham extract lacks, so that PREVENT can be run on its people."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--people", type=int, default=0, help="limit the cohorts; 0 = everyone")
    options = parser.parse_args()
    people = options.people or None
    report = {
        "machine": {"python": platform.python_version(), "cpus": os.cpu_count()},
        "models": [m.tag for m in (models().champion_13, models().challenger_13, Prevent())],
        "against_highs": {
            name: against_solver(name, options.cases, _highs)
            for name in ("logistic", "xgboost", "framingham", "prevent")
        },
        "against_treecf": against_treecf(options.cases),
        "validity_and_latency": {
            f"{name} at {target:g}": paths(name, target, people)
            for name, target in (
                ("logistic", 0.2),
                ("logistic", 0.5),
                ("xgboost", 0.2),
                ("xgboost", 0.5),
                ("framingham", 0.2),
                ("prevent", 0.075),
            )
        },
        "without_12_month_limits": {
            name: paths(name, target, people, _no_time_limit(name))["of_those_above"]
            for name, target in (("framingham", 0.2), ("prevent", 0.075))
        },
        "fuzzed": {name: fuzzed(name, 2 * options.cases) for name in ("logistic", "prevent")},
        "robust_mode": {
            name: paths(name, target, 300, robust=True)
            for name, target in (("logistic", 0.5), ("xgboost", 0.5), ("framingham", 0.2))
        },
        "greedy": {family: greedy(family, people) for family in ("logistic", "xgboost")},
    }
    print(json.dumps(report, indent=1))


def against_solver(
    name: str, cases: int, solve: Callable[[Model, np.ndarray, tuple[Axis, ...], float], Any]
) -> dict[str, Any]:
    """Compare optimum and infeasibility on random patients, weights and targets."""
    counts: collections.Counter[str] = collections.Counter()
    gaps, times = [0.0], []
    for record, row, _, axes, target, weights in _cases(name, cases):
        path = _path(name, record, target, weights=weights)
        started = time.perf_counter()
        theirs = solve(_model(name), row, axes, target)
        times.append(time.perf_counter() - started)
        counts[path.status] += 1
        if (theirs is None) != (path.effort is None):
            counts["disagree on feasibility"] += 1
        elif theirs is not None and path.effort is not None:
            gaps.append(abs(path.effort - theirs))
    return _compared(counts, gaps, times)


def against_treecf(cases: int) -> dict[str, Any]:
    """Compare with treecf on its own terms: continuous values, same levers, limits and weights."""
    model = _model("xgboost")
    assert isinstance(model, XGBoostModel)
    counts: collections.Counter[str] = collections.Counter()
    gaps, times, dearer = [0.0], [], []
    for record, row, found, _, target, weights in _cases("xgboost", cases):
        started = time.perf_counter()
        theirs = oracles.treecf_exact(model, row, found, target)
        times.append(time.perf_counter() - started)
        ours = _continuous(model, row, found, target)
        clinical = _path("xgboost", record, target, weights=weights).effort
        counts["infeasible" if ours is None else "optimal"] += 1
        if (theirs is None) != (ours is None):
            counts["disagree on feasibility"] += 1
        elif theirs is not None and ours is not None:
            gaps.append(abs(ours - theirs))
            if clinical is None:
                counts["lost to clinical rounding"] += 1
            else:
                dearer.append(clinical - theirs)
    return _compared(counts, gaps, times) | {
        "effort_added_by_clinical_rounding": _quantiles(dearer, 1.0)
    }


def paths(
    name: str,
    target: float,
    people: int | None,
    limits: Mapping[str, Mapping[str, float]] | None = None,
    *,
    robust: bool = False,
) -> dict[str, Any]:
    """Run the verb on a whole cohort; score each plan again through the verb that scores."""
    counts: collections.Counter[str] = collections.Counter()
    binding: collections.Counter[str] = collections.Counter()
    labels: collections.Counter[str] = collections.Counter()
    times, sizes = [], []
    for record in _cohort(name, people):
        started = time.perf_counter()
        try:
            path = _path(name, record, target, limits=limits, robust=robust)
        except InputError:
            counts["outside the range of the fields"] += 1
            continue
        times.append(time.perf_counter() - started)
        counts[path.status] += 1
        if path.status == "infeasible":
            assert path.binding is not None
            binding.update({x.stop for x in path.binding.limits})
        elif _scored_again(name, record, path) > target:
            counts["not valid when scored again"] += 1
        if path.status == "optimal":
            assert path.robustness is not None
            sizes.append(len(path.changes))
            labels[path.robustness.label] += 1
    above = counts["optimal"] + counts["infeasible"]
    return {
        "counts": dict(counts),
        "of_those_above": {
            "n": above,
            "reached": round(counts["optimal"] / max(above, 1), 4),
            "certified_infeasible": round(counts["infeasible"] / max(above, 1), 4),
        },
        "infeasible_patients_stopped_by": dict(binding),
        "levers_per_plan": dict(sorted(collections.Counter(sizes).items())),
        "robustness": dict(labels),
        "milliseconds": _quantiles(times, 1e3),
    }


def fuzzed(name: str, count: int) -> dict[str, int]:
    """Score again every plan of patients drawn at random from the ranges of the fields."""
    rng = np.random.default_rng((SEED, count))
    fields = DIAGNOSTIC if _layer(name) == "diagnostic" else PREVENTION
    counts: collections.Counter[str] = collections.Counter()
    for _ in range(count):
        record = {spec.name: _drawn(spec, rng) for spec in fields}
        for target in TARGETS:
            path = _path(name, record, target)
            counts[path.status] += 1
            if path.effort is not None and _scored_again(name, record, path) > target:
                counts["not valid when scored again"] += 1
    return dict(counts)


def greedy(family: str, people: int | None) -> dict[str, Any]:
    """Run the baseline on Cleveland: share of patients above the target whom it brings below."""
    model = _model(family)
    table: dict[str, Any] = {}
    for target in (0.2, 0.3, 0.5):
        counts: collections.Counter[str] = collections.Counter()
        for record in _cohort(family, people):
            if not _risk(model, record) > target:
                continue
            counts["above"] += 1
            plan = greedy_path(record, target, lambda r: _risk(model, r))
            counts["greedy, its four values"] += plan.reached
            counts["greedy, wrong direction"] += bool(plan.wrong_way)
            counts["greedy, moves a test result"] += any(
                plan.values[n] != record[n] for n in ("thalach", "oldpeak") if n in GOALS
            )
            levers = ("trestbps", "chol")
            limited = greedy_path(record, target, lambda r: _risk(model, r), levers)
            counts["greedy, pressure and cholesterol"] += limited.reached
            path = _path(family, record, target)
            counts["exact, pressure and cholesterol"] += path.status == "optimal"
            counts["exact, certified infeasible"] += path.status == "infeasible"
        table[f"{target:g}"] = {
            key: value if key == "above" else round(value / counts["above"], 4)
            for key, value in counts.items()
        }
    return table


def _cases(
    name: str, count: int
) -> Iterator[tuple[Record, np.ndarray, tuple[Reach, ...], tuple[Axis, ...], float, Record]]:
    """Yield random patients with random weights and a target that about nine in ten can reach.

    Left out are cases in which some plan lies within 2e-6 of the target: there the solvers'
    tolerances decide, not their method.
    """
    rng = np.random.default_rng((SEED, len(name)))
    cohort, model = list(_cohort(name, None)), _model(name)
    fields = DIAGNOSTIC if _layer(name) == "diagnostic" else PREVENTION
    levers = levers_for(_layer(name), model.name)
    yielded = 0
    while yielded < count:
        record = cohort[rng.integers(len(cohort))]
        weights = {lever.name: round(float(rng.uniform(0.2, 3)), 2) for lever in levers}
        values, problems = fields.check(record)
        if any(p.severity == "error" for p in problems):
            continue
        found = reaches(levers, fields, values, weights)
        measured = tuple(r for r in found if r.values)
        if not any(len(r.values) > 1 for r in measured):
            continue
        row = np.array([values[f] for f in model.features])
        axes = tuple(r.axis() for r in measured)
        best = row.copy()
        for axis in axes:
            best[model.features.index(axis.name)] = axis.values[-1]
        start, end = expit(model.log_odds(np.array([row, best])))
        target = round(float(end + rng.uniform(-0.1, 0.95) * (start - end)), 6)
        grids = [axes]
        if isinstance(model, XGBoostModel):
            grids.append(oracles.continuous_axes(model, measured))
        if any(oracles.near_target(model, row, grid, target) for grid in grids):
            continue
        yielded += 1
        yield record, row, measured, axes, target, weights


def _highs(model: Model, row: np.ndarray, axes: tuple[Axis, ...], target: float) -> float | None:
    if isinstance(model, XGBoostModel):
        return oracles.milp_trees(model, row, axes, target)
    terms = lever_terms(model, row, axes)
    assert terms is not None
    return oracles.milp_separable(terms.base, terms.terms, axes, target)


def _continuous(
    model: XGBoostModel, row: np.ndarray, found: tuple[Reach, ...], target: float
) -> float | None:
    grid = CellGrid.build(oracles.continuous_axes(model, found))
    rows = np.repeat(row[None, :], len(grid), axis=0)
    rows[:, [model.features.index(axis.name) for axis in grid.axes]] = grid.matrix()
    cell = grid.cheapest(expit(model.log_odds(rows)) <= target, lambda _: True)
    return None if cell is None else float(grid.effort[cell])


def _model(name: str) -> Model:
    if name == "prevent":
        return Prevent()
    trained = models()
    known = (trained.champion_13, trained.challenger_13, trained.framingham)
    return next(m for m in known if m.name.startswith(name))


def _cohort(name: str, people: int | None) -> Iterator[Record]:
    cohort = data.site("cleveland") if _layer(name) == "diagnostic" else data.framingham()
    values = cohort.values
    for _, row in values.dropna().head(people or len(values)).iterrows():
        record = {str(key): float(value) for key, value in row.items()}
        yield record | TYPICAL if name == "prevent" else record


def _path(name: str, record: Record, target: float, **choices: Any) -> LeastEffortPath:
    return least_effort_path(record, target, layer=_layer(name), model=name, **choices)


def _layer(name: str) -> Layer:
    return "diagnostic" if name in ("logistic", "xgboost") else "prevention"


def _scored_again(name: str, record: Record, path: LeastEffortPath) -> float:
    after = record | {lever: to for lever, (_, to) in path.changes.items()}
    if _layer(name) == "prevention":
        return prevention_risk(after, name).p
    risk = score_patient(after)
    return risk.p if f" {name}-" in risk.model else risk.challenger_p


def _risk(model: Model, record: Mapping[str, float]) -> float:
    row = np.array([[record[name] for name in model.features]])
    return float(expit(model.log_odds(row)[0]))


def _drawn(spec: FieldSpec, rng: np.random.Generator) -> float:
    if spec.is_code:
        return float(rng.choice([code for code, _ in spec.choices]))
    return round(float(rng.uniform(spec.low or 0.0, spec.high or 0.0)), 1)


def _no_time_limit(name: str) -> dict[str, dict[str, float]]:
    levers = levers_for("prevention", _model(name).name)
    return {
        lever.name: {"max_change": float((PREVENTION[lever.name].high or 1.0) - low)}
        for lever in levers
        for low in [PREVENTION[lever.name].low or 0.0]
    }


def _compared(
    counts: collections.Counter[str], gaps: list[float], times: list[float]
) -> dict[str, Any]:
    return {
        "counts": dict(counts),
        "largest_gap": max(gaps),
        "gaps_above_tolerance": sum(gap > TOLERANCE for gap in gaps),
        "milliseconds_of_the_other_solver": _quantiles(times, 1e3),
    }


def _quantiles(values: list[float], factor: float) -> dict[str, float] | None:
    if not values:
        return None
    parts = factor * np.quantile(values, [0.5, 0.95, 1.0])
    return dict(zip(("p50", "p95", "max"), parts.round(3).tolist(), strict=True))


if __name__ == "__main__":
    main()

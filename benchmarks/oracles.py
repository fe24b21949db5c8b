"""Independent solvers of the least-effort problem: HiGHS MILP, treecf and plain enumeration."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import expit, logit

from core.cardiosense.boosted import XGBoostModel, margins
from core.cardiosense.levers import Reach
from core.cardiosense.model import RiskModel
from core.cardiosense.prevention import Prevent
from core.optimize import Axis

Model = RiskModel | Prevent


def brute_force(model: Model, row: np.ndarray, axes: Sequence[Axis], target: float) -> float | None:
    """Return the least effort over the whole grid, each cell scored by the model itself."""
    efforts = np.array([sum(costs) for costs in itertools.product(*(a.costs for a in axes))])
    met = expit(model.log_odds(_every_cell(model, row, axes))) <= target
    return float(efforts[met].min()) if met.any() else None


def milp_separable(
    base: float, terms: Sequence[np.ndarray], axes: Sequence[Axis], target: float
) -> float | None:
    """Return the optimum of the multiple-choice problem by HiGHS: one level of every axis."""
    costs = np.concatenate([axis.costs for axis in axes])
    gains = np.concatenate(list(terms))
    limits = [LinearConstraint(gains[None, :], -np.inf, logit(target) - base)]
    return _solve(costs, [*limits, _one_level_each(axes, len(costs))], np.ones(len(costs)))


def milp_trees(
    model: XGBoostModel, row: np.ndarray, axes: Sequence[Axis], target: float
) -> float | None:
    """Return the optimum over a tree ensemble by HiGHS.

    Binary variables choose one level of every axis; one variable a leaf says that the tree ends
    there, and it may be positive only if every split on the way agrees with the chosen level.
    """
    limit = (logit(target) - model.calibration.a) / model.calibration.b
    leaves, constant = _reachable_leaves(model, row, axes)
    levels = sum(len(axis.values) for axis in axes)
    n = levels + len(leaves)
    costs = np.zeros(n)
    costs[:levels] = np.concatenate([axis.costs for axis in axes])
    score, choose = np.zeros(n), np.zeros((max(t for t, *_ in leaves) + 1, n))
    agree = []
    for number, (tree, value, allowed) in enumerate(leaves):
        score[levels + number] = value
        choose[tree, levels + number] = 1
        start = 0
        for mask in allowed:
            if not mask.all():
                line = np.zeros(n)
                line[levels + number] = 1
                line[start : start + len(mask)] = -mask.astype(float)
                agree.append(line)
            start += len(mask)
    constraints = [
        _one_level_each(axes, n),
        LinearConstraint(score[None, :], -np.inf, limit - constant),
        LinearConstraint(choose, 1, 1),
    ]
    if agree:
        constraints.append(LinearConstraint(np.array(agree), -np.inf, 0))
    whole = np.zeros(n)
    whole[:levels] = 1
    return _solve(costs, constraints, whole)


def treecf_exact(
    model: XGBoostModel, row: np.ndarray, reaches: Sequence[Reach], target: float
) -> float | None:
    """Return the proven optimum of treecf over continuous values within the same limits."""
    import treecf

    booster = model.booster.copy()
    booster.feature_names = list(model.features)
    moving = {reach.lever.name: reach for reach in reaches if len(reach.values) > 1}
    constraints: list[Any] = [treecf.Freeze(name) for name in model.features if name not in moving]
    for name, reach in moving.items():
        lowest = max(reach.floor, reach.current - reach.max_change)
        constraints.append(treecf.Monotone(name, "decrease"))
        constraints.append(treecf.Range(name, lowest, reach.current))
    explainer = treecf.Explainer(
        booster,
        constraints=constraints,
        weights={name: reach.weight for name, reach in moving.items()},
        normalizers={f: moving[f].max_change if f in moving else 1.0 for f in model.features},
    )
    limit = (logit(target) - model.calibration.a) / model.calibration.b
    goal = treecf.Target.raw(op="<=", value=float(limit))
    found: Any = explainer.explain(row, goal, backend="exact", seed=0)
    if isinstance(found, treecf.Infeasible):
        assert found.proof == "certified"
        return None
    assert found.proof == "optimal"
    return float(found.distance)


def continuous_axes(model: XGBoostModel, reaches: Sequence[Reach]) -> tuple[Axis, ...]:
    """Return axes without clinical rounding: the present value, then just below every split."""
    axes = []
    for reach in reaches:
        lowest = max(reach.floor, reach.current - reach.max_change)
        below = np.nextafter(
            np.array(model.thresholds(reach.lever.name), dtype=np.float32), np.float32(-np.inf)
        ).astype(float)
        kept = tuple(float(v) for v in below[::-1] if lowest <= v < reach.current)
        values = (reach.current, *kept)
        costs = tuple(reach.effort(v) for v in values)
        axes.append(Axis(reach.lever.name, values, costs, costs))
    return tuple(axes)


def near_target(model: Model, row: np.ndarray, axes: Sequence[Axis], target: float) -> bool:
    """Say whether some cell lies so close to the target that rounding decides about it."""
    log_odds = model.log_odds(_every_cell(model, row, axes))
    close = np.minimum(np.abs(log_odds - logit(target)), np.abs(expit(log_odds) - target))
    return bool((close < 2e-6).any())


def _every_cell(model: Model, row: np.ndarray, axes: Sequence[Axis]) -> np.ndarray:
    cells = list(itertools.product(*(axis.values for axis in axes)))
    rows = np.repeat(row[None, :], len(cells), axis=0)
    rows[:, [model.features.index(axis.name) for axis in axes]] = cells
    return rows


def _one_level_each(axes: Sequence[Axis], n: int) -> LinearConstraint:
    matrix, start = np.zeros((len(axes), n)), 0
    for number, axis in enumerate(axes):
        matrix[number, start : start + len(axis.values)] = 1
        start += len(axis.values)
    return LinearConstraint(matrix, 1, 1)


def _solve(
    costs: np.ndarray, constraints: list[LinearConstraint], whole: np.ndarray
) -> float | None:
    # HiGHS's presolve has called a solvable instance infeasible; only a verdict without it counts.
    for presolve in (True, False):
        result = milp(
            costs,
            constraints=constraints,
            integrality=whole,
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0, "presolve": presolve},
        )
        if result.status == 0:
            return float(result.fun)
    assert result.status == 2, result.message
    return None


def _reachable_leaves(
    model: XGBoostModel, row: np.ndarray, axes: Sequence[Axis]
) -> tuple[list[tuple[int, float, tuple[np.ndarray, ...]]], float]:
    """Return (tree, value, permitted levels per axis) of every leaf, and the constant margin."""
    learner = json.loads(model.booster.save_raw("json"))["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    place = {model.features.index(axis.name): number for number, axis in enumerate(axes)}
    levels = [np.array(axis.values, dtype=np.float32) for axis in axes]
    leaves: list[tuple[int, float, tuple[np.ndarray, ...]]] = []
    start = 0.0
    for number, tree in enumerate(trees):
        everything = tuple(np.ones(len(v), dtype=bool) for v in levels)
        todo = [(0, everything)]
        while todo:
            node, allowed = todo.pop()
            if not all(mask.any() for mask in allowed):
                continue
            left, right = tree["left_children"][node], tree["right_children"][node]
            split = np.float32(tree["split_conditions"][node])
            if left == -1:
                leaves.append((number, float(split), allowed))
                start += float(split) if all(mask[0] for mask in allowed) else 0.0
                continue
            feature = tree["split_indices"][node]
            if feature in place:
                axis = place[feature]
                below = levels[axis] < split
                for child, mask in ((left, below), (right, ~below)):
                    merged = list(allowed)
                    merged[axis] = allowed[axis] & mask
                    todo.append((child, tuple(merged)))
            elif np.isnan(row[feature]):
                todo.append((left if tree["default_left"][node] else right, allowed))
            else:
                todo.append((left if np.float32(row[feature]) < split else right, allowed))
    return leaves, float(margins(model.booster, row[None, :])[0]) - start

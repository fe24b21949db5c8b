"""The best mix by a learned model: only behind an open gate, only inside the observed rows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.door.result import SalesTable
from core.apple_sales.learning.features import Features, features
from core.apple_sales.learning.inspect import LEARNERS, Inspection
from core.errors import InputError, NotEnoughDataError, Problem
from core.plain import plain
from core.stats.intervals import Interval
from core.stats.learners import Name, fit_predict, folds
from core.tables import name_list

Floats = NDArray[np.float64]
Limits = Mapping[str, tuple[float | None, float | None]]

MOST_ROWS = 20_000
REFITS = 200
LEVEL = 0.95

_TINY_WEIGHT = 1e-9
_FOLDS = 5
ASSOCIATION = (
    "This is association, not effect: rows with this mix have had a higher value. Whether making "
    "the mix so raises it, the file cannot say."
)


@dataclasses.dataclass(frozen=True, slots=True)
class HullPlan:
    """The mix with the largest prediction among those that the data support.

    Attributes
    ----------
    target : str
        What is predicted.
    model : str
        The learner that opened the gate.
    method : {"linear programme", "observed rows"}
        Over all convex combinations of rows, or over the rows themselves.
    mix : dict of str to float
        Value of each feature at the plan.
    predicted : Interval
        Predicted mean of the target at the plan; the limits hold for every mix in the hull at
        once, so that they also hold for the one that was chosen.
    rows : tuple of (int, float)
        One-based usable rows whose combination the plan is, with their weights.
    bound : float
        No mix that was allowed has a larger prediction than this.
    gap : float
        Bound minus prediction; 0 is proof of optimality.
    mean : float
        Mean of the target in the file.
    n : int
        Rows that span the hull.
    notes : tuple of str
        What the answer rests on.
    """

    target: str
    model: str
    method: Literal["linear programme", "observed rows"]
    mix: dict[str, float]
    predicted: Interval
    rows: tuple[tuple[int, float], ...]
    bound: float
    gap: float
    mean: float
    n: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result


def best_within(
    table: SalesTable,
    inspection: Inspection,
    *,
    limits: Limits | None = None,
    total: float | None = None,
    seed: int = 0,
) -> HullPlan:
    """Return the mix with the largest predicted target inside the convex hull of the rows.

    If the linear learner opened the gate, the prediction is linear, and a linear programme over
    weights of rows finds the largest one with its bound. Otherwise nothing is said between rows,
    and the row with the largest prediction by a fit without it is taken.

    The interval adds the 95 % quantile of the largest deviation of refits on resampled rows, over
    all rows. A linear deviation is largest at a row, so that for the linear learner the interval
    holds all over the hull, whichever mix is chosen.

    Parameters
    ----------
    table : SalesTable
        The file.
    inspection : Inspection
        Its inspection.
    limits : mapping of str to (low, high), optional
        Limits of features; ``None`` where there is none.
    total : float or None
        Greatest sum of all columns of numbers, where these share a unit (the demo's file).
    seed : int
        Seed of resampling.

    Raises
    ------
    NotEnoughDataError
        If the gate is closed; the sentence gives the figures.
    InputError
        If a limit names no feature, contradicts itself, or leaves no mix.
    """
    if inspection.gate != "open":
        message = (
            f"No learned objective is optimised for this file. {inspection.reason} Load data with "
            "periods and prices, or plan with declared response curves."
        )
        raise NotEnoughDataError(message)
    chosen, y, kept = _rows(table, seed)
    limits = dict(limits or {})
    _check(limits, total, chosen, table)
    linear = inspection.best.name == "linear"
    find = _by_programme if linear else _by_rows
    return find(_Task(table, inspection.best.name, chosen, y, kept, limits, total, seed))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Task:
    table: SalesTable
    model: Name
    features: Features
    y: Floats
    kept: NDArray[np.int64]
    limits: dict[str, tuple[float | None, float | None]]
    total: float | None
    seed: int

    def constraints(self) -> tuple[Floats, Floats]:
        """Return rows and limits of ``rows @ mix <= limits``."""
        rows, most = [], []
        for name, (low, high) in self.limits.items():
            one = np.array([1.0 if other == name else 0.0 for other in self.features.names])
            for limit, sign in ((high, 1.0), (low, -1.0)):
                if limit is not None:
                    rows.append(sign * one)
                    most.append(sign * limit)
        if self.total is not None:
            rows.append(np.array([float(n in self.table.numeric) for n in self.features.names]))
            most.append(self.total)
        return np.array(rows).reshape(-1, len(self.features.names)), np.array(most)


def _rows(table: SalesTable, seed: int) -> tuple[Features, Floats, NDArray[np.int64]]:
    chosen = features(table)
    y = table.frame[table.target].to_numpy(dtype=np.float64)
    kept = np.arange(len(y))
    if len(y) > MOST_ROWS:
        kept = np.sort(np.random.default_rng(seed).choice(len(y), MOST_ROWS, replace=False))
    return dataclasses.replace(chosen, matrix=chosen.matrix[kept]), y[kept], kept


def _by_programme(task: _Task) -> HullPlan:
    from scipy.optimize import linprog

    x = task.features.matrix
    value = fit_predict("linear", x, task.y, x)
    rows, most = task.constraints()
    found = linprog(
        -value,
        A_ub=rows @ x.T if len(rows) else None,
        b_ub=most if len(rows) else None,
        A_eq=np.ones((1, len(x))),
        b_eq=[1.0],
        bounds=[(0.0, None)] * len(x),
        method="highs",
    )
    if found.status != 0:
        raise _no_mix(task)
    weights = np.asarray(found.x)
    # The dual of the programme bounds it from above whatever the solver did on the way: prices of
    # the limits, and the best row at these prices.
    prices = -np.asarray(found.ineqlin.marginals) if len(rows) else np.zeros(0)
    prices = np.maximum(prices, 0.0)
    best_row = float((value - (prices @ (rows @ x.T) if len(rows) else 0.0)).max())
    bound = float(prices @ most) + best_row if len(rows) else best_row
    return _plan(task, weights, float(value @ weights), bound, value)


def _by_rows(task: _Task) -> HullPlan:
    x = task.features.matrix
    rng = np.random.default_rng(task.seed)
    value = np.empty(len(x))
    for train, held in folds(len(x), _FOLDS, rng):
        value[held] = fit_predict(task.model, x[train], task.y[train], x[held], task.seed)
    rows, most = task.constraints()
    allowed = (x @ rows.T <= most).all(axis=1) if len(rows) else np.ones(len(x), dtype=bool)
    if not allowed.any():
        raise _no_mix(task)
    best = int(np.argmax(np.where(allowed, value, -np.inf)))
    weights = np.zeros(len(x))
    weights[best] = 1.0
    fitted = fit_predict(task.model, x, task.y, x, task.seed)
    return _plan(task, weights, float(value[best]), float(value[best]), fitted)


def _plan(task: _Task, weights: Floats, predicted: float, bound: float, fitted: Floats) -> HullPlan:
    used = np.flatnonzero(weights > _TINY_WEIGHT)
    used = used[np.argsort(-weights[used], kind="stable")]
    reach = _reach(task, fitted)
    x = task.features.matrix
    linear = task.model == "linear"
    return HullPlan(
        target=task.table.target,
        model=LEARNERS[task.model],
        method="linear programme" if linear else "observed rows",
        mix=dict(zip(task.features.names, (weights @ x).tolist(), strict=True)),
        predicted=Interval(
            predicted, predicted - reach, predicted + reach, len(x), LEVEL,
            f"{REFITS} refits on resampled rows, largest deviation over all rows",
        ),
        rows=tuple((int(task.kept[i]) + 1, float(weights[i])) for i in used),
        bound=bound,
        gap=max(bound - predicted, 0.0),
        mean=float(task.y.mean()),
        n=len(x),
        notes=_notes(task, linear),
    )  # fmt: skip


def _reach(task: _Task, fitted: Floats) -> float:
    x, y = task.features.matrix, task.y
    rng = np.random.default_rng([task.seed, 1])
    largest = np.empty(REFITS)
    for i in range(REFITS):
        drawn = rng.integers(0, len(y), len(y))
        refit = fit_predict(task.model, x[drawn], y[drawn], x, task.seed)
        largest[i] = np.abs(refit - fitted).max()
    return float(np.quantile(largest, LEVEL))


def _notes(task: _Task, linear: bool) -> tuple[str, ...]:
    notes = [ASSOCIATION]
    if linear:
        notes.append("The mix is a weighted mean of rows of the file, so nothing is extrapolated.")
    else:
        notes.append(
            "The linear model did not open the gate, so only rows of the file are compared; each "
            "is predicted by a fit that has not seen it."
        )
    if len(task.kept) < task.table.n:
        notes.append(f"The hull is that of a random sample of {len(task.kept):,} rows (seeded).")
    return tuple(notes)


def _check(limits: Limits, total: float | None, chosen: Features, table: SalesTable) -> None:
    problems = [
        problem
        for name, (low, high) in limits.items()
        for problem in _limit_problems(name, low, high, chosen)
    ]
    if total is not None and table.kind == "sales":
        message = "The columns of numbers do not share a unit, so they have no sum."
        problems.append(Problem("total", f"{total:g}", "no-sum", message, "Limit units instead."))
    elif total is not None and not math.isfinite(total):
        message = f"{total} is not a finite number."
        problems.append(Problem("total", str(total), "not-finite", message, "Enter a figure."))
    if problems:
        raise InputError.from_problems(tuple(problems))


def _limit_problems(
    name: str, low: float | None, high: float | None, chosen: Features
) -> list[Problem]:
    if name not in chosen.names:
        message = f"There is no feature {name}."
        fix = f"Features: {name_list(chosen.names)}."
        return [Problem(name, "", "unknown-feature", message, fix)]
    given = [limit for limit in (low, high) if limit is not None]
    if not all(math.isfinite(limit) for limit in given):
        message = "A limit is not a finite number."
        return [Problem(name, str(given), "not-finite", message, "Enter a figure or leave it out.")]
    if low is not None and high is not None and low > high:
        message = f"The lower limit {low:g} is above the upper limit {high:g}."
        return [Problem(name, f"{low:g}", "contradiction", message, "Swap or widen them.")]
    return []


def _no_mix(task: _Task) -> InputError:
    """Return the refusal of limits that no mix of rows meets; each impossible one is named."""
    problems = []
    for j, name in enumerate(task.features.names):
        low, high = task.limits.get(name, (None, None))
        seen = task.features.matrix[:, j]
        if (low is not None and low > seen.max()) or (high is not None and high < seen.min()):
            message = (
                f"The rows reach from {seen.min():g} to {seen.max():g}; no mix meets this limit."
            )
            fix = "Choose a limit within; outside, there are no data."
            problems.append(Problem(name, "", "outside-hull", message, fix))
    if not problems:
        named = name_list([*task.limits, *(["total"] if task.total is not None else [])])
        message = f"No mix of rows meets these limits together: {named}."
        problems.append(Problem("limits", "", "infeasible", message, "Widen one of them."))
    return InputError.from_problems(tuple(problems))

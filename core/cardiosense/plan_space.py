"""Every plan open to one patient, scored: the bridge from levers and model to the solver."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from core.cardiosense.levers import Reach
from core.cardiosense.model import RiskModel
from core.cardiosense.prevention import Prevent
from core.cardiosense.robustness import SLACK, Disturbance
from core.cardiosense.score import DECIMALS
from core.fields import FieldSet
from core.optimize import Axis, CellGrid, SeparableRisk, distinct_levels

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEPARABLE = "every cell, in order of effort, through the exact sum of lever terms"
BEST_RESPONSES = "best response of every lever: their sum is the lowest log-odds of any cell"
TREES = "every cell that the trees can tell apart, in order of effort"
FULL_GRID = "every cell of the clinical grid, in order of effort"


@dataclasses.dataclass(frozen=True)
class PlanSpace:
    """The grid of one patient's plans with the risk of each.

    Attributes
    ----------
    model : RiskModel or Prevent
        The production model.
    row : ndarray, shape (d,)
        The patient, in the order of the model's features.
    reaches : tuple of Reach
        The measured levers, one an axis of the grid.
    target : float
        Risk to reach.
    grid : CellGrid
        The plans that matter, in order of effort.
    p : ndarray, shape (n,)
        Risk of each plan, for screening; the binding figure is :meth:`risk`.
    passes : ndarray of bool, shape (n,)
        Plans that may be acceptable.
    nodes, cells_total : int
        Evaluated for the proof, and in the grid before merging.
    method : str
        How the proof is obtained.
    disturbance : Disturbance
        Noise and refits around the plans.
    robust : bool
        Whether an acceptable plan must also survive the disturbance.
    terms : SeparableRisk or None
        The lever terms of a separable model, before any level was dropped.
    """

    model: RiskModel | Prevent
    row: Floats
    reaches: tuple[Reach, ...]
    target: float
    grid: CellGrid
    p: Floats
    passes: Bools
    nodes: int
    cells_total: int
    method: str
    disturbance: Disturbance
    robust: bool
    terms: SeparableRisk | None

    def plan(self, changed: Mapping[str, float]) -> Floats:
        """Return the patient's row with some values exchanged, shape (d,)."""
        row = self.row.copy()
        for name, value in changed.items():
            row[self.model.features.index(name)] = value
        return row

    def risk(self, row: Floats) -> float:
        """Return the risk of one row exactly as the score of a patient reports it."""
        return round(float(expit(self.model.log_odds(row[None, :])[0])), DECIMALS)

    def risks(self, plans: Sequence[Mapping[str, float]]) -> Floats:
        """Return the rounded risk under each of several plans, shape (len(plans),)."""
        rows = np.array([self.plan(plan) for plan in plans]).reshape(-1, len(self.row))
        return np.asarray(expit(self.model.log_odds(rows)).round(DECIMALS))

    def reached(self, rows: Floats) -> Bools:
        """Return which rows meet the target, before and after the score's rounding."""
        p = expit(self.model.log_odds(rows))
        return np.asarray(np.maximum(p, p.round(DECIMALS)) <= self.target)

    def accept(self, cell: int) -> bool:
        """Return whether the production model, asked for this plan alone, meets the target."""
        row = self.plan(self.grid.values(cell))
        met = bool(self.reached(row[None, :])[0])
        return met and (not self.robust or self.disturbance.holds(row))

    def cheapest(self, most_changes: int | None = None) -> int | None:
        """Return the acceptable plan of least effort, or ``None`` when there is none."""
        return self.grid.cheapest(self.passes, self.accept, most_changes)


def build_space(
    model: RiskModel | Prevent,
    fields: FieldSet,
    values: Mapping[str, float],
    reaches: tuple[Reach, ...],
    target: float,
    *,
    robust: bool = False,
) -> PlanSpace:
    """Lay out and score every plan within the limits.

    Parameters
    ----------
    model : RiskModel or Prevent
        The production model.
    fields : FieldSet
        Descriptions of the patient's fields.
    values : mapping of str to float
        The patient.
    reaches : tuple of Reach
        How far each lever may go; levers that were not measured are left out.
    target : float
        Risk to reach, between 0 and 1.
    robust : bool, default False
        Demand that plans survive noise and refits as well.
    """
    measured = tuple(reach for reach in reaches if reach.values)
    row = np.array([values[name] for name in model.features])
    disturbance = Disturbance(model, row, measured, fields, target)
    axes = tuple(reach.axis() for reach in measured)
    cells_total = int(np.prod([len(axis.values) for axis in axes]))
    terms = lever_terms(model, row, axes)
    if terms is not None:
        grid, log_odds = _separable_grid(axes, terms, robust)
        nodes, method = len(grid), SEPARABLE
        if terms.lowest() > logit(target) + SLACK:
            nodes, method = sum(len(axis.values) for axis in axes), BEST_RESPONSES
    else:
        grid = CellGrid.build(axes if robust else _distinct(model, axes))
        log_odds = model.log_odds(_rows(model, row, grid))
        nodes, method = len(grid), FULL_GRID if robust else TREES
    passes = log_odds <= logit(target) + SLACK
    if robust and not (passes[0] and disturbance.holds(row)):
        cells = np.flatnonzero(passes)
        passes[cells] = (
            disturbance.screen_separable(grid, cells)
            if terms is not None
            else disturbance.screen(_rows(model, row, grid), cells)
        )
    return PlanSpace(
        model=model,
        row=row,
        reaches=measured,
        target=target,
        grid=grid,
        p=expit(log_odds),
        passes=passes,
        nodes=nodes,
        cells_total=cells_total,
        method=method,
        disturbance=disturbance,
        robust=robust,
        terms=terms,
    )


def lever_terms(
    model: RiskModel | Prevent, row: Floats, axes: tuple[Axis, ...]
) -> SeparableRisk | None:
    """Return the log-odds as a sum over the levers, or ``None`` for a tree model.

    Linear models and PREVENT have no products of two levers, so moving one lever changes the
    log-odds by the same amount wherever the others stand.
    """
    if any(model.thresholds(feature) for feature in model.features):
        return None
    blocks = [row[None, :]]
    for axis in axes:
        block = np.repeat(row[None, :], len(axis.values), axis=0)
        block[:, model.features.index(axis.name)] = axis.values
        blocks.append(block)
    scores = model.log_odds(np.concatenate(blocks))
    base, ends = scores[0], np.cumsum([len(axis.values) for axis in axes]) + 1
    parts = np.split(scores, [1, *ends[:-1]])[1:] if axes else []
    return SeparableRisk(float(base), tuple(part - part[0] for part in parts))


def _separable_grid(
    axes: tuple[Axis, ...], terms: SeparableRisk, robust: bool
) -> tuple[CellGrid, Floats]:
    if not robust:
        axes, terms = terms.without_dominated(axes)
    grid = CellGrid.build(axes)
    return grid, terms.scores(grid)


def _distinct(model: RiskModel | Prevent, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    return tuple(axis.keep(distinct_levels(axis, model.thresholds(axis.name))) for axis in axes)


def _rows(model: RiskModel | Prevent, row: Floats, grid: CellGrid) -> Floats:
    rows = np.repeat(row[None, :], len(grid), axis=0)
    rows[:, [model.features.index(axis.name) for axis in grid.axes]] = grid.matrix()
    return rows

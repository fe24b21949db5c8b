"""Every plan open to one patient, scored: the bridge from levers and model to the solver."""

from __future__ import annotations

import dataclasses
import math
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
    confirm : bool
        Whether ``passes`` judged the disturbance by tables only, so that the model must confirm.
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
    confirm: bool

    def plan(self, changed: Mapping[str, float]) -> Floats:
        """Return the patient's row with some values exchanged, shape (d,)."""
        row = self.row.copy()
        for name, value in changed.items():
            row[self.model.features.index(name)] = value
        return row

    def risk(self, row: Floats) -> float:
        """Return the risk of one row exactly as the score of a patient reports it."""
        return round(float(expit(self.model.log_odds(row[None, :])[0])), DECIMALS)

    def rows(self, plan: Floats, name: str, values: Sequence[float]) -> Floats:
        """Return a plan's row once for each value of one lever, shape (len(values), d)."""
        rows = np.repeat(plan[None, :], len(values), axis=0)
        rows[:, self.model.features.index(name)] = values
        return rows

    def reached(self, rows: Floats) -> Bools:
        """Return which rows meet the target, their risk taken as the score reports it."""
        return np.asarray(expit(self.model.log_odds(rows)).round(DECIMALS) <= self.target)

    def accept(self, cell: int) -> bool:
        """Return whether the production model, asked for this plan alone, meets the target."""
        row = self.plan(self.grid.values(cell))
        met = bool(self.reached(row[None, :])[0])
        return met and (not self.confirm or self.disturbance.holds(row))

    def changes(self, cell: int) -> dict[str, tuple[float, float]]:
        """Return what one plan moves: lever to value before and after."""
        after = self.grid.values(cell)
        return {
            reach.lever.name: (reach.current, after[reach.lever.name])
            for reach in self.reaches
            if after[reach.lever.name] != reach.current
        }

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
    axes = tuple(reach.axis() for reach in measured)
    laid = _layout(model, row, axes, target, robust)
    disturbance = Disturbance(model, row, measured, fields, target)
    passes = laid.log_odds <= _highest_log_odds(target)
    present = expit(model.log_odds(row[None, :])).round(DECIMALS)[0]
    if robust and not (present <= target and disturbance.holds(row)):
        cells = np.flatnonzero(passes)
        passes[cells] = (
            disturbance.screen_separable(laid.grid, cells)
            if laid.separable
            else disturbance.screen(_rows(model, row, laid.grid), cells)
        )
    return PlanSpace(
        model=model,
        row=row,
        reaches=measured,
        target=target,
        grid=laid.grid,
        p=expit(laid.log_odds),
        passes=passes,
        nodes=laid.nodes,
        cells_total=math.prod(len(axis.values) for axis in axes),
        method=laid.method,
        disturbance=disturbance,
        confirm=robust and laid.separable,
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Layout:
    grid: CellGrid
    log_odds: Floats
    nodes: int
    method: str
    separable: bool


def _layout(
    model: RiskModel | Prevent, row: Floats, axes: tuple[Axis, ...], target: float, robust: bool
) -> _Layout:
    """Lay out the cells that matter and score them.

    A robust plan is judged by refits as well, which see levels apart that the model itself does
    not; nothing is merged or dropped then.
    """
    terms = lever_terms(model, row, axes)
    if terms is None:
        grid = CellGrid.build(axes if robust else _distinct(model, axes))
        log_odds = model.log_odds(_rows(model, row, grid))
        return _Layout(grid, log_odds, len(grid), FULL_GRID if robust else TREES, False)
    kept, kept_terms = (axes, terms) if robust else terms.without_dominated(axes)
    grid = CellGrid.build(kept)
    nodes, method = len(grid), SEPARABLE
    if terms.lowest() > _highest_log_odds(target):
        nodes, method = sum(len(axis.values) for axis in axes), BEST_RESPONSES
    return _Layout(grid, kept_terms.scores(grid), nodes, method, True)


def _highest_log_odds(target: float) -> float:
    """Return the log-odds above which no risk can be reported as at or below the target."""
    return float(logit(min(target + 0.5 * 10.0**-DECIMALS, 1.0))) + SLACK


def _distinct(model: RiskModel | Prevent, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    return tuple(axis.keep(distinct_levels(axis, model.thresholds(axis.name))) for axis in axes)


def _rows(model: RiskModel | Prevent, row: Floats, grid: CellGrid) -> Floats:
    rows = np.repeat(row[None, :], len(grid), axis=0)
    rows[:, [model.features.index(axis.name) for axis in grid.axes]] = grid.matrix()
    return rows

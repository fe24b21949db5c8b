"""Whether a plan survives a second measurement, and a model trained on other patients."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from core.cardiosense.levers import Reach
from core.cardiosense.model import RiskModel
from core.cardiosense.prevention import Prevent
from core.fields import FieldSet
from core.optimize import CellGrid

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DRAWS = 200
SEED = 20241
REQUIRED = 0.90
"""Share of noise draws, and of refits, that a robust plan must survive."""

SLACK = 1e-9
"""Room for rounding, in log-odds, when a sum of tables stands in for the model."""

_CHUNK = 2_000


@dataclasses.dataclass(frozen=True, slots=True)
class Robustness:
    """How firmly a plan holds its target.

    Attributes
    ----------
    label : {"robust", "fragile"}
        ``"robust"`` when both shares (those available) reach ``REQUIRED``.
    noise_share : float
        Share of the draws of measurement noise around the plan that keep the target.
    noise_draws : int
        Number of draws, from a fixed seed.
    refit_share : float or None
        Share of the bootstrap refits of the model that keep the target; ``None`` without refits.
    refits : int
        Number of refits.
    note : str
        What was disturbed, in words.
    """

    label: Literal["robust", "fragile"]
    noise_share: float
    noise_draws: int
    refit_share: float | None
    refits: int
    note: str

    def to_dict(self) -> dict[str, object]:
        """Return the shares as plain, JSON-safe data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Disturbance:
    """Measurement noise and refits around one patient's plans.

    Attributes
    ----------
    model : RiskModel or Prevent
        The model that scores.
    row : ndarray, shape (d,)
        The patient, in the order of the model's features.
    reaches : tuple of Reach
        The measured levers; those with noise are disturbed, moved or not.
    fields : FieldSet
        For the possible range, at which a disturbed value is cut off.
    target : float
        Risk to stay at or below.
    """

    model: RiskModel | Prevent
    row: Floats
    reaches: tuple[Reach, ...]
    fields: FieldSet
    target: float

    def measure(self, plan: Floats) -> Robustness:
        """Return how firmly one plan, a full row of shape (d,), holds the target."""
        refits = self.model.refits(plan[None, :]).T
        noise = float(self._share(self._noise(plan[None, :]))[0])
        refit = float(self._share(refits)[0])
        b = refits.shape[1]
        noisy = ", ".join(_noise_text(reach) for reach in self.reaches if reach.lever.noise)
        refit_text = f"{b} bootstrap refits" if b else "refits not available for this model"
        return Robustness(
            label="robust" if min(noise, refit) >= REQUIRED else "fragile",
            noise_share=noise,
            noise_draws=DRAWS,
            refit_share=refit if b else None,
            refits=b,
            note=f"one standard deviation of measurement noise: {noisy or 'none'}; {refit_text}",
        )

    def shares(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return for each full row the share of noise draws and of refits that keep the target.

        Without refits their share is 1: nothing speaks against the plan.

        Parameters
        ----------
        rows : ndarray, shape (n, d)

        Returns
        -------
        tuple of ndarray, each of shape (n,)
        """
        return self._share(self._noise(rows)), self._share(self.model.refits(rows).T)

    def holds(self, plan: Floats) -> bool:
        """Return whether both shares of a full row reach ``REQUIRED``."""
        noise, refit = self.shares(plan[None, :])
        return bool(min(noise[0], refit[0]) >= REQUIRED)

    def screen(self, rows: Floats, cells: NDArray[np.intp]) -> Bools:
        """Return which of some rows hold, shape (len(cells),), through the model itself."""
        kept = np.zeros(len(cells), dtype=bool)
        for start in range(0, len(cells), _CHUNK // 10):
            part = slice(start, start + _CHUNK // 10)
            kept[part] = self._share(self._noise(rows[cells[part]])) >= REQUIRED
        if kept.any():
            refits = self.model.refits(rows[cells[kept]]).T
            kept[kept] = self._share(refits) >= REQUIRED
        return kept

    def screen_separable(self, grid: CellGrid, cells: NDArray[np.intp]) -> Bools:
        """Return which of some cells may hold, for a model that is a sum over the levers."""
        noise, refit = self._noise_terms(grid), self._refit_terms(grid)
        kept = np.zeros(len(cells), dtype=bool)
        for start in range(0, len(cells), _CHUNK):
            part = slice(start, start + _CHUNK)
            levels = grid.levels[cells[part]]
            kept[part] = (self._share(_sum(noise, levels), SLACK) >= REQUIRED) & (
                self._share(_sum(refit, levels), SLACK) >= REQUIRED
            )
        return kept

    def _noise(self, rows: Floats) -> Floats:
        """Return the log-odds of every draw around each full row, shape (n, DRAWS)."""
        disturbed = np.repeat(rows[:, None, :], DRAWS, axis=1)
        for index, reach in enumerate(self.reaches):
            column = self.model.features.index(reach.lever.name)
            disturbed[:, :, column] = self._noisy(index, rows[:, column])
        flat = disturbed.reshape(-1, rows.shape[1])
        return self.model.log_odds(flat).reshape(-1, DRAWS)

    def _share(self, log_odds: Floats, slack: float = 0.0) -> Floats:
        if log_odds.shape[1] == 0:
            return np.ones(len(log_odds))
        if slack:
            return np.asarray((log_odds <= logit(self.target) + slack).mean(axis=1))
        return np.asarray((expit(log_odds) <= self.target).mean(axis=1))

    def _noisy(self, index: int, values: Floats) -> Floats:
        """Return the draws around each value of one lever, shape (n, DRAWS)."""
        lever = self.reaches[index].lever
        if not lever.noise:
            return np.repeat(values[:, None], DRAWS, axis=1)
        spread = lever.noise * (values if lever.noise_relative else np.ones(len(values)))
        spec = self.fields[lever.name]
        drawn = values[:, None] + spread[:, None] * _normals(index)[None, :]
        return np.clip(drawn, spec.low, spec.high)

    def _noise_terms(self, grid: CellGrid) -> list[Floats]:
        terms = [np.full((1, DRAWS), self.model.log_odds(self.row[None, :])[0])]
        for index, axis in enumerate(grid.axes):
            drawn = self._noisy(index, np.array(axis.values))
            rows = self._rows(axis.name, drawn.ravel())
            terms.append(self.model.log_odds(rows).reshape(drawn.shape) - terms[0])
        return terms

    def _refit_terms(self, grid: CellGrid) -> list[Floats]:
        terms = [self.model.refits(self.row[None, :]).T]
        for axis in grid.axes:
            rows = self._rows(axis.name, np.array(axis.values))
            terms.append(self.model.refits(rows).T - terms[0])
        return terms

    def _rows(self, name: str, values: Floats) -> Floats:
        rows = np.repeat(self.row[None, :], len(values), axis=0)
        rows[:, self.model.features.index(name)] = values
        return rows


def _sum(terms: Sequence[Floats], levels: NDArray[np.intp]) -> Floats:
    total = np.repeat(terms[0], len(levels), axis=0)
    for index, term in enumerate(terms[1:]):
        total += term[levels[:, index]]
    return total


@functools.cache
def _normals(index: int) -> Floats:
    drawn = np.random.default_rng((SEED, index)).standard_normal(DRAWS)
    drawn.setflags(write=False)
    return drawn


def _noise_text(reach: Reach) -> str:
    lever = reach.lever
    size = f"{100 * lever.noise:.0f} %" if lever.noise_relative else f"{lever.noise:g} {lever.unit}"
    return f"{lever.label.lower()} {size}"

"""A fault that can be planted into a table, and the table with the fault in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.fault_changes import Columns, Floats, Labels, Rng, Strike, typical
from core.breast_cancer.schema import FEATURES, MEASURES
from core.errors import InputError

Bools = NDArray[np.bool_]
Spoil = Callable[[Strike], Floats]
Draw = Callable[[Floats, Labels | None, float, int, Rng], Columns]

D, N_MEASURES = len(FEATURES.names), len(MEASURES)
LOW = np.array([spec.low for spec in FEATURES], dtype=np.float64)
HIGH = np.array([spec.high for spec in FEATURES], dtype=np.float64)
TO_WORST = FEATURES.names.index("worst_radius") - FEATURES.names.index("mean_radius")


@dataclasses.dataclass(frozen=True)
class Planted:
    """A table with a fault in it.

    Attributes
    ----------
    X : ndarray, shape (m, 30)
        The spoilt table; after a change of population, the rows drawn.
    cells : ndarray of bool, shape (m, 30)
        Values that differ from what was measured.
    origin : ndarray of int, shape (m,)
        The row of the original table that each row comes from.
    clipped : int
        Values that the fault would have made impossible (outside the limits of the field or, for
        synthetic rows, outside the range of the training cases) and that were moved inside.
    """

    X: Floats
    cells: Bools
    origin: Columns
    clipped: int = 0

    @property
    def rows(self) -> Bools:
        """Rows with a spoilt value, shape (m,)."""
        return np.asarray(self.cells.any(axis=1))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns with a spoilt value."""
        spoilt = np.asarray(self.cells.any(axis=0))
        return tuple(name for name, hit in zip(FEATURES.names, spoilt, strict=True) if hit)


def _unspoilt(strike: Strike) -> Floats:
    return strike.values


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that can go wrong with a table, or change about it.

    Attributes
    ----------
    key, label, description : str
        Identifier, name, and what happens in one sentence.
    unit : {"factor", "sd", "share", "columns", "cells", "measurements", "pairs", "rows"}
        What the severity counts; ``sd`` are standard deviations of the training cases, a share
        lies between 0 and 1.
    low, high, default : float
        Range and default of the severity.
    levels : tuple of float
        Severities for a sweep, mildest first.
    n_columns : int or None
        Columns struck unless stated otherwise; ``None`` where the severity counts them.
    scattered : bool
        Whether every row has its own columns unless stated otherwise, as single cells have.
    pairing : {"", "worst", "any"}
        Whether columns come in pairs: mean and worst of a measurement, or any two.
    keeps_truth : bool
        Whether the diagnosis of a row still belongs to it.
    spoil : callable
        How a fault changes values.
    draw : callable or None
        How a change of population chooses rows.
    """

    key: str
    label: str
    description: str
    unit: str
    low: float
    high: float
    default: float
    levels: tuple[float, ...]
    n_columns: int | None = 1
    scattered: bool = False
    pairing: Literal["", "worst", "any"] = ""
    keeps_truth: bool = True
    spoil: Spoil = dataclasses.field(default=_unspoilt, repr=False)
    draw: Draw | None = dataclasses.field(default=None, repr=False)

    @property
    def kind(self) -> Literal["fault", "population"]:
        """Whether values are wrong, or right but of other patients."""
        return "fault" if self.draw is None else "population"

    def to_dict(self) -> dict[str, Any]:
        """Return the description as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        del plain["spoil"], plain["draw"]
        return plain | {"levels": list(self.levels), "kind": self.kind}

    def apply(
        self,
        X: Floats,
        severity: float | None = None,
        rng: Rng | int = 0,
        *,
        share: float = 1.0,
        columns: Sequence[str] | int | None = None,
        per_row: bool | None = None,
        y: Labels | None = None,
        size: int | None = None,
    ) -> Planted:
        """Return a spoilt copy; the table itself is not changed.

        Parameters
        ----------
        X : ndarray, shape (n, 30)
            Rows as measured.
        severity : float, optional
            How badly; by default that of the fault.
        rng : Generator or int, default 0
            Source of chance, or its seed.
        share : float, default 1
            Share of the rows that is spoilt, chosen at random; no part in a change of population.
        columns : sequence of str, or int, optional
            The columns struck (for swaps, pair after pair), or how many (pairs) to choose at
            random.
        per_row : bool, optional
            Whether every row draws its own columns and direction of the error, or all share one
            draw; by default as the fault has it.
        y : ndarray of int, shape (n,), optional
            Diagnoses, for the faults that need them.
        size : int, optional
            Rows to draw in a change of population; by default as many as given.

        Raises
        ------
        InputError
            If the severity, the share or a column is out of range, or ``y`` is needed and absent.
        """
        level = self._level(severity)
        chance = np.random.default_rng(rng)
        if self.draw is not None:
            chosen = self.draw(X, y, level, len(X) if size is None else size, chance)
            return Planted(X[chosen], np.zeros((len(chosen), D), dtype=bool), chosen)
        struck = _rows(len(X), share, chance)
        own = self.scattered if per_row is None else per_row
        places = self._places(len(struck), level, columns, chance, own)
        part = None if y is None else y[struck]
        spoilt = self.spoil(Strike(X[struck], part, places, level, chance, shared=not own))
        return _merged(X, struck, places, spoilt, in_range=not self.keeps_truth)

    def _level(self, severity: float | None) -> float:
        level = self.default if severity is None else float(severity)
        counted = self.n_columns is None
        if not self.low <= level <= self.high or (counted and level != round(level)):
            kind = "a whole number" if counted else "a number"
            raise InputError(
                f"{self.label}: the severity {level:g} is not {kind} from {self.low:g} to "
                f"{self.high:g} ({self.unit}). Choose one in this range."
            )
        return level

    def _places(
        self, m: int, level: float, columns: Sequence[str] | int | None, rng: Rng, own: bool
    ) -> Columns:
        """Choose the columns struck, shape (m, k); rows that share them repeat one choice."""
        if columns is not None and not isinstance(columns, int):
            chosen = _positions(columns)
            return np.broadcast_to(chosen, (m, len(chosen)))
        count = columns or self.n_columns or int(level)
        among = N_MEASURES if self.pairing == "worst" else D
        needed = 2 * count if self.pairing == "any" else count
        if not 1 <= needed <= among:
            raise InputError(
                f"{self.label}: {needed} different columns cannot be chosen among {among}. "
                "Choose fewer."
            )
        order = rng.random((m if own else 1, among)).argsort(axis=1)[:, :needed]
        if self.pairing == "worst":
            order = np.stack([order, order + TO_WORST], axis=2).reshape(len(order), 2 * needed)
        return np.broadcast_to(order, (m, order.shape[1]))


def _rows(n: int, share: float, rng: Rng) -> Columns:
    if not 0 <= share <= 1:
        raise InputError(f"The share of spoilt rows is {share:g}; give one from 0 to 1.")
    if share == 1:
        return np.arange(n)
    return np.sort(rng.choice(n, round(share * n), replace=False))


def _positions(columns: Sequence[str]) -> Columns:
    for name in columns:
        if name not in FEATURES.names:
            raise InputError(f"There is no column {name}. Use the names of the record's fields.")
    return np.array([FEATURES.names.index(name) for name in columns], dtype=np.intp)


def _merged(X: Floats, struck: Columns, places: Columns, spoilt: Floats, in_range: bool) -> Planted:
    """Write the spoilt values into a copy, impossible ones moved to the nearest possible."""
    usual = typical()
    low, high = (usual.least, usual.most) if in_range else (LOW, HIGH)
    nearest = usual.least if in_range else usual.floor
    possible = np.where(spoilt < low[places], nearest[places], spoilt)
    possible = np.minimum(possible, high[places])
    changed = X.copy()
    changed[struck[:, None], places] = possible
    cells = np.zeros(X.shape, dtype=bool)
    differs = possible != X[struck[:, None], places]
    cells[struck[:, None], places] = differs
    clipped = int(np.sum(differs & (possible != spoilt) & ~np.isnan(spoilt)))
    return Planted(changed, cells, np.arange(len(X)), clipped)

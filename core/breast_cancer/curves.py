"""How the estimate moves along one column, with the other twenty-nine dragged along or held.

Held, a moved case soon stops being one: a radius without its perimeter and area is no nucleus.
Dragged, the others follow as they do among the training cases, and the case keeps what is its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import FLAG_LEVEL, IntegrityReference
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import DECIMALS, INTERVAL_LEVEL, parse_case, to_row
from core.errors import InputError

Floats = NDArray[np.float64]
Others = Literal["dragged", "held"]

POINTS = 41
NOTE = "The model's answer to other values. It does not say what would happen to the patient."


@dataclasses.dataclass(frozen=True, slots=True)
class SensitivityCurve:
    """The estimate along one column.

    Attributes
    ----------
    feature, label : str
        The column.
    others : {"dragged", "held"}
        What the other columns do.
    value : float
        The case's own value.
    grid : tuple of float
        Rising values over the range of the training cases, the case's own among them.
    p, low, high : tuple of float
        Champion's probability with its 90 % interval (bootstrap refits) at each value.
    forest_p : tuple of float
        Random forest's probability.
    ood_p : tuple of float
        Conformal p value that the moved case's values fit together.
    off : tuple of bool
        Whether it is at or below the flag level: the model is asked about a case that cannot be.
    note : str
        What the curve is, and what it is not.
    """

    feature: str
    label: str
    others: Others
    value: float
    grid: tuple[float, ...]
    p: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    forest_p: tuple[float, ...]
    ood_p: tuple[float, ...]
    off: tuple[bool, ...]
    note: str = NOTE

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain, JSON-safe data."""
        return dataclasses.asdict(self)


def sensitivity_curve(
    case: Mapping[str, object], feature: str, others: Others = "dragged"
) -> SensitivityCurve:
    """Ask the models about a case with one column moved.

    Parameters
    ----------
    case : mapping
        Field name to value; all thirty are needed.
    feature : str
        The column to move.
    others : {"dragged", "held"}
        Whether the other columns follow as their logarithms depend on it among the training cases,
        or stay as they are.

    Raises
    ------
    InputError
        If a value is refused, or the column is no field.
    """
    if feature not in FEATURES.names:
        raise InputError(f"{feature}: is not a field. Known: {', '.join(FEATURES.names)}.")
    row, loaded = to_row(parse_case(case)), models()
    at = FEATURES.names.index(feature)
    cohort = wdbc()
    seen = cohort.X[cohort.train, at]
    grid = np.union1d(np.linspace(seen.min(), seen.max(), POINTS), row[at])
    moved = moved_cases(loaded.reference, row, at, grid, others)
    tail = (1 - INTERVAL_LEVEL) / 2
    p = expit(loaded.champion.log_odds(moved))
    low, high = expit(np.quantile(loaded.champion.refits(moved), (tail, 1 - tail), axis=0))
    ood_p = loaded.reference.p_value(loaded.reference.score(moved))

    def shown(values: Floats) -> tuple[float, ...]:
        return tuple(np.round(values, DECIMALS).tolist())

    return SensitivityCurve(
        feature=feature,
        label=FEATURES[feature].label,
        others=others,
        value=float(row[at]),
        grid=tuple(grid.tolist()),
        p=shown(p),
        low=shown(np.minimum(low, p)),
        high=shown(np.maximum(high, p)),
        forest_p=shown(loaded.forest.probability(moved)),
        ood_p=shown(ood_p),
        off=tuple((ood_p <= FLAG_LEVEL).tolist()),
    )


def moved_cases(
    reference: IntegrityReference, row: Floats, at: int, grid: Floats, others: Others
) -> Floats:
    """Return the case with one column at each value of the grid, shape (m, 30).

    Parameters
    ----------
    reference : IntegrityReference
        How the columns belong together.
    row : ndarray, shape (30,)
        The case.
    at : int
        Position of the column that moves.
    grid : ndarray, shape (m,)
        Its values.
    others : {"dragged", "held"}
        What the other columns do; dragged, each logarithm changes by its regression on the moved
        one.
    """
    moved = np.tile(row, (len(grid), 1))
    if others == "dragged":
        covariance = np.linalg.inv(reference.precision)
        slopes = covariance[:, at] / covariance[at, at]
        logs = (np.log(row + reference.offset) - reference.mean) / reference.scale
        target = (np.log(grid + reference.offset[at]) - reference.mean[at]) / reference.scale[at]
        z = logs + (target - logs[at])[:, None] * slopes
        moved = np.exp(z * reference.scale + reference.mean) - reference.offset
        moved = np.maximum(moved, 0.0)
    moved[:, at] = grid
    return moved

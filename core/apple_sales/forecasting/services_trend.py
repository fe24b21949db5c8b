"""Services revenue against time, and against the devices sold in the same quarter."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.reported.data import COUNTED, quarters
from core.plain import plain
from core.stats.error_size import skill
from core.stats.intervals import Interval

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class ServicesModel:
    """One linear model of quarterly services revenue, judged on quarters left out in turn.

    Attributes
    ----------
    name : str
        What it knows.
    terms : int
        Coefficients, the constant counted.
    r2 : Interval
        Leave-one-out coefficient of determination; below 0 is worse than the mean of the other
        quarters.
    """

    name: str
    terms: int
    r2: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain data."""
        return {**plain(self), "r2": self.r2.to_dict()}


def services_models(level: float = 0.95) -> tuple[ServicesModel, ...]:
    """Return leave-one-out R2 of services revenue on units, on time, and on both; 16 quarters.

    Leaving single quarters out asks how well gaps are filled, not how well the future is forecast:
    for that see the rolling origins of :func:`core.apple_sales.forecast`.

    Parameters
    ----------
    level : float
        Confidence level.
    """
    y = quarters("revenue by category")["Services"].to_numpy(dtype=np.float64)
    units = quarters("units")[list(COUNTED)].to_numpy(dtype=np.float64)
    time = np.arange(len(y), dtype=np.float64)[:, None]
    designs = {
        "Units of iPhone, Mac and iPad sold": units,
        "A straight line in time": time,
        "Both": np.hstack([time, units]),
    }
    return tuple(_model(name, x, y, level) for name, x in designs.items())


def _model(name: str, x: Floats, y: Floats, level: float) -> ServicesModel:
    design = np.column_stack([np.ones(len(y)), (x - x.mean(axis=0)) / x.std(axis=0)])
    hat = design @ np.linalg.pinv(design)
    errors = (y - hat @ y) / (1 - np.diag(hat))
    # The mean it is held against must not know the quarter either, which makes its errors larger
    # by n / (n - 1); a skill is a ratio, so the model's are made smaller instead.
    found = skill(y, y - errors * (len(y) - 1) / len(y))
    if found is None:
        message = "sixteen different quarters always have a skill"
        raise AssertionError(message)
    return ServicesModel(name, design.shape[1], found.interval(level))

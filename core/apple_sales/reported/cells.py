"""Revenue by category and segment together: an estimate, because Apple publishes only the sums."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from core.apple_sales.reported.data import SEGMENTS, annual, category_eras
from core.errors import InputError, Problem
from core.plain import plain
from core.stats.raking import rake

TILTED = ("iPhone", "Greater China")
TILT_RANGE = (0.25, 4.0)
LABEL = "estimate"


@dataclasses.dataclass(frozen=True, slots=True)
class CellEstimate:
    """Estimated revenue of every category in every segment.

    Attributes
    ----------
    year : int
        Fiscal year.
    tilt : float
        How many times higher the odds of iPhone are in Greater China than elsewhere; 1 means the
        same mix everywhere.
    values : DataFrame
        USD million, categories by segments; rows and columns sum to the reported figures.
    """

    year: int
    tilt: float
    values: pd.DataFrame

    def share(self, category: str, segment: str) -> float:
        """Return a category's share of a segment's revenue."""
        return float(self.values[segment].loc[category] / self.values[segment].sum())

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as plain data."""
        cells = {str(name): row.to_dict() for name, row in self.values.iterrows()}
        result: dict[str, Any] = plain(
            {"year": self.year, "tilt": self.tilt, "mark": LABEL, "unit": "USD million",
             "cells": cells}
        )  # fmt: skip
        return result


def cell_estimate(year: int = 2025, tilt: float = 1.0) -> CellEstimate:
    """Estimate revenue by category and segment from the two sets of sums.

    The base is row times column over total. The tilt multiplies the odds of iPhone in Greater
    China; proportional fitting then restores both sets of reported sums. The Form 10-K for fiscal
    2022 (Note 2) says that the mix is similar in all segments, with a moderately higher share of
    iPhone in Greater China.

    Parameters
    ----------
    year : int, default 2025
        Fiscal year; FY2018 is taken as restated.
    tilt : float, default 1.0
        Between 0.25 and 4.

    Raises
    ------
    InputError
        If the year is not reported or the tilt is outside its range.
    """
    old, new = category_eras()
    categories = new if year in new.index else old
    if year not in categories.index:
        raise _refused("year", year, "is not reported.", "Choose a year from 2015 to 2025.")
    low, high = TILT_RANGE
    if not low <= tilt <= high:
        raise _refused("tilt", tilt, "is out of range.", f"Give a number from {low:g} to {high:g}.")
    rows = categories.loc[year]
    columns = annual("revenue by segment").loc[year, list(SEGMENTS)]
    seed = pd.DataFrame(1.0, index=list(rows.index), columns=list(columns.index))
    seed.loc[TILTED] = tilt
    fitted = rake(seed.to_numpy(), rows.to_numpy(), columns.to_numpy())
    return CellEstimate(year, float(tilt), pd.DataFrame(fitted, seed.index, seed.columns))


def _refused(name: str, value: float, message: str, fix: str) -> InputError:
    return InputError.from_problems(
        (Problem(name, str(value), "range", f"{value:g} {message}", fix),)
    )

"""Differences between segments, categories and regions, judged together."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from core.apple_sales.learning.examples import sales_example
from core.apple_sales.reported.data import quarters
from core.apple_sales.reported.growth_risk import category_growth, segment_growth
from core.errors import InputError, Problem
from core.plain import plain
from core.stats.contrasts import Contrasts, Correction, contrasts
from core.stats.intervals import Interval, wilson

Source = Literal[
    "segment growth", "category growth", "quarterly category growth", "unit growth", "noise regions"
]
SOURCES: tuple[Source, ...] = (
    "segment growth", "category growth", "quarterly category growth", "unit growth", "noise regions"
)  # fmt: skip
MOST_GROUPS = 12
"""Groups of an uploaded table that are compared: 66 pairs."""

SEASON = 4

YEARLY = (
    "Years are the pairing unit, because a good year is good everywhere.",
    "Growth in different years is taken to be independent.",
)
BREAK = "FY2019 is compared with FY2018 restated, so no change spans the two bases."
QUARTERLY = (
    "Quarters are the pairing unit.",
    "Neighbouring quarters of year-on-year growth resemble each other, so twelve of them tell less "
    "than twelve independent values would, and the p values are too small.",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """Contrasts with what they are about.

    Attributes
    ----------
    title, unit : str
        What is compared, and its unit.
    notes : tuple of str
        What the p values assume, and where that is doubtful.
    contrasts : Contrasts
        The pairs.
    """

    title: str
    unit: str
    notes: tuple[str, ...]
    contrasts: Contrasts

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as strict JSON."""
        found: dict[str, Any] = plain(self)
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How often tables of pure noise show a difference between regions.

    Attributes
    ----------
    alpha : float
        Level of the tests.
    unadjusted, adjusted : Interval
        Share of tables with at least one pair at or below the level, before and after Holm's
        adjustment.
    """

    alpha: float
    unadjusted: Interval
    adjusted: Interval


def contrasts_of(
    source: Source, *, correction: Correction = "Holm", alpha: float = 0.05, seed: int = 0
) -> Comparison:
    """Compare all pairs of groups in one of the built-in data sets.

    Parameters
    ----------
    source : str
        ``"segment growth"`` and ``"category growth"``: revenue growth, FY2016 to FY2025, in
        percent a year, never across the break of FY2018. ``"quarterly category growth"`` and
        ``"unit growth"``: growth over the same quarter of the year before, 12 quarters of FY2016
        to FY2018. ``"noise regions"``: services revenue by region in a table of noise like the
        public demo's.
    correction : {"Holm", "Benjamini-Hochberg", "Games-Howell"}
        How p values are adjusted; Games-Howell only for ``"noise regions"``.
    alpha : float, default 0.05
        Error level over all pairs.
    seed : int, default 0
        Which table of noise.

    Raises
    ------
    InputError
        If the source is unknown or the correction does not fit it.
    """
    if source not in SOURCES:
        raise _unknown("source", source, SOURCES)
    if correction not in get_args(Correction):
        raise _unknown("correction", correction, get_args(Correction))
    if source == "noise regions":
        noise = sales_example("noise", seed=seed)
        return contrasts_in(noise.frame, "Region", noise.target, correction=correction, alpha=alpha)
    if correction == "Games-Howell":
        raise _unknown("correction", correction, ("Holm", "Benjamini-Hochberg"))
    wide, title, note = _growth(source)
    groups = {str(name): wide[name].to_numpy() for name in wide}
    found = contrasts(groups, design="paired", correction=correction, alpha=alpha)
    return Comparison(title, "% a year", note, found)


def contrasts_in(
    frame: pd.DataFrame,
    group: str,
    value: str,
    *,
    correction: Correction = "Holm",
    alpha: float = 0.05,
) -> Comparison:
    """Compare all pairs of groups of a table whose rows are independent.

    Parameters
    ----------
    frame : DataFrame
        A table with one row an observation.
    group, value : str
        Column of the groups (2 to 12 of them) and column of numbers.
    correction : {"Holm", "Benjamini-Hochberg", "Games-Howell"}
        How p values are adjusted.
    alpha : float, default 0.05
        Error level over all pairs.

    Raises
    ------
    InputError
        If a column is missing or unfit.
    NotEnoughDataError
        If a group has fewer than three values, or no spread.
    """
    for role, name in (("group", group), ("value", value)):
        if name not in frame:
            raise _unknown(role, name, [str(column) for column in frame])
    numbers = pd.to_numeric(frame[value], errors="coerce").astype(float)
    known = frame[group].notna() & np.isfinite(numbers)
    names = sorted({str(name) for name in frame.loc[known, group]})
    if len(names) > MOST_GROUPS:
        message = f"it holds {len(names)} different values."
        fix = f"Choose a column with 2 to {MOST_GROUPS} groups."
        raise InputError.from_problems((Problem(group, "", "too-many", message, fix),))
    texts = frame[group].astype(str)
    groups = {name: numbers[known & (texts == name)].to_numpy() for name in names}
    found = contrasts(groups, correction=correction, alpha=alpha)
    notes: tuple[str, ...] = ("The rows are taken to be independent of each other.",)
    lost = int((~known).sum())
    if lost:
        notes += (f"{lost} of {len(frame)} rows without a group or a number are left out.",)
    return Comparison(f"{value} by {group}", value, notes, found)


def false_alarms(tables: int = 200, *, alpha: float = 0.05, seed: int = 0) -> FalseAlarms:
    """Count in how many noise tables a region "differs", before and after the adjustment.

    Parameters
    ----------
    tables : int, default 200
        Number of tables of 1,000 rows.
    alpha : float, default 0.05
        Level of the tests.
    seed : int, default 0
        Seed of the first table; the others follow.
    """
    found = [contrasts_of("noise regions", alpha=alpha, seed=seed + i) for i in range(tables)]
    before = sum(one.contrasts.unadjusted > 0 for one in found)
    after = sum(one.contrasts.seen > 0 for one in found)
    return FalseAlarms(alpha, wilson(before, tables), wilson(after, tables))


def _growth(source: Source) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Return growth in percent, one row a period, with its title and its doubts."""
    if source == "segment growth":
        title = "Revenue growth of the reported segments, FY2016 to FY2025"
        return 100 * segment_growth(), title, YEARLY
    if source == "category growth":
        title = "Revenue growth of the categories, FY2016 to FY2025"
        return 100 * category_growth(), title, (*YEARLY, BREAK)
    revenue = source == "quarterly category growth"
    table = quarters("revenue by category" if revenue else "units")
    what = "Revenue growth of the categories" if revenue else "Growth of units sold"
    title = f"{what} over the same quarter a year before, 2016 Q1 to 2018 Q4"
    return 100 * table.pct_change(SEASON).iloc[SEASON:], title, QUARTERLY


def _unknown(field: str, value: str, known: Any) -> InputError:
    message, fix = f"{value} is not possible here.", f"Choose one of: {', '.join(known)}."
    return InputError.from_problems((Problem(field, value, "unknown-code", message, fix),))

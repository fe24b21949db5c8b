"""The table itself, to look at: rows, ranges, and how the columns hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError

DIAGNOSES = {0: "benign", 1: "malignant"}
FEWEST_ROWS = 3


def table() -> pd.DataFrame:
    """Return all 569 cases: case number, diagnosis, role, and the thirty values."""
    cohort = wdbc()
    frame = pd.DataFrame(cohort.X, columns=list(FEATURES.names))
    frame.insert(0, "case", np.arange(1, cohort.n + 1))
    frame.insert(1, "diagnosis", [DIAGNOSES[int(y)] for y in cohort.y])
    frame.insert(2, "role", np.where(cohort.held, "held out", "training"))
    return frame


def select(
    frame: pd.DataFrame,
    diagnoses: Sequence[str],
    ranges: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Return the cases with one of the diagnoses whose values lie in every range, ends included.

    Raises
    ------
    InputError
        If a range names a column that the table does not have.
    """
    kept = frame["diagnosis"].isin(list(diagnoses))
    for name, (low, high) in ranges.items():
        if name not in FEATURES.names:
            raise InputError(f"{name}: is not a field. Known: {', '.join(FEATURES.names)}.")
        kept &= frame[name].between(low, high)
    return frame[kept]


def describe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return n, mean, standard deviation, quartiles and extremes of every value column."""
    summary = frame[list(FEATURES.names)].describe().T
    summary.insert(0, "Field", [FEATURES[str(name)].label for name in summary.index])
    return summary.reset_index(drop=True)


def correlations(frame: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Return field labels and Pearson correlations of the logarithms, shape (30, 30).

    Logarithms, because the columns are related by powers: an area goes with the square of a
    radius. Values of 0 take half the smallest positive value of the whole table.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than three cases.
    """
    if len(frame) < FEWEST_ROWS:
        raise NotEnoughDataError(f"{len(frame)} cases; a correlation needs {FEWEST_ROWS}.")
    values = frame[list(FEATURES.names)].to_numpy(float)
    smallest = np.where(wdbc().X > 0, wdbc().X, np.inf).min(axis=0)
    logs = np.log(np.where(values > 0, values, smallest / 2))
    with np.errstate(invalid="ignore"):
        found = np.corrcoef(logs.T)
    # A column that is constant in the selection goes with nothing.
    np.nan_to_num(found, copy=False, nan=0.0)
    np.fill_diagonal(found, 1.0)
    return [spec.label for spec in FEATURES], np.clip(found, -1.0, 1.0)

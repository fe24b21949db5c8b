"""What a batch is held against: the training cases, or a reference that the user brings."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import IntegrityReference, fit_reference
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.errors import InputError
from core.stats.intervals import Interval
from core.stats.prevalence import estimate_prevalence

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LOW = np.array([spec.low for spec in FEATURES], dtype=np.float64)
HIGH = np.array([spec.high for spec in FEATURES], dtype=np.float64)
_D = len(FEATURES.names)


@dataclasses.dataclass(frozen=True)
class DriftReference:
    """Reference cases with all that a comparison needs.

    Attributes
    ----------
    table : ndarray, shape (n, 30)
        The cases; NaN where a cell is missing.
    integrity : IntegrityReference
        Fitted to the complete cases, in their order.
    log_odds : ndarray, shape (m,)
        Log-odds of malignancy of the m complete cases.
    predict : callable
        Log-odds of new cases.
    prior : float
        Share of malignant cases for which the log-odds are calibrated.
    model : str
        Name and hash of the models.
    notes : tuple of str
        What to know about the reference, in sentences.
    """

    table: Floats
    integrity: IntegrityReference
    log_odds: Floats
    predict: Callable[[Floats], Floats]
    prior: float
    model: str
    notes: tuple[str, ...] = ()

    @functools.cached_property
    def complete(self) -> Floats:
        """The complete cases, shape (m, 30)."""
        return self.table[~np.isnan(self.table).any(axis=1)]

    @functools.cached_property
    def prevalence(self) -> Interval:
        """Share of malignant cases as the batch's is estimated: from the log-odds."""
        return estimate_prevalence(expit(self.log_odds), self.prior)

    @functools.cached_property
    def scores(self) -> Floats:
        """Integrity scores, shape (n,): leave-one-out, and infinite for incomplete cases."""
        incomplete = len(self.table) - len(self.complete)
        return np.concatenate([self.integrity.calibration, np.full(incomplete, np.inf)])


@functools.cache
def training_reference() -> DriftReference:
    """Return the training cases of the shipped models, with scores and log-odds out of sample."""
    loaded, cohort = models(), wdbc()
    return DriftReference(
        table=cohort.X[cohort.train],
        integrity=loaded.reference,
        log_odds=loaded.reference_log_odds,
        predict=loaded.champion.log_odds,
        prior=float(cohort.y[cohort.train].mean()),
        model=loaded.tag,
    )


def own_reference(cases: ArrayLike | pd.DataFrame) -> DriftReference:
    """Make a reference of other cases; the model stays the shipped one.

    Parameters
    ----------
    cases : DataFrame or array_like, shape (n, 30)
        At least 200 complete cases. Incomplete ones count when the shares of missing cells are
        compared, and otherwise as rows that no score can surpass.

    Raises
    ------
    InputError
        If columns are missing or not numbers, or a column is constant.
    NotEnoughDataError
        If there are too few complete cases.
    """
    table, refused = as_table(cases, "reference")
    complete = table[~np.isnan(table).any(axis=1)]
    shipped = training_reference()
    notes = [f"Held against an own reference of {len(complete)} complete cases."]
    if len(complete) < len(table):
        notes.append(f"{len(table) - len(complete)} reference cases are incomplete.")
    if refused:
        notes.append(f"{refused} cells of the reference are impossible and count as missing.")
    return dataclasses.replace(
        shipped,
        table=table,
        integrity=fit_reference(complete),
        log_odds=shipped.predict(complete),
        notes=tuple(notes),
    )


def as_table(cases: ArrayLike | pd.DataFrame, name: str = "batch") -> tuple[Floats, int]:
    """Return cases as an array in the order of the fields, and how many cells were refused.

    A cell that is infinite or outside the limits of its field becomes NaN, as a missing one is.

    Raises
    ------
    InputError
        If columns are missing or hold something else than numbers.
    """
    if isinstance(cases, pd.DataFrame):
        absent = [field for field in FEATURES.names if field not in cases.columns]
        if absent:
            raise InputError(f"The {name} lacks the columns {', '.join(absent)}. Add them.")
        cases = cases[list(FEATURES.names)]
    try:
        # One layout in memory, so that sums add up in one order.
        table = np.atleast_2d(np.ascontiguousarray(cases, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The {name} holds something that is not a number. "
            "Check the file first; missing values are empty cells."
        ) from error
    if table.ndim != 2 or table.shape[1] != _D:
        raise InputError(f"The {name} has the shape {table.shape}; rows of {_D} values are needed.")
    outside = (table < LOW) | (table > HIGH)
    refused = int(np.sum(outside))
    return (np.where(outside, np.nan, table) if refused else table), refused

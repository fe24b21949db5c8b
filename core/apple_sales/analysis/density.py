"""Groups by density (DBSCAN), and how many the same settings find in noise."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd

from core.apple_sales.analysis.structure import numbers_of
from core.errors import InputError, Problem
from core.stats.partition import Floats, Labels

REFERENCES = 39


@dataclasses.dataclass(frozen=True, slots=True)
class DensityGroups:
    """What DBSCAN finds, beside what it finds in noise.

    Attributes
    ----------
    n : int
        Rows.
    eps : float
        Radius, in standard deviations.
    min_samples : int
        Rows within the radius that make a row a core.
    groups, alone : int
        Groups found, and rows in none.
    noise_groups, noise_alone : tuple of int
        Smallest and largest of the same over the reference tables.
    references : int
        Reference tables: independent uniform columns over the ranges of the rows.
    labels : ndarray of int, shape (n,)
        Group of each row; -1 for none.
    """

    n: int
    eps: float
    min_samples: int
    groups: int
    alone: int
    noise_groups: tuple[int, int]
    noise_alone: tuple[int, int]
    references: int
    labels: Labels

    @property
    def unusual(self) -> bool:
        """Whether the number of groups or of rows alone lies outside what noise gave."""
        low, high = self.noise_groups
        few, many = self.noise_alone
        return not (low <= self.groups <= high and few <= self.alone <= many)


def density_groups(
    frame: pd.DataFrame, *, eps: float = 0.5, min_samples: int = 5, seed: int = 0
) -> DensityGroups:
    """Look for dense groups in the standardised numbers of a table.

    Parameters
    ----------
    frame : DataFrame
        As for :func:`core.apple_sales.structure`.
    eps : float, default 0.5
        Radius, in standard deviations, above 0.
    min_samples : int, default 5
        Rows within the radius that make a row a core, at least 2.
    seed : int, default 0
        Source of the reference tables.

    Raises
    ------
    InputError
        If a setting is out of range, or the table cannot be used.
    NotEnoughDataError
        If fewer than eight rows are complete.

    References
    ----------
    Ester, Kriegel, Sander and Xu, KDD (1996) 226-231.
    """
    if not (math.isfinite(eps) and eps > 0):
        raise _bad("eps", f"{eps}", "it is not above 0.", "Give a radius such as 0.5.")
    if min_samples < 2:
        raise _bad("min_samples", f"{min_samples}", "it is below 2.", "Give a number such as 5.")
    rng = np.random.default_rng(seed)
    rows = numbers_of(frame, rng).z
    labels = _divide(rows, eps, min_samples)
    # The radius is absolute, so the box must not grow: along principal axes it would.
    low, high = rows.min(axis=0), rows.max(axis=0)
    tables = (rng.uniform(low, high, rows.shape) for _ in range(REFERENCES))
    noise = [_divide(table, eps, min_samples) for table in tables]
    groups, alone = [_count(one) for one in noise], [_alone(one) for one in noise]
    return DensityGroups(
        n=len(rows),
        eps=eps,
        min_samples=min_samples,
        groups=_count(labels),
        alone=_alone(labels),
        noise_groups=(min(groups), max(groups)),
        noise_alone=(min(alone), max(alone)),
        references=REFERENCES,
        labels=labels,
    )


def _divide(rows: Floats, eps: float, min_samples: int) -> Labels:
    from sklearn.cluster import DBSCAN

    found = DBSCAN(eps=eps, min_samples=min_samples, n_jobs=1).fit_predict(rows)
    return np.asarray(found, dtype=np.intp)


def _count(labels: Labels) -> int:
    return int(labels.max()) + 1


def _alone(labels: Labels) -> int:
    return int((labels < 0).sum())


def _bad(field: str, value: str, message: str, fix: str) -> InputError:
    return InputError.from_problems((Problem(field, value, "range", message, fix),))

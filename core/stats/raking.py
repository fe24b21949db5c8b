"""Iterative proportional fitting: a table with given sums that keeps the odds ratios of another.

Source: Deming and Stephan, Annals of Mathematical Statistics 11 (1940), 427-444.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import SuiteError

Floats = NDArray[np.float64]

TOLERANCE = 1e-13
MOST_ROUNDS = 1_000


def rake(seed: ArrayLike, rows: ArrayLike, columns: ArrayLike) -> Floats:
    """Scale the rows and columns of a positive table until they have the wanted sums.

    Parameters
    ----------
    seed : array_like, shape (m, n)
        Positive numbers whose odds ratios are kept.
    rows, columns : array_like, shape (m,) and (n,)
        Wanted sums, positive, with one total.

    Returns
    -------
    ndarray, shape (m, n)
        The fitted table; its sums are met to within rounding.

    Raises
    ------
    SuiteError
        If a number is not positive, or the two sets of sums have different totals.
    """
    table = np.array(seed, dtype=np.float64)
    right, below = np.asarray(rows, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    if not all((np.isfinite(part) & (part > 0)).all() for part in (table, right, below)):
        raise SuiteError("Proportional fitting needs positive numbers in the table and its sums.")
    total = float(right.sum())
    if abs(total - below.sum()) > 1e-9 * total:
        raise SuiteError(
            f"The wanted row sums have the total {total:g}, the column sums {below.sum():g}; "
            "they must agree."
        )
    for _ in range(MOST_ROUNDS):
        table *= (right / table.sum(axis=1))[:, None]
        table *= below / table.sum(axis=0)
        if np.abs(table.sum(axis=1) - right).max() <= TOLERANCE * total:
            return table
    raise SuiteError(f"Proportional fitting did not settle in {MOST_ROUNDS} rounds.")

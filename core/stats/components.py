"""Principal components, and how many of them are more than chance."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError, SuiteError
from core.plain import plain

Floats = NDArray[np.float64]

FEWEST = 4
"""Rows below which no components are computed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Components:
    """Principal components of standardised columns.

    Attributes
    ----------
    names : tuple of str
        The columns.
    n : int
        Rows.
    variances : ndarray, shape (m,)
        Variance along each component, largest first; their sum is the number of columns.
    thresholds : ndarray, shape (m,)
        Quantile of the same over tables whose columns were shuffled apart.
    kept : int
        Components before the first whose variance does not exceed its threshold.
    loadings : ndarray, shape (d, m)
        Correlation of each column with each component.
    scores : ndarray, shape (n, m)
        Rows along the components, each of unit variance where the component has any.
    draws : int
        Shuffled tables.
    quantile : float
        Which quantile the thresholds are.
    """

    names: tuple[str, ...]
    n: int
    variances: Floats
    thresholds: Floats
    kept: int
    loadings: Floats
    scores: Floats
    draws: int
    quantile: float

    @property
    def shares(self) -> Floats:
        """Share of the total variance along each component."""
        return np.asarray(self.variances / self.variances.sum())

    def to_dict(self) -> dict[str, Any]:
        """Return the components as strict JSON, without the scores of the rows."""
        found: dict[str, Any] = plain(self)
        del found["scores"]
        return found


def components(
    x: ArrayLike,
    names: Sequence[str],
    *,
    draws: int = 400,
    quantile: float = 0.95,
    seed: int | np.random.Generator = 0,
) -> Components:
    """Return the principal components and how many rise above chance (parallel analysis).

    Columns are standardised first. Chance is shuffling: every column keeps its values, and its rows
    are put in random order, which destroys all association. Each component's sign is chosen so that
    its largest loading is positive.

    Parameters
    ----------
    x : array_like, shape (n, d)
        Finite rows; every column varies and ``d >= 2``.
    names : sequence of str
        Names of the columns.
    draws : int, default 400
        Number of shuffled tables.
    quantile : float, default 0.95
        Quantile of the shuffled variances that a component must exceed.
    seed : int or Generator, default 0
        Source of the shuffles.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than four rows, fewer than two columns, or a column does not vary.
    SuiteError
        If a value is not finite.

    References
    ----------
    Horn, Psychometrika 30 (1965) 179-185. Buja and Eyuboglu, Multivariate Behavioral Research 27
    (1992) 509-540 (shuffling). Gabriel, Biometrika 58 (1971) 453-467 (biplot).
    """
    rows = _checked(np.asarray(x, dtype=np.float64), names)
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1)
    left, singular, axes = np.linalg.svd(z, full_matrices=False)
    root = np.sqrt(len(z) - 1)
    variances, loadings = np.square(singular / root), axes.T * (singular / root)
    largest = np.abs(loadings).argmax(axis=0)
    signs = np.where(loadings[largest, np.arange(loadings.shape[1])] < 0, -1.0, 1.0)
    thresholds = _thresholds(z, draws, quantile, np.random.default_rng(seed))
    above = variances > thresholds
    kept = int(np.argmin(above)) if not above.all() else len(above)
    return Components(
        names=tuple(names),
        n=len(z),
        variances=variances,
        thresholds=thresholds,
        kept=kept,
        loadings=loadings * signs,
        scores=left * root * signs,
        draws=draws,
        quantile=quantile,
    )


def _thresholds(z: Floats, draws: int, quantile: float, rng: np.random.Generator) -> Floats:
    size = min(z.shape)
    found = np.empty((draws, size))
    for i in range(draws):
        shuffled = rng.permuted(z, axis=0)
        squares = np.linalg.eigvalsh(shuffled.T @ shuffled / (len(z) - 1))
        found[i] = squares[::-1][:size]
    return np.asarray(np.quantile(found, quantile, axis=0))


def _checked(rows: Floats, names: Sequence[str]) -> Floats:
    if rows.ndim != 2 or rows.shape[1] != len(names) or rows.shape[1] < 2 or len(rows) < FEWEST:
        message = (
            f"Components need at least {FEWEST} rows and 2 named columns; given is a table of shape"
            f" {rows.shape} with {len(names)} names."
        )
        raise NotEnoughDataError(message)
    if not np.isfinite(rows).all():
        message = "A value is missing or infinite. Components are computed from complete rows only."
        raise SuiteError(message)
    for name, spread in zip(names, np.ptp(rows, axis=0), strict=True):
        if spread == 0:
            message = f"Column {name} holds one value only. Leave it out."
            raise NotEnoughDataError(message)
    return rows

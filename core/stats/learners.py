"""Small learners for the question whether anything can be learned: quick, and cross-fitted.

Linear learners give many outcomes at once, because their fit is a matrix that does not depend on
the outcome; that makes permutation tests of them nearly free.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
Name = Literal["linear", "quadratic", "boosting"]

NAMES: tuple[Name, ...] = ("linear", "quadratic", "boosting")
"""The family, from the plainest to the most flexible."""

MOST_TERMS = 150
"""Greatest number of quadratic terms; with more, products of columns are left out."""

_JITTER = 1e-9
_TREES, _RATE, _LEAVES, _BINS = 20, 0.2, 8, 32


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """Columns of a linear learner and the weight of its penalty.

    Attributes
    ----------
    columns : ndarray, shape (n, q)
        Standardised columns.
    ridge : float
        Penalty on the square of each coefficient, in units of the error's variance.
    """

    columns: Floats
    ridge: float


def standardised(columns: Floats) -> Floats:
    """Return columns with mean 0 and standard deviation 1; a constant column becomes 0."""
    spread = columns.std(axis=0)
    scaled: Floats = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def linear_basis(x: Floats) -> Basis:
    """Return the columns themselves, for least squares.

    Parameters
    ----------
    x : ndarray, shape (n, p)
        Finite values.
    """
    return Basis(standardised(x), 0.0)


def quadratic_basis(x: Floats) -> Basis:
    """Return columns, squares and products, with a ridge.

    The ridge is the number of terms: the one that a normal prior implies which expects half of
    the variance to be explained.

    Parameters
    ----------
    x : ndarray, shape (n, p)
        Finite values.

    References
    ----------
    Hoerl, Kennard and Baldwin, Communications in Statistics 4 (1975) 105-123.
    """
    z = standardised(x)
    p = z.shape[1]
    measured = [j for j in range(p) if len(np.unique(x[:, j])) > 2]
    terms = [z, *(z[:, [j]] ** 2 for j in measured)]
    if p + len(measured) + p * (p - 1) // 2 <= MOST_TERMS:
        terms += [z[:, [i]] * z[:, [j]] for i in range(p) for j in range(i)]
    columns = standardised(np.hstack(terms))
    kept = columns[:, columns.std(axis=0) > 0]
    return Basis(kept, float(kept.shape[1]))


def folds(n: int, k: int, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Return ``k`` random folds as (training rows, held-out rows)."""
    parts = np.array_split(rng.permutation(n), k)
    return tuple(
        (np.sort(np.concatenate([*parts[:i], *parts[i + 1 :]])), np.sort(held))
        for i, held in enumerate(parts)
    )


def held_out_linear(basis: Basis, outcomes: Floats, splits: Sequence[Fold]) -> Floats:
    """Predict each row from a fit on the other folds.

    Parameters
    ----------
    basis : Basis
        Columns and penalty.
    outcomes : ndarray, shape (n, b)
        One or more outcomes for the same rows.
    splits : sequence of Fold
        Every row is held out once.

    Returns
    -------
    ndarray, shape (n, b)
    """
    predicted = np.empty_like(outcomes)
    for train, held in splits:
        mean = outcomes[train].mean(axis=0)
        weights = _solve(basis, train, outcomes[train] - mean)
        centre = basis.columns[train].mean(axis=0)
        predicted[held] = mean + (basis.columns[held] - centre) @ weights
    return predicted


def _solve(basis: Basis, rows: NDArray[np.int64], centred: Floats) -> Floats:
    design = basis.columns[rows] - basis.columns[rows].mean(axis=0)
    penalty = basis.ridge + _JITTER * len(rows)
    gram = design.T @ design + penalty * np.eye(design.shape[1])
    weights: Floats = np.linalg.solve(gram, design.T @ centred)
    return weights


def fit_predict(name: Name, x: Floats, y: Floats, at: Floats, seed: int = 0) -> Floats:
    """Fit one learner and predict elsewhere.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    x, y : ndarray, shape (n, p) and (n,)
        Training rows.
    at : ndarray, shape (m, p)
        Where to predict.
    seed : int
        Seed of the boosting.
    """
    if name == "boosting":
        return boosted(x, y, at, seed)
    both = np.vstack([x, at])
    basis = linear_basis(both) if name == "linear" else quadratic_basis(both)
    rows = np.arange(len(x))
    weights = _solve(basis, rows, (y - y.mean())[:, None])[:, 0]
    centre = basis.columns[rows].mean(axis=0)
    predicted: Floats = y.mean() + (basis.columns[len(x) :] - centre) @ weights
    return predicted


def boosted(x: Floats, y: Floats, at: Floats, seed: int = 0) -> Floats:
    """Fit a few small gradient-boosted trees and predict elsewhere; arguments as ``fit_predict``.

    References
    ----------
    Friedman, Annals of Statistics 29 (2001) 1189-1232; Ke et al., LightGBM, NeurIPS (2017).
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=_TREES,
        learning_rate=_RATE,
        max_leaf_nodes=_LEAVES,
        max_bins=_BINS,
        min_samples_leaf=max(2, min(10, len(y) // 10)),
        early_stopping=False,
        random_state=seed,
    )
    predicted: Floats = model.fit(x, y).predict(at)
    return predicted


def held_out_boosted(x: Floats, y: Floats, splits: Sequence[Fold], seed: int = 0) -> Floats:
    """Predict each row from boosted trees fitted on the other folds."""
    predicted = np.empty_like(y)
    for train, held in splits:
        predicted[held] = boosted(x[train], y[train], x[held], seed)
    return predicted

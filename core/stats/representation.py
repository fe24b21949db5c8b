"""Geometry of a representation: similarity of two, effective rank, neighbours, distances.

A representation is a matrix of shape (n, d): one row per case.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, NotEnoughDataError
from core.stats.intervals import Interval, wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

BLOCK = 250
"""Rows whose distances to all others are held at once."""


def cka(a: Floats, b: Floats) -> float:
    """Return the linear centred kernel alignment of two representations of the same rows, 0 to 1.

    It is computed from products of features, in time proportional to the number of rows; no matrix
    of rows by rows is formed. Chance alone lifts it where there are few rows and many columns: see
    :func:`cka_debiased`. It is NaN if a representation is constant.

    Parameters
    ----------
    a, b : ndarray, shape (n, d), (n, e)
        Finite numbers; a vector of length n is one column.

    Raises
    ------
    InputError
        If the numbers of rows differ.

    References
    ----------
    Kornblith, Norouzi, Lee and Hinton, ICML 2019, PMLR 97, 3519-3529.
    """
    x, y = _pair(a, b)
    across, own, other = (float(np.sum(np.square(u.T @ v))) for u, v in ((x, y), (x, x), (y, y)))
    return across / math.sqrt(own * other) if own > 0 and other > 0 else math.nan


def cka_debiased(a: Floats, b: Floats) -> float:
    """Return the alignment with unbiased estimates of HSIC: about 0 for unrelated representations.

    It can be below 0 by chance, and is NaN if a representation has too little spread to compare.

    Parameters
    ----------
    a, b : ndarray, shape (n, d), (n, e)
        Finite numbers; a vector of length n is one column.

    Raises
    ------
    InputError
        If the numbers of rows differ.
    NotEnoughDataError
        If there are fewer than four rows.

    References
    ----------
    Song, Smola, Gretton, Bedo and Borgwardt, Journal of Machine Learning Research 13 (2012)
    1393-1434 (unbiased HSIC); Nguyen, Raghu and Kornblith, ICLR 2021 (its use in the alignment).
    """
    x, y = _pair(a, b)
    if len(x) < 4:
        raise NotEnoughDataError(f"The debiased alignment needs 4 rows; there are {len(x)}.")
    own, other = _unbiased_hsic(x, x), _unbiased_hsic(y, y)
    return _unbiased_hsic(x, y) / math.sqrt(own * other) if own > 0 and other > 0 else math.nan


def effective_rank(x: Floats) -> float:
    """Return how many directions the rows spread over: e to the entropy of the singular values.

    It lies between 1 (all rows on a line) and the number of columns; NaN if all rows are equal.

    References
    ----------
    Roy and Vetterli, EUSIPCO 2007, 606-610.
    """
    centred = x - x.mean(axis=0)
    gram = centred.T @ centred if x.shape[1] <= len(x) else centred @ centred.T
    # Squaring costs half the digits: what lies below is rounding.
    squares = np.linalg.eigvalsh(gram)
    values = np.sqrt(squares[squares > squares[-1] * 1e-14])
    if not len(values) or squares[-1] <= 0:
        return math.nan
    share = values / values.sum()
    return float(np.exp(-np.sum(share * np.log(share))))


def standardised(x: Floats) -> Floats:
    """Return the columns with mean 0 and standard deviation 1; constant columns are left out."""
    spread = x.std(axis=0)
    kept = spread > 1e-12 * np.maximum(1e-300, np.abs(x).max(axis=0, initial=0.0))
    varied = x[:, kept]
    return np.asarray((varied - varied.mean(axis=0)) / spread[kept])


def principal_coordinates(x: Floats, most: int) -> Floats:
    """Return the rows in their principal axes, the widest first, shape (n, min(d, n, most)).

    Distances between rows stay as they are unless axes are cut off. The sign of each axis is that
    of its largest loading.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Columns of mean 0.
    most : int
        Axes that are kept.
    """
    n, d = x.shape
    if d <= n:
        _, axes = np.linalg.eigh(x.T @ x)
    else:
        values, rows = np.linalg.eigh(x @ x.T)
        axes = x.T @ rows / np.sqrt(np.maximum(values, 1e-300))
    axes = axes[:, ::-1][:, : min(n, d, most)]
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(x @ (axes * np.sign(axes[largest, np.arange(axes.shape[1])])))


def neighbour_purity(x: Floats, y: Labels, k: int = 10, level: float = 0.95) -> Interval:
    """Return the share of each row's nearest neighbours of its own class, minus that of chance.

    Chance is the share of all other rows that are of the class. The interval is that of the normal
    law; each row counts both for its own neighbours and as the neighbour of others, which makes it
    wider than it need be (up to 1.4 times where neighbours say nothing of the class). It is never
    narrower than Wilson's for as many single calls.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Rows between which Euclidean distances are taken; a row is no neighbour of its own.
    y : ndarray of int, shape (n,)
        Classes.
    k : int
        Neighbours, fewer than n.
    level : float
        Confidence level.
    """
    from scipy.special import ndtri

    n = len(x)
    near = np.empty((n, k), dtype=np.intp)
    for start, squares in _squared_distances(x):
        # Equal distances: the partition picks among them by their place in the array.
        near[start : start + len(squares)] = np.argpartition(squares, k - 1, axis=1)[:, :k]
    same = y[near] == y[:, None]
    counts = np.bincount(y)
    purity, chance = float(same.mean()), float(np.sum(counts * (counts - 1.0)) / (n * (n - 1)))
    asked = np.bincount(near.ravel(), weights=same.ravel() - purity, minlength=n) / k
    pull = same.mean(axis=1) + asked - 2 * counts[y] / n
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(float(pull.var(ddof=1)) / n)
    # Neighbours that all agree have no spread: then the limits are those of as many single calls.
    share = wilson(purity * n, n, level)
    low, high = min(purity - half, share.low), min(max(purity + half, share.high), 1.0)
    method = f"{k} nearest neighbours, normal law"
    return Interval(purity - chance, low - chance, high - chance, n, level, method)


@dataclasses.dataclass(frozen=True, slots=True)
class Distances:
    """Mean Euclidean distances between rows, and what they say of the classes.

    Attributes
    ----------
    n : int
        Rows.
    within, between : float
        Mean over all pairs of different rows of one class, and of two classes.
    silhouette : float
        Mean silhouette of the rows, -1 to 1. It asks for round, separate clusters; classes may be
        told apart perfectly without forming any.
    """

    n: int
    within: float
    between: float
    silhouette: float


def class_distances(x: Floats, y: Labels) -> Distances:
    """Measure the distances within and between classes over all pairs of rows.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Rows.
    y : ndarray of int, shape (n,)
        Classes, at least two of which occur.

    References
    ----------
    Rousseeuw, Journal of Computational and Applied Mathematics 20 (1987) 53-65 (silhouette).
    """
    n = len(x)
    _, y = np.unique(y, return_inverse=True)
    counts = np.bincount(y)
    member = np.eye(len(counts))[y]
    totals = np.empty((n, len(counts)))
    for start, squares in _squared_distances(x, own=0.0):
        totals[start : start + len(squares)] = np.sqrt(squares) @ member
    rows = np.arange(n)
    own = totals[rows, y]
    pairs = float(np.sum(counts * (counts - 1.0)))
    within = float(own.sum()) / pairs if pairs else math.nan
    between = float(totals.sum() - own.sum()) / (n * (n - 1.0) - pairs)
    mean_own = own / np.maximum(counts[y] - 1, 1)
    others = totals / counts
    others[rows, y] = np.inf
    nearest = others.min(axis=1)
    wider = np.maximum(np.maximum(mean_own, nearest), 1e-300)
    silhouette = np.where(counts[y] > 1, (nearest - mean_own) / wider, 0.0)
    return Distances(n, within, between, float(silhouette.mean()))


def _pair(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    if len(a) != len(b):
        raise InputError(
            f"a and b hold {len(a)} and {len(b)} rows. Give two representations of the same rows."
        )
    x, y = (np.asarray(m, dtype=np.float64).reshape(len(m), -1) for m in (a, b))
    return x - x.mean(axis=0), y - y.mean(axis=0)


def _unbiased_hsic(x: Floats, y: Floats) -> float:
    """Return the unbiased HSIC of two linear kernels, for columns of mean 0.

    With kernels K and L without their diagonals, the sum of a row of K is then minus the square of
    the row's length, which is all that the sums over K, L and K L need.
    """
    n = len(x)
    k, m = np.einsum("ij,ij->i", x, x), np.einsum("ij,ij->i", y, y)
    both = float(k @ m)
    trace = float(np.sum(np.square(x.T @ y))) - both
    sums = float(k.sum()) * float(m.sum()) / ((n - 1) * (n - 2))
    return (trace + sums - 2 * both / (n - 2)) / (n * (n - 3))


def _squared_distances(x: Floats, own: float = math.inf) -> Iterator[tuple[int, Floats]]:
    """Yield the first row and the squared distances to all rows, block by block.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Rows.
    own : float
        What stands for the distance of a row to itself.
    """
    lengths, turned = np.einsum("ij,ij->i", x, x), -2 * x.T
    for start in range(0, len(x), BLOCK):
        block = x[start : start + BLOCK]
        squares = block @ turned
        squares += lengths
        squares += lengths[start : start + BLOCK, None]
        np.maximum(squares, 0.0, out=squares)
        here = np.arange(len(block))
        squares[here, start + here] = own
        yield start, squares

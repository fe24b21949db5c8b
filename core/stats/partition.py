"""Rows divided into groups: Ward's tree, k-means started from it, and how tight groups are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Method = Literal["k-means", "agglomerative"]

ROUNDS = 100
"""Most rounds of k-means; it stops earlier when no row changes its group."""


def partitions(x: Floats, ks: Iterable[int], method: Method = "k-means") -> list[Labels]:
    """Divide rows into groups.

    Both methods are deterministic. The agglomerative one cuts Ward's tree. k-means starts from the
    means of those cuts and moves rows to the nearest mean (Lloyd) until none moves.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Rows, with columns on one scale; ``n >= 2``.
    ks : iterable of int
        Numbers of groups, each from 1 to ``n``.
    method : {"k-means", "agglomerative"}
        How rows are divided.

    Returns
    -------
    list of ndarray, each of shape (n,)
        For each number of groups the group of each row, counted from 0; groups are fewer where
        rows coincide.

    References
    ----------
    Ward, J. Am. Stat. Assoc. 58 (1963) 236-244. Lloyd, IEEE Trans. Inf. Theory 28 (1982) 129-137.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(x, "ward")
    cuts = [fcluster(tree, k, "maxclust").astype(np.intp) - 1 for k in ks]
    return cuts if method == "agglomerative" else [_lloyd(x, cut) for cut in cuts]


def dispersion(x: Floats, labels: Labels) -> float:
    """Return the sum of squared distances of the rows from the mean of their group."""
    sums, sizes = _sums(x, labels)
    return float(np.square(x).sum() - (np.square(sums).sum(axis=1) / sizes).sum())


def silhouette(distances: Floats, labels: Labels) -> float:
    """Return the mean silhouette: how much nearer rows lie to their own group than to the next.

    Parameters
    ----------
    distances : ndarray, shape (n, n)
        Distance of each row from each.
    labels : ndarray, shape (n,)
        Group of each row, at least two groups; a row alone in its group counts 0.

    References
    ----------
    Rousseeuw, Journal of Computational and Applied Mathematics 20 (1987) 53-65.
    """
    groups, own = np.unique(labels, return_inverse=True)
    member = (own[:, None] == np.arange(len(groups))).astype(np.float64)
    sizes, rows = member.sum(axis=0), np.arange(len(labels))
    sums = distances @ member
    inner = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outer = means.min(axis=1)
    wider = np.maximum(inner, outer)
    known = (sizes[own] > 1) & (wider > 0)
    return float(np.where(known, (outer - inner) / np.where(known, wider, 1.0), 0.0).mean())


def _lloyd(x: Floats, labels: Labels) -> Labels:
    for _ in range(ROUNDS):
        sums, sizes = _sums(x, labels)
        centres = sums / sizes[:, None]
        nearest = (np.square(centres).sum(axis=1) - 2 * x @ centres.T).argmin(axis=1)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
    return labels


def _sums(x: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """Return the sum of the rows and their number, for each group that has any."""
    sizes: Floats = np.bincount(labels).astype(np.float64)
    sums: Floats = np.stack([np.bincount(labels, weights=column) for column in x.T], axis=1)
    held = sizes > 0
    return sums[held], sizes[held]

"""Whether groups come back when the rows are drawn again."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.stats.gap import checked_rows
from core.stats.intervals import Interval
from core.stats.partition import Labels, Method, partitions

Floats = NDArray[np.float64]

STABLE = 0.75
"""Mean Jaccard similarity from which Hennig calls a group valid and stable."""


@dataclasses.dataclass(frozen=True, slots=True)
class GroupStability:
    """One group and its bootstrap stability.

    Attributes
    ----------
    group : int
        Number of the group, counted from 1, largest first.
    jaccard : Interval
        Mean over the bootstrap draws of the Jaccard similarity (0 to 1) with the most similar group
        found; the limits are the 5 % and 95 % quantiles over the draws, n is the group's rows.
    """

    group: int
    jaccard: Interval

    @property
    def stable(self) -> bool:
        """Whether the mean similarity is at least :data:`STABLE`."""
        return self.jaccard.estimate >= STABLE


def cluster_stability(
    x: ArrayLike,
    k: int,
    *,
    method: Method = "k-means",
    draws: int = 100,
    seed: int | np.random.Generator = 0,
) -> tuple[Labels, tuple[GroupStability, ...]]:
    """Divide rows into k groups, then see how often each group comes back.

    Parameters
    ----------
    x : array_like, shape (n, d)
        Finite rows, with columns on one scale.
    k : int
        Number of groups, at least 2.
    method : {"k-means", "agglomerative"}
        How rows are divided.
    draws : int, default 100
        Number of bootstrap draws.
    seed : int or Generator, default 0
        Source of the draws.

    Returns
    -------
    labels : ndarray, shape (n,)
        Group of each row, counted from 0, largest first.
    groups : tuple of GroupStability
        One for each group.

    References
    ----------
    Hennig, Computational Statistics & Data Analysis 52 (2007) 258-271.
    """
    rows, rng = checked_rows(x), np.random.default_rng(seed)
    labels = _largest_first(partitions(rows, [k], method)[0])
    found = np.array([_similarities(rows, labels, k, method, rng) for _ in range(draws)])
    return labels, tuple(
        GroupStability(group + 1, _summary(found[:, group], int(np.sum(labels == group)), draws))
        for group in range(int(labels.max()) + 1)
    )


def _largest_first(labels: Labels) -> Labels:
    groups, own, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(len(groups), dtype=np.intp)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(groups))
    return rank[own]


def _similarities(
    rows: Floats, labels: Labels, k: int, method: Method, rng: np.random.Generator
) -> Floats:
    """Return for each group its Jaccard similarity with the nearest group of one draw.

    Only rows that were drawn are compared; each counts once.
    """
    drawn = rng.integers(0, len(rows), len(rows))
    again = partitions(rows[drawn], [k], method)[0]
    unique, first = np.unique(drawn, return_index=True)
    old, new = labels[unique], again[first]
    size = int(labels.max()) + 1
    common = np.zeros((size, int(new.max()) + 1))
    np.add.at(common, (old, new), 1.0)
    union = common.sum(axis=1, keepdims=True) + common.sum(axis=0) - common
    best = np.divide(common, union, out=np.zeros_like(common), where=union > 0).max(axis=1)
    # A group of which no row was drawn says nothing in this draw.
    return np.where(common.sum(axis=1) > 0, best, np.nan)


def _summary(values: Floats, size: int, draws: int) -> Interval:
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (np.nan, np.nan)
    mean = float(known.mean()) if len(known) else float("nan")
    how = f"5 to 95 % of {draws} bootstrap draws"
    return Interval(mean, float(low), float(high), size, 0.9, how)

"""Whether values look like independent draws from a uniform law, alone and together."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval
from core.stats.two_sample import permutation_p

Floats = NDArray[np.float64]

FEWEST = 8
"""Rows below which neither question is asked."""

MOST_ROWS = 1_000
GROUPS = (2, 3, 4, 5, 6, 7, 8)
REFERENCES = 39


@dataclasses.dataclass(frozen=True, slots=True)
class Uniformity:
    """Kolmogorov-Smirnov test against a uniform law between the smallest and largest value.

    Attributes
    ----------
    n : int
        Values.
    low, high : float
        Smallest and largest value.
    distance : float
        Largest gap between the two distribution functions; NaN with too few values.
    p : float
        Exact for continuous values; NaN with too few values.
    """

    n: int
    low: float
    high: float
    distance: float
    p: float


@dataclasses.dataclass(frozen=True, slots=True)
class Grouping:
    """How well k-means separates the rows, against uniform noise in the same box.

    Attributes
    ----------
    n : int
        Rows used.
    columns : int
        Columns used.
    silhouettes : dict of int to float
        Number of groups to the mean silhouette of the rows.
    reference : dict of int to Interval
        The same for uniform noise: mean, smallest and largest of the references. The limits are
        no confidence interval.
    p : float
        Monte Carlo p value of "no more grouped than uniform noise", over all numbers of groups.
    """

    n: int
    columns: int
    silhouettes: dict[int, float]
    reference: dict[int, Interval]
    p: float


def uniform_test(values: Floats) -> Uniformity:
    """Test values against a uniform law whose ends are not known.

    Given the smallest and largest of n independent uniform values, the other n - 2 are independent
    and uniform between the two; the test of those is exact.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite values.

    References
    ----------
    David and Nagaraja, Order Statistics (2003), section 2.5.
    """
    from scipy.stats import kstest

    ordered = np.sort(values)
    low, high = float(ordered[0]), float(ordered[-1])
    if len(ordered) < FEWEST or high == low:
        return Uniformity(len(ordered), low, high, math.nan, math.nan)
    found = kstest((ordered[1:-1] - low) / (high - low), "uniform", method="exact")
    return Uniformity(len(ordered), low, high, float(found.statistic), float(found.pvalue))


def grouping_test(table: Floats, *, seed: int = 0) -> Grouping | None:
    """Compare k-means silhouettes with those of uniform noise in the same box.

    Data and references are each scaled to their own box, so that under independent uniform columns
    with unknown ends they are exchangeable. The statistic is the largest excess over the mean of
    data and references together, in their standard deviations, over all numbers of groups.

    Parameters
    ----------
    table : ndarray, shape (n, p)
        Finite values; columns that do not vary are left out. More than :data:`MOST_ROWS` rows are
        judged by a random sample.
    seed : int
        Seed of sample, references and k-means.

    Returns
    -------
    Grouping or None
        ``None`` with fewer than ``2 * max(GROUPS)`` different rows, or no column.

    References
    ----------
    Rousseeuw, Journal of Computational and Applied Mathematics 20 (1987) 53-65. Tibshirani,
    Walther and Hastie, Journal of the Royal Statistical Society B 63 (2001) 411-423.
    """
    varied = table[:, np.ptp(table, axis=0) > 0] if len(table) else table[:, :0]
    if not varied.shape[1] or len(np.unique(varied, axis=0)) < 2 * max(GROUPS):
        return None
    rng = np.random.default_rng(seed)
    if len(varied) > MOST_ROWS:
        varied = varied[np.sort(rng.choice(len(varied), MOST_ROWS, replace=False))]
    tables = [varied, *(rng.random(varied.shape) for _ in range(REFERENCES))]
    scores = np.array([_silhouettes(_boxed(one), seed) for one in tables])
    spread = scores.std(axis=0)
    excess = ((scores - scores.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).max(axis=1)
    return Grouping(
        n=len(varied),
        columns=varied.shape[1],
        silhouettes=dict(zip(GROUPS, scores[0].tolist(), strict=True)),
        reference={k: _range(scores[1:, i], len(varied)) for i, k in enumerate(GROUPS)},
        p=permutation_p(float(excess[0]), excess[1:]),
    )


def _range(noise: Floats, n: int) -> Interval:
    why = f"range of {len(noise)} uniform references"
    return Interval(float(noise.mean()), float(noise.min()), float(noise.max()), n, 1.0, why)


def _boxed(table: Floats) -> Floats:
    low = table.min(axis=0)
    reach = table.max(axis=0) - low
    scaled: Floats = (table - low) / np.where(reach > 0, reach, 1.0)
    return scaled


def _silhouettes(table: Floats, seed: int) -> list[float]:
    from scipy.spatial.distance import cdist
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    distances = cdist(table, table)
    # On tables of this size threads only wait for each other.
    with threadpool_limits(1, user_api="openmp"):
        labels = [
            KMeans(k, n_init=3, max_iter=50, random_state=seed).fit(table).labels_ for k in GROUPS
        ]
    return [_silhouette(distances, one, k) for one, k in zip(labels, GROUPS, strict=True)]


def _silhouette(distances: Floats, labels: NDArray[np.int64], k: int) -> float:
    """Return the mean silhouette; the distances are shared between numbers of groups."""
    member = np.eye(k)[labels]
    sizes = member.sum(axis=0)
    sums = distances @ member
    own = sizes[labels]
    rows = np.arange(len(labels))
    inside = sums[rows, labels] / np.maximum(own - 1, 1)
    others = sums / np.maximum(sizes, 1)
    others[rows, labels] = np.inf
    others[:, sizes == 0] = np.inf
    outside = others.min(axis=1)
    wider = np.maximum(inside, outside)
    score = np.where((own > 1) & (wider > 0), (outside - inside) / np.where(wider > 0, wider, 1), 0)
    return float(score.mean())

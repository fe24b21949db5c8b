"""Whether rows form groups at all: the gap statistic, and a test that holds its error rate."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError, SuiteError
from core.stats.partition import Labels, Method, dispersion, partitions, silhouette
from core.stats.two_sample import permutation_p

Floats = NDArray[np.float64]

FEWEST = 8
"""Rows below which nothing is said about groups."""

LEVEL = 0.02
"""Share of noise tables in which the test may find groups."""

REFERENCES = 99
_SILHOUETTE_REFERENCES = 19
_FLOOR = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class GapPoint:
    """The gap at one number of groups.

    Attributes
    ----------
    k : int
        Number of groups.
    log_w : float
        Logarithm of the sum of squared distances from the group means.
    reference : float
        Mean of the same over the reference tables.
    gap : float
        ``reference - log_w``.
    se : float
        Standard deviation over the reference tables times ``sqrt(1 + 1 / B)``.
    silhouette : float
        Mean silhouette of the rows; NaN for one group.
    noise_low, noise_high : float
        Smallest and largest mean silhouette over 19 reference tables; NaN for one group.
    """

    k: int
    log_w: float
    reference: float
    gap: float
    se: float
    silhouette: float
    noise_low: float
    noise_high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """The gap curve and what follows from it.

    Attributes
    ----------
    n, d : int
        Rows and columns.
    method : str
        How rows were divided.
    points : tuple of GapPoint
        One for each number of groups from 1.
    one_se : int
        The 1-SE rule: the smallest k with ``gap(k) >= gap(k + 1) - se(k + 1)``; the greatest k
        looked at when there is none.
    one_se_from_two : int
        The same rule started at two groups, for rows that the test found not to be one: three
        groups in a triangle, say, show only when all are parted, so the rule would stop at 1.
    p : float
        Monte Carlo p value of "the rows are uniform in a box".
    level : float
        Level of the test.
    references : int
        Number of reference tables.
    """

    n: int
    d: int
    method: Method
    points: tuple[GapPoint, ...]
    one_se: int
    one_se_from_two: int
    p: float
    level: float
    references: int

    @property
    def found(self) -> bool:
        """Whether the test rejects noise."""
        return self.p <= self.level

    @property
    def k(self) -> int:
        """Number of groups: 1 unless noise is rejected, then by the rule started at two."""
        return self.one_se_from_two if self.found else 1

    @property
    def tempting(self) -> int:
        """The number of groups with the highest silhouette, which tools pick without a test."""
        return max(self.points[1:], key=lambda point: point.silhouette).k


def gap(
    x: ArrayLike,
    *,
    k_max: int = 8,
    method: Method = "k-means",
    references: int = REFERENCES,
    level: float = LEVEL,
    seed: int | np.random.Generator = 0,
) -> Gap:
    """Compare how far rows tighten when divided with how far uniform noise does.

    The reference tables are uniform in a box along the principal axes of the rows (Tibshirani's
    variant b). Rules that read k off the curve find groups in noise too often, so a Monte Carlo
    test decides whether there are any: over all k, the largest standardised gain
    ``gap(k) - gap(1)`` among the rows is ranked among those of the reference tables.

    Parameters
    ----------
    x : array_like, shape (n, d)
        Finite rows, with columns on one scale.
    k_max : int, default 8
        Greatest number of groups, at most half the rows.
    method : {"k-means", "agglomerative"}
        How rows are divided.
    references : int, default 99
        Number of reference tables.
    level : float, default 0.02
        Level of the test, at least ``1 / (references + 1)``.
    seed : int or Generator, default 0
        Source of the reference tables.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than eight rows, or all are equal.
    SuiteError
        If a value is not finite or the settings contradict each other.

    References
    ----------
    Tibshirani, Walther and Hastie, J. R. Stat. Soc. B 63 (2001) 411-423. Besag and Diggle,
    Applied Statistics 26 (1977) 327-333 (Monte Carlo tests).
    """
    rows = checked_rows(x)
    ks = range(1, min(k_max, len(rows) // 2) + 1)
    _check_settings(len(ks), references, level)
    tables = uniform_tables(rows, references, np.random.default_rng(seed))
    own = partitions(rows, ks, method)
    cut = [partitions(table, ks, method) for table in tables]
    log_w = _log_dispersions(rows, own)
    noise = np.array([_log_dispersions(*pair) for pair in zip(tables, cut, strict=True)])
    few = list(zip(tables, cut, strict=True))[:_SILHOUETTE_REFERENCES]
    points = _points(log_w, noise, _silhouettes(rows, own), [_silhouettes(*pair) for pair in few])
    p, (n, d) = _monte_carlo_p(log_w, noise), rows.shape
    first, second = _one_se(points), _one_se(points[1:])
    return Gap(n, d, method, points, first, second, p, level, references)


def _check_settings(k_max: int, references: int, level: float) -> None:
    if k_max < 2 or references < _SILHOUETTE_REFERENCES or level * (references + 1) < 1:
        message = (
            f"The gap statistic needs at least 2 groups and {_SILHOUETTE_REFERENCES} reference"
            f" tables, and a level of at least 1 / (tables + 1); given are {k_max}, {references}"
            f" and {level:g}."
        )
        raise SuiteError(message)


def _points(
    log_w: Floats, noise: Floats, sharp: Floats, dull: Sequence[Floats]
) -> tuple[GapPoint, ...]:
    expected = noise.mean(axis=0)
    se = noise.std(axis=0) * np.sqrt(1 + 1 / len(noise))
    low, high = np.min(dull, axis=0), np.max(dull, axis=0)
    columns = (log_w, expected, expected - log_w, se, sharp, low, high)
    return tuple(
        GapPoint(i + 1, *(float(column[i]) for column in columns)) for i in range(len(log_w))
    )


def checked_rows(x: ArrayLike) -> Floats:
    """Return finite rows as an array of two dimensions.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than eight rows, or all are equal.
    SuiteError
        If a value is not finite.
    """
    rows = np.asarray(x, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    if not np.isfinite(rows).all():
        message = "A value is missing or infinite. Groups are looked for among complete rows only."
        raise SuiteError(message)
    if len(rows) < FEWEST or rows.size == 0:
        message = f"There are {len(rows)} rows; at least {FEWEST} are needed to look for groups."
        raise NotEnoughDataError(message)
    if float(np.ptp(rows, axis=0).max()) == 0:
        message = "All rows are equal. Groups need at least one column that varies."
        raise NotEnoughDataError(message)
    return rows


def uniform_tables(rows: Floats, count: int, rng: np.random.Generator) -> list[Floats]:
    """Return tables uniform in the box of the rows along their principal axes."""
    centred = rows - rows.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    along = centred @ axes.T
    low, high = along.min(axis=0), along.max(axis=0)
    return [rng.uniform(low, high, along.shape) @ axes for _ in range(count)]


def _log_dispersions(rows: Floats, cuts: list[Labels]) -> Floats:
    centred = rows - rows.mean(axis=0)
    sums = np.array([dispersion(centred, labels) for labels in cuts])
    # Coinciding rows would give the logarithm of 0.
    return np.asarray(np.log(np.maximum(sums, _FLOOR * sums[0])))


def _silhouettes(rows: Floats, cuts: list[Labels]) -> Floats:
    from scipy.spatial.distance import pdist, squareform

    distances = squareform(pdist(rows))
    return np.array(
        [silhouette(distances, cut) if np.ptp(cut) else (np.nan if i == 0 else 0.0)
         for i, cut in enumerate(cuts)]
    )  # fmt: skip


def _one_se(points: tuple[GapPoint, ...]) -> int:
    for here, after in itertools.pairwise(points):
        if here.gap >= after.gap - after.se:
            return here.k
    return points[-1].k


def _monte_carlo_p(log_w: Floats, noise: Floats) -> float:
    every = np.vstack([log_w, noise])
    gain = every[:, :1] - every[:, 1:]
    # Centre and scale come from all tables together: so each is as likely as the others to be the
    # most extreme, and the p value is exact.
    spread = np.maximum(gain.std(axis=0), _FLOOR)
    largest = ((gain - gain.mean(axis=0)) / spread).max(axis=1)
    return permutation_p(float(largest[0]), largest[1:])

"""Population stability index: the usual cut-offs, and thresholds that mean something.

The index compares shares of a batch in the reference's tenths. With few rows it is large by chance
alone: about (bins - 1)(1 / n + 1 / m) when nothing changed. The cut-offs of 0.1 and 0.25 that most
monitoring tools print know nothing of n and m; here they are shown with their own false-alarm rate
beside thresholds from permutations.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.stats.two_sample import permutation_p, samples

Floats = NDArray[np.float64]

BINS = 10
MODERATE, LARGE = 0.1, 0.25
"""The folklore cut-offs."""

PSI_ROWS = 2_000
"""Rows of either sample that enter."""

PERMUTATIONS = 199


@dataclasses.dataclass(frozen=True, slots=True)
class FeaturePsi:
    """The index of one feature.

    Attributes
    ----------
    feature : str
        What was compared.
    psi : float
        The index.
    p : float
        Permutation p value of this feature alone.
    folklore : {"stable", "moderate", "large"}
        What the cut-offs of 0.1 and 0.25 say.
    """

    feature: str
    psi: float
    p: float
    folklore: str

    def to_dict(self) -> dict[str, str | float]:
        """Return the feature as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class PsiReport:
    """The index of every feature, judged together.

    Attributes
    ----------
    n_reference, n_batch : int
        Rows that entered.
    features : tuple of FeaturePsi
        One entry a feature, in order.
    statistic : float
        The largest index.
    threshold : float
        What the largest index stays at or below, with probability 1 - level, if nothing changed.
    p : float
        Permutation p value of the largest index: the probability of any false alarm is at most
        the level.
    level : float
        Level at which it is judged.
    folklore_false_alarm : float
        How often an index of 0.25 or more appears when nothing changed, in samples of this size.
    """

    n_reference: int
    n_batch: int
    features: tuple[FeaturePsi, ...]
    statistic: float
    threshold: float
    p: float
    level: float
    folklore_false_alarm: float

    @property
    def alarm(self) -> bool:
        """Whether the largest index is too large to be chance."""
        return self.p <= self.level

    @property
    def folklore_alarm(self) -> bool:
        """Whether any index is at or above 0.25."""
        return self.statistic >= LARGE

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return plain | {
            "features": [feature.to_dict() for feature in self.features],
            "alarm": self.alarm,
            "folklore_alarm": self.folklore_alarm,
        }


def psi(reference: Floats, batch: Floats) -> Floats:
    """Return the index of every column.

    Bins are the tenths of the reference; half a row is added to every bin so that an empty one
    does not make the index infinite.

    Parameters
    ----------
    reference, batch : ndarray, shape (n, d), (m, d)
        Complete records.

    Returns
    -------
    ndarray, shape (d,)
    """
    edges = np.quantile(reference, np.arange(1, BINS) / BINS, axis=0)
    expected, observed = (_shares(sample, edges) for sample in (reference, batch))
    index: Floats = np.sum((observed - expected) * np.log(observed / expected), axis=0)
    return index


def psi_report(
    reference: Floats,
    batch: Floats,
    names: tuple[str, ...],
    seed: int = 0,
    level: float = 0.05,
) -> PsiReport:
    """Compare every column, with thresholds from random splits of the pooled rows.

    Parameters
    ----------
    reference, batch : ndarray, shape (n, d), (m, d)
        Complete records; at most ``PSI_ROWS`` of either, drawn with the seed, enter.
    names : tuple of str, length d
        Names of the columns.
    seed : int
        Seed of the subsample and of the permutations.
    level : float
        Largest probability of any false alarm.

    Raises
    ------
    NotEnoughDataError
        If a sample has fewer than four rows.
    """
    rng = np.random.default_rng(seed)
    old, new = samples(reference, batch, PSI_ROWS, rng)
    found = psi(old, new)
    pooled, n = np.concatenate([old, new]), len(old)
    null = np.empty((PERMUTATIONS, len(names)))
    for row in null:
        order = rng.permutation(len(pooled))
        row[:] = psi(pooled[order[:n]], pooled[order[n:]])
    largest = null.max(axis=1)
    return PsiReport(
        n_reference=n,
        n_batch=len(new),
        features=tuple(
            FeaturePsi(name, float(value), permutation_p(float(value), column), _band(value))
            for name, value, column in zip(names, found, null.T, strict=True)
        ),
        statistic=float(found.max()),
        threshold=float(np.quantile(largest, 1 - level, method="higher")),
        p=permutation_p(float(found.max()), largest),
        level=level,
        folklore_false_alarm=float(np.mean(largest >= LARGE)),
    )


def _shares(sample: Floats, edges: Floats) -> Floats:
    """Return the share of rows in each bin of each column, shape (BINS, d)."""
    counts = np.empty((BINS, sample.shape[1]))
    for j, column in enumerate(sample.T):
        bins = np.searchsorted(edges[:, j], column, side="left")
        counts[:, j] = np.bincount(bins, minlength=BINS)
    return (counts + 0.5) / (len(sample) + 0.5 * BINS)


def _band(value: float) -> str:
    if value >= LARGE:
        return "large"
    return "moderate" if value >= MODERATE else "stable"

"""Two-sample tests of scores and of whole records.

The tests of single features are in :mod:`core.stats.shift`.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError, NotEnoughDataError

Floats = NDArray[np.float64]

EXACT_UP_TO = 1_000
"""Rows in both samples together up to which the Kolmogorov-Smirnov p value is exact."""

MMD_ROWS = 500
"""Rows of either sample that enter the MMD test; its cost grows with their square."""

FOREST_ROWS = 1_000
"""Rows of either sample that enter the classifier test."""

PERMUTATIONS = 499
TREES = 100
MIN_ROWS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """One two-sample test.

    Attributes
    ----------
    test : str
        Name of the test.
    n_reference, n_batch : int
        Rows that entered it.
    statistic : float
        What was computed; its meaning is stated by the function.
    p : float
        p value.
    level : float
        Level at which it is judged.
    """

    test: str
    n_reference: int
    n_batch: int
    statistic: float
    p: float
    level: float

    @property
    def alarm(self) -> bool:
        """Whether the p value is at or below the level."""
        return self.p <= self.level

    def to_dict(self) -> dict[str, str | int | float | bool]:
        """Return the test as plain data."""
        return dataclasses.asdict(self) | {"alarm": self.alarm}


def ks_greater(reference: ArrayLike, batch: ArrayLike, level: float = 0.05) -> Comparison:
    """Test whether the batch's scores are stochastically larger: one-sided Kolmogorov-Smirnov.

    The statistic is the largest excess of the reference's distribution function over the batch's.
    The p value is exact for up to ``EXACT_UP_TO`` rows together, and Smirnov's limit with
    Hodges' correction above. Ties make it conservative.

    Parameters
    ----------
    reference, batch : array_like, shape (n,), (m,)
        Scores; infinity is allowed, NaN is not.
    level : float
        Level at which the test is judged.

    Raises
    ------
    NotEnoughDataError
        If a sample is empty.
    InputError
        If a score is NaN.
    """
    from scipy.stats import ks_2samp

    old, new = _scores(reference), _scores(batch)
    exact = len(old) + len(new) <= EXACT_UP_TO
    found = ks_2samp(old, new, alternative="greater", method="exact" if exact else "asymp")
    p = min(float(found.pvalue), 1.0)
    name = "Kolmogorov-Smirnov, one-sided"
    return Comparison(name, len(old), len(new), float(found.statistic), p, level)


def many_small_p(
    calibration: ArrayLike, batch: ArrayLike, at: float = 0.05, level: float = 0.05
) -> Comparison:
    """Test whether too many rows of the batch have a small conformal p value.

    A row counts when its p value against the calibration scores is at or below ``at``. The counted
    rows share one calibration set, so their number is not binomial: it is beta-binomial with
    parameters k and n + 1 - k, k = floor(at (n + 1)), exactly so for exchangeable scores without
    ties. The tail is computed in its dual form: at least j of the batch lie above the k-th largest
    calibration score exactly if at most k - 1 calibration scores are among the k + j - 1 largest of
    all, whose number is hypergeometric. The statistic is the number of rows counted.

    Parameters
    ----------
    calibration, batch : array_like, shape (n,), (m,)
        Scores, larger = more unusual; infinity is allowed, NaN is not.
    at : float
        p value up to which a row counts.
    level : float
        Level at which the test is judged.

    Raises
    ------
    NotEnoughDataError
        If there are so few calibration scores that no p value can be at or below ``at``, or a
        sample is empty.
    InputError
        If a score is NaN.

    References
    ----------
    Marques F., Universal distribution of the empirical coverage in split conformal prediction,
    arXiv 2303.02770; Bates et al., Annals of Statistics 51 (2023) 149-178.
    """
    from scipy.stats import hypergeom

    old, new = np.sort(_scores(calibration)), _scores(batch)
    n, m = len(old), len(new)
    k = int(np.floor(at * (n + 1) + 1e-9))
    if k < 1:
        raise NotEnoughDataError(
            f"{n} calibration scores cannot give a p value of {at:g} or less. "
            f"Use at least {int(np.ceil(1 / at)) - 1}."
        )
    count = int(np.sum(new > old[n - k]))
    p = float(hypergeom.cdf(k - 1, n + m, n, k + count - 1)) if count else 1.0
    return Comparison(f"Rows with p at or below {at:g}", n, m, float(count), min(p, 1.0), level)


def mmd(reference: Floats, batch: Floats, seed: int = 0, level: float = 0.05) -> Comparison:
    """Compare whole records by maximum mean discrepancy, with a permutation p value.

    Gaussian kernel on columns standardised by the reference; its width is the median distance. Of
    either sample at most ``MMD_ROWS`` rows, drawn with the seed, enter; the result states how many.
    The statistic is the squared discrepancy.

    Parameters
    ----------
    reference, batch : ndarray, shape (n, d), (m, d)
        Complete records.
    seed : int
        Seed of the subsample and of the permutations.
    level : float
        Level at which the test is judged.

    Raises
    ------
    NotEnoughDataError
        If a sample has fewer than ``MIN_ROWS`` rows.

    References
    ----------
    Gretton et al., J. Mach. Learn. Res. 13 (2012) 723-773.
    """
    from scipy.spatial.distance import cdist

    rng = np.random.default_rng(seed)
    old, new = standardised(*samples(reference, batch, MMD_ROWS, rng))
    pooled = np.concatenate([old, new])
    squared = cdist(pooled, pooled, "sqeuclidean")
    width = float(np.median(squared[np.triu_indices(len(pooled), 1)])) or 1.0
    kernel = np.exp(-squared / width)
    weight = np.concatenate([np.full(len(old), 1 / len(old)), np.full(len(new), -1 / len(new))])
    weights = rng.permuted(np.tile(weight, (PERMUTATIONS, 1)), axis=1)
    null = np.sum((weights @ kernel) * weights, axis=1)
    value = float(weight @ kernel @ weight)
    p = permutation_p(value, null)
    return Comparison("Maximum mean discrepancy", len(old), len(new), value, p, level)


def classifier_test(
    reference: Floats, batch: Floats, seed: int = 0, level: float = 0.05
) -> Comparison:
    """Ask a random forest to tell batch from reference, on rows it has not seen.

    One half of either sample trains it, the other half tests it: given the forest, the test rows
    are exchangeable under the null, so the Mann-Whitney p value of its scores is valid. Of either
    sample at most ``FOREST_ROWS`` rows, drawn with the seed, enter. The statistic is the area under
    the ROC curve on the test halves; ``n_reference`` and ``n_batch`` count both halves.

    Parameters
    ----------
    reference, batch : ndarray, shape (n, d), (m, d)
        Complete records.
    seed : int
        Seed of subsample, halves and forest.
    level : float
        Level at which the test is judged.

    Raises
    ------
    NotEnoughDataError
        If a sample has fewer than ``MIN_ROWS`` rows.

    References
    ----------
    Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.
    """
    from scipy.stats import mannwhitneyu
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(seed)
    old, new = samples(reference, batch, FOREST_ROWS, rng)
    old, new = rng.permutation(old), rng.permutation(new)
    half_old, half_new = len(old) // 2, len(new) // 2
    forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=seed, n_jobs=1)
    forest.fit(np.concatenate([old[:half_old], new[:half_new]]),
               np.repeat([0, 1], [half_old, half_new]))  # fmt: skip
    scores = [forest.predict_proba(rows)[:, 1] for rows in (old[half_old:], new[half_new:])]
    found = mannwhitneyu(scores[1], scores[0], alternative="greater")
    area = float(found.statistic) / (len(scores[0]) * len(scores[1]))
    name = "Classifier (random forest)"
    return Comparison(name, len(old), len(new), area, float(found.pvalue), level)


def samples(
    reference: Floats, batch: Floats, rows: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return at most so many rows of either sample, drawn without replacement, as checked arrays.

    Raises
    ------
    NotEnoughDataError
        If a sample has fewer than ``MIN_ROWS`` rows.
    InputError
        If a value is not finite.
    """
    drawn = []
    for name, sample in (("reference", reference), ("batch", batch)):
        if len(sample) < MIN_ROWS:
            raise NotEnoughDataError(
                f"The {name} has {len(sample)} complete rows; comparing whole records needs "
                f"{MIN_ROWS}."
            )
        if len(sample) > rows:
            sample = sample[np.sort(rng.choice(len(sample), rows, replace=False))]
        if not np.isfinite(sample).all():
            raise InputError(f"The {name} holds a missing or infinite value. Leave such rows out.")
        drawn.append(sample)
    return drawn[0], drawn[1]


def standardised(reference: Floats, batch: Floats) -> tuple[Floats, Floats]:
    """Return both samples in standard deviations of the reference; a constant column becomes 0."""
    mean, sd = reference.mean(axis=0), reference.std(axis=0)
    scale = np.where(sd > 0, sd, np.inf)
    return (reference - mean) / scale, (batch - mean) / scale


def permutation_p(value: float, null: Floats) -> float:
    """Return (1 + number of permutations at least as large) / (1 + permutations)."""
    # Sums in another order may differ in the last digits though the split is the same.
    return float((1 + np.sum(null >= value - 1e-12 * abs(value))) / (1 + len(null)))


def _scores(values: ArrayLike) -> Floats:
    scores = np.asarray(values, dtype=np.float64).ravel()
    if len(scores) == 0:
        raise NotEnoughDataError("There is no score to compare. Give at least one.")
    if np.isnan(scores).any():
        raise InputError("A score is NaN. Give infinity for a row that is worse than any other.")
    return scores

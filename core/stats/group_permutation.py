"""Does any of several groups differ in a proportion? An exact test on counts."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError, NotEnoughDataError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

DRAWS = 9_999
FIRST_BLOCK = 999
"""Draws after which the first look is taken."""

ENOUGH = 200
"""Draws as extreme as the data after which drawing ends: the p value is then known to 7 %."""

_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class MaxZ:
    """The largest standardised departure among groups.

    Attributes
    ----------
    p : float
        p value of "no group differs".
    p_each : ndarray, shape (groups,)
        p value of each group, adjusted for all groups (single-step max-z).
    z : ndarray, shape (groups,)
        Departure of each group from what the others lead one to expect, in standard deviations.
    draws : int
        Draws that were used.
    """

    p: float
    p_each: Floats
    z: Floats
    draws: int


def permutation_max_z(
    successes: ArrayLike, trials: ArrayLike, *, draws: int = DRAWS, seed: int = 0
) -> MaxZ:
    """Test whether success is unrelated to the group, within every stratum.

    To shuffle successes among the rows of a stratum is to draw the groups' successes from a
    multivariate hypergeometric distribution; so counts are drawn and no row is touched. Drawing
    ends once enough draws are as extreme as the data, by the rule of Besag and Clifford, which
    keeps the p value exact. The order of the groups does not matter.

    Parameters
    ----------
    successes, trials : array_like of int, shape (groups,) or (strata, groups)
        Counts; every group needs a trial in some stratum.
    draws : int
        Largest number of draws.
    seed : int
        Seed of the draws.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two groups, or a group has no trial.
    InputError
        If the shapes differ or a count lies outside its trials.

    References
    ----------
    Besag and Clifford, Biometrika 78 (1991) 301-304; Westfall and Young, Resampling-Based Multiple
    Testing (1993), chapter 2.
    """
    k, n = _counts(successes, trials)
    order = np.lexsort(np.vstack([k, n]))
    k, n = k[:, order], n[:, order]
    expected, spread = _moments(k, n)
    z = _standardised(k.sum(axis=0), expected, spread)
    beyond = np.zeros((0, len(z)), dtype=bool)
    rng = np.random.default_rng(seed)
    if spread.any():
        first = min(FIRST_BLOCK, draws)
        beyond = _beyond(rng, k, n, first, z)
        if draws > first and int(beyond.sum(axis=0).min()) < ENOUGH:
            beyond = np.vstack([beyond, _beyond(rng, k, n, draws - first, z)])
    p_each, used = _p_values(beyond)
    back = np.argsort(order)
    return MaxZ(float(p_each.min()), p_each[back], z[back], used)


def _beyond(
    rng: np.random.Generator, k: Counts, n: Counts, draws: int, z: Floats
) -> NDArray[np.bool_]:
    """Return for each draw whether its largest departure reaches that of each group."""
    total = np.zeros((draws, n.shape[1]), dtype=np.int64)
    for hits, sizes in zip(k.sum(axis=1), n, strict=True):
        total += rng.multivariate_hypergeometric(sizes, int(hits), size=draws, method="marginals")
    expected, spread = _moments(k, n)
    largest = np.abs(_standardised(total, expected, spread)).max(axis=1)
    reached: NDArray[np.bool_] = largest[:, None] >= np.abs(z) - _ROUNDING
    return reached


def _p_values(beyond: NDArray[np.bool_]) -> tuple[Floats, int]:
    """Return each group's p value and the draws used: none after the one that makes it enough."""
    # The group that departs most is reached least often, so its column holds the family's count.
    hits = np.cumsum(beyond[:, np.argmin(beyond.sum(axis=0))]) if len(beyond) else np.zeros(0)
    if len(hits) and hits[-1] >= ENOUGH:
        used = int(np.searchsorted(hits, ENOUGH)) + 1
        return beyond[:used].sum(axis=0) / used, used
    return (1 + beyond.sum(axis=0)) / (1 + len(beyond)), len(beyond)


def _moments(k: Counts, n: Counts) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each group's successes, both of shape (groups,)."""
    size = n.sum(axis=1, keepdims=True).astype(np.float64)
    share = k.sum(axis=1, keepdims=True) / np.maximum(size, 1)
    part = n / np.maximum(size, 1)
    scale = size / np.maximum(size - 1, 1)
    variance = n * (1 - part) * share * (1 - share) * scale
    return (n * share).sum(axis=0), np.sqrt(variance.sum(axis=0))


def _standardised(found: Counts, expected: Floats, spread: Floats) -> Floats:
    z: Floats = np.where(spread > 0, (found - expected) / np.where(spread > 0, spread, 1.0), 0.0)
    return z


def _counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Counts, Counts]:
    k = np.atleast_2d(np.asarray(successes, dtype=np.int64))
    n = np.atleast_2d(np.asarray(trials, dtype=np.int64))
    if k.shape != n.shape:
        raise InputError(
            f"successes has the shape {k.shape} and trials {n.shape}. Give one count a group."
        )
    if bool(((k < 0) | (k > n)).any()):
        raise InputError("A group has more successes than trials, or fewer than none.")
    if n.shape[1] < 2:
        raise NotEnoughDataError(f"To compare groups takes two of them; there is {n.shape[1]}.")
    if not bool(n.sum(axis=0).all()):
        raise NotEnoughDataError("A group has no trial. Leave it out.")
    return k, n

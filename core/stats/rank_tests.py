"""Tests on ranks for several treatments of the same units: omnibus, pairwise, and the groups left.

Zeros are handled as Pratt did: they take part in the ranking and are then set aside.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Alternative = Literal["two-sided", "greater", "less"]

EXACT_UP_TO = 25
"""Most differences other than zero for which the exact null distribution is used."""


@dataclasses.dataclass(frozen=True, slots=True)
class Friedman:
    """Whether treatments of the same units differ at all.

    Attributes
    ----------
    statistic, p : float
        Friedman's chi-square, corrected for ties, on k - 1 degrees of freedom.
    f, f_p : float
        The less conservative form of Iman and Davenport, on k - 1 and (k - 1)(n - 1) degrees.
    agreement : float
        Kendall's W: 0 where units rank the treatments at random, 1 where all rank them alike.
    ranks : tuple of float
        Average rank of each treatment; 1 is best.
    n, k : int
        Units and treatments.
    """

    statistic: float
    p: float
    f: float
    f_p: float
    agreement: float
    ranks: tuple[float, ...]
    n: int
    k: int


@dataclasses.dataclass(frozen=True, slots=True)
class SignedRank:
    """Wilcoxon's test of paired differences.

    Attributes
    ----------
    plus, minus : float
        Sums of the ranks of positive and of negative differences.
    p : float
        Its p value; 1 where every difference is zero.
    n, zeros : int
        All differences, and how many of them are zero.
    exact : bool
        Whether ``p`` comes from the exact null distribution or from the normal one.
    """

    plus: float
    minus: float
    p: float
    n: int
    zeros: int
    exact: bool

    @property
    def effect(self) -> float:
        """Matched-pairs rank-biserial correlation, from -1 to 1; NaN if all are zero."""
        total = self.plus + self.minus
        return (self.plus - self.minus) / total if total else math.nan


def friedman(values: ArrayLike, *, higher_is_better: bool = True) -> Friedman:
    """Test whether treatments of the same units differ.

    Parameters
    ----------
    values : array_like, shape (n, k)
        Rows are units, columns treatments; finite.
    higher_is_better : bool, default True
        Whether the highest value of a row gets rank 1.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two units or treatments, or every unit ties all treatments.

    References
    ----------
    Friedman, J. Am. Stat. Assoc. 32 (1937) 675-701; Iman and Davenport, Communications in
    Statistics A 9 (1980) 571-595; Kendall and Babington Smith, Ann. Math. Stat. 10 (1939) 275-287.
    """
    from scipy.special import chdtrc, fdtrc

    table = np.asarray(values, dtype=np.float64)
    n, k = table.shape
    if n < 2 or k < 2:
        raise NotEnoughDataError(
            f"A comparison by ranks needs two units and two treatments; there are {n} and {k}."
        )
    ranks = average_ranks(-table if higher_is_better else table)
    centred = ranks - (k + 1) / 2
    spread = float(np.square(centred).sum())
    if spread == 0:
        raise NotEnoughDataError("Every unit ties all treatments; there is nothing to rank.")
    statistic = (k - 1) * float(np.square(centred.sum(axis=0)).sum()) / spread
    left = n * (k - 1) - statistic
    f = (n - 1) * statistic / left if left > 1e-9 * n * k else math.inf
    f_p = float(fdtrc(k - 1, (k - 1) * (n - 1), f)) if math.isfinite(f) else 0.0
    return Friedman(
        statistic,
        float(chdtrc(k - 1, statistic)),
        f,
        f_p,
        statistic / (n * (k - 1)),
        tuple(ranks.mean(axis=0).tolist()),
        n,
        k,
    )


def wilcoxon(
    first: ArrayLike, second: ArrayLike, alternative: Alternative = "two-sided"
) -> SignedRank:
    """Test whether paired values differ, by the signed ranks of their differences.

    Up to 25 differences other than zero the p value is exact, ties and zeros included: it counts
    the signs that the ranks found could have had. Beyond, it is the normal approximation with the
    variance that ties and zeros leave, without continuity correction.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Finite values that belong together row by row.
    alternative : {"two-sided", "greater", "less"}
        Which of the two is thought to be larger: ``"greater"`` for the first.

    References
    ----------
    Wilcoxon, Biometrics Bulletin 1 (1945) 80-83; Pratt, J. Am. Stat. Assoc. 54 (1959) 655-667.
    """
    apart = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    ranks, signs = signed_ranks(apart)
    plus, minus = float(ranks[signs > 0].sum()), float(ranks[signs < 0].sum())
    zeros, exact = len(apart) - len(ranks), len(ranks) <= EXACT_UP_TO
    tails = _exact_tails(ranks, plus) if exact else _normal_tails(ranks, plus)
    p = {"less": tails[0], "greater": tails[1], "two-sided": min(1.0, 2 * min(tails))}
    return SignedRank(plus, minus, p[alternative], len(apart), zeros, exact)


def bonferroni(p: ArrayLike) -> Floats:
    """Return p values multiplied by their number, at most 1 (Dunn 1961); see ``shift.holm``."""
    values = np.asarray(p, dtype=np.float64)
    return np.asarray(np.minimum(values * len(values), 1.0))


def critical_difference(k: int, n: int, level: float = 0.05) -> float:
    """Return how far two average ranks must lie apart to differ, by Nemenyi's test.

    Parameters
    ----------
    k, n : int
        Treatments and units.
    level : float, default 0.05
        Probability of a false difference anywhere.

    References
    ----------
    Demsar, Journal of Machine Learning Research 7 (2006) 1-30, section 3.2.2.
    """
    from scipy.stats import studentized_range

    q = float(studentized_range.ppf(1 - level, k, math.inf)) / math.sqrt(2)
    return q * math.sqrt(k * (k + 1) / (6 * n))


def cliques(ranks: ArrayLike, apart: ArrayLike) -> tuple[tuple[int, ...], ...]:
    """Return the largest groups, consecutive by rank, of which no two members differ.

    Parameters
    ----------
    ranks : array_like, shape (k,)
        Average ranks.
    apart : array_like of bool, shape (k, k)
        Which pairs differ, symmetric.

    Returns
    -------
    tuple of tuple of int
        Columns, best first; groups of one are left out.
    """
    differ = np.asarray(apart, dtype=bool)
    order = np.argsort(np.asarray(ranks, dtype=np.float64), kind="stable")
    found: list[tuple[int, ...]] = []
    reached = 0
    for start in range(len(order)):
        stop = start + 1
        while stop < len(order) and not differ[np.ix_(order[start:stop], [order[stop]])].any():
            stop += 1
        if stop > max(reached, start + 1):
            found.append(tuple(order[start:stop].tolist()))
        reached = max(reached, stop)
    return tuple(found)


def average_ranks(values: Floats) -> Floats:
    """Return ranks from 1 along the last axis, ties sharing the mean of theirs."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=-1), dtype=np.float64)


def signed_ranks(apart: Floats) -> tuple[Floats, Floats]:
    """Return ranks of the differences other than zero, ranked with the zeros, and their signs."""
    ranks, kept = average_ranks(np.abs(apart)), apart != 0
    return ranks[kept], np.sign(apart[kept])


def null_counts(ranks: Floats) -> Floats:
    """Return how likely each sum of positive ranks is under random signs, in steps of a half."""
    chances = np.ones(1)
    for rank in np.rint(2 * ranks).astype(int):
        wider = np.zeros(len(chances) + rank)
        wider[: len(chances)] = chances
        wider[rank:] += chances
        chances = wider / 2
    return chances


def _exact_tails(ranks: Floats, plus: float) -> tuple[float, float]:
    chances, at = null_counts(ranks), round(2 * plus)
    return float(min(chances[: at + 1].sum(), 1.0)), float(min(chances[at:].sum(), 1.0))


def _normal_tails(ranks: Floats, plus: float) -> tuple[float, float]:
    from scipy.special import ndtr

    z = (plus - float(ranks.sum()) / 2) / math.sqrt(float(np.square(ranks).sum()) / 4)
    return float(ndtr(z)), float(ndtr(-z))

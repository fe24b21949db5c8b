"""Bartlett's correction for comparing logistic lines: what the statistic is expected to be.

Twice the gain in log-likelihood is referred to chi-square, but with few outcomes its mean exceeds
the degrees of freedom. Lawley's formula gives the excess to order 1/n from cumulants of the
outcomes, hence from the scores and the fitted line alone; dividing by it mends the whole
distribution to that order.

References
----------
Lawley, Biometrika 43 (1956) 295-303; McCullagh, Tensor Methods in Statistics (1987), section 7.4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.stats.grouped_logistic import Counts, Floats, group_sums

_LARGEST = 2.0


def two_lines_factor(line: Floats, score: Floats, halves: Counts) -> Floats:
    """Return the expected statistic of two lines against one, over its 2 degrees of freedom.

    Parameters
    ----------
    line : ndarray, shape (S, 2)
        Intercept and slope of the line fitted to both samples of each pair.
    score : ndarray, shape (n,)
        Scores, pair after pair, the first sample of a pair before the second.
    halves : ndarray of int, shape (2 S,)
        Sizes of the samples in that order.

    Returns
    -------
    ndarray, shape (S,)
        Between 1 and 2: below, the correction is left out (it would not be conservative), and above
        the formula has broken down.
    """
    whole = halves.reshape(-1, 2).sum(axis=1)
    moments = cumulant_sums(np.repeat(line, whole, axis=0), score, halves, whole)
    apart = line_excess(moments).reshape(-1, 2).sum(axis=1)
    together = line_excess([m.reshape(len(m), -1, 2).sum(axis=2) for m in moments])
    return _bounded(apart - together)


def known_line_factor(line: Floats, score: Floats, sizes: Counts) -> Floats:
    """Return the same for a free line against a known one, shapes (S, 2), (n,) and (S,)."""
    moments = cumulant_sums(np.repeat(line, sizes, axis=0), score, sizes, sizes)
    return _bounded(line_excess(moments))


def cumulant_sums(line: Floats, score: Floats, sizes: Counts, whole: Counts) -> list[Floats]:
    """Return sums of the 2nd, 3rd and 4th cumulants of the outcomes times powers of the score.

    Parameters
    ----------
    line : ndarray, shape (n, 2)
        Intercept and slope for each row.
    score : ndarray, shape (n,)
        Scores.
    sizes, whole : ndarray of int
        Sizes of the groups that are summed, and of those whose scores are centred together.

    Returns
    -------
    list of three ndarrays, of shapes (3, S), (4, S) and (5, S)
    """
    eta = line[:, 0] + line[:, 1] * score
    x = score - np.repeat(group_sums(score, whole) / whole, whole)
    tail = np.exp(-np.abs(eta))
    second = tail / (1 + tail) ** 2
    third = second * np.sign(-eta) * (1 - tail) / (1 + tail)
    sums = []
    for term, powers in ((second, 3), (third, 4), (second * (1 - 6 * second), 5)):
        rows = []
        for _ in range(powers):
            rows.append(group_sums(term, sizes))
            term = term * x
        sums.append(np.array(rows))
    return sums


def line_excess(moments: Sequence[Floats]) -> Floats:
    """Return by how much twice the gain of a fitted line over the true one exceeds 2 on average.

    NaN where the information is singular. Argument as :func:`cumulant_sums` returns it.
    """
    second, third, fourth = moments
    index = np.add.outer(np.arange(2), np.arange(2))
    cubic = third[np.add.outer(index, np.arange(2))]
    quartic = fourth[np.add.outer(index, index)]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        determinant = second[0] * second[2] - second[1] ** 2
        inverse = np.array([[second[2], -second[1]], [-second[1], second[0]]]) / determinant
        r4 = np.einsum("abcdz,abz,cdz->z", quartic, inverse, inverse)
        trace = np.einsum("abcz,bcz->az", cubic, inverse)
        r13 = np.einsum("az,abz,bz->z", trace, inverse, trace)
        raised = np.einsum("abcz,adz->dbcz", cubic, inverse)
        raised = np.einsum("dbcz,bez->decz", raised, inverse)
        raised = np.einsum("decz,cfz->defz", raised, inverse)
        r23 = np.einsum("abcz,abcz->z", cubic, raised)
        excess: Floats = (3 * r13 + 2 * r23 - 3 * r4) / 12
    return excess


def _bounded(excess: Floats) -> Floats:
    factor: Floats = np.clip(1 + np.nan_to_num(excess, posinf=0, neginf=0) / 2, 1.0, _LARGEST)
    return factor

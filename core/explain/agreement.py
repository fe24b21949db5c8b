"""How far explanations agree: with each other, and with themselves under another seed."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Verdict = Literal["agree", "agree in part", "disagree"]

TOP_OVERLAP = 3
TOP_SIGNS = 5
AGREE = (2 / 3, 1.0, 0.7)
"""Least overlap, sign agreement and rank correlation of explanations that agree."""
DISAGREE = (1 / 3, 0.6, 0.3)
"""Explanations of which any figure falls below these disagree."""


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement between two attributions of the same case.

    Attributes
    ----------
    overlap : float
        Share of the three strongest features of one that are among those of the other.
    signs : float
        Share of the five strongest features of the first to which the second gives the same sign.
    rho : float or None
        Spearman correlation of the absolute values; None where one of them does not vary.
    verdict : {"agree", "agree in part", "disagree"}
        The three figures in words, by ``AGREE`` and ``DISAGREE``.
    n : int
        Number of features compared.
    """

    overlap: float
    signs: float
    rho: float | None
    verdict: Verdict
    n: int


def agreement(first: Floats, second: Floats) -> Agreement:
    """Compare two attributions over the features that both of them value.

    Parameters
    ----------
    first, second : ndarray, shape (d,)
        Attributions; NaN where a method leaves a feature out.

    Raises
    ------
    ValueError
        If they share no feature.

    References
    ----------
    Krishna et al. (2022), The disagreement problem in explainable machine learning,
    arXiv:2202.01602: feature agreement, sign agreement, rank correlation.
    """
    shared = ~(np.isnan(first) | np.isnan(second))
    if not shared.any():
        message = "the attributions share no feature"
        raise ValueError(message)
    a, b = first[shared], second[shared]
    leading = strongest(a, TOP_SIGNS)
    size = min(TOP_OVERLAP, len(a))
    overlap = len(set(strongest(a, size)) & set(strongest(b, size))) / size
    signs = float(np.mean(np.sign(a[leading]) == np.sign(b[leading])))
    varies = np.ptp(np.abs(a)) > 0 and np.ptp(np.abs(b)) > 0
    rho = _spearman(np.abs(a), np.abs(b)) if varies else None
    return Agreement(overlap, signs, rho, _verdict(overlap, signs, rho), len(a))


def seed_stability(weights: Floats, k: int) -> float:
    """Return the mean Jaccard index of the k strongest features over all pairs of runs.

    Parameters
    ----------
    weights : ndarray, shape (s, d)
        One run a row; columns that are NaN are left out.
    k : int
        Number of strongest features.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If there are fewer than two runs.
    """
    if len(weights) < 2:
        message = "stability needs at least two runs"
        raise ValueError(message)
    known = weights[:, ~np.isnan(weights).any(axis=0)]
    tops = [set(strongest(row, k)) for row in known]
    pairs = [len(a & b) / len(a | b) for a, b in itertools.combinations(tops, 2)]
    return float(np.mean(pairs))


def strongest(values: Floats, k: int) -> list[int]:
    """Return the positions of the k largest absolute values, strongest first."""
    order: list[int] = np.argsort(-np.abs(values), kind="stable")[:k].tolist()
    return order


def _spearman(a: Floats, b: Floats) -> float:
    # The coefficient alone; scipy's spearmanr also computes a p-value, five times as slow.
    return float(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])


def _verdict(overlap: float, signs: float, rho: float | None) -> Verdict:
    figures = (overlap, signs, -1.0 if rho is None else rho)
    tolerance = 1e-12
    if all(f >= least - tolerance for f, least in zip(figures, AGREE, strict=True)):
        return "agree"
    if any(f < least - tolerance for f, least in zip(figures, DISAGREE, strict=True)):
        return "disagree"
    return "agree in part"

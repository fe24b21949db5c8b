"""Scores of positives and negatives as one table of counts: sorted once, read many times."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined, wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """How many positives and negatives have each score.

    Attributes
    ----------
    scores : ndarray, shape (u,)
        Distinct scores, ascending.
    positives, negatives : ndarray of int, shape (u,)
        Cases with that score.
    """

    scores: Floats
    positives: Labels
    negatives: Labels

    @property
    def n_positive(self) -> int:
        """Number of positives."""
        return int(self.positives.sum())

    @property
    def n_negative(self) -> int:
        """Number of negatives."""
        return int(self.negatives.sum())


def score_table(positive: NDArray[np.bool_], score: Floats) -> ScoreTable:
    """Count positives and negatives at each distinct score.

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        Whether the case is a positive.
    score : ndarray, shape (n,)
        Larger means more likely positive.
    """
    order = np.argsort(score)
    ordered = score[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    below = np.cumsum(positive[order])[last]
    hits = np.diff(below, prepend=0)
    return ScoreTable(ordered[last], hits, np.diff(last, prepend=-1) - hits)


def roc_points(table: ScoreTable, most: int = 400) -> tuple[Floats, Floats]:
    """Return false-positive and true-positive rates from (0, 0) to (1, 1).

    Parameters
    ----------
    table : ScoreTable
        With at least one positive and one negative.
    most : int
        Points that are kept; a longer curve is thinned evenly.
    """
    hits = np.append(0, np.cumsum(table.positives[::-1])) / table.n_positive
    alarms = np.append(0, np.cumsum(table.negatives[::-1])) / table.n_negative
    kept = np.unique(np.linspace(0, len(hits) - 1, min(most, len(hits))).round().astype(int))
    return alarms[kept], hits[kept]


def average_precision(table: ScoreTable, level: float = 0.95) -> Interval:
    """Return the area under the precision-recall curve as a sum of steps.

    The interval treats it as a proportion of the positives (Wilson), so that it exists for perfect
    scores too. It describes new positives and leaves out the chance of the class sizes.

    References
    ----------
    Boyd, Eng and Page, ECML PKDD 2013, 451-466 (binomial interval of the area).
    """
    positives = table.n_positive
    if positives == 0:
        return undefined(0, "no positive outcome", level)
    hits = np.cumsum(table.positives[::-1])
    called = hits + np.cumsum(table.negatives[::-1])
    area = math.fsum(table.positives[::-1] * (hits / called)) / positives
    found = wilson(min(area, 1.0) * positives, positives, level)
    return dataclasses.replace(found, method="Wilson, among the positives")

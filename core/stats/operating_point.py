"""What yes/no calls at one threshold are worth: rates, predictive values, likelihood ratios."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.binary import predictive_value
from core.stats.intervals import Interval, undefined, wilson


@dataclasses.dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The four cells of a table of calls by outcomes.

    Attributes
    ----------
    hits, alarms, misses, spared : int
        Positives called, negatives called, positives not called, negatives not called.
    """

    hits: int
    alarms: int
    misses: int
    spared: int

    @property
    def n(self) -> int:
        """Number of cases."""
        return self.hits + self.alarms + self.misses + self.spared

    @property
    def sensitivity(self) -> Interval:
        """Share of the positives that are called (Wilson)."""
        return _share(self.hits, self.misses, "no positive outcome")

    @property
    def specificity(self) -> Interval:
        """Share of the negatives that are not called (Wilson)."""
        return _share(self.spared, self.alarms, "no negative outcome")

    @property
    def ppv(self) -> Interval:
        """Share of the called that are positive, at the share of positives in the data (Wilson)."""
        return _share(self.hits, self.alarms, "nobody is called positive")

    @property
    def npv(self) -> Interval:
        """Share of those not called that are negative, at the share in the data (Wilson)."""
        return _share(self.spared, self.misses, "nobody is called negative")

    @property
    def called(self) -> Interval:
        """Share of the cases that are called (Wilson)."""
        return _share(self.hits + self.alarms, self.misses + self.spared, "no case")

    @property
    def ratio_called(self) -> Interval:
        """Likelihood ratio of a positive call: sensitivity / (1 - specificity)."""
        return _ratio((self.hits, self.misses), (self.alarms, self.spared))

    @property
    def ratio_not_called(self) -> Interval:
        """Likelihood ratio of a negative call: (1 - sensitivity) / specificity."""
        return _ratio((self.misses, self.hits), (self.spared, self.alarms))

    def at_prevalence(self, share: float) -> tuple[Interval, Interval]:
        """Return PPV and NPV where another share of the cases is positive.

        Sensitivity and specificity are taken to stay as they are.

        Parameters
        ----------
        share : float
            Share of positives, strictly between 0 and 1.

        Raises
        ------
        InputError
            If it is not.
        """
        if not 0 < share < 1:
            raise InputError(f"share is {share:g}. Give a prevalence between 0 and 1, such as 0.1.")
        positives, negatives = self.hits + self.misses, self.alarms + self.spared
        if not (positives and negatives):
            why = "needs positive and negative outcomes"
            return undefined(self.n, why), undefined(self.n, why)
        return (
            predictive_value(self.hits, positives, self.alarms, negatives, share),
            predictive_value(self.spared, negatives, self.misses, positives, 1 - share),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return counts and figures as plain data; what is undefined is ``None``."""
        figures = (
            "sensitivity",
            "specificity",
            "ppv",
            "npv",
            "called",
            "ratio_called",
            "ratio_not_called",
        )
        return dataclasses.asdict(self) | {name: getattr(self, name).to_dict() for name in figures}


def operating_point(positive: NDArray[np.bool_], called: NDArray[np.bool_]) -> OperatingPoint:
    """Count calls by outcomes, both of shape (n,)."""
    spared, misses, alarms, hits = np.bincount(2 * called + positive, minlength=4).tolist()
    return OperatingPoint(hits, alarms, misses, spared)


def _share(k: int, others: int, why: str) -> Interval:
    return wilson(k, k + others) if k + others else undefined(0, why)


def _ratio(own: tuple[int, int], other: tuple[int, int], level: float = 0.95) -> Interval:
    """Return the ratio of two shares, each given as (this call, the other call).

    References
    ----------
    Simel, Samsa and Matchar, Journal of Clinical Epidemiology 44 (1991) 763-770 (log interval);
    half a case is added to every cell if one of them is empty.
    """
    from scipy.special import ndtri

    n = sum(own) + sum(other)
    if not (sum(own) and sum(other)):
        return undefined(n, "needs positive and negative outcomes", level)
    add = 0.5 if 0 in own + other else 0.0
    a, b = own[0] + add, other[0] + add
    n_own, n_other = sum(own) + 2 * add, sum(other) + 2 * add
    ratio = (a / n_own) / (b / n_other)
    spread = math.sqrt(1 / a - 1 / n_own + 1 / b - 1 / n_other)
    factor = math.exp(float(ndtri(0.5 + level / 2)) * spread)
    method = "log interval" + (", half a case added to each cell" if add else "")
    return Interval(ratio, ratio / factor, ratio * factor, n, level, method)

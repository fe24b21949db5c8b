"""Conformal bands for forecasts, from the errors of earlier forecasts at the same horizon.

A score is an absolute error, or its share of the forecast. The band reaches as far as the score of
rank ceil((n + 1) level). If the next score is exchangeable with the n earlier ones, the band holds
the outcome with at least that probability, whatever the law. Time series are not exchangeable when
they change; then the promise is an assumption, and the record of past bands is the evidence.

References
----------
Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapter 4; Lei et al.,
J. Am. Stat. Assoc. 113 (2018) 1094-1111.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.plain import plain
from core.stats.split_conformal import conformal_quantile, rank_of, rows_needed

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """A forecast with the range its earlier errors give, or the reason there is none.

    Attributes
    ----------
    estimate : float
        The forecast.
    low, high : float
        The range; NaN where there are too few earlier errors.
    level : float
        Coverage asked for.
    promised : float
        Coverage of the rank used, k / (n + 1), at least the level; NaN without a range.
    n, needed : int
        Earlier errors, and the fewest with which the level exists.
    """

    estimate: float
    low: float
    high: float
    level: float
    promised: float
    n: int
    needed: int

    @property
    def exists(self) -> bool:
        """Whether there are enough earlier errors for a range."""
        return self.n >= self.needed

    @property
    def reason(self) -> str:
        """Why there is no range; empty where there is one."""
        if self.exists:
            return ""
        return (
            f"Not enough data: a {100 * self.level:g} % band needs {self.needed} earlier errors at "
            f"this horizon, there are {self.n}."
        )

    def holds(self, value: float) -> bool | None:
        """Return whether a value lies in the range; ``None`` where there is none."""
        return self.low <= value <= self.high if self.exists else None

    def to_dict(self) -> dict[str, Any]:
        """Return the band as plain data."""
        return {**plain(self), "reason": self.reason}


def band(estimate: float, scores: Floats, level: float, scale: float = 1.0) -> Band:
    """Return the band around a forecast.

    Parameters
    ----------
    estimate : float
        The forecast.
    scores : ndarray, shape (n,)
        Earlier absolute errors at this horizon, each over its own scale.
    level : float
        Coverage asked for, strictly between 0 and 1.
    scale : float
        Scale of this forecast, such as the forecast itself where errors are shares of it.
    """
    n, needed = len(scores), rows_needed(level)
    if n < needed:
        return Band(estimate, math.nan, math.nan, level, math.nan, n, needed)
    reach = conformal_quantile(scores, level) * abs(scale)
    promised = rank_of(n, level) / (n + 1)
    return Band(estimate, estimate - reach, estimate + reach, level, promised, n, needed)

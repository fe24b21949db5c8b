"""How well a score tells two kinds of cases apart, held to what few cases of a kind can show."""

from __future__ import annotations

import dataclasses
import math

from core.stats.delong import Area, auc_area
from core.stats.intervals import Interval
from core.stats.score_table import ScoreTable

FEW = 10
"""Cases of the rarer kind below which no variance is trusted alone."""


@dataclasses.dataclass(frozen=True, slots=True)
class Concordance:
    """An area under the ROC curve whose limits and p values hold for a handful of cases too.

    Three errors that happen to rank last make DeLong's variance almost nothing. With fewer than
    :data:`FEW` cases of the rarer kind, or a variance of zero, limits and p values are therefore
    also those of a proportion among these cases: no distribution of scores gives the area a wider
    spread.

    Attributes
    ----------
    area : Area
        The area with DeLong's variance.

    References
    ----------
    Birnbaum and Klose, Annals of Mathematical Statistics 28 (1957) 933-945 (largest variance).
    """

    area: Area

    @property
    def few(self) -> int:
        """Cases of the rarer kind."""
        return min(self.area.positives, self.area.negatives)

    @property
    def interval(self) -> Interval:
        """The area with its interval."""
        from scipy.special import betaincinv

        known = self.area.interval
        if not self._held:
            return known
        tail, hits = (1 - known.level) / 2, known.estimate * self.few
        misses = self.few - hits
        low = float(betaincinv(hits, misses + 1, tail)) if hits else 0.0
        high = float(betaincinv(hits + 1, misses, 1 - tail)) if misses else 1.0
        return dataclasses.replace(
            known,
            low=min(low, known.low),
            high=max(high, known.high),
            method=f"{known.method}; not narrower than a share of {self.few}",
        )

    def p_values(self, limit: float) -> tuple[float, float]:
        """Return the one-sided p values of "at most the limit" and of "at least the limit".

        Parameters
        ----------
        limit : float
            Strictly between 0 and 1.
        """
        above, below = self.area.p_values(limit)
        if self._held:
            estimate = self.area.interval.estimate
            above = max(above, self._tail(estimate, limit))
            below = max(below, self._tail(1 - estimate, 1 - limit))
        return above, below

    @property
    def _held(self) -> bool:
        return self.few < FEW or math.isnan(self.area.freedom)

    def _tail(self, share: float, limit: float) -> float:
        """Return P(hits or more among the rarer cases) at the limit; hits need not be whole."""
        from scipy.special import betainc

        hits = share * self.few
        return float(betainc(hits, self.few - hits + 1, limit)) if hits else 1.0


def concordance(table: ScoreTable) -> Concordance | None:
    """Return the area under the ROC curve of a table of scores; ``None`` with one kind only."""
    area = auc_area(table)
    return None if area is None else Concordance(area)

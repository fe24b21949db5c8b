"""How many had the outcome, against how many were predicted to have it."""

from __future__ import annotations

import dataclasses

from core.stats.calibration_null import Tally
from core.stats.intervals import Interval

METHOD = "binomial at the effective sample size"


@dataclasses.dataclass(frozen=True, slots=True)
class ObservedShare:
    """The share of rows with the outcome, judged by the claims that were made.

    The number of events has at most the binomial variance, and less the better the probabilities
    tell rows apart. Squared errors, which no true probability can undercut on average, tell how
    much less; the binomial law is then read at the sample size that has this variance.

    Attributes
    ----------
    share : float
        Observed share.
    claimed : float
        Mean predicted probability.
    n : int
        Number of rows.
    noise : float
        Variance of the number of events, as from :func:`noise_variance` without a gap.

    References
    ----------
    Korn and Graubard, Survey Methodology 24 (1998) 193-201, for the interval at an effective sample
    size; Hoeffding, Ann. Math. Stat. 27 (1956) 713-721, for the binomial bound.
    """

    share: float
    claimed: float
    n: int
    noise: float

    def p_above(self, limit: float) -> float:
        """Return the one-sided p value of "the true share is at most the limit"."""
        from scipy.special import betainc

        if limit < 0:
            return 0.0
        if self.share == 0 or limit >= 1:
            return 1.0
        size = self._effective(limit)
        hits = self.share * size
        return float(betainc(hits, size - hits + 1, limit))

    def p_below(self, limit: float) -> float:
        """Return the one-sided p value of "the true share is at least the limit"."""
        from scipy.special import betaincc

        if limit > 1:
            return 0.0
        if self.share == 1 or limit <= 0:
            return 1.0
        size = self._effective(limit)
        hits = self.share * size
        return float(betaincc(hits + 1, size - hits, limit))

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval of the true share."""
        from scipy.optimize import brentq

        tail, share = (1 - level) / 2, self.share
        low, high = 0.0, 1.0
        if share > 0:
            low = brentq(lambda limit: self.p_above(limit) - tail, 0.0, share)
        if share < 1:
            high = brentq(lambda limit: self.p_below(limit) - tail, share, 1.0)
        return Interval(share, float(low), float(high), self.n, level, METHOD)

    def _effective(self, limit: float) -> float:
        binomial = self.n * self.share * (1 - self.share)
        noise = at_gap(self.noise, abs(limit - self.claimed), self.n)
        return self.n * max(binomial / noise, 1.0)


def observed_share(table: Tally) -> ObservedShare:
    """Return the observed share of a table that has at least one row."""
    n = table.n
    claimed = float(table.trials @ table.p) / n
    return ObservedShare(float(table.events.sum()) / n, claimed, n, noise_variance(table))


def noise_variance(table: Tally) -> float:
    """Return a variance of the number of events that the true risks hardly exceed.

    The greater of what the probabilities claim and of the squared errors that were made; the true
    variance is nowhere above the expectation of the latter.
    """
    misses = table.events @ (1 - table.p) ** 2 + (table.trials - table.events) @ table.p**2
    return max(float(misses), table.variance)


def at_gap(noise: float, gap: float, n: int) -> float:
    """Return the variance if risks differ from the probabilities by ``gap`` on average.

    Probabilities near 0 and 1 leave little noise when they are right, but not when they are wrong
    by so much. One event is added, because errors that did not happen yet cannot be counted.
    """
    return max(noise, n * gap * (1 - gap)) + 1.0

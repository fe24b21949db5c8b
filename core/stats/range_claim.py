"""p values of a claim that a quantity lies between two limits."""

from __future__ import annotations

from typing import Protocol


class OneSided(Protocol):
    """A quantity of which one-sided hypotheses can be tested."""

    def p_above(self, limit: float) -> float:
        """Return the p value of "it is at most the limit"."""

    def p_below(self, limit: float) -> float:
        """Return the p value of "it is at least the limit"."""


def range_p(quantity: OneSided, low: float, high: float) -> tuple[float, float]:
    """Return the p values of "it lies outside" and of "it lies between ``low`` and ``high``".

    The first is small when the claim is shown (two one-sided tests), the second when it is broken.
    For the second both tails count, so that it holds its level however close the limits are; far
    limits leave the tail that matters.

    References
    ----------
    Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657-680; Schervish, The American Statistician
    50 (1996) 203-206.
    """
    below_high, above_low = quantity.p_below(high), quantity.p_above(low)
    too_high = quantity.p_above(high) + above_low
    too_low = quantity.p_below(low) + below_high
    return max(below_high, above_low), min(too_high, too_low, 1.0)

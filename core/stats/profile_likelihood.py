"""Intervals and one-sided tests of one parameter from the likelihood, others set to suit it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import NamedTuple

from scipy.special import ndtr, ndtri

from core.stats.intervals import Interval, undefined

METHOD = "profile likelihood (r*)"
_STEPS = 60
_CLOSE = 1e-5
_UNBOUNDED = 1e6
_NEAR = 0.1


class Point(NamedTuple):
    """The profile likelihood at one value of the parameter.

    Attributes
    ----------
    height : float
        Log-likelihood, greatest over the other parameters.
    slope : float
        Its derivative.
    information : float
        Determinant of the information about the other parameters there; 1 if there is none.
    """

    height: float
    slope: float
    information: float = 1.0


def _nowhere(_value: float) -> Point:
    return Point(math.nan, math.nan)


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """One natural parameter of an exponential family, the others being set to what suits it best.

    Signed roots are corrected for small samples (r*), because the plain root of a logistic slope
    strays to the high side when outcomes are few.

    Attributes
    ----------
    estimate : float
        Value of the greatest likelihood; NaN where there is none.
    peak : float
        Log-likelihood there.
    spread : float
        Standard error from the curvature there.
    information : float
        Determinant of the information about all parameters there.
    n : int
        Number of rows.
    curve : callable
        From a value to the profile likelihood there.
    why : str
        Why there is no estimate; empty if there is one.

    References
    ----------
    Barndorff-Nielsen, Biometrika 73 (1986) 307-322; Davison, Statistical Models (2003), section
    12.3, for the form in exponential families.
    """

    estimate: float
    peak: float
    spread: float
    information: float
    n: int
    curve: Callable[[float], Point]
    why: str = ""

    @property
    def defined(self) -> bool:
        """Whether there is an estimate."""
        return not self.why

    def ratio(self, value: float) -> float:
        """Return the likelihood-ratio statistic of the value, 1 degree of freedom."""
        return self._plain(value, self.curve(value)) ** 2

    def root(self, value: float) -> float:
        """Return the corrected signed root; near standard normal if the value is the truth.

        It is positive where the estimate lies above the value.
        """
        step = _NEAR * self.spread
        if abs(value - self.estimate) >= step:
            return self._corrected(value, self.curve(value))
        # At the estimate itself the correction is 0/0; both sides of it are well behaved.
        low, high = self.estimate - step, self.estimate + step
        at_low = self._corrected(low, self.curve(low))
        at_high = self._corrected(high, self.curve(high))
        return at_low + (at_high - at_low) * (value - low) / (high - low)

    def p_above(self, limit: float) -> float:
        """Return the one-sided p value of "it is at most the limit"."""
        return float(ndtr(-self.root(limit)))

    def p_below(self, limit: float) -> float:
        """Return the one-sided p value of "it is at least the limit"."""
        return float(ndtr(self.root(limit)))

    def interval(self, level: float = 0.95) -> Interval:
        """Return the values that are not rejected at the level; a limit may be infinite."""
        if not self.defined:
            return undefined(self.n, self.why, level)
        z = float(ndtri(0.5 + level / 2))
        low = min(self._limit(z), self.estimate)
        high = max(self._limit(-z), self.estimate)
        return Interval(self.estimate, low, high, self.n, level, METHOD)

    def _plain(self, value: float, point: Point) -> float:
        fall = max(2 * (self.peak - point.height), 0.0)
        return math.copysign(math.sqrt(fall), self.estimate - value)

    def _corrected(self, value: float, point: Point) -> float:
        root = self._plain(value, point)
        if root == 0 or point.information <= 0:
            return root
        wald = (self.estimate - value) * math.sqrt(self.information / point.information)
        return root + math.log(wald / root) / root

    def _limit(self, target: float) -> float:
        """Return where the signed root is ``target``; infinite if it never gets there."""
        value = self.estimate - target * self.spread
        inside, outside = self.estimate, math.copysign(math.inf, -target)
        for _ in range(_STEPS):
            point = self.curve(value)
            plain, root = self._plain(value, point), self._corrected(value, point)
            if abs(root - target) < _CLOSE:
                break
            if (root - target) * target < 0:
                inside = value
            else:
                outside = value
            if abs(value - self.estimate) > _UNBOUNDED * self.spread:
                return math.copysign(math.inf, -target)
            # The signed root is close to a straight line, so that Newton steps need few passes.
            step = (root - target) * plain / point.slope if point.slope else math.inf
            value = _between(value + step, inside, outside, self.estimate)
        return value


def no_profile(n: int, why: str) -> Profile:
    """Return the profile of a parameter that has no estimate, with the reason."""
    return Profile(math.nan, math.nan, math.nan, math.nan, n, _nowhere, why)


def _between(proposal: float, inside: float, outside: float, centre: float) -> float:
    """Return the proposal if it narrows the bracket, else a point that does."""
    low, high = sorted((inside, outside))
    if low < proposal < high:
        return proposal
    if math.isinf(outside):
        return centre + 2 * (inside - centre)
    return (inside + outside) / 2


@dataclasses.dataclass(frozen=True, slots=True)
class RatioTest:
    """Likelihood-ratio test of "the probabilities are right" against a bent version of them.

    Attributes
    ----------
    statistic : float
        Twice the gain in log-likelihood.
    df : int
        Parameters that may bend.
    p : float
        p value.
    method : str
        Where the p value comes from.
    """

    statistic: float
    df: int
    p: float
    method: str

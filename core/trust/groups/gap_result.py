"""What a comparison of groups found: pairs, tests and the levels that were left out."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.plain import finite
from core.stats.intervals import Interval

Floats = NDArray[np.float64]
Status = Literal["difference shown", "equivalence shown", "not enough data"]

ALPHA = 0.05
POWER = 0.8
SMALLEST = 10
"""Observations from which a level is compared with others."""

FEW = 5
"""Counts of people below this are not exported."""

GAPS_KEPT = 50
"""Pairs that a result lists, the largest gaps first; all of them are tested."""


@dataclasses.dataclass(frozen=True, slots=True)
class Exclusion:
    """A level that is too small to be compared.

    Attributes
    ----------
    level : str
        The level.
    n : int
        Its observations for this measure.
    """

    level: str
    n: int

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; a count below :data:`FEW` is withheld where asked."""
        return {"level": self.level, "n": None if suppress and self.n < FEW else self.n}


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """Two levels compared.

    Attributes
    ----------
    higher, lower : str
        The levels, that with the larger value first.
    difference : Interval
        Value of the first minus that of the second, simultaneous over all pairs of the family.
    detectable : float
        Smallest difference that this comparison would show to be other than 0 in 80 of 100 samples
        of this size; NaN where there is none.
    """

    higher: str
    lower: str
    difference: Interval
    detectable: float

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as plain data."""
        return {
            "higher": self.higher,
            "lower": self.lower,
            "difference": self.difference.to_dict(),
            "detectable": finite(self.detectable),
        }


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """All pairs of a family; arrays of shape (pairs,), the larger value of each pair first.

    Attributes
    ----------
    first, second : ndarray of int
        Positions among the compared levels.
    n : ndarray of int
        Observations in both together.
    estimate, low, high : ndarray
        Difference, never negative, with its simultaneous limits.
    reach : ndarray
        One-sided limit of the difference in either direction, for this pair alone.
    p_beyond : ndarray
        p value of "the pair differs by at most the margin", not adjusted.
    p_within : ndarray
        p value of "the pair differs by at least the margin, in some direction".
    detectable : ndarray
        See :class:`Gap`.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    n: NDArray[np.int64]
    estimate: Floats
    low: Floats
    high: Floats
    reach: Floats
    p_beyond: Floats
    p_within: Floats
    detectable: Floats


class Evidence(Protocol):
    """What is known of the compared levels, from which pairs can be compared at any margin."""

    @property
    def method(self) -> str:
        """How the interval of a pair is computed."""

    def pairs(self, margin: float, names: tuple[str, ...]) -> Pairs:
        """Compare all pairs of two or more levels."""

    def describe(self, level: int) -> str:
        """Return the value of a level with its counts, in words."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class GapTest:
    """What is known of one attribute by one measure, and what that shows.

    Attributes
    ----------
    attribute, measure : str
        What is compared by what, such as ``"sex"`` and ``"sensitivity"``.
    unit : str
        What the observations are, such as ``"positives"``.
    levels : tuple of str
        Levels that are compared: those with :data:`SMALLEST` observations or more.
    excluded : tuple of Exclusion
        The other ones; no number here depends on them.
    evidence : Evidence
        The counts, or means, of the compared levels.
    p : float
        p value of "no level differs"; NaN where fewer than two are compared.
    p_each : tuple of float
        p value of each level against the others, adjusted for all levels of the family.
    why_not : str
        Why nothing can be compared, where that is not for want of observations.
    p_adjusted : float
        ``p`` adjusted by Holm's rule over the families tested together.
    margin : float
        Largest difference that does not matter, in the measure's unit.
    largest : Interval
        The largest gap, with the limits that decide (:mod:`core.trust.groups.gaps`); NaN if none.
    p_broken : float or None
        p value of "no gap is beyond the margin": the larger of ``p`` and that of the gaps alone,
        adjusted for the pairs.
    p_met : float or None
        p value of "some gap is beyond the margin".
    status : {"difference shown", "equivalence shown", "not enough data"}
        A difference is shown if ``p_broken``, adjusted by Holm's rule over the families tested
        together, is at most :data:`ALPHA`; equivalence if ``p_met`` is.
    gaps : tuple of Gap
        Up to :data:`GAPS_KEPT` pairs, the largest gaps first.
    n_pairs : int
        Pairs that were compared.
    reason : str
        What was found, as a sentence.
    """

    attribute: str
    measure: str
    unit: str
    levels: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    evidence: Evidence
    p: float
    p_each: tuple[float, ...]
    why_not: str
    p_adjusted: float
    margin: float
    largest: Interval
    p_broken: float | None
    p_met: float | None
    status: Status
    gaps: tuple[Gap, ...]
    n_pairs: int
    reason: str

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return the test as plain data; a number that does not exist becomes ``None``."""
        same = ("attribute", "measure", "unit", "margin", "p_broken", "p_met", "status", "n_pairs")
        return {
            **{name: getattr(self, name) for name in same},
            "reason": self.reason,
            "p": finite(self.p),
            "p_adjusted": finite(self.p_adjusted),
            "largest": self.largest.to_dict(),
            "levels": [
                {"level": level, "p_adjusted": finite(p)}
                for level, p in zip(self.levels, self.p_each, strict=True)
            ],
            "excluded": [one.to_dict(suppress=suppress) for one in self.excluded],
            "gaps": [gap.to_dict() for gap in self.gaps],
        }


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A family before its margin is chosen; attributes as in :class:`GapTest`."""

    attribute: str
    measure: str
    unit: str
    levels: tuple[str, ...]
    excluded: tuple[Exclusion, ...]
    evidence: Evidence
    p: float
    p_each: tuple[float, ...]
    why_not: str = ""

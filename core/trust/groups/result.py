"""What the comparison of groups found: rates by level, tests, calibration, crossed attributes."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.stats.intervals import Interval
from core.trust.groups.calibration import GroupCalibration
from core.trust.groups.gap_result import FEW, SMALLEST, GapTest


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """A share of rows.

    Attributes
    ----------
    k, n : int
        Rows that count, and rows among which they are counted.
    interval : Interval
        The share with its Wilson interval; NaN where n is 0.
    """

    k: int
    n: int
    interval: Interval

    @property
    def small(self) -> bool:
        """Whether there are too few rows for a comparison."""
        return self.n < SMALLEST

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; a rate among fewer than :data:`FEW` people is withheld where asked."""
        if suppress and 0 < self.n < FEW:
            return {"suppressed": f"fewer than {FEW} people"}
        return {"k": self.k, "n": self.n, "small": self.small, "interval": self.interval.to_dict()}


@dataclasses.dataclass(frozen=True, slots=True)
class LevelRates:
    """What was measured in one level.

    Attributes
    ----------
    level : str
        The level.
    n : int
        Its rows.
    events : int or None
        Those with the outcome; ``None`` with more than two classes.
    rates : dict of str to Rate
        Binary: sensitivity, specificity, false_positive_rate, ppv, npv, accuracy, selection_rate,
        prevalence. Otherwise: accuracy, and ``sensitivity.<class>`` for every class.
    derived : dict of str to Interval
        Measures of the whole table: mcc; binary also f1, balanced_accuracy and sensitivity_ratio,
        the level's sensitivity over that of the other levels with :data:`SMALLEST` positives.
    """

    level: str
    n: int
    events: int | None
    rates: dict[str, Rate]
    derived: dict[str, Interval]

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; a level of fewer than :data:`FEW` people is withheld where asked."""
        if suppress and self.n < FEW:
            return {"level": self.level, "suppressed": f"fewer than {FEW} people"}
        return {
            "level": self.level,
            "n": self.n,
            "events": self.events,
            "rates": {name: rate.to_dict(suppress=suppress) for name, rate in self.rates.items()},
            "derived": {name: one.to_dict() for name, one in self.derived.items()},
        }


@dataclasses.dataclass(frozen=True, slots=True)
class AttributeFairness:
    """One attribute.

    Attributes
    ----------
    attribute : str
        Its name.
    binned : bool
        Whether a number was cut into bins, which are the levels.
    levels : tuple of LevelRates
        Every level.
    tests : tuple of GapTest
        One for each measure; p values are adjusted over all attributes and measures.
    calibration : GroupCalibration or None
        Calibration by level; ``None`` unless binary with probabilities.
    """

    attribute: str
    binned: bool
    levels: tuple[LevelRates, ...]
    tests: tuple[GapTest, ...]
    calibration: GroupCalibration | None

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data."""
        return {
            "attribute": self.attribute,
            "binned": self.binned,
            "levels": [level.to_dict(suppress=suppress) for level in self.levels],
            "tests": [test.to_dict(suppress=suppress) for test in self.tests],
            "calibration": self.calibration and self.calibration.to_dict(suppress=suppress),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class WorstCell:
    """A combination of two attributes with a low rate.

    Attributes
    ----------
    cell : str
        The two levels.
    measure : str
        What is low.
    rate : Rate
        The rate; cells are ranked by the lower limit of its interval.
    p_adjusted : float
        p value against the other cells, adjusted for all cells of the two attributes (max-z) and,
        by Holm's rule, for all pairs of attributes and measures.
    """

    cell: str
    measure: str
    rate: Rate
    p_adjusted: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "cell": self.cell,
            "measure": self.measure,
            "rate": self.rate.to_dict(),
            "p_adjusted": self.p_adjusted,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class FairnessPanel:
    """The comparison of groups.

    Attributes
    ----------
    n : int
        Rows.
    classes : tuple of str
        Names of the classes.
    margin : float
        Largest gap between two levels that does not matter.
    attributes : tuple of AttributeFairness
        One for each attribute.
    crossed : tuple of GapTest
        Every two attributes crossed, by measure; p values are adjusted among these.
    worst : tuple of WorstCell
        The cells with the lowest limits, up to :data:`core.trust.groups.panel.WORST` a measure.
    not_crossed : tuple of str
        Pairs of attributes that were left out, having more combinations than
        :data:`core.trust.groups.panel.MOST_CELLS`.
    """

    n: int
    classes: tuple[str, ...]
    margin: float
    attributes: tuple[AttributeFairness, ...]
    crossed: tuple[GapTest, ...]
    worst: tuple[WorstCell, ...]
    not_crossed: tuple[str, ...]

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data for JSON.

        Parameters
        ----------
        suppress : bool
            Withhold counts and figures of fewer than :data:`FEW` people, so that nobody can be
            recognised. The row then says so. Where only one level is withheld, its size can still
            be had by subtraction.
        """
        return {
            "n": self.n,
            "classes": list(self.classes),
            "margin": self.margin,
            "attributes": [one.to_dict(suppress=suppress) for one in self.attributes],
            "crossed": [test.to_dict(suppress=suppress) for test in self.crossed],
            "worst": [cell.to_dict() for cell in self.worst],
            "not_crossed": list(self.not_crossed),
        }

"""Rules that hold for any outline, whatever was learnt: radius, perimeter and area, mean and worst.

A perimeter is about 2 pi times the radius and an area about pi times its square, in any unit; the
mean of the three largest values is never below the mean of all. A case that breaks a rule holds
values that do not belong together.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.schema import FEATURES, MEASURES, NAMES

Floats = NDArray[np.float64]

MARGIN = 0.05
"""How far beyond the measured range a ratio may lie, as a share of its end."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ratio:
    """A perimeter or an area held against the circle of the same radius.

    Attributes
    ----------
    column, radius : str
        Field names.
    factor, power : float
        The circle's value is ``factor * radius ** power``.
    formula : str
        The ratio in words.
    measured : tuple of float
        Least and greatest ratio among the 569 cases, rounded outwards.
    """

    column: str
    radius: str
    factor: float
    power: float
    formula: str
    measured: tuple[float, float]

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest ratio that passes: the measured range and ``MARGIN`` beyond it."""
        low, high = self.measured
        return low * (1 - MARGIN), high * (1 + MARGIN)

    @property
    def text(self) -> str:
        """What a case that breaks the rule is told in a table."""
        return f"{_lower(self.column)} does not fit {_lower(self.radius)}"

    def of(self, value: float | Floats, radius: float | Floats) -> float | Floats:
        """Return the value as a share of the circle's."""
        return value / (self.factor * radius**self.power)

    def sentence(self, values: Mapping[str, float]) -> str:
        """Return what is wrong with a case that breaks the rule, and what would be right."""
        value, radius = values[self.column], values[self.radius]
        low, high = self.limits
        circle = self.factor * radius**self.power
        return (
            f"{FEATURES[self.column].label} {value:g} does not fit {_lower(self.radius)} "
            f"{radius:g}: {self.formula} is {self.of(value, radius):.3g}, and {low:.3g} to "
            f"{high:.3g} is possible, that is {low * circle:.4g} to {high * circle:.4g}."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """A worst value, the mean of the three largest, held against the mean of all.

    Attributes
    ----------
    worst, mean : str
        Field names.
    """

    worst: str
    mean: str

    @property
    def text(self) -> str:
        """What a case that breaks the rule is told in a table."""
        return f"{_lower(self.worst)} is below {_lower(self.mean)}"

    def sentence(self, values: Mapping[str, float]) -> str:
        """Return what is wrong with a case that breaks the rule."""
        return (
            f"{FEATURES[self.worst].label} {values[self.worst]:g} is below {_lower(self.mean)} "
            f"{values[self.mean]:g}: the mean of the three largest nuclei cannot be."
        )


def _lower(column: str) -> str:
    return FEATURES[column].label.lower()


def _ratio(statistic: str, measure: str, measured: tuple[float, float]) -> Ratio:
    column, radius = (NAMES[statistic].format(name) for name in (measure, "radius"))
    if measure == "perimeter":
        return Ratio(column, radius, 2 * math.pi, 1.0, "perimeter / (2 pi radius)", measured)
    return Ratio(column, radius, math.pi, 2.0, "area / (pi radius²)", measured)


RATIOS = (
    _ratio("mean", "perimeter", (0.9828, 1.1334)),
    _ratio("mean", "area", (0.9169, 1.0641)),
    _ratio("worst", "perimeter", (0.9905, 1.2207)),
    _ratio("worst", "area", (0.8115, 1.0581)),
)
ORDERS = tuple(Order(*(NAMES[s].format(m.name) for s in ("worst", "mean"))) for m in MEASURES)


def violations(X: Floats) -> Iterator[tuple[NDArray[np.bool_], str]]:
    """Yield for each rule which cases break it, and what to tell them.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Values in the order of ``FEATURES``; a rule that needs a missing value counts as broken.

    Yields
    ------
    tuple of ndarray of bool, shape (n,), and str
    """
    at = {name: position for position, name in enumerate(FEATURES.names)}
    for ratio in RATIOS:
        found = ratio.of(X[:, at[ratio.column]], X[:, at[ratio.radius]])
        low, high = ratio.limits
        yield np.asarray(~((found >= low) & (found <= high))), ratio.text
    for order in ORDERS:
        yield ~(X[:, at[order.worst]] >= X[:, at[order.mean]]), order.text


def sentences(values: Mapping[str, float]) -> tuple[str, ...]:
    """Return what is wrong with one complete case, rule by rule; empty if every rule holds."""
    row = np.array([[values[name] for name in FEATURES.names]])
    rules: tuple[Ratio | Order, ...] = (*RATIOS, *ORDERS)
    return tuple(
        rule.sentence(values)
        for rule, (broken, _) in zip(rules, violations(row), strict=True)
        if broken[0]
    )

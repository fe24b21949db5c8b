"""Two models on the same rows: every figure's difference, with a paired interval."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.delong import auc_difference
from core.stats.intervals import Interval, undefined
from core.stats.mean_loss import brier_losses, log_losses
from core.stats.paired import mean_difference, proportion_difference
from core.trust.predictions import Floats, Predictions

Better = Literal["first", "second", "not enough data"]

MEASURES = 7
"""Most figures that are compared at once."""

LEVEL = 1 - 0.05 / MEASURES
"""Level of each interval (Bonferroni): all of them hold together in 95 of 100 comparisons."""

NO_PROBA = "one of the models gives no probabilities"


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two models.

    Attributes
    ----------
    measure : str
        Its name.
    first, second : float
        The figure of either model; NaN where undefined.
    gap : Interval
        First minus second, on the same rows.
    larger_is_better : bool
        Whether a larger figure is the better one.
    """

    measure: str
    first: float
    second: float
    gap: Interval
    larger_is_better: bool

    @property
    def better(self) -> Better:
        """Which model is shown to be better; the interval must leave out 0."""
        if self.gap.low > 0:
            return "first" if self.larger_is_better else "second"
        if self.gap.high < 0:
            return "second" if self.larger_is_better else "first"
        return "not enough data"

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as plain data; what is undefined is ``None``."""
        return {
            "measure": self.measure,
            "first": None if np.isnan(self.first) else self.first,
            "second": None if np.isnan(self.second) else self.second,
            "difference": self.gap.to_dict(),
            "better": self.better,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same rows.

    Attributes
    ----------
    n : int
        Rows.
    agree : float
        Share of rows that both call the same.
    differences : tuple of Difference
        One a figure; their intervals hold together at 95 %.
    """

    n: int
    agree: float
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {
            "n": self.n,
            "agree": self.agree,
            "level": LEVEL,
            "differences": [one.to_dict() for one in self.differences],
        }


def compare(first: Predictions, second: Predictions) -> Comparison:
    """Compare two models on the same rows.

    Parameters
    ----------
    first, second : Predictions
        Of the same outcomes in the same order, with the same classes; each calls by its own
        threshold.

    Raises
    ------
    InputError
        If rows, classes or outcomes differ: a paired comparison would be of unequal rows.
    """
    _check_same(first, second)
    right = (first.correct, second.correct)
    found = [_shares("accuracy", *right)]
    if first.binary:
        for name, outcome in (("sensitivity", 1), ("specificity", 0)):
            rows = first.y == outcome
            found.append(_shares(name, right[0][rows], right[1][rows]))
        found.append(_auc(first, second))
        found.append(_net_benefit(first, second))
    found += [
        _losses("brier", first, second, brier_losses),
        _losses("log_loss", first, second, log_losses),
    ]
    return Comparison(first.n, float(np.mean(first.called == second.called)), tuple(found))


def _check_same(first: Predictions, second: Predictions) -> None:
    if first.n != second.n:
        raise InputError(
            f"second: has {second.n:,} rows, the first model {first.n:,}. Give the same rows."
        )
    if first.classes != second.classes:
        raise InputError(
            f"second: has the classes {', '.join(second.classes)}, the first model "
            f"{', '.join(first.classes)}. Give predictions of the same outcome."
        )
    unequal = np.flatnonzero(first.y != second.y)
    if len(unequal):
        raise InputError(
            f"second: {len(unequal):,} of {first.n:,} rows have another outcome, the first at "
            f"position {unequal[0]}. Give the same rows in the same order."
        )


def _shares(name: str, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Difference:
    n = len(first)
    shares = [float(np.mean(one)) if n else float("nan") for one in (first, second)]
    gap = proportion_difference(first, second, LEVEL)
    return Difference(name, shares[0], shares[1], gap, larger_is_better=True)


def _auc(first: Predictions, second: Predictions) -> Difference:
    from core.stats.binary import auc

    if first.p is None or second.p is None:
        return _nothing("auc", first.n, NO_PROBA, larger_is_better=True)
    found = auc_difference(first.y, first.p, second.p, LEVEL)
    gap = undefined(first.n, "fewer than two rows of a class", LEVEL)
    one, other = auc(first.y, first.p), auc(second.y, second.p)
    return Difference("auc", one, other, gap if found is None else found.interval, True)


def _net_benefit(first: Predictions, second: Predictions) -> Difference:
    name = "net_benefit"
    thresholds = {first.threshold, second.threshold}
    if len(thresholds) > 1 or first.threshold is None:
        why = "the models call at different thresholds, or at none"
        return _nothing(name, first.n, why, larger_is_better=True)
    odds = first.threshold / (1 - first.threshold)
    values = [np.where(one.y == 1, 1.0, -odds) * (one.called == 1) for one in (first, second)]
    gap = mean_difference(values[0], values[1], LEVEL)
    return Difference(name, float(values[0].mean()), float(values[1].mean()), gap, True)


def _losses(
    name: str, first: Predictions, second: Predictions, loss: Callable[[Any, Floats], Floats]
) -> Difference:
    if first.proba is None or second.proba is None:
        return _nothing(name, first.n, NO_PROBA, larger_is_better=False)
    one, other = loss(first.y, first.proba), loss(second.y, second.proba)
    gap = mean_difference(one, other, LEVEL)
    return Difference(name, float(one.mean()), float(other.mean()), gap, False)


def _nothing(name: str, n: int, why: str, *, larger_is_better: bool) -> Difference:
    nan = float("nan")
    return Difference(name, nan, nan, undefined(n, why, LEVEL), larger_is_better)

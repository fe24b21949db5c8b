"""The table behind every comparison of groups: group x outcome x call, counted once.

Rates, their intervals, permutations and resamples all start from these counts; the rows are read
once, whatever their number.
"""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined, wilson
from core.trust.predictions import Grouping, Predictions

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Measure = Callable[[Counts], Floats]

RESAMPLES = 2_000
UNDEFINED_LIMIT = 0.1
"""Largest share of resamples in which a measure may be undefined."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Counts of outcome and call by group.

    Attributes
    ----------
    name : str
        The attribute.
    levels : tuple of str
        Its g levels.
    classes : tuple of str
        The k classes.
    counts : ndarray of int, shape (g, k, k)
        Rows of each level by outcome and by the class they were called.
    """

    name: str
    levels: tuple[str, ...]
    classes: tuple[str, ...]
    counts: Counts

    @property
    def sizes(self) -> Counts:
        """Rows of each level, shape (g,)."""
        sizes: Counts = self.counts.sum(axis=(1, 2))
        return sizes


def confusion(predictions: Predictions, grouping: Grouping) -> Confusion:
    """Count outcome and call by the levels of an attribute."""
    counts = _count(predictions, grouping.index, len(grouping.levels))
    return Confusion(grouping.name, grouping.levels, predictions.classes, counts)


def crossed(predictions: Predictions, first: Grouping, second: Grouping) -> Confusion:
    """Count outcome and call by the combinations of two attributes that occur."""
    width = len(second.levels)
    counts = _count(predictions, first.index * width + second.index, len(first.levels) * width)
    occurs = np.flatnonzero(counts.any(axis=(1, 2)))
    levels = tuple(
        f"{first.name}: {first.levels[i // width]}, {second.name}: {second.levels[i % width]}"
        for i in occurs
    )
    name = f"{first.name} and {second.name}"
    return Confusion(name, levels, predictions.classes, counts[occurs])


def _count(predictions: Predictions, group: NDArray[np.intp], levels: int) -> Counts:
    k = len(predictions.classes)
    cell = (group * k + predictions.y) * k + predictions.called
    counts: Counts = np.bincount(cell, minlength=levels * k * k).astype(np.int64)
    return counts.reshape(levels, k, k)


def binary_rates(counts: Counts) -> dict[str, tuple[Counts, Counts]]:
    """Return what each rate counts and among how many, both of shape (g,).

    Parameters
    ----------
    counts : ndarray of int, shape (g, 2, 2)
        By outcome and call; the second class is the positive one.
    """
    (tn, fp), (fn, tp) = np.moveaxis(counts, 0, -1)
    n = tn + fp + fn + tp
    return {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "false_positive_rate": (fp, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, n),
        "selection_rate": (tp + fp, n),
        "prevalence": (tp + fn, n),
    }


def class_rates(counts: Counts, classes: tuple[str, ...]) -> dict[str, tuple[Counts, Counts]]:
    """Return accuracy and the sensitivity of each class as counts, both of shape (g,).

    Parameters
    ----------
    counts : ndarray of int, shape (g, k, k)
        By outcome and call.
    classes : tuple of str
        Names of the k classes.
    """
    right, own = np.diagonal(counts, axis1=1, axis2=2), counts.sum(axis=2)
    rates = {"accuracy": (right.sum(axis=1), own.sum(axis=1))}
    return rates | {f"sensitivity.{c}": (right[:, i], own[:, i]) for i, c in enumerate(classes)}


def f1(counts: Counts) -> Interval:
    """Return the F1 score of one table (2, 2), with an interval that no resampling is needed for.

    F1 is 2s / (1 + s) where s is the share of true positives among all rows but the true negatives,
    a proportion with a Wilson interval.
    """
    tp, rest = int(counts[1, 1]), int(counts.sum() - counts[0, 0])
    if rest == 0:
        return undefined(0, "no row is positive or called positive")
    share = wilson(tp, rest)
    estimate, low, high = (2 * s / (1 + s) for s in (share.estimate, share.low, share.high))
    return Interval(estimate, low, high, rest, share.level, "Wilson, transformed")


def balanced_accuracy(counts: Counts, level: float = 0.95) -> Interval:
    """Return the mean of sensitivity and specificity of one table (2, 2), with a hybrid interval.

    References
    ----------
    Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702.
    """
    n = int(counts.sum())
    if not counts.sum(axis=1).all():
        return undefined(n, "one class only among the outcomes", level)
    parts = [wilson(int(counts[c, c]), int(counts[c].sum()), level) for c in (0, 1)]
    middle = sum(part.estimate for part in parts) / 2
    below = math.hypot(*(part.estimate - part.low for part in parts)) / 2
    above = math.hypot(*(part.high - part.estimate for part in parts)) / 2
    return Interval(middle, middle - below, middle + above, n, level, "hybrid score (MOVER)")


def correlation(counts: Counts) -> Floats:
    """Return Matthews' correlation of outcome and call; NaN where one of them is constant.

    Parameters
    ----------
    counts : ndarray of int, shape (..., k, k)
        Tables by outcome and call.

    References
    ----------
    Gorodkin, Computational Biology and Chemistry 28 (2004) 367-374.
    """
    tables = counts.astype(np.float64)
    n, right = tables.sum(axis=(-2, -1)), np.trace(tables, axis1=-2, axis2=-1)
    own, called = tables.sum(axis=-1), tables.sum(axis=-2)
    spread = (n**2 - (own**2).sum(axis=-1)) * (n**2 - (called**2).sum(axis=-1))
    return _ratio(right * n - (own * called).sum(axis=-1), np.sqrt(spread))


def sensitivity_ratio(counts: Counts) -> Floats:
    """Return the sensitivity in the first of two tables over that in the second.

    Parameters
    ----------
    counts : ndarray of int, shape (..., 2, 2, 2)
        Pairs of tables by outcome and call.
    """
    found, all_ = counts[..., 1, 1].astype(np.float64), counts[..., 1, :].sum(axis=-1)
    share = _ratio(found, all_)
    return _ratio(share[..., 0], share[..., 1])


def resampled(
    tables: Counts,
    measure: Measure,
    name: str,
    *,
    seed: int = 0,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return a measure of tables with a percentile interval, for measures without a formula.

    Every table is drawn anew from a multinomial distribution of its size and shares, which is what
    resampling its rows would do. The interval rests on the resamples in which the measure is
    defined; its method says how many were not. A measure that never varies, as without an error,
    has no limits: resampling cannot tell how far it may be off.

    Parameters
    ----------
    tables : ndarray of int, shape (m, k, k)
        Independent groups of rows, none empty.
    measure : callable
        Takes tables of the shape (..., m, k, k) and returns values of the shape (...).
    name : str
        Names the random stream, so that a group's figure does not depend on the other groups.
    seed, level, resamples : int, float, int
        Seed, confidence level and number of resamples.
    """
    n = int(tables.sum())
    estimate = float(measure(tables))
    if not math.isfinite(estimate):
        return undefined(n, "not defined by these counts", level)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    drawn = [
        rng.multinomial(int(table.sum()), table.ravel() / table.sum(), size=resamples)
        for table in tables
    ]
    values = measure(np.stack(drawn, axis=1).reshape(resamples, *tables.shape))
    values = values[np.isfinite(values)]
    lost = resamples - len(values)
    if lost > UNDEFINED_LIMIT * resamples:
        why = f"undefined in {lost} of {resamples} resamples: too few rows of one kind"
        return Interval(estimate, math.nan, math.nan, n, level, why)
    if np.ptp(values) == 0:
        why = "no limits: the same in every resample"
        return Interval(estimate, math.nan, math.nan, n, level, why)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    method = f"percentile, {resamples} multinomial resamples"
    if lost:
        method += f", {lost} undefined"
    return Interval(estimate, float(low), float(high), n, level, method)


def _ratio(above: Floats, below: Floats) -> Floats:
    defined = below > 0
    ratio: Floats = np.where(defined, above / np.where(defined, below, 1.0), math.nan)
    return ratio

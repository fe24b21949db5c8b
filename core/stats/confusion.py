"""Figures of a table of calls by outcomes, with intervals that exist for a table without errors.

Throughout, ``table`` has shape (k, k): ``table[i, j]`` counts the cases of class i called j.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import Interval, undefined, wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

N_DRAWS = 2_000
N_TABLES = 1_999

_Figure = Callable[[Floats], Floats]

DRAWN = f"{N_DRAWS:,} Dirichlet draws of the table"


def confusion(y: Labels, called: Labels, k: int) -> Labels:
    """Count the cases of each class by the class they are called, shape (k, k)."""
    return np.bincount(y * k + called, minlength=k * k).reshape(k, k)


def balanced_accuracy(table: Labels, level: float = 0.95) -> Interval:
    """Return the mean recall of the classes that occur; undefined if fewer than two do.

    The interval joins the Wilson intervals of the recalls (Zou and Donner, Statistics in Medicine
    27 (2008) 1693-1702).
    """
    support = table.sum(axis=1)
    present = np.flatnonzero(support)
    n = int(table.sum())
    if len(present) < 2:
        return undefined(n, "fewer than two classes among the outcomes", level)
    recalls = [wilson(int(table[i, i]), int(support[i]), level) for i in present]
    mean = math.fsum(r.estimate for r in recalls) / len(recalls)
    down = math.hypot(*(r.estimate - r.low for r in recalls)) / len(recalls)
    up = math.hypot(*(r.high - r.estimate for r in recalls)) / len(recalls)
    method = "Wilson limits of the recalls, joined"
    return Interval(mean, max(0.0, mean - down), min(1.0, mean + up), n, level, method)


def f1_binary(table: Labels, level: float = 0.95) -> Interval:
    """Return the F1 score of the second class.

    With x the share of correct cases among those that are positive or called so, F1 is
    2 x / (1 + x): the Wilson interval of x gives that of F1.
    """
    hits, either = int(table[1, 1]), int(table.sum() - table[0, 0])
    if either == 0:
        return undefined(int(table.sum()), "nobody is positive or called so", level)
    x = wilson(hits, either, level)
    low, middle, high = (2 * v / (1 + v) for v in (x.low, x.estimate, x.high))
    return Interval(middle, low, high, int(table.sum()), level, "Wilson, transformed")


def macro_f1(table: Labels, seed: int = 0, level: float = 0.95) -> Interval:
    """Return the mean F1 score of the classes that occur among outcomes or calls."""
    return _drawn(table, _macro_f1, "no class", seed, level)


def matthews(table: Labels, seed: int = 0, level: float = 0.95) -> Interval:
    """Return Matthews' correlation of calls and outcomes, -1 to 1.

    It is undefined if all outcomes, or all calls, are of one class.

    References
    ----------
    Gorodkin, Computational Biology and Chemistry 28 (2004) 367-374 (several classes).
    """
    return _drawn(table, _matthews, "all outcomes or all calls are of one class", seed, level)


def association_p(table: Labels, seed: int = 0) -> tuple[float, float] | None:
    """Return one-sided p values of "calls say nothing", against better and worse than chance.

    Outcomes and calls keep their totals and are paired at random; what is compared is the balanced
    accuracy. With two classes this is Fisher's exact test; with more, random tables are drawn.

    Returns
    -------
    tuple of float, or None
        p values against better and against worse; ``None`` if all outcomes, or all calls, are of
        one class.
    """
    from scipy.stats import hypergeom, random_table

    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if np.count_nonzero(rows) < 2 or np.count_nonzero(columns) < 2:
        return None
    if len(table) == 2:
        chance = hypergeom(int(table.sum()), int(rows[1]), int(columns[1]))
        hits = int(table[1, 1])
        return min(1.0, float(chance.sf(hits - 1))), min(1.0, float(chance.cdf(hits)))
    tables = random_table(rows, columns, seed=seed).rvs(size=N_TABLES)
    weight = np.where(rows > 0, 1 / np.maximum(rows, 1), 0.0)
    null = np.diagonal(tables, axis1=1, axis2=2) @ weight
    value = float(np.diagonal(table) @ weight)
    edge = 1e-12
    better = (1 + int(np.sum(null >= value - edge))) / (1 + N_TABLES)
    return better, (1 + int(np.sum(null <= value + edge))) / (1 + N_TABLES)


def _drawn(table: Labels, figure: _Figure, why: str, seed: int, level: float) -> Interval:
    """Return a figure with limits from tables drawn around this one.

    One case is spread evenly over the cells (Perks' prior), because resampling alone would take an
    empty cell as impossible and give a table without errors no uncertainty.
    """
    n = int(table.sum())
    occurs = (table.sum(axis=0) + table.sum(axis=1)) > 0
    kept = table[np.ix_(occurs, occurs)].astype(np.float64)
    estimate = float(figure(kept))
    if math.isnan(estimate):
        return undefined(n, why, level)
    rng = np.random.default_rng(seed)
    tables = rng.gamma(kept.ravel() + 1 / kept.size, size=(N_DRAWS, kept.size))
    values = figure(tables.reshape(N_DRAWS, *kept.shape))
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        estimate, min(float(low), estimate), max(float(high), estimate), n, level, DRAWN
    )


def _macro_f1(tables: Floats) -> Floats:
    either = tables.sum(axis=-1) + tables.sum(axis=-2)
    scores: Floats = 2 * np.diagonal(tables, axis1=-2, axis2=-1) / either
    return np.asarray(scores.mean(axis=-1))


def _matthews(tables: Floats) -> Floats:
    n = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    right = np.trace(tables, axis1=-2, axis2=-1)
    spread = (n**2 - (columns**2).sum(axis=-1)) * (n**2 - (rows**2).sum(axis=-1))
    together: Floats = right * n - (rows * columns).sum(axis=-1)
    return together / np.sqrt(np.where(spread > 0, spread, np.nan))

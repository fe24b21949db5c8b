"""Where local searches end: how often a random start finds the optimum of S-curves."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from core.errors import InputError, Problem
from core.optimize.greedy import greedy
from core.optimize.polytope import ALLOWANCE, Floats
from core.optimize.programme import Programme
from core.optimize.scaling import Scaled, autoscale
from core.optimize.scurve import SeparableOptimum, maximise_separable
from core.optimize.slsqp import slsqp
from core.optimize.walk import random_plans
from core.plain import plain
from core.stats.intervals import Interval, wilson

NEAR = 1e-3
"""Shortfall, relative to the optimum, at which a search counts as having found it."""
SAME_VALUE, SAME_PLAN = 1e-5, 0.02
"""Differences, relative to the optimum and to the largest amount, within one end point."""
MAX_STARTS = 5_000
SURE = 0.99


@dataclasses.dataclass(frozen=True)
class Basin:
    """One end point of local searches.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The best plan of those that count as this one.
    value : float
        Its objective.
    shortfall : float
        What it lacks to the optimum, as a share of the optimum.
    reached : int
        Starts that ended there.
    share : Interval
        Share of all starts, with its 95 % Wilson interval.
    """

    x: Floats
    value: float
    shortfall: float
    reached: int
    share: Interval


@dataclasses.dataclass(frozen=True)
class Reference:
    """Result of one other way to plan.

    Attributes
    ----------
    x : ndarray, shape (n,), or None
        Its plan; ``None`` where it has none within the limits.
    value, shortfall : float
        Objective and what it lacks to the optimum, as a share; NaN without a plan.
    """

    x: Floats | None
    value: float
    shortfall: float


@dataclasses.dataclass(frozen=True)
class Basins:
    """End points of local searches from random starts, beside the optimum.

    Attributes
    ----------
    optimum : SeparableOptimum
        The plan with its proof.
    basins : tuple of Basin
        Distinct end points, best first.
    starts, failed : int
        Searches, and those among them that ended outside the limits.
    found : Interval
        Share of starts that ended within 0.1 % of the optimum, with its 95 % Wilson interval.
    starts_needed : int or None
        Starts after which one has found it with a probability of 99 %, at the share measured;
        ``None`` if no start did.
    starts_needed_range : tuple of int or None
        The same at the upper and the lower limit of the share's interval.
    values : ndarray, shape (starts - failed,)
        Objective at the end of every search, in order of the starts.
    equal_split : Reference
        The search from equal amounts.
    greedy : Reference
        The climb by marginal return, see :func:`core.optimize.greedy.greedy`.
    seed : int
        Seed of the starts.
    """

    optimum: SeparableOptimum
    basins: tuple[Basin, ...]
    starts: int
    failed: int
    found: Interval
    starts_needed: int | None
    starts_needed_range: tuple[int | None, int | None]
    values: Floats
    equal_split: Reference
    greedy: Reference
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the result as strict JSON data."""
        result: dict[str, Any] = plain(self)
        return result


def multi_start(programme: Programme, starts: int = 200, seed: int = 0) -> Basins:
    """Search from random plans and count where the searches end.

    Parameters
    ----------
    programme : Programme
        Separable; any curves and linear rows.
    starts : int
        Number of random plans, 1 to 5,000.
    seed : int
        Seed of the random plans.

    Raises
    ------
    InputError
        If the number of starts is out of range, or :func:`maximise_separable` refuses.
    """
    if not 1 <= starts <= MAX_STARTS:
        raise InputError.from_problems((Problem(
            "starts", str(starts), "range", f"{starts} starts cannot be run.",
            f"Give a number from 1 to {MAX_STARTS:,}.",
        ),))  # fmt: skip
    optimum = maximise_separable(programme, relative_gap=NEAR / 10)
    scaled = autoscale(programme)
    begins = random_plans(programme.polytope, starts, np.random.default_rng(seed))
    ends = [end for begin in begins if (end := _climb(programme, scaled, begin)) is not None]
    values = np.array([programme.expected(end) for end in ends])
    near = int((values >= optimum.value - NEAR * abs(optimum.value)).sum())
    found = wilson(near, starts)
    return Basins(
        optimum,
        _clusters(programme, optimum, ends, values, starts),
        starts,
        starts - len(ends),
        found,
        starts_needed(found.estimate),
        (starts_needed(found.high), starts_needed(found.low)),
        values,
        _reference(programme, optimum, _climb(programme, scaled, equal_amounts(programme))),
        _reference(programme, optimum, greedy(programme)),
        seed,
    )


def starts_needed(share: float) -> int | None:
    """Return how many starts find the optimum at least once with a probability of 99 %.

    Parameters
    ----------
    share : float
        Probability p that one start does: the least k with ``1 - (1 - p)^k >= 0.99``.
    """
    if share <= 0:
        return None
    return 1 if share >= SURE else math.ceil(math.log(1 - SURE) / math.log1p(-share))


def equal_amounts(programme: Programme) -> Floats:
    """Return the same amount in every cell, as large as upper limits of rows and cells allow."""
    allowed = programme.polytope
    most = float(allowed.high.max())
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2
        x = np.clip(np.full(programme.n, middle), allowed.low, allowed.high)
        fits = (allowed.matrix @ x <= allowed.row_high).all()
        low, high = (middle, high) if fits else (low, middle)
    result: Floats = np.clip(np.full(programme.n, low), allowed.low, allowed.high)
    return result


def _climb(programme: Programme, scaled: Scaled, start: Floats) -> Floats | None:
    """Return where SLSQP ends, or None where that is outside the limits."""
    working = scaled.programme.polytope
    begin = np.clip(scaled.inward(start), working.low, working.high)
    allowed = programme.polytope
    x = np.clip(scaled.outward(slsqp(scaled.programme, begin).x), allowed.low, allowed.high)
    return x if np.isfinite(x).all() and allowed.violation(x) <= ALLOWANCE else None


def _reference(programme: Programme, optimum: SeparableOptimum, x: Floats | None) -> Reference:
    if x is None:
        return Reference(None, math.nan, math.nan)
    value = programme.expected(x)
    return Reference(x, value, _shortfall(value, optimum))


def _shortfall(value: float, optimum: SeparableOptimum) -> float:
    return (optimum.value - value) / abs(optimum.value) if optimum.value else 0.0


def _clusters(
    programme: Programme,
    optimum: SeparableOptimum,
    ends: list[Floats],
    values: Floats,
    starts: int,
) -> tuple[Basin, ...]:
    """Return the distinct end points, best first; ends close to a better one count as that one."""
    size = abs(optimum.value) or 1.0
    largest = np.abs(np.array([*ends, optimum.x])).max() or 1.0
    heads: list[tuple[Floats, float]] = []
    counts: list[int] = []
    for i in np.argsort(-values, kind="stable"):
        for j, (x, value) in enumerate(heads):
            same = value - values[i] <= SAME_VALUE * size
            if same and np.abs(x - ends[i]).max() <= SAME_PLAN * largest:
                counts[j] += 1
                break
        else:
            heads.append((ends[i], float(values[i])))
            counts.append(1)
    return tuple(
        Basin(x, value, _shortfall(value, optimum), count, wilson(count, starts))
        for (x, value), count in zip(heads, counts, strict=True)
    )

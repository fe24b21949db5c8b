"""Prediction sets: which classes stay possible for each row, and how often the true one does."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.intervals import Interval, clopper_pearson, undefined
from core.stats.row_order import content_order
from core.stats.split_conformal import conformal_quantiles, coverage_spread, rank_of, rows_needed
from core.trust.predictions import Floats, Grouping, Labels, Predictions
from core.trust.set_method import By, Score, SetMethod, Stratum, Threshold, set_scores

MOST_REPEATS, FEWEST_REPEATS = 20, 5
ROWS_TIMES_REPEATS = 400_000
"""Random halvings over which every figure is averaged: fewer where many rows make them agree."""

Index = NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True)
class SetsPanel:
    """Prediction sets built and measured on the rows of the audit.

    The rows are halved at random: thresholds come from one half, every figure from the other, and
    both are averaged over the halvings. A random halving makes the halves exchangeable, so that the
    coverage over all rows is near its aim by construction; what is learned is the coverage by
    class, group and size, and how large sets are. Nothing is said of later rows that differ.

    Attributes
    ----------
    n : int
        Rows.
    level : float
        Coverage aimed at.
    repeats : int
        Random halvings.
    methods : tuple of SetMethod
        None if ``reason`` says why.
    reason : str
        Why there is no method; empty otherwise.
    """

    n: int
    level: float
    repeats: int
    methods: tuple[SetMethod, ...]
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data."""
        return {
            "n": self.n,
            "level": self.level,
            "repeats": self.repeats,
            "methods": [one.to_dict() for one in self.methods],
            "reason": self.reason,
        }


def sets_panel(predictions: Predictions, level: float = 0.9, seed: int = 0) -> SetsPanel:
    """Build prediction sets from the audit's own rows and measure them on held-out halves.

    Sets by an attribute leave out the levels with too few rows for both halves. The order of the
    rows does not matter.

    Parameters
    ----------
    predictions : Predictions
        With probabilities.
    level : float
        Coverage aimed at, strictly between 0 and 1.
    seed : int
        Seed of the halvings.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level:g}. Give a coverage between 0 and 1, such as 0.9.")
    least = 2 * rows_needed(level)
    if predictions.proba is None or predictions.n < least:
        reason = f"Sets need {least} rows or more, half of them for the thresholds."
        if predictions.proba is None:
            reason = "Sets need the probability of every class."
        return SetsPanel(predictions.n, level, 0, (), reason)
    bench = _bench(predictions, predictions.proba, level, seed)
    every = np.zeros(predictions.n, dtype=np.intp)
    methods = [
        bench.method("LAC", Grouping("", ("all rows",), every), "all rows"),
        bench.method("LAC", Grouping("", predictions.classes, bench.y), "class"),
    ]
    methods += [bench.method("LAC", one, "group") for one in bench.groups]
    if not predictions.binary:
        methods.append(bench.method("APS", Grouping("", ("all rows",), every), "all rows"))
    return SetsPanel(predictions.n, level, len(bench.halves), tuple(methods))


def _bench(predictions: Predictions, proba: Floats, level: float, seed: int) -> _Bench:
    n, groups = predictions.n, predictions.context.groups
    order = content_order([predictions.y, proba, *(one.index for one in groups)])
    rng = np.random.default_rng(seed)
    repeats = max(FEWEST_REPEATS, min(MOST_REPEATS, ROWS_TIMES_REPEATS // n))
    halves = np.zeros((repeats, n), dtype=np.bool_)
    for half in halves:
        half[rng.permutation(n)[: n // 2]] = True
    return _Bench(
        y=predictions.y[order],
        proba=proba[order],
        classes=predictions.classes,
        groups=tuple(dataclasses.replace(one, index=one.index[order]) for one in groups),
        halves=halves,
        level=level,
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """The rows in an order of their own, and the halves from which thresholds are taken."""

    y: Labels
    proba: Floats
    classes: tuple[str, ...]
    groups: tuple[Grouping, ...]
    halves: NDArray[np.bool_]
    level: float

    def method(self, score: Score, strata: Grouping, by: By) -> SetMethod:
        """Build and measure the sets whose thresholds are taken within each stratum."""
        scores = set_scores(score, self.proba)
        true = scores[np.arange(len(self.y)), self.y]
        names, stratum, least = strata.levels, strata.index, 2 * rows_needed(self.level)
        counts = np.bincount(stratum, minlength=len(names))
        limits = conformal_quantiles(true, stratum, len(names), self.level)
        # A class without a threshold stays possible everywhere; a group without one has no sets.
        usable = (counts >= least) | (by != "group")
        tally = self._tally(np.ascontiguousarray(scores.T), true, strata, by)
        sized = tally.sizes[usable if by == "group" else [True]].sum(axis=0)
        total, sizes = round(sized.sum()), sized.sum(axis=1)
        judged = usable[stratum]
        return SetMethod(
            score=score,
            by=by,
            attribute=strata.name,
            level=self.level,
            thresholds=tuple(
                _threshold(name, int(n), float(limit), self.level)
                for name, n, limit in zip(names, counts, limits, strict=True)
            ),
            coverage=_share(sized[:, 1].sum(), total),
            per_class=self._strata(self.classes, self.y, tally, judged),
            per_group={
                one.name: self._strata(one.levels, one.index, tally, judged) for one in self.groups
            },
            per_size=tuple(
                Stratum(str(size), _share(row[1], round(row.sum())), float(size))
                for size, row in enumerate(sized)
            ),
            average_size=float(sizes @ np.arange(len(sizes)) / sizes.sum()) if total else math.nan,
            singletons=_share(sizes[1], total),
            empty=_share(sizes[0], total),
        )

    def _tally(self, columns: Floats, true: Floats, strata: Grouping, by: By) -> _Tally:
        """Sum up over the halvings how often rows are judged and covered, and how large sets are.

        Parameters
        ----------
        columns : ndarray, shape (k, n)
            Scores of each class.
        true : ndarray, shape (n,)
            Scores of the true classes.
        strata, by
            Within what thresholds are taken.
        """
        n, stratum, parts = len(true), strata.index, _ascending(true, strata)
        group = stratum if by == "group" else np.zeros(n, dtype=np.intp)
        judged, covered, size_sum = (np.zeros(n, dtype=np.int32) for _ in range(3))
        shape = (len(parts) if by == "group" else 1, len(columns) + 1, 2)
        sizes = np.zeros(math.prod(shape))
        for half in self.halves:
            limits = np.array([_quantile(true, part[half[part]], self.level) for part in parts])
            own = limits[stratum]
            size = np.zeros(n, dtype=np.int32)
            for place, column in enumerate(columns):
                size += column <= (limits[place] if by == "class" else own)
            inside, rest = true <= own, ~half
            judged += rest
            covered += inside & rest
            size_sum += size * rest
            cell = (group * shape[1] + size) * 2 + inside
            sizes += np.bincount(cell[rest], minlength=len(sizes))
        return _Tally(judged, covered, size_sum, (sizes / len(self.halves)).reshape(shape))

    def _strata(
        self, names: Sequence[str], index: Index, tally: _Tally, judged: NDArray[np.bool_]
    ) -> tuple[Stratum, ...]:
        """Return the figures of each class or group, over the rows that have sets."""
        k, least = len(names), 2 * rows_needed(self.level)
        n, covered, size = (
            np.bincount(index, weights=np.where(judged, sums, 0), minlength=k) / len(self.halves)
            for sums in (tally.judged, tally.covered, tally.size_sum)
        )
        counts = np.bincount(index, weights=judged, minlength=k)
        few = f"fewer than the {least} rows needed"
        return tuple(
            Stratum(names[i], _share(covered[i], round(n[i])), size[i] / n[i])
            if counts[i] >= least
            else Stratum(names[i], undefined(int(counts[i]), few), math.nan)
            for i in range(k)
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    judged: NDArray[np.int32]
    covered: NDArray[np.int32]
    size_sum: NDArray[np.int32]
    sizes: Floats
    """Mean number of rows by stratum, size of the set, and whether the true class is in it."""


def _threshold(name: str, n: int, limit: float, level: float) -> Threshold:
    score = limit if math.isfinite(limit) else None
    return Threshold(name, n, score, rows_needed(level), coverage_spread(n, level))


def _ascending(true: Floats, strata: Grouping) -> list[Index]:
    """Return the rows of each stratum in ascending order of the score of their true class."""
    counts = np.bincount(strata.index, minlength=len(strata.levels))
    return np.split(np.lexsort((true, strata.index)), np.cumsum(counts)[:-1])


def _quantile(true: Floats, rows: Index, level: float) -> float:
    """Return the conformal quantile of rows that ascend by score."""
    rank = rank_of(len(rows), level)
    return float(true[rows[rank - 1]]) if rank <= len(rows) else math.inf


def _share(k: float, n: int) -> Interval:
    return clopper_pearson(min(round(k), n), n) if n else undefined(0, "no such row")

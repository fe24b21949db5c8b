"""The figures of trustlens 0.5.0 on class imbalance and groups, by its definitions.

A rate over nobody counts 0, as in the original; :mod:`core.trust.original.group_disagreements` says
where that misleads.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.trust.original.metrics import DIGITS
from core.trust.predictions import Grouping, Labels, Predictions

Flag = Literal["severe", "moderate", "acceptable"]
Odds = Literal["computed", "skipped", "no attribute"]

SEVERE, MODERATE = 0.15, 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class GroupFigures:
    """One level of one attribute.

    Attributes
    ----------
    level : str
        Name of the level.
    n, positives, negatives : int
        Its rows, and those of the second and of the first class.
    accuracy, macro_f1 : float
        4 decimals.
    tpr, fpr : float or None
        Rates as the original gives them, 0 where nobody is behind one; None where it gives none.
    """

    level: str
    n: int
    positives: int
    negatives: int
    accuracy: float
    macro_f1: float
    tpr: float | None = None
    fpr: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class OddsGap:
    """Largest difference of one rate between the levels of an attribute.

    Attributes
    ----------
    gap : float
        4 decimals.
    flag : {"severe", "moderate", "acceptable"}
        Above 0.15, from 0.05, below.
    """

    gap: float
    flag: Flag


@dataclasses.dataclass(frozen=True, slots=True)
class AttributeFigures:
    """One attribute.

    Attributes
    ----------
    name : str
        The attribute.
    groups : tuple of GroupFigures
        Its occupied levels, sorted by name.
    accuracy_gap : float or None
        Best minus worst accuracy, 4 decimals; None with fewer than two levels.
    best, worst : str or None
        The levels with the highest and the lowest accuracy.
    tpr, fpr : OddsGap or None
        Gaps of the rates; None where the original computes none.
    best_tpr, worst_tpr : str or None
        The levels with the highest and the lowest true-positive rate.
    """

    name: str
    groups: tuple[GroupFigures, ...]
    accuracy_gap: float | None = None
    best: str | None = None
    worst: str | None = None
    tpr: OddsGap | None = None
    fpr: OddsGap | None = None
    best_tpr: str | None = None
    worst_tpr: str | None = None

    @property
    def severe(self) -> bool:
        """Whether the rates of this attribute are flagged as a severe violation."""
        return any(odds is not None and odds.flag == "severe" for odds in (self.tpr, self.fpr))


@dataclasses.dataclass(frozen=True, slots=True)
class Bias:
    """Class imbalance and attributes.

    Attributes
    ----------
    class_counts : tuple of (str, int)
        Rows of each class that occurs.
    imbalance : float
        Largest count over smallest count, 4 decimals.
    attributes : tuple of AttributeFigures
        In the order given.
    odds : {"computed", "skipped", "no attribute"}
        Whether rates by group were compared.
    """

    class_counts: tuple[tuple[str, int], ...]
    imbalance: float
    attributes: tuple[AttributeFigures, ...]
    odds: Odds

    @property
    def accuracy_gap(self) -> float:
        """Largest accuracy gap of all attributes; 0 without one."""
        return max((a.accuracy_gap or 0.0 for a in self.attributes), default=0.0)

    @property
    def severe(self) -> bool:
        """Whether any attribute counts as a severe violation."""
        return self.accuracy_gap > SEVERE or any(a.severe for a in self.attributes)


def bias_figures(predictions: Predictions) -> Bias:
    """Return class imbalance, and accuracy, F1 and rates by the levels of each attribute."""
    k = len(predictions.classes)
    support = np.bincount(predictions.y, minlength=k)
    seen = [(predictions.classes[c], int(support[c])) for c in np.flatnonzero(support)]
    counts = [n for _, n in seen]
    cell = predictions.y * k + predictions.called
    tables = [_tables(group, cell, k) for group in predictions.context.groups]
    comparable = [len(table) > 1 for _, table in tables]
    binary = int(predictions.y.max()) <= 1
    odds = (
        binary
        and any(comparable)
        and not any(
            _rate_is_refused(table)
            for (_, table), use in zip(tables, comparable, strict=True)
            if use
        )
    )
    attributes = tuple(
        _attribute(group.name, levels, table, odds=odds and use)
        for group, (levels, table), use in zip(
            predictions.context.groups, tables, comparable, strict=True
        )
    )
    computed: Odds = "computed" if odds else "skipped" if attributes else "no attribute"
    return Bias(tuple(seen), round(max(counts) / min(counts), DIGITS), attributes, computed)


def _tables(group: Grouping, cell: Labels, k: int) -> tuple[list[str], NDArray[np.intp]]:
    """Return the occupied levels by name, and rows by level, true class and call."""
    size = k * k
    place = group.index * size
    place += cell
    counts = np.bincount(place, minlength=len(group.levels) * size)
    tables = counts.reshape(len(group.levels), k, k)
    occupied = tables.sum(axis=(1, 2)) > 0
    order = sorted(np.flatnonzero(occupied).tolist(), key=lambda level: group.levels[level])
    return [group.levels[level] for level in order], tables[order]


def _rate_is_refused(tables: NDArray[np.intp]) -> bool:
    """Return whether the recall function behind the original refuses one of the groups.

    It needs at most two labels among outcomes and calls and, if there are two, the second class.
    """
    _, true, called = _margins(tables)
    present = (true + called) > 0
    labels = present.sum(axis=1)
    return bool(np.any((labels > 2) | ((labels == 2) & ~present[:, 1])))


def _attribute(
    name: str, levels: list[str], tables: NDArray[np.intp], *, odds: bool
) -> AttributeFigures:
    groups = _group_figures(levels, tables, odds=odds)
    if len(groups) < 2:
        return AttributeFigures(name, groups)
    best, worst = _ends([g.accuracy for g in groups])
    gap = round(groups[best].accuracy - groups[worst].accuracy, DIGITS)
    found = AttributeFigures(name, groups, gap, levels[best], levels[worst])
    if not odds:
        return found
    tpr = [g.tpr for g in groups if g.tpr is not None]
    fpr = [g.fpr for g in groups if g.fpr is not None]
    high, low = _ends(tpr)
    return dataclasses.replace(
        found,
        tpr=_odds_gap(tpr),
        fpr=_odds_gap(fpr),
        best_tpr=levels[high],
        worst_tpr=levels[low],
    )


def _group_figures(
    levels: list[str], tables: NDArray[np.intp], *, odds: bool
) -> tuple[GroupFigures, ...]:
    hits, true, called = _margins(tables)
    negatives, positives = true[:, 0].tolist(), true[:, 1].tolist()
    found, alarms, quiet = hits[:, 1].tolist(), tables[:, 0, 1].tolist(), hits[:, 0].tolist()
    numbers = zip(true.sum(axis=1).tolist(), hits.sum(axis=1).tolist(), strict=True)
    return tuple(
        GroupFigures(
            level=levels[i],
            n=n,
            positives=positives[i],
            negatives=negatives[i],
            accuracy=round(right / n, DIGITS),
            macro_f1=round(f1, DIGITS),
            tpr=_rate(found[i], positives[i]) if odds else None,
            fpr=_rate(alarms[i], alarms[i] + quiet[i]) if odds else None,
        )
        for i, ((n, right), f1) in enumerate(
            zip(numbers, _macro_f1(hits, true + called), strict=True)
        )
    )


def _margins(
    tables: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return rows called right, rows and calls of each class (columns) in each table (rows)."""
    return np.einsum("gkk->gk", tables), tables.sum(axis=2), tables.sum(axis=1)


def _macro_f1(hits: NDArray[np.intp], either: NDArray[np.intp]) -> list[float]:
    """Return the mean F1 of the classes that occur among a group's outcomes or calls."""
    occurs = either > 0
    if occurs.all():
        means: list[float] = (np.add.reduce(2 * hits / either, axis=1) / hits.shape[1]).tolist()
        return means
    return [
        float((2 * h[some] / e[some]).mean())
        for h, e, some in zip(hits, either, occurs, strict=True)
    ]


def _rate(count: int, of: int) -> float:
    return count / of if of else 0.0


def _ends(values: list[float]) -> tuple[int, int]:
    return values.index(max(values)), values.index(min(values))


def _odds_gap(rates: list[float]) -> OddsGap:
    gap = round(max(rates) - min(rates), DIGITS)
    flags: tuple[Flag, ...] = ("severe", "moderate", "acceptable")
    return OddsGap(gap, next(itertools.compress(flags, (gap > SEVERE, gap >= MODERATE, True))))

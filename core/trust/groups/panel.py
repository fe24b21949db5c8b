"""How a model treats groups: rates with intervals, tests of gaps, calibration within groups.

Two rules hold everywhere. A rate without observations is undefined, not 0. A level with fewer than
ten observations is shown with its interval and left out of every test, so that it changes no number
of the others. Prevalence is context: it counts for or against nothing.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.group_permutation import DRAWS, permutation_max_z
from core.stats.intervals import Interval, undefined, wilson
from core.stats.shift import holm
from core.trust.groups import confusion as tables
from core.trust.groups.calibration import GroupCalibration, group_calibration, in_order
from core.trust.groups.confusion import Confusion, confusion, crossed
from core.trust.groups.gap_evidence import Shares
from core.trust.groups.gap_result import SMALLEST, Exclusion, Family, GapTest
from core.trust.groups.gaps import judge
from core.trust.groups.result import (
    AttributeFairness,
    FairnessPanel,
    LevelRates,
    Rate,
    WorstCell,
)
from core.trust.predictions import Grouping, Predictions

Counts = NDArray[np.int64]

MARGIN = 0.1
DRAWS_CROSSED = 1_999
"""Draws of a test of crossed attributes, of which there are many."""

MOST_CELLS = 200
"""Combinations of two attributes up to which they are crossed."""

WORST = 10
"""Worst cells of crossed attributes that are listed for each measure."""


def fairness_panel(
    predictions: Predictions, *, margin: float = MARGIN, seed: int = 0
) -> FairnessPanel:
    """Compare the levels of every attribute, and of every two attributes crossed.

    Parameters
    ----------
    predictions : Predictions
        What was predicted; the attributes are ``predictions.context.groups``.
    margin : float
        Largest gap between two levels that does not matter, strictly between 0 and 1.
    seed : int
        Seed of permutations and resamples. Every test starts from it anew, so that none depends on
        which others are made.

    Raises
    ------
    InputError
        If the margin is not between 0 and 1.
    """
    check_margin(margin)
    groups = predictions.context.groups
    counted = [confusion(predictions, grouping) for grouping in groups]
    families = [_families(table, seed, DRAWS) for table in counted]
    tests = iter(judge([family for some in families for family in some], margin))
    calibrations = _calibrations(predictions, groups)
    attributes = tuple(
        AttributeFairness(
            attribute=grouping.name,
            binned=grouping.binned,
            levels=_levels(table, seed),
            tests=tuple(itertools.islice(tests, len(some))),
            calibration=calibration,
        )
        for grouping, table, some, calibration in zip(
            groups, counted, families, calibrations, strict=True
        )
    )
    pairs = list(itertools.combinations(groups, 2))
    fitting = [pair for pair in pairs if _cells(pair) <= MOST_CELLS]
    cells = [_families(crossed(predictions, *pair), seed, DRAWS_CROSSED) for pair in fitting]
    crossed_tests = judge([family for some in cells for family in some], margin)
    return FairnessPanel(
        n=predictions.n,
        classes=predictions.classes,
        margin=margin,
        attributes=attributes,
        crossed=crossed_tests,
        worst=_worst(crossed_tests),
        not_crossed=tuple(
            f"{a.name} and {b.name}" for a, b in pairs if _cells((a, b)) > MOST_CELLS
        ),
    )


def check_margin(margin: float) -> None:
    """Raise an :class:`InputError` unless a margin of rates lies between 0 and 1."""
    if not 0 < margin < 1:
        raise InputError(
            f"margin: {margin:g} is no difference of rates that may not matter. "
            "Give a number between 0 and 1, such as 0.1."
        )


def _cells(pair: tuple[Grouping, Grouping]) -> int:
    return len(pair[0].levels) * len(pair[1].levels)


def _families(table: Confusion, seed: int, draws: int) -> list[Family]:
    """Test each measure of one attribute."""
    right, own = np.diagonal(table.counts, axis1=1, axis2=2), table.counts.sum(axis=2)
    if len(table.classes) == 2:
        return [
            _family(table, name, unit, right[:, [c]], own[:, [c]], seed, draws)
            for name, unit, c in (("sensitivity", "positives", 1), ("specificity", "negatives", 0))
        ]
    return [_family(table, "accuracy", "rows", right, own, seed, draws)] + [
        _family(table, f"sensitivity.{c}", f"rows of class {c}", right[:, [i]], own[:, [i]],
                seed, draws)
        for i, c in enumerate(table.classes)
    ]  # fmt: skip


def _family(
    table: Confusion, measure: str, unit: str, k: Counts, n: Counts, seed: int, draws: int
) -> Family:
    """Test one measure, from counts of the shape (levels, strata)."""
    size = n.sum(axis=1)
    kept = np.flatnonzero(size >= SMALLEST)
    excluded = tuple(
        Exclusion(table.levels[i], int(size[i])) for i in np.flatnonzero(size < SMALLEST)
    )
    p, p_each = math.nan, tuple(math.nan for _ in kept)
    if len(kept) > 1:
        found = permutation_max_z(k[kept].T, n[kept].T, draws=draws, seed=seed)
        p, p_each = found.p, tuple(found.p_each.tolist())
    names = tuple(table.levels[i] for i in kept)
    evidence = Shares(k[kept].sum(axis=1), size[kept])
    return Family(table.name, measure, unit, names, excluded, evidence, p, p_each)


def _levels(table: Confusion, seed: int) -> tuple[LevelRates, ...]:
    binary = len(table.classes) == 2
    rates = (
        tables.binary_rates(table.counts)
        if binary
        else tables.class_rates(table.counts, table.classes)
    )
    return tuple(
        LevelRates(
            level=level,
            n=int(table.sizes[i]),
            events=int(table.counts[i, 1].sum()) if binary else None,
            rates={name: _rate(int(k[i]), int(n[i])) for name, (k, n) in rates.items()},
            derived=_derived(table, i, seed),
        )
        for i, level in enumerate(table.levels)
    )


def _rate(k: int, n: int) -> Rate:
    return Rate(k, n, wilson(k, n) if n else undefined(0, "no row to count among"))


def _derived(table: Confusion, i: int, seed: int) -> dict[str, Interval]:
    counts, name = table.counts[i], table.levels[i]
    n = int(counts.sum())
    few = undefined(n, f"fewer than {SMALLEST} rows")
    mcc = tables.resampled(counts[None], _mcc, name, seed=seed) if n >= SMALLEST else few
    if len(table.classes) > 2:
        return {"mcc": mcc}
    enough = table.counts[:, 1].sum(axis=1) >= SMALLEST
    others = table.counts[enough & (np.arange(len(enough)) != i)].sum(axis=0)
    ratio = undefined(n, f"fewer than {SMALLEST} positives here or in the other levels")
    if enough[i] and others.any():
        both = np.stack([counts, others])
        ratio = tables.resampled(both, tables.sensitivity_ratio, name, seed=seed)
    return {
        "f1": tables.f1(counts),
        "balanced_accuracy": tables.balanced_accuracy(counts),
        "mcc": mcc,
        "sensitivity_ratio": ratio,
    }


def _mcc(counts: Counts) -> NDArray[np.float64]:
    return tables.correlation(counts[..., 0, :, :])


def _calibrations(
    predictions: Predictions, groups: Sequence[Grouping]
) -> Sequence[GroupCalibration | None]:
    if predictions.p is None or not groups:
        return [None] * len(groups)
    rows = in_order(predictions.y, predictions.p)
    found = [group_calibration(rows, grouping) for grouping in groups]
    known = [one for one in found if math.isfinite(one.p)]
    adjusted = iter(holm([one.p for one in known]).tolist()) if known else iter(())
    return [
        dataclasses.replace(one, p_adjusted=next(adjusted)) if math.isfinite(one.p) else one
        for one in found
    ]


def _worst(tests: Sequence[GapTest]) -> tuple[WorstCell, ...]:
    """Return the cells with the lowest limits, with p values adjusted over cells and families."""
    known = [
        (test, test.evidence)
        for test in sorted(tests, key=lambda test: test.p)
        if math.isfinite(test.p) and isinstance(test.evidence, Shares)
    ]
    cells: dict[str, list[WorstCell]] = {}
    for place, (test, shares) in enumerate(known):
        # Holm's step of the family; its cells are adjusted for each other already.
        step = len(known) - place
        for name, k, n, p in zip(test.levels, shares.k, shares.n, test.p_each, strict=True):
            adjusted = min(1.0, max(p * step, test.p_adjusted))
            cell = WorstCell(name, test.measure, _rate(int(k), int(n)), adjusted)
            cells.setdefault(test.measure, []).append(cell)
    for some in cells.values():
        some.sort(key=lambda cell: (cell.rate.interval.low, cell.cell))
    return tuple(cell for measure in sorted(cells) for cell in cells[measure][:WORST])

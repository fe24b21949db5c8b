"""The rows of a batch, judged one by one: score, blamed column, copies of the reference."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.drift_reference import DriftReference
from core.breast_cancer.drift_result import Direction, SuspectColumn
from core.breast_cancer.integrity import FLAG_LEVEL, IntegrityReference
from core.breast_cancer.schema import FEATURES
from core.stats.sequential import mixed_bet

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = NDArray[np.intp]

CHUNK_ROWS = 10_000
"""Rows judged at a time: they fit the processor's cache, and a million need no more memory."""

TOP = 5
ONE_WAY = 0.8
"""Share of the suspect rows that must err in one direction for it to be named."""

_D = len(FEATURES.names)
_HASH = np.random.default_rng(0).integers(2**63, size=_D, dtype=np.uint64) * 2 + 1


@dataclasses.dataclass(frozen=True)
class Rows:
    """A batch, row by row.

    Attributes
    ----------
    missing : ndarray of bool, shape (n, 30)
        Cells that are missing or refused.
    scores : ndarray, shape (n,)
        Integrity score; infinite for an incomplete row, which no row of the reference surpasses.
    columns : ndarray of int, shape (n,)
        Column that fits the others least; of an incomplete row, the first missing one.
    residuals : ndarray, shape (n,)
        Residual of that column; NaN for an incomplete row.
    log_odds : ndarray, shape (n,)
        Log-odds of malignancy; NaN for an incomplete row.
    shift : ndarray, shape (30,)
        Mean residual of each column over the complete rows minus that of the reference.
    copies : int
        Rows that are bit-for-bit copies of complete reference cases. They are judged as the
        reference cases were, out of sample.
    repeats : int
        Complete rows that repeat an earlier row of the batch.
    """

    missing: Bools
    scores: Floats
    columns: Columns
    residuals: Floats
    log_odds: Floats
    shift: Floats
    copies: int
    repeats: int

    @property
    def incomplete(self) -> Bools:
        """Rows with a missing or refused cell, shape (n,)."""
        return np.asarray(self.missing.any(axis=1))


def judge_rows(table: Floats, reference: DriftReference) -> Rows:
    """Judge every row of a table, shape (n, 30), NaN where a cell is missing or refused."""
    n, table = len(table), without_zeros(table, reference.integrity)
    missing = np.isnan(table)
    complete = np.asarray(~missing.any(axis=1))
    scores, residuals, log_odds = np.empty(n), np.empty(n), np.empty(n)
    columns, twins = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.intp)
    marks = np.empty(n, dtype=np.uint64)
    total = np.zeros(_D)
    for start in range(0, n, CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        marks[part] = _marks(table[part])
        twins[part] = np.where(complete[part], _twins(table[part], marks[part], reference), -1)
        known = twins[part] >= 0
        found = reference.integrity.residuals(table[part])
        found[known] = reference.integrity.calibration_residuals[twins[part][known]]
        total += np.nansum(found, axis=0)
        scores[part], columns[part], residuals[part] = worst(found, missing[part])
        log_odds[part] = reference.predict(table[part])
        log_odds[part][known] = reference.log_odds[twins[part][known]]
    usual = reference.integrity.calibration_residuals.mean(axis=0)
    return Rows(
        missing=missing,
        scores=scores,
        columns=columns,
        residuals=residuals,
        log_odds=log_odds,
        shift=total / max(int(complete.sum()), 1) - usual,
        copies=int(np.sum(twins >= 0)),
        repeats=int(np.sum(np.diff(np.sort(marks[complete])) == 0)),
    )


def without_zeros(table: Floats, reference: IntegrityReference) -> Floats:
    """Return cases with NaN for zeros in columns where the reference has none: they have no log."""
    unheard = (table == 0) & (reference.offset == 0)
    return np.where(unheard, np.nan, table) if unheard.any() else table


def worst(residuals: Floats, missing: Bools) -> tuple[Floats, Columns, Floats]:
    """Return score, column and residual of the worst cell of each row.

    Parameters
    ----------
    residuals : ndarray, shape (n, 30)
        Residuals; those of incomplete rows are not looked at.
    missing : ndarray of bool, shape (n, 30)
        Missing or refused cells; the first one is the worst of its row, with an infinite score.

    Returns
    -------
    scores, columns, residuals : ndarray, each of shape (n,)
    """
    incomplete = np.asarray(missing.any(axis=1))
    size = np.where(incomplete[:, None], 0, np.abs(residuals))
    columns = np.where(incomplete, missing.argmax(axis=1), size.argmax(axis=1))
    every = np.arange(len(size))
    scores = np.where(incomplete, np.inf, size[every, columns])
    return scores, columns, np.where(incomplete, np.nan, residuals[every, columns])


def suspects(rows: Rows, reference: DriftReference) -> tuple[SuspectColumn, ...]:
    """Return the columns that carry the evidence against the batch, heaviest first.

    Each row is worth what a bet against its conformal p value wins (the mixture of the stream
    monitor; a loss counts 0), for its blamed column or in equal parts for its missing cells.
    """
    n = len(reference.scores)
    above = n - np.searchsorted(reference.scores, rows.scores, side="left")
    won = np.maximum(mixed_bet((1 + np.arange(n + 1)) / (n + 1)), 0)[above]
    flagged = (1 + above) / (n + 1) <= FLAG_LEVEL
    whole = ~rows.incomplete
    blamed = np.bincount(rows.columns[whole], weights=won[whole], minlength=_D)
    lost = rows.missing[~whole]
    gaps = (won[~whole] / lost.sum(axis=1)) @ lost if len(lost) else np.zeros(_D)
    weight = blamed + gaps
    total = float(weight.sum())
    heaviest = [int(j) for j in np.argsort(-weight, kind="stable")[:TOP] if weight[j] > 0]
    found = []
    for j in heaviest:
        own = whole & (rows.columns == j)
        missing = gaps[j] > blamed[j]
        found.append(
            SuspectColumn(
                column=FEATURES.names[j],
                weight=float(weight[j]) / total,
                rows=int(np.sum(own & flagged)) + int(rows.missing[:, j].sum()),
                shift=float(rows.shift[j]) if whole.any() else None,
                direction="missing" if missing else _direction(rows.residuals[own], won[own]),
            )
        )
    return tuple(found)


def _direction(residuals: Floats, weights: Floats) -> Direction:
    """Return the direction in which the evidence points, if most of it points in one."""
    high = float(weights[residuals > 0].sum()) / max(float(weights.sum()), 1e-300)
    if high >= ONE_WAY:
        return "high"
    return "low" if high <= 1 - ONE_WAY else "both ways"


def _twins(table: Floats, marks: NDArray[np.uint64], reference: DriftReference) -> Columns:
    """Return for each row the complete reference case that it copies, or -1."""
    cases = reference.complete
    own = _marks(cases)
    order = np.argsort(own, kind="stable")
    candidate = order[np.minimum(np.searchsorted(own[order], marks), len(own) - 1)]
    same = own[candidate] == marks
    same[same] = (table[same] == cases[candidate[same]]).all(axis=1)
    return np.where(same, candidate, -1)


def _marks(table: Floats) -> NDArray[np.uint64]:
    """Return a 64-bit mark of each row that only equal rows share (but for rare chance)."""
    bits = np.ascontiguousarray(table).view(np.uint64)
    # High and low halves are mixed: measured values end in zeros.
    marks: NDArray[np.uint64] = (bits ^ (bits >> np.uint64(29))) @ _HASH
    return marks

"""What does a fault do to the diagnosis, and does anybody notice? Planted and measured live."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.faults import Fault, Planted, fault
from core.breast_cancer.integrity import UNIT_FACTORS, blamed, unit_guesses
from core.breast_cancer.score import resolve_threshold
from core.breast_cancer.stress_judges import METHODS, Judge, Seen, Source, judges, see, together
from core.breast_cancer.stress_measures import NO_EFFECT, detection, effect
from core.breast_cancer.stress_measures import share as counted
from core.breast_cancer.stress_report import Lamps, SeveritySweep, StressReport
from core.errors import InputError
from core.stats.intervals import wilson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_ROWS, MAX_ROWS = 25, 10_000
SAME_FACTOR = 1e-3
MOST_COLUMNS = 0.5
"""Share of spoilt columns up to which naming one of them says something."""
POPULATION_POOL = 4
"""Invented cases from which a change of population draws one."""


@dataclasses.dataclass(frozen=True)
class Batch:
    """One batch, before and after, and what is said of its spoilt rows."""

    judge: Judge
    measured: Floats
    planted: Planted
    before: Seen
    after: Seen
    struck: Bools
    hits: Bools
    units: Bools


def stress(
    fault_key: str,
    severity: float | None = None,
    *,
    n: int = 200,
    seed: int = 0,
    share: float = 1.0,
    columns: Sequence[str] | int | None = None,
    per_row: bool | None = None,
    source: Source = "held-out",
    threshold: float | None = None,
    lamps: bool = True,
) -> StressReport:
    """Plant a fault into rows that no model has seen, and measure what it does.

    Parameters
    ----------
    fault_key, severity : str and float
        Key of ``FAULTS``, and how badly; by default as the fault has it.
    n, seed : int
        Rows, 25 to 569 real or up to 10,000 invented; seed of folds, rows and fault.
    share, columns, per_row
        As in ``Fault.apply``; each batch draws its own columns.
    source : {"held-out", "smoothed", "copula"}
        Real cases, or invented ones; see ``METHODS``.
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.
    lamps : bool, default True
        Whether the batches are also held against their reference by :func:`drift`.

    Raises
    ------
    InputError
        If a choice is out of range.
    """
    planned, limit = fault(fault_key), resolve_threshold(threshold)
    level = planned.default if severity is None else float(severity)
    choices = {"share": share, "columns": columns, "per_row": per_row}
    batches = plant(planned, level, n=n, seed=seed, source=source, choices=choices)
    return StressReport(
        **_setting(planned, level, share, seed, source),
        **_rows(batches),
        **_figures(batches, limit, planned.keeps_truth),
        lamps=_lamps(batches) if lamps else None,
    )


def severity_sweep(
    fault_key: str, levels: Sequence[float] | None = None, **choices: Any
) -> SeveritySweep:
    """Repeat a stress test at several severities, on the same rows with the same chance.

    Parameters
    ----------
    fault_key : str
        Key of ``FAULTS``.
    levels : sequence of float, optional
        Severities; by default those of the fault.
    **choices
        As in :func:`stress`.
    """
    chosen = fault(fault_key).levels if levels is None else levels
    points = tuple(stress(fault_key, level, **choices) for level in chosen)
    return SeveritySweep(fault_key, points)


def plant(
    planned: Fault, level: float, *, n: int, seed: int, source: Source, choices: dict[str, Any]
) -> list[Batch]:
    """Return the batches of a stress test, one a judge; ``choices`` as ``Fault.apply`` has them."""
    return [
        _batch(judge, planned, level, size, np.random.default_rng([seed, k]), choices)
        for k, (judge, size) in enumerate(_panel(source, n, seed))
    ]


def _panel(source: Source, n: int, seed: int) -> list[tuple[Judge, int]]:
    """Return the judges, each with the number of its rows, which add up to n."""
    if source not in METHODS:
        raise InputError(f"There is no source {source!r}. Choose one of: {', '.join(METHODS)}.")
    panel = judges(source, seed)
    most = sum(len(judge.unseen_y) for judge in panel) if source == "held-out" else MAX_ROWS
    if not MIN_ROWS <= n <= most:
        raise InputError(
            f"A stress test on {source} cases takes {MIN_ROWS} to {most} rows, not {n}."
        )
    capacity = np.array([len(judge.unseen_y) for judge in panel])
    shares = np.diff(np.round(n * np.r_[0, np.cumsum(capacity)] / capacity.sum()).astype(int))
    return list(zip(panel, shares.tolist(), strict=True))


def _setting(
    planned: Fault, level: float, share: float, seed: int, source: Source
) -> dict[str, Any]:
    """Return what was asked for, as fields of the report."""
    return {
        "fault": planned.key,
        "label": planned.label,
        "kind": planned.kind,
        "severity": level,
        "unit": planned.unit,
        "share": share,
        "seed": seed,
        "source": source,
        "method": METHODS[source],
    }


def _rows(batches: list[Batch]) -> dict[str, Any]:
    """Return how many rows there are of which kind, as fields of the report."""
    planted = [batch.planted for batch in batches]
    return {
        "n": sum(len(one.X) for one in planted),
        "n_cases": sum(len(np.unique(one.origin)) for one in planted),
        "n_spoilt": sum(int(one.rows.sum()) for one in planted),
        "clipped": sum(one.clipped for one in planted),
    }


def _figures(batches: list[Batch], threshold: float, keeps_truth: bool) -> dict[str, Any]:
    """Return what was measured, as fields of the report."""
    before = together([batch.before for batch in batches])
    after = together([batch.after for batch in batches])
    struck = np.concatenate([batch.struck for batch in batches])
    hits = np.concatenate([batch.hits for batch in batches])
    cells = np.concatenate([batch.planted.cells for batch in batches])
    by_chance = float(cells[cells.any(axis=1)].mean()) if cells.any() else 1.0
    nameable = by_chance <= MOST_COLUMNS and len(hits) > 0
    return {
        "threshold": threshold,
        "before": effect(before, threshold),
        "after": effect(after, threshold) if keeps_truth else NO_EFFECT,
        "integrity": detection(before, after, struck, lambda s: s.score, lambda s: s.flagged),
        "zscore": detection(before, after, struck, lambda s: s.z, lambda s: s.critical),
        "blamed": counted(hits) if nameable else None,
        "blamed_by_chance": by_chance if nameable else None,
        "unit_named": counted(np.concatenate([batch.units for batch in batches])),
    }


def _batch(
    judge: Judge,
    planned: Fault,
    level: float,
    size: int,
    rng: np.random.Generator,
    choices: dict[str, Any],
) -> Batch:
    population = planned.kind == "population"
    X, y = judge.draw(POPULATION_POOL * size if population else size, rng)
    planted = planned.apply(X, level, rng, y=y, size=size, **choices)
    after = see(judge, planted.X, y[planted.origin])
    hits, units = _named(judge, planned, level, planted)
    return Batch(
        judge=judge,
        measured=X[:size],
        planted=planted,
        before=see(judge, X[:size], y[:size]),
        after=after,
        struck=np.ones(len(after.y), dtype=bool) if population else planted.rows,
        hits=hits,
        units=units,
    )


def _named(judge: Judge, planned: Fault, level: float, planted: Planted) -> tuple[Bools, Bools]:
    """Return for each spoilt, complete row whether a spoilt column and the factor are named."""
    told = planted.rows & ~np.isnan(planted.X).any(axis=1)
    X, each = planted.X[told], np.arange(int(told.sum()))
    residuals = judge.integrity.residuals(X)
    columns, _ = blamed(judge.integrity, X, residuals)
    hits = planted.cells[told][each, columns]
    name = _unit_name(planned, level)
    if not name:
        return hits, np.empty(0, dtype=bool)
    values, left = X[each, columns], residuals[each, columns]
    return hits, hits & (unit_guesses(judge.integrity, columns, values, left) == name)


def _unit_name(planned: Fault, level: float) -> str:
    """Return what the factor is called where it is one between units in use, else nothing."""
    if planned.unit != "factor":
        return ""
    for factor, name in UNIT_FACTORS.items():
        for sign, value in (("x", factor), ("/", 1 / factor)):
            if abs(level / value - 1) < SAME_FACTOR:
                return f"{sign} {name}"
    return ""


def _lamps(batches: list[Batch]) -> Lamps:
    from core.breast_cancer.drift import drift

    reports = [
        drift(batch.planted.X, reference=batch.judge.drift_reference, extra=False)
        for batch in batches
    ]
    return Lamps(
        batches=len(reports),
        rows=min(report.n for report in reports),
        integrity=wilson(sum(bool(r.integrity.alarm) for r in reports), len(reports)),
        case_mix=wilson(sum(bool(r.case_mix.alarm) for r in reports), len(reports)),
        undecided=sum(r.case_mix.alarm is None for r in reports),
        verdicts=tuple(report.verdict for report in reports),
    )

"""What a stress test found: the effect of a fault, who noticed it, and what slipped through."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.stats.intervals import Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """How good the diagnosis is on the rows, and how many malignant cases slip through.

    Attributes
    ----------
    accuracy, sensitivity, specificity, brier : Interval or None
        On the rows that have a probability; None where there is none of the kind, or where a row
        no longer has a diagnosis.
    missed : Interval or None
        Share of the malignant cases that are called benign: slipping through with no guard.
    silent, silent_any_z, silent_drifting : Interval or None
        Share of the malignant cases that are called benign and not held back by the guard: by the
        integrity score, by any abs(z) >= 3, and by the predecessor's "drifting".
    """

    accuracy: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None
    brier: Interval | None
    missed: Interval | None
    silent: Interval | None
    silent_any_z: Interval | None
    silent_drifting: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class Detection:
    """How well one score notices the fault, row by row.

    Attributes
    ----------
    auroc : Interval or None
        Probability that a row with the fault scores above a row as measured; None if no row has it.
    flagged : Interval or None
        Share of the rows with the fault that are flagged or refused.
    flagged_before : Interval
        Share of the rows as measured that are flagged.
    """

    auroc: Interval | None
    flagged: Interval | None
    flagged_before: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class Lamps:
    """What the two lamps say of the batches with the fault.

    Attributes
    ----------
    batches, rows : int
        Number of batches, each judged by models that have not seen its rows, and the rows of the
        smallest.
    integrity, case_mix : Interval
        Share of the batches in which the lamp is on.
    undecided : int
        Batches with too few complete rows to judge the case mix; they count as off.
    verdicts : tuple of str
        The verdict on each batch, in words.
    """

    batches: int
    rows: int
    integrity: Interval
    case_mix: Interval
    undecided: int
    verdicts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the verdicts as plain data."""
        return {
            "batches": self.batches,
            "rows": self.rows,
            "integrity": self.integrity.to_dict(),
            "case_mix": self.case_mix.to_dict(),
            "undecided": self.undecided,
            "verdicts": list(self.verdicts),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class StressReport:
    """A stress test.

    Attributes
    ----------
    fault, label, kind : str
        The fault, as in ``FAULTS``.
    severity : float
        How badly, in ``unit``.
    unit : str
        What the severity counts.
    share : float
        Share of the rows that was to be spoilt.
    n, n_cases, n_spoilt, clipped : int
        Rows judged; different cases among them, fewer where a change of population had to draw
        some twice, which makes intervals too narrow; rows with a spoilt value; values that were
        moved to a possible one.
    seed : int
        Seed of the folds, the rows and the fault.
    source, method : str
        Where the rows come from, as a key and as a sentence.
    threshold : float
        Probability from which a case is called malignant.
    before, after : Effect
        The diagnosis on the rows as measured and on the rows with the fault.
    integrity, zscore : Detection
        The integrity score; and the largest abs(z) of the thirty columns, with the flag at 3 on
        the predecessor's fifteen.
    blamed : Interval or None
        Share of the spoilt rows in which the blamed column is a spoilt one; None where no row is
        spoilt or most columns are.
    blamed_by_chance : float or None
        What naming a column at random would reach.
    unit_named : Interval or None
        Share of the spoilt rows whose factor is named; None unless the fault is a factor in use.
    lamps : Lamps or None
        None if they were not asked for.
    """

    fault: str
    label: str
    kind: str
    severity: float
    unit: str
    share: float
    n: int
    n_cases: int
    n_spoilt: int
    clipped: int
    seed: int
    source: str
    method: str
    threshold: float
    before: Effect
    after: Effect
    integrity: Detection
    zscore: Detection
    blamed: Interval | None
    blamed_by_chance: float | None
    unit_named: Interval | None
    lamps: Lamps | None

    def summary(self) -> str:
        """Return what slips through, as sentences."""
        missed, silent = self.after.missed, self.after.silent
        if missed is None or silent is None:
            return "The rows have no diagnosis that could be missed."
        counts = [round(share.estimate * share.n) for share in (missed, silent)]
        return (
            f"Of {missed.n} malignant cases, {counts[0]} {_are(counts[0])} called benign; "
            f"{counts[1]} of these {_are(counts[1])} not held back by the integrity flag."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain, JSON-safe data."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {key: plain(value) for key, value in fields.items()} | {"summary": self.summary()}


@dataclasses.dataclass(frozen=True, slots=True)
class SeveritySweep:
    """One fault at several severities, on the same rows.

    Attributes
    ----------
    fault : str
        The fault, as in ``FAULTS``.
    points : tuple of StressReport
        One report a severity.
    """

    fault: str
    points: tuple[StressReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep as plain data."""
        return {"fault": self.fault, "points": [point.to_dict() for point in self.points]}


def plain(value: Any) -> Any:
    """Return a result as plain data; what has no ``to_dict`` stays as it is."""
    return value.to_dict() if hasattr(value, "to_dict") else value


def _are(count: int) -> str:
    return "is" if count == 1 else "are"

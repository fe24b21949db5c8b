"""What calibration did over the batches, as :func:`core.trust.drift.panel.drift_panel` returns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from core.stats.calibration_batches import BatchCalibration
from core.stats.calibration_eprocess import THRESHOLD, CalibrationMonitor
from core.stats.calibration_shift import CalibrationShift
from core.stats.calibration_trend import CalibrationTrend
from core.trust.drift.batches import Role
from core.trust.drift.cause import CaseMix, GroupDrift, RecalibrationTrial

LEVEL = 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class DriftBatch:
    """One batch, or several that were merged.

    Attributes
    ----------
    labels : tuple of str
        The batches it is made of.
    role : {"reference", "later", "incomplete"}
        An incomplete batch has too few outcomes; it is described and never judged.
    calibration : BatchCalibration
        How well it is calibrated by itself.
    p_now : float or None
        p value of "its probabilities are right", by Holm's rule over the complete batches.
    shift : CalibrationShift or None
        What changed since the reference; for later batches only.
    p_change : float or None
        p value of "nothing changed", by Holm's rule over the later batches.
    log_evidence : float or None
        Natural logarithm of the evidence of the live monitor after this batch.
    """

    labels: tuple[str, ...]
    role: Role
    calibration: BatchCalibration
    p_now: float | None = None
    shift: CalibrationShift | None = None
    p_change: float | None = None
    log_evidence: float | None = None

    @property
    def name(self) -> str:
        """The batch, or the first and the last of several."""
        first, last = self.labels[0], self.labels[-1]
        return first if len(self.labels) == 1 else f"{first} to {last}"

    @property
    def changed(self) -> bool:
        """Whether a change since the reference is shown."""
        return self.p_change is not None and self.p_change <= LEVEL

    def to_dict(self) -> dict[str, object]:
        """Return the batch as plain data."""
        return {
            "name": self.name,
            "labels": list(self.labels),
            "role": self.role,
            "calibration": self.calibration.to_dict(),
            "p_now": self.p_now,
            "shift": None if self.shift is None else self.shift.to_dict(),
            "p_change": self.p_change,
            "changed": self.changed,
            "log_evidence": self.log_evidence,
        }


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DriftPanel:
    """Calibration over the batches.

    Attributes
    ----------
    subject : str
        Which outcome is held against which probability.
    n : int
        Rows.
    batches : tuple of DriftBatch
        The batches, the earliest first.
    reference_labels : tuple of str
        Batches that the later ones are held against.
    n_reference, events_reference : int
        Rows of the reference and outcomes among them.
    since : CalibrationShift or None
        All complete later batches together against the reference.
    recent : mapping of int to CalibrationShift
        The last two, four, eight, ... of them together against the reference.
    changed : CalibrationShift or None
        Those together for which a change is shown; ``None`` if there are none.
    trend : CalibrationTrend or None
        Steady drift over all complete batches.
    monitor : CalibrationMonitor or None
        State of the live monitor after the last complete batch, to be continued.
    alarm : str or None
        Name of the batch at which the monitor raised its alarm.
    case_mix : tuple of CaseMix
        Scores and outcome rates of the later batches against the reference.
    groups : tuple of GroupDrift
        Change of calibration in each group.
    groups_left_out : tuple of str
        Groups with too few outcomes, with their counts.
    recalibration : RecalibrationTrial or None
        What recalibration would have done.
    now : str
        Whether the model is miscalibrated in the batches by themselves, in a sentence.
    reading : str
        What changed since the reference, in a sentence.
    notes : tuple of str
        What else to know, in sentences.
    """

    subject: str
    n: int
    batches: tuple[DriftBatch, ...]
    reference_labels: tuple[str, ...]
    n_reference: int
    events_reference: int
    since: CalibrationShift | None = None
    recent: Mapping[int, CalibrationShift] = dataclasses.field(default_factory=dict)
    changed: CalibrationShift | None = None
    trend: CalibrationTrend | None = None
    monitor: CalibrationMonitor | None = None
    alarm: str | None = None
    case_mix: tuple[CaseMix, ...] = ()
    groups: tuple[GroupDrift, ...] = ()
    groups_left_out: tuple[str, ...] = ()
    recalibration: RecalibrationTrial | None = None
    now: str = ""
    reading: str = ""
    notes: tuple[str, ...] = ()

    @property
    def later(self) -> tuple[DriftBatch, ...]:
        """Batches that were held against the reference."""
        return tuple(batch for batch in self.batches if batch.shift is not None)

    def to_dict(self) -> dict[str, object]:
        """Return the panel as plain, JSON-safe data."""
        parts = {
            "since": self.since,
            "changed": self.changed,
            "trend": self.trend,
            "recalibration": self.recalibration,
            "monitor": self.monitor,
        }
        plain = {name: None if part is None else part.to_dict() for name, part in parts.items()}
        return {
            "subject": self.subject,
            "n": self.n,
            "batches": [batch.to_dict() for batch in self.batches],
            "reference_labels": list(self.reference_labels),
            "n_reference": self.n_reference,
            "events_reference": self.events_reference,
            **plain,
            "recent": {str(count): shift.to_dict() for count, shift in self.recent.items()},
            "alarm": self.alarm,
            "alarm_threshold": THRESHOLD,
            "case_mix": [part.to_dict() for part in self.case_mix],
            "groups": [group.to_dict() for group in self.groups],
            "groups_left_out": list(self.groups_left_out),
            "now": self.now,
            "reading": self.reading,
            "notes": list(self.notes),
        }

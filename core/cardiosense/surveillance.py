"""Is the model still used on patients like its own, and still right? Drift and outcomes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from core.cardiosense import data
from core.cardiosense.model import RiskModel, models
from core.cardiosense.monitor import DriftReport, drift, logged_frame
from core.cardiosense.outcomes import Baseline, PerformanceReport, performance
from core.errors import NotEnoughDataError

if TYPE_CHECKING:
    from core.audit.log import AuditLog


@dataclasses.dataclass(frozen=True, slots=True)
class Surveillance:
    """What the audit log tells about the traffic and the models.

    Attributes
    ----------
    patients : int
        Patients in the log whose values were kept.
    without_input, repeated : int
        Estimates logged without values, and patients sent again unchanged.
    drift : DriftReport or None
        The latest patients against the training patients; None when there are too few.
    performance : dict of str to PerformanceReport
        Fed-back outcomes against the card, for each model that scores patients.
    notes : tuple of str
        What could not be judged, and why.
    """

    patients: int
    without_input: int
    repeated: int
    drift: DriftReport | None
    performance: dict[str, PerformanceReport]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as plain, JSON-safe data."""
        return {
            "patients": self.patients,
            "without_input": self.without_input,
            "repeated": self.repeated,
            "drift": self.drift.to_dict() if self.drift else None,
            "performance": {name: found.to_dict() for name, found in self.performance.items()},
            "notes": list(self.notes),
        }


def surveillance(log: AuditLog, window: int) -> Surveillance:
    """Compare the latest logged patients with the training patients, and outcomes with the card.

    Parameters
    ----------
    log : AuditLog
        The log that is being written.
    window : int
        How many of the latest patients to compare.

    Raises
    ------
    SuiteError
        If the log does not verify.
    """
    frame = logged_frame(log)
    notes: list[str] = []
    shifted = None
    try:
        shifted = drift(data.site("cleveland").values, frame.tail(window))
    except NotEnoughDataError as error:
        notes.append(error.message)
    loaded = models()
    return Surveillance(
        patients=len(frame),
        without_input=frame.attrs["without_input"],
        repeated=frame.attrs["repeated"],
        drift=shifted,
        performance={
            model.name: performance(log, _baseline(model))
            for model in (loaded.champion_13, loaded.champion_10)
        },
        notes=tuple(notes),
    )


def _baseline(model: RiskModel) -> Baseline:
    metrics = models().card["nested"]["models"][model.name]["metrics"]
    return Baseline(
        model.tag, metrics["sensitivity"]["estimate"], metrics["specificity"]["estimate"]
    )

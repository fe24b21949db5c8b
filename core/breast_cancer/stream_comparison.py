"""When other detectors would have alarmed on the same stream of scores."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from core.breast_cancer.monitor import DriftMonitor
from core.errors import SuiteError
from core.stats.stream_baselines import cusum, river_alarm

RIVER: tuple[Literal["ADWIN", "PageHinkley"], ...] = ("ADWIN", "PageHinkley")


@dataclasses.dataclass(frozen=True, slots=True)
class OtherDetector:
    """Another detector on the same scores.

    Attributes
    ----------
    name : str
        The detector.
    row : int or None
        Row of its first alarm, from 0; None if it raised none or could not run.
    note : str
        What it promises about false alarms, or why it could not run.
    """

    name: str
    row: int | None
    note: str


def other_detectors(monitor: DriftMonitor) -> tuple[OtherDetector, ...]:
    """Run textbook CUSUM, ADWIN and Page-Hinkley, as they come, on a monitor's complete rows.

    Rows of alarms are positions in the stream. Incomplete rows have no score these can use.
    """
    trace = monitor.trace()
    kept = np.nonzero(~trace.incomplete)[0]
    scores = trace.scores[kept]
    usual = monitor.reference.calibration
    z = (scores - usual.mean()) / usual.std(ddof=1)
    found = [
        OtherDetector(
            "CUSUM (k = 0.5, h = 5)",
            _position(kept, cusum(z).alarm),
            "About 930 rows between false alarms for normal scores; these are not normal.",
        )
    ]
    for name in RIVER:
        try:
            row = _position(kept, river_alarm(name, scores))
            note = "No bound on false alarms for scores of unknown distribution."
        except SuiteError as error:
            row, note = None, error.message
        found.append(OtherDetector(name, row, note))
    return tuple(found)


def _position(kept: np.ndarray, alarm: int | None) -> int | None:
    return None if alarm is None else int(kept[alarm])

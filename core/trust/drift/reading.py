"""What changed when calibration changed, in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.stats.calibration_shift import CalibrationShift
from core.stats.shift import holm
from core.trust.drift.result import LEVEL, DriftBatch, DriftPanel


def reading(panel: DriftPanel) -> str:
    """Return what the comparison with the reference shows, as sentences."""
    later = panel.later
    hits = [batch for batch in later if batch.changed]
    if hits and panel.changed is not None:
        first = (
            f"A change of calibration since the reference is shown in {len(hits)} of {len(later)} "
            f"later batches, first in {hits[0].name}."
        )
        return " ".join((first, _nature(panel.changed), *_beside(panel)))
    first = f"No change of calibration is shown in any of {len(later)} later batches by itself."
    return " ".join((first, *_together(panel), *_beside(panel)))


def now(batches: Sequence[DriftBatch]) -> str:
    """Return whether the batches by themselves are miscalibrated, as a sentence."""
    judged = [batch for batch in batches if batch.p_now is not None]
    if not judged:
        return "No batch has enough outcomes to judge its calibration by itself."
    last = judged[-1]
    off = [batch for batch in judged if batch.p_now is not None and batch.p_now <= LEVEL]
    return (
        f"Miscalibration is shown in {len(off)} of {len(judged)} batches by themselves; in the "
        f"last one, {last.name}, it is {'shown' if last in off else 'not shown'}: observed over "
        f"expected outcomes {last.calibration.ratio.text(2)}, slope "
        f"{last.calibration.slope.text(2)}."
    )


def _nature(shift: CalibrationShift) -> str:
    """Say whether the level or the slope changed in the batches taken together."""
    level, slope = (bool(p <= LEVEL) for p in holm([shift.p_intercept, shift.p_slope]))
    shifted = f"the log-odds by {shift.intercept_change.text(2)}"
    turned = f"the slope to {shift.slope_ratio.text(2)} of what it was"
    if slope and level:
        return f"Level and slope changed: {shifted}, and {turned}."
    if slope:
        return f"The slope changed, {turned}: the score no longer separates as it did."
    if level:
        return (
            f"The level changed, {shifted}, and no change of the slope is shown: as after a change "
            "of the share of cases, or of how outcomes are recorded."
        )
    return "Whether the level or the slope changed cannot be told."


def _together(panel: DriftPanel) -> list[str]:
    """Say what only many batches together show."""
    found = []
    if panel.since is not None and panel.since.p <= LEVEL:
        found.append(f"All of them together differ from the reference. {_nature(panel.since)}")
    if panel.trend is not None and panel.trend.p <= LEVEL:
        found.append(
            "Over all batches there is a steady drift, of the log-odds by "
            f"{panel.trend.intercept_change.text(2)} from first to last."
        )
    return found


def _beside(panel: DriftPanel) -> list[str]:
    """Say whether cases and outcomes changed beside the calibration."""
    n = len(panel.case_mix)
    scores = sum(part.scores.alarm for part in panel.case_mix)
    rates = sum(part.rate.alarm for part in panel.case_mix)
    found = []
    if scores:
        found.append(f"Other scores than in the reference come in {scores} of {n} later batches.")
    if rates:
        found.append(f"The share with the outcome differs in {rates} of {n}.")
    groups = [group for group in panel.groups if group.p_adjusted <= LEVEL]
    if groups:
        names = ", ".join(f"{group.attribute} = {group.level}" for group in groups)
        found.append(f"By group, a change is shown for {names}.")
    if panel.alarm is not None:
        found.append(f"The live monitor would have raised its alarm at {panel.alarm}.")
    return found

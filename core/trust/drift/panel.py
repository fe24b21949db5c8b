"""Did calibration change over time, and is the model miscalibrated now? Two questions, kept apart.

A model may be off from the start and never change, or be right on average and change. Each batch is
therefore described twice: by itself, beside what chance gives for its size, and against the
reference, the earliest batches.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from core.errors import InputError, NotEnoughDataError
from core.stats.calibration import log_odds
from core.stats.calibration_batches import batch_calibration
from core.stats.calibration_eprocess import CalibrationMonitor
from core.stats.calibration_line import Sample
from core.stats.calibration_shift import CalibrationShift, compare
from core.stats.calibration_trend import calibration_trend
from core.stats.shift import holm
from core.trust.drift.batches import MIN_OUTCOMES, Timeline, Unit, enough, pick, timeline
from core.trust.drift.cause import case_mix, group_drift, recalibration_trial
from core.trust.drift.reading import now, reading
from core.trust.drift.result import LEVEL, DriftBatch, DriftPanel
from core.trust.predictions import Batches, Floats, Grouping, Labels, Predictions

WINDOW = 3


def drift_panel(
    predictions: Predictions, reference: int | None = None, window: int = WINDOW, seed: int = 0
) -> DriftPanel | None:
    """Follow calibration over the batches.

    Parameters
    ----------
    predictions : Predictions
        With two classes, the positive class is held against its probability; with more, being
        called right against the probability of the class called.
    reference : int, optional
        Number of batches, from the first, that the later ones are held against. By default the
        earliest that hold 100 events and 100 rows without, and no more than half of the batches.
    window : int
        Batches that recalibration is fitted to.
    seed : int
        Seed of the null ranges of the calibration errors.

    Returns
    -------
    DriftPanel or None
        ``None`` without batches or without probabilities.

    Raises
    ------
    InputError
        If ``reference`` leaves no batch on either side, or ``window`` is below 1.
    """
    batches = predictions.context.batches
    if batches is None or predictions.proba is None:
        return None
    if window < 1:
        raise InputError(f"window={window} batches cannot be fitted to. Give 1 or more.")
    subject, y, p = _subject(predictions)
    order = np.lexsort((y, p))
    sample = Sample(y[order].astype(np.float64), log_odds(p[order]))
    time = timeline(sample, Batches(batches.labels, batches.index[order]), reference)
    panel = _described(subject, sample, time, seed)
    if not time.of("later"):
        return panel
    groups = [
        dataclasses.replace(grouping, index=grouping.index[order])
        for grouping in predictions.context.groups
    ]
    return _compared(panel, sample, time, groups, window)


def _subject(predictions: Predictions) -> tuple[str, Labels, Floats]:
    """Return what is followed, with outcomes and probabilities."""
    p, confidence = predictions.p, predictions.confidence
    if p is not None:
        name = predictions.classes[1]
        return f"outcome {name} against its predicted probability", predictions.y, p
    if confidence is None:
        message = "there are probabilities, so the class called has one"
        raise AssertionError(message)
    correct = predictions.correct.astype(np.int64)
    return "being called right against the probability of the class called", correct, confidence


def _described(subject: str, sample: Sample, time: Timeline, seed: int) -> DriftPanel:
    """Return the panel with each batch by itself, and nothing compared yet."""
    alone = batch_calibration([unit.sample for unit in time.units], seed=seed)
    complete = [i for i, unit in enumerate(time.units) if unit.role != "incomplete"]
    p_now: dict[int, float] = dict(
        zip(complete, holm([alone[i].p for i in complete]).tolist(), strict=True)
    )
    batches = tuple(
        DriftBatch(unit.labels, unit.role, found, p_now.get(i))
        for i, (unit, found) in enumerate(zip(time.units, alone, strict=True))
    )
    reference = pick(sample, time.reference)
    return DriftPanel(
        subject=subject,
        n=sample.n,
        batches=batches,
        reference_labels=time.reference_labels,
        n_reference=reference.n,
        events_reference=reference.events,
        trend=calibration_trend([unit.sample for unit in time.complete]),
        now=now(batches),
        reading="There is not enough data to compare batches: no batch after the reference has "
        f"{MIN_OUTCOMES} events and {MIN_OUTCOMES} rows without.",
        notes=_merged_notes(time),
    )


def _compared(
    panel: DriftPanel,
    sample: Sample,
    time: Timeline,
    groups: Sequence[Grouping],
    window: int,
) -> DriftPanel:
    """Return the panel with later batches held against the reference."""
    reference, later = pick(sample, time.reference), time.of("later")
    if not enough(reference):
        return dataclasses.replace(
            panel,
            reading=f"There is not enough data to compare batches: the reference has "
            f"{reference.events} events and {reference.n - reference.events} rows without, and "
            f"{MIN_OUTCOMES} of either are needed.",
        )
    spans = _spans(len(later))
    pooled = [pick(sample, np.concatenate([unit.rows for unit in later[-k:]])) for k in spans]
    shifts = compare([(reference, one) for one in [*(unit.sample for unit in later), *pooled]])
    single, recent = shifts[: len(later)], shifts[len(later) :]
    adjusted = holm([shift.p for shift in single]).tolist()
    monitor, trouble = _watch(reference, later)
    evidence = monitor.log_evidence if monitor else (None,) * len(later)
    judged = iter(zip(single, adjusted, evidence, strict=True))
    batches = tuple(
        dataclasses.replace(batch, **dict(zip(_JUDGED, next(judged), strict=True)))
        if batch.role == "later"
        else batch
        for batch in panel.batches
    )
    drift_of, left_out = group_drift(sample, time, groups)
    found = dataclasses.replace(
        panel,
        batches=batches,
        since=recent[-1],
        recent=dict(zip(spans[:-1], recent[:-1], strict=True)),
        changed=_changed(sample, reference, later, adjusted),
        monitor=monitor,
        alarm=None if monitor is None or monitor.alarm is None else later[monitor.alarm].name,
        case_mix=case_mix(reference, later),
        groups=drift_of,
        groups_left_out=left_out,
        recalibration=recalibration_trial(time.complete, window),
        notes=panel.notes + trouble,
    )
    return dataclasses.replace(found, reading=reading(found))


def _spans(count: int) -> list[int]:
    """Return 2, 4, 8, ... below the number of later batches, and that number."""
    return [*itertools.takewhile(lambda k: k < count, (2**i for i in itertools.count(1))), count]


_JUDGED = ("shift", "p_change", "log_evidence")


def _changed(
    sample: Sample, reference: Sample, later: Sequence[Unit], adjusted: Sequence[float]
) -> CalibrationShift | None:
    rows = [unit.rows for unit, p in zip(later, adjusted, strict=True) if p <= LEVEL]
    return compare([(reference, pick(sample, np.concatenate(rows)))])[0] if rows else None


def _watch(
    reference: Sample, later: Sequence[Unit]
) -> tuple[CalibrationMonitor | None, tuple[str, ...]]:
    """Run the live monitor over the later batches; say what stands in the way."""
    try:
        monitor = CalibrationMonitor.begin(reference)
    except NotEnoughDataError as error:
        return None, (f"The live monitor cannot run. {error.message}",)
    for unit in later:
        monitor = monitor.take(unit.sample)
    return monitor, (monitor.note,) if monitor.note else ()


def _merged_notes(time: Timeline) -> tuple[str, ...]:
    """Say which batches were merged and which cannot be judged."""
    notes = []
    merged = [unit for unit in time.complete if len(unit.labels) > 1]
    if merged:
        names = ", ".join(unit.name for unit in merged[:5])
        more = f" and {len(merged) - 5} more" if len(merged) > 5 else ""
        notes.append(
            f"Batches were merged until each had {MIN_OUTCOMES} events and {MIN_OUTCOMES} rows "
            f"without: {names}{more}."
        )
    for unit in time.of("incomplete"):
        notes.append(
            f"{unit.name} is shown and not judged: {unit.sample.events} events in "
            f"{unit.sample.n} rows."
        )
    return tuple(notes)

"""What changed when calibration changed, and what recalibration would have done about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtri, expit

from core.stats.calibration_line import Sample, stack
from core.stats.calibration_shift import CalibrationShift, compare
from core.stats.grouped_logistic import fit_grouped
from core.stats.intervals import Interval
from core.stats.paired import mean_difference
from core.stats.psi import BINS, psi
from core.stats.shift import Shift, code_shift, holm, judge, value_shift
from core.trust.drift.batches import Timeline, Unit, enough, pick
from core.trust.groups.gap_result import FEW
from core.trust.predictions import Grouping

LEVEL = 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class CaseMix:
    """Scores and outcomes of a later batch against the reference, whatever the calibration.

    Attributes
    ----------
    batch : str
        Name of the batch.
    scores : Shift
        Comparison of the predicted log-odds: other cases come.
    psi, psi_chance : float
        Population stability index of the scores, and what it stays below 19 times in 20 by chance
        with this many rows.
    rate : Shift
        Comparison of the share of outcomes.
    """

    batch: str
    scores: Shift
    psi: float
    psi_chance: float
    rate: Shift

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class GroupDrift:
    """Change of calibration in one group of people, all later batches together.

    Attributes
    ----------
    attribute, level : str
        The group.
    shift : CalibrationShift
        Its later rows against its rows in the reference.
    p_adjusted : float
        p value of no change, by Holm's rule over all groups tested.
    """

    attribute: str
    level: str
    shift: CalibrationShift
    p_adjusted: float

    def to_dict(self) -> dict[str, object]:
        """Return the group as plain data."""
        return dataclasses.asdict(self) | {"shift": self.shift.to_dict()}


@dataclasses.dataclass(frozen=True, slots=True)
class RecalibratedBatch:
    """One batch, judged with the line that the batches just before it gave.

    Attributes
    ----------
    batch : str
        Name of the batch.
    n : int
        Rows.
    intercept, slope : float
        The line: recalibrated log-odds are intercept + slope * log-odds.
    before, after : float
        Brier score of the probabilities as they are, and recalibrated.
    """

    batch: str
    n: int
    intercept: float
    slope: float
    before: float
    after: float

    def to_dict(self) -> dict[str, object]:
        """Return the batch as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class RecalibrationTrial:
    """What logistic recalibration, kept up to date, would have done to batches it had not seen.

    Attributes
    ----------
    window : int
        Batches that each line was fitted to, those just before the one it is judged on.
    batches : tuple of RecalibratedBatch
        Later batches that could be judged.
    gain : Interval
        Brier score before minus after over all their rows; above 0 recalibration helps.
    current : (float, float) or None
        Intercept and slope that the last batches give, for the next one.
    """

    window: int
    batches: tuple[RecalibratedBatch, ...]
    gain: Interval
    current: tuple[float, float] | None

    def to_dict(self) -> dict[str, object]:
        """Return the trial as plain data."""
        return {
            "window": self.window,
            "batches": [batch.to_dict() for batch in self.batches],
            "gain": self.gain.to_dict(),
            "current": None if self.current is None else list(self.current),
        }


def case_mix(reference: Sample, later: Sequence[Unit]) -> tuple[CaseMix, ...]:
    """Compare scores and outcome rates of later batches with the reference, each by Holm's rule."""
    scores = judge([value_shift(u.name, reference.score, u.sample.score) for u in later], LEVEL)
    rates = judge([code_shift(u.name, reference.y, u.sample.y) for u in later], LEVEL)
    tail = float(chdtri(BINS - 1, LEVEL))
    return tuple(
        CaseMix(
            batch=unit.name,
            scores=score,
            psi=float(psi(reference.score[:, None], unit.sample.score[:, None])[0]),
            psi_chance=tail * (1 / reference.n + 1 / unit.sample.n),
            rate=rate,
        )
        for unit, score, rate in zip(later, scores, rates, strict=True)
    )


def group_drift(
    sample: Sample, time: Timeline, groups: Sequence[Grouping]
) -> tuple[tuple[GroupDrift, ...], tuple[str, ...]]:
    """Compare each group's later rows with its rows in the reference.

    Returns
    -------
    tuple of GroupDrift
        The groups with enough outcomes on either side.
    tuple of str
        The others, with their outcomes in the reference and later.
    """
    period = np.zeros(sample.n, dtype=np.intp)
    period[time.reference] = 1
    for unit in time.of("later"):
        period[unit.rows] = 2
    names, pairs, left_out = [], [], []
    for grouping in groups:
        for i, level in enumerate(grouping.levels):
            inside = np.where(grouping.index == i, period, 0)
            old, new = (pick(sample, np.flatnonzero(inside == part)) for part in (1, 2))
            if enough(old) and enough(new):
                names.append((grouping.name, level))
                pairs.append((old, new))
            else:
                left_out.append(f"{grouping.name} = {level}: {_count(old)}, {_count(new)} later")
    shifts = compare(pairs)
    adjusted = holm([shift.p for shift in shifts])
    found = tuple(
        GroupDrift(*name, shift, float(p))
        for name, shift, p in zip(names, shifts, adjusted, strict=True)
    )
    return found, tuple(left_out)


def _count(sample: Sample) -> str:
    """Return a sample's outcomes in words; a handful of people is not counted out."""
    return f"fewer than {FEW} rows" if sample.n < FEW else f"{sample.events} of {sample.n}"


def recalibration_trial(units: Sequence[Unit], window: int) -> RecalibrationTrial | None:
    """Recalibrate each later batch with a line fitted to the ``window`` batches before it.

    Parameters
    ----------
    units : sequence of Unit
        Batches of the reference and later ones, in order, each large enough to be judged.
    window : int
        Batches to fit to, at least 1.

    Returns
    -------
    RecalibrationTrial or None
        ``None`` if no later batch has ``window`` batches before it that give a line.
    """
    ends = range(window, len(units) + 1)
    if not ends:
        return None
    samples = [[unit.sample for unit in units[end - window : end]] for end in ends]
    joined = [Sample(*stack(part)[:2]) for part in samples]
    y, score, sizes = stack(joined)
    start = np.tile([0.0, 1.0], (len(sizes), 1))
    lines = fit_grouped((np.ones(len(y)), score), y, sizes, start=start).beta
    judged, losses = [], []
    for end, line, past in zip(ends, lines, joined, strict=True):
        if end < len(units) and units[end].role == "later" and past.has_line:
            batch = units[end].sample
            before = (batch.y - expit(batch.score)) ** 2
            after = (batch.y - expit(line[0] + line[1] * batch.score)) ** 2
            losses.append((before, after))
            figures = (float(line[0]), float(line[1]), float(before.mean()), float(after.mean()))
            judged.append(RecalibratedBatch(units[end].name, batch.n, *figures))
    if not judged:
        return None
    before, after = (np.concatenate(part) for part in zip(*losses, strict=True))
    gain = mean_difference(before, after)
    current = (float(lines[-1][0]), float(lines[-1][1])) if joined[-1].has_line else None
    return RecalibrationTrial(window, tuple(judged), gain, current)
